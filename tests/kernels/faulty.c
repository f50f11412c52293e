/* A plug-in that fails on demand.  Its parameter `fault` chooses how, `speed`
 * how long a right run takes; the kernel fills out[i] with 2*in[i].
 *
 *   none      right, in about size/speed nanoseconds
 *   wrong     every element a little off        -> wrong result
 *   nan       one element is NaN                -> wrong result
 *   unwritten the last element stays poisoned   -> wrong result
 *   crash     SIGSEGV in launch
 *   hang      launch never returns (it sleeps, and uses no time)
 *   fast      right, but claims no time at all  -> implausible
 *   build     build() fails with KP_ECOMPILE
 *   launch    launch() fails with KP_ELAUNCH
 *   load      load() fails with KP_ELAUNCH
 *
 * FAULTY_COUNT=FILE in the environment: a byte is appended at each launch, so
 * that a test can count them. */
#include "plugin.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NONE, WRONG, NOT_A_NUMBER, UNWRITTEN, CRASH, HANG, FAST, BUILD, LAUNCH, LOAD, FAULTS };
enum { FAULT, SPEED };

static const char *const faults[] = {"none", "wrong", "nan",   "unwritten", "crash", "hang",
                                     "fast", "build", "launch", "load",      NULL};
static const kp_key problem_keys[] = {{"size", NULL, 0}, {NULL, NULL, 0}};
static const kp_key parameters[] = {{"fault", faults, 0}, {"speed", NULL, 0}, {NULL, NULL, 0}};

struct kp_bench { int64_t size; float *in, *out; };
struct kp_kernel { kp_bench *bench; int64_t fault, speed; };

static int fail(int code, char *why, const char *text) {
  snprintf(why, KP_WHY, "%s", text);
  return code;
}

static int identify(kp_device *out, char *why) {
  memset(out, 0, sizeof *out);
  snprintf(out->name, sizeof out->name, "a faulty device");
  snprintf(out->architecture, sizeof out->architecture, "none");
  out->units = 1;
  why[0] = 0;
  return KP_OK;
}

static int default_config(const kp_device *d, const kp_setting *problem, int64_t *values, char *why) {
  (void)d, (void)problem;
  values[FAULT] = NONE, values[SPEED] = 1;
  why[0] = 0;
  return KP_OK;
}

static int legal(const kp_device *d, const kp_setting *problem, const kp_setting *config, char *why) {
  const int64_t fault = config[FAULT].value, speed = config[SPEED].value;
  (void)d, (void)problem;
  why[0] = 0;
  if (fault < 0 || fault >= FAULTS || speed < 1 || speed > 8) return fail(0, why, "not in its domain");
  return fault == NONE || speed == 1 ? 1 : fail(0, why, "one_speed_for_faults");
}

static int build(const kp_device *d, const kp_setting *problem, const kp_setting *config, kp_artifact *out,
                 char *why) {
  (void)d, (void)problem;
  if (config[FAULT].value == BUILD) return fail(KP_ECOMPILE, why, "faulty.c:1: error: told not to compile");
  out->data = strdup("faulty");
  out->size = 6;
  return out->data ? KP_OK : fail(KP_ENOMEM, why, "out of memory");
}

static void close_bench(kp_bench *b) {
  if (!b) return;
  free(b->in);
  free(b->out);
  free(b);
}

static int poison(kp_bench *b, char *why) {
  memset(b->out, 0xff, sizeof(float) * (size_t)b->size);
  why[0] = 0;
  return KP_OK;
}

static int open_bench(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why) {
  kp_bench *b = calloc(1, sizeof *b);
  (void)d;
  *out = b;
  if (!b) return fail(KP_ENOMEM, why, "out of memory");
  b->size = problem[0].value;
  b->in = malloc(sizeof(float) * (size_t)b->size);
  b->out = malloc(sizeof(float) * (size_t)b->size);
  if (!b->in || !b->out) {
    close_bench(b);
    *out = NULL;
    return fail(KP_ENOMEM, why, "out of memory");
  }
  for (int64_t i = 0; i < b->size; i++) b->in[i] = (float)((seed + (uint64_t)i * 2654435761u) % 1000 + 1);
  return poison(b, why);
}

static int reference(kp_bench *b, char *why) {
  (void)b; /* 2*in is exact */
  why[0] = 0;
  return KP_OK;
}

static int naive(kp_bench *b, double *seconds, char *why) {
  *seconds = 1e-8 * (double)b->size;
  why[0] = 0;
  return KP_OK;
}

static int load(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why) {
  (void)artifact;
  *out = NULL;
  if (config[FAULT].value == LOAD) return fail(KP_ELAUNCH, why, "told not to load");
  *out = malloc(sizeof **out);
  if (!*out) return fail(KP_ENOMEM, why, "out of memory");
  **out = (kp_kernel){b, config[FAULT].value, config[SPEED].value};
  why[0] = 0;
  return KP_OK;
}

static void unload(kp_kernel *k) { free(k); }

static void count_launch(void) {
  const char *path = getenv("FAULTY_COUNT");
  const int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (file < 0) return;
  if (write(file, ".", 1) != 1) { /* the test sees the count differ */ }
  close(file);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void take(double seconds) {
  for (const double start = now(); now() - start < seconds;) {}
}

static int launch(kp_kernel *k, double *seconds, char *why) {
  kp_bench *b = k->bench;
  const double start = now();
  count_launch();
  why[0] = 0;
  if (k->fault == CRASH) {
    signal(SIGSEGV, SIG_DFL); /* sanitizers would turn it into an exit */
    raise(SIGSEGV);
  }
  if (k->fault == LAUNCH) return fail(KP_ELAUNCH, why, "told not to launch");
  while (k->fault == HANG) pause();
  for (int64_t i = 0; i < b->size; i++) b->out[i] = 2 * b->in[i];
  if (k->fault == WRONG)
    for (int64_t i = 0; i < b->size; i++) b->out[i] *= 1.01f;
  if (k->fault == NOT_A_NUMBER) b->out[b->size / 2] = NAN;
  if (k->fault == UNWRITTEN) memset(b->out + b->size - 1, 0xff, sizeof(float));
  take(1e-9 * (double)b->size / (double)k->speed);
  *seconds = k->fault == FAST ? 0 : now() - start;
  return KP_OK;
}

static int compare(kp_bench *b, kp_verdict *out, char *why) {
  *out = (kp_verdict){.ok = 1, .tolerance = 1e-6};
  double difference = 0, norm = 0;
  uint32_t bits;
  why[0] = 0;
  for (int64_t i = 0; i < b->size; i++) {
    const double want = 2.0 * b->in[i], d = b->out[i] - want;
    difference += d * d;
    norm += want * want;
    memcpy(&bits, b->out + i, sizeof bits);
    if (!isfinite(b->out[i]) && out->ok) {
      out->ok = 0;
      snprintf(out->what, KP_WHY, "out[%lld]: %s", (long long)i, bits == UINT32_MAX ? "unwritten" : "NaN");
    }
  }
  out->error = out->ok ? sqrt(difference / norm) : INFINITY;
  if (out->ok && !(out->error <= out->tolerance)) {
    out->ok = 0;
    snprintf(out->what, KP_WHY, "out: relative error %.3g is above %.3g", out->error, out->tolerance);
  }
  return KP_OK;
}

static kp_work work(const kp_setting *problem) {
  return (kp_work){(double)problem[0].value, 8.0 * (double)problem[0].value};
}

static double floor_seconds(const kp_device *d, const kp_setting *problem) {
  (void)d;
  return 1e-12 * (double)problem[0].value;
}

__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static const kp_plugin plugin = {
      .abi = KP_ABI, .name = "faulty", .version = "1", .source_hash = "0", .device_kind = "cpu",
      .spec = "faulty.yaml", .problem_keys = problem_keys, .parameters = parameters, .identify = identify,
      .default_config = default_config, .legal = legal, .build = build, .open = open_bench, .close = close_bench,
      .reference = reference, .naive = naive, .load = load, .unload = unload, .poison = poison, .launch = launch,
      .compare = compare, .work = work, .floor_seconds = floor_seconds};
  return &plugin;
}
