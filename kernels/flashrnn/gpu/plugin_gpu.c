/* The tuner's plug-in for FlashRNN on a CUDA device: kernels/plugin.h over gpu.h. */
#include "plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "nvml.h"
#include "source_hash.h"

_Static_assert(KP_WHY == GPU_WHY, "one size of messages");
_Static_assert((int)KP_ENOMEM == GPU_ENOMEM && (int)KP_EINVAL == GPU_EINVAL && (int)KP_ECOMPILE == GPU_ECOMPILE &&
               (int)KP_ELAUNCH == GPU_ELAUNCH && (int)KP_EDEVICE == GPU_EDEVICE, "one set of codes");

/* ---- Description ---- */

static const char *const functions[] = {"elman", "lstm", "gru", "slstm", NULL};
static const char *const passes[] = {"inference", "training", "backward", NULL};
static const char *const dtypes[] = {"fp32", "tf32", "fp16", "bf16", NULL};
static const char *const options[] = {"plain", "full", NULL};
static const kp_key problem_keys[] = {
    {"function", functions, 0}, {"pass", passes, 0}, {"dtype", dtypes, 0}, {"options", options, 0}, {"B", NULL, 0},
    {"T", NULL, 1},             {"N", NULL, 0},      {"D", NULL, 0},       {NULL, NULL, 0}};

static const kp_key parameters[FR_PARAMETERS + 1] = {
    {"family", fr_family_names, 0}, {"units", NULL, 0},   {"batch", NULL, 0}, {"warps", NULL, 0},
    {"split", NULL, 0},             {"gates_on_m", NULL, 0}, {"r_shared", NULL, 0}, {"r_stream", NULL, 0}, {"ring", NULL, 0},
    {"staging", NULL, 0},           {"exchange", fr_exchange_names, 0}, {"cluster", NULL, 0}, {"ahead", NULL, 0},
    {"repoll", NULL, 0},            {"approx", NULL, 0},  {"chunk", NULL, 0}, {NULL, NULL, 0}};

static fr_problem problem_of(const kp_setting *s) {
  return (fr_problem){s[0].value, s[1].value, s[2].value, s[3].value, s[4].value, s[5].value, s[6].value, s[7].value};
}

static fr_config config_of(const kp_setting *s) {
  fr_int values[FR_PARAMETERS];
  fr_config c;
  for (int i = 0; i < FR_PARAMETERS; i++) values[i] = s[i].value;
  memcpy(&c, values, sizeof c);
  return c;
}

static fr_int figure(const kp_device *d, const char *key) {
  for (size_t i = 0; i < d->nfigures; i++)
    if (!strcmp(d->figures[i].key, key)) return d->figures[i].value;
  return 0;
}

static fr_device device_of(const kp_device *d) {
  fr_device out = {.name = ""};
#define F(field) out.field = figure(d, #field);
  FR_FIGURES(F)
#undef F
  snprintf(out.name, sizeof out.name, "%s", d->name);
  snprintf(out.architecture, sizeof out.architecture, "%s", d->architecture);
  return out;
}

#define F(field) +1
enum { FIGURES = 0 FR_FIGURES(F) };
#undef F

/* The driver's release as NVML tells it, else the CUDA version that it speaks; and the compiler. */
static void name_tools(const gpu_device *g, kp_device *out) {
  char why[GPU_WHY];
  gpu_monitor *m = gpu_monitor_open(g);
  const gpu_limits limits = gpu_monitor_limits(m);
  gpu_compiler *c;
  gpu_monitor_close(m);
  if (limits.driver[0]) snprintf(out->driver, sizeof out->driver, "NVIDIA %s", limits.driver);
  else snprintf(out->driver, sizeof out->driver, "CUDA %d.%d", g->driver / 1000, g->driver / 10 % 100);
  if (gpu_compiler_open(&c, why)) return;
  const int version = gpu_compiler_version(c);
  snprintf(out->compiler, sizeof out->compiler, "NVRTC %d.%d", version / 1000, version / 10 % 100);
  gpu_compiler_close(c);
}

static int identify(kp_device *out, char *why) {
  static _Thread_local kp_setting figures[FIGURES]; /* the same each time; outlives the call */
  gpu_device *g;
  fr_device d;
  int rc = gpu_open(&g, why);
  if (rc) return rc;
  fr_device_of(g, &d);
  int n = 0;
#define F(field) figures[n++] = (kp_setting){#field, d.field, NULL};
  FR_FIGURES(F)
#undef F
  memset(out, 0, sizeof *out);
  snprintf(out->name, sizeof out->name, "%s", d.name);
  snprintf(out->architecture, sizeof out->architecture, "%s", d.architecture);
  out->units = d.sm_count, out->figures = figures, out->nfigures = FIGURES;
  name_tools(g, out);
  gpu_close(g);
  return KP_OK;
}

static int default_config(const kp_device *d, const kp_setting *problem, int64_t *values, char *why) {
  const fr_device device = device_of(d);
  const fr_problem p = problem_of(problem);
  fr_config c;
  const int rc = fr_default(&device, &p, &c, why);
  for (int i = 0; !rc && i < FR_PARAMETERS; i++) values[i] = ((const fr_int *)&c)[i];
  return rc;
}

static int legal(const kp_device *d, const kp_setting *problem, const kp_setting *config, char *why) {
  const fr_device device = device_of(d);
  const fr_problem p = problem_of(problem);
  const fr_config c = config_of(config);
  return fr_legal(&device, &p, &c, why);
}

static int build(const kp_device *d, const kp_setting *problem, const kp_setting *config, kp_artifact *out, char *why) {
  const fr_device device = device_of(d);
  const fr_problem p = problem_of(problem);
  const fr_config c = config_of(config);
  gpu_compiler *compiler;
  gpu_cubin cubin;
  if (!fr_legal(&device, &p, &c, why)) return KP_EINVAL;
  int rc = gpu_compiler_open(&compiler, why);
  if (rc) return rc;
  rc = fr_build(compiler, &device, &p, &c, &cubin, why);
  gpu_compiler_close(compiler);
  if (!rc) *out = (kp_artifact){cubin.data, cubin.size};
  return rc;
}

/* ---- Bench: see bench.h ---- */

struct kp_bench { fr_bench *bench; gpu_monitor *monitor; };
struct kp_kernel { kp_bench *bench; fr_plan *plan; };

static int no_memory(char *why) {
  snprintf(why, KP_WHY, "out of memory");
  return KP_ENOMEM;
}

/* The context outlives the problems: to make one takes longer than to open a problem in it. */
static int keep_context(char *why) {
  static _Thread_local gpu_device *kept;
  return kept ? KP_OK : gpu_open(&kept, why);
}

static int open_bench(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why) {
  const fr_problem p = problem_of(problem);
  (void)d; /* the machine's own */
  *out = NULL;
  if (keep_context(why)) return KP_EDEVICE;
  kp_bench *b = calloc(1, sizeof *b);
  if (!b) return no_memory(why);
  const int rc = fr_bench_open(&b->bench, &p, seed, why);
  if (rc) {
    free(b);
    return rc;
  }
  b->monitor = gpu_monitor_open(fr_bench_device(b->bench));
  *out = b;
  return KP_OK;
}

static void close_bench(kp_bench *b) {
  if (!b) return;
  gpu_monitor_close(b->monitor);
  fr_bench_close(b->bench);
  free(b);
}

static int reference(kp_bench *b, char *why) { return fr_bench_reference(b->bench, why); }

static int load(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why) {
  const fr_config c = config_of(config);
  *out = NULL;
  if (artifact->size < 64 || memcmp(artifact->data, "\177ELF", 4)) {
    snprintf(why, KP_WHY, "the artifact is no machine code");
    return KP_EINVAL;
  }
  kp_kernel *k = calloc(1, sizeof *k);
  if (!k) return no_memory(why);
  k->bench = b;
  const int rc = fr_plan_new(&k->plan, fr_bench_device(b->bench), fr_bench_problem(b->bench), &c, artifact->data, why);
  if (rc) free(k);
  else *out = k;
  return rc;
}

static void unload(kp_kernel *k) {
  if (!k) return;
  fr_plan_free(k->plan);
  free(k);
}

static int poison(kp_bench *b, char *why) { return fr_bench_poison(b->bench, why); }
static int launch(kp_kernel *k, double *seconds, char *why) { return fr_bench_launch(k->bench->bench, k->plan, seconds, why); }
static int naive(kp_bench *b, double *seconds, char *why) { return fr_bench_naive(b->bench, seconds, why); }

/* ---- Comparison ---- */

/* Of T <= 64; beyond, rounding adds up, but no more than twice (a recurrence forgets). */
static double tolerance_of(const fr_problem *p) {
  static const double by_dtype[] = {[FR_FP32] = 1e-5, [FR_TF32] = 1e-3, [FR_FP16] = 2e-3, [FR_BF16] = 1e-2};
  return by_dtype[p->dtype] * fmin(2, fmax(1, sqrt((double)p->T / 64)));
}

/* Relative L2 error; what is unwritten or no number is named in `what`. */
static double error_of(const fr_output *o, char *what) {
  if (o->difference.bad >= 0) {
    snprintf(what, KP_WHY, "%s[%lld]: %s", o->name, o->difference.bad, o->difference.poison ? "unwritten" : "not finite");
    return INFINITY;
  }
  if (o->difference.norm > 0) return sqrt(o->difference.difference / o->difference.norm);
  return o->difference.difference > 0 ? INFINITY : 0;
}

static void judge(const fr_output *o, double tolerance, kp_verdict *v) {
  char what[KP_WHY] = "";
  const double error = error_of(o, what);
  if (error > v->error) v->error = error;
  if (error <= tolerance || !v->ok) return;
  v->ok = 0;
  if (what[0]) memcpy(v->what, what, sizeof v->what);
  else snprintf(v->what, sizeof v->what, "%s: relative error %.3g is above %.3g", o->name, error, tolerance);
}

static int compare(kp_bench *b, kp_verdict *out, char *why) {
  fr_output outputs[FR_OUTPUTS];
  int n = 0;
  memset(out, 0, sizeof *out);
  const int rc = fr_bench_compare(b->bench, outputs, &n, why);
  if (rc) return rc;
  out->ok = 1;
  out->tolerance = tolerance_of(fr_bench_problem(b->bench));
  for (int i = 0; i < n; i++) judge(&outputs[i], out->tolerance, out);
  return KP_OK;
}

static void conditions(kp_bench *b, kp_conditions *out) {
  const gpu_state s = gpu_monitor_read(b->monitor);
  *out = (kp_conditions){1e6 * s.sm_mhz, s.celsius, 1e-3 * s.milliwatts};
}

/* ---- Work ---- */

static kp_work work(const kp_setting *problem) {
  const fr_problem p = problem_of(problem);
  const fr_sizes n = fr_sizes_of(&p);
  const int back = p.pass == FR_BACKWARD;
  const double product = 2.0 * (double)n.r * (double)p.B * (double)p.T;
  const double elements = (double)n.r * (back ? 2 : 1) + (double)n.wx + (double)n.states * (back ? 2 : 1) +
                          (p.pass == FR_INFERENCE ? 0 : (double)n.saved);
  return (kp_work){product * (back ? 2 : 1), elements * (double)fr_bytes(p.dtype)};
}

/* 4096 multiply-adds a clock and SM at 4 GHz, and 32 TB/s: no device does either. */
static double floor_seconds(const kp_device *d, const kp_setting *problem) {
  const kp_work w = work(problem);
  const double sms = d->units > 0 ? (double)d->units : 1;
  return fmax(w.operations / (sms * 2 * 4096 * 4e9), w.bytes / 32e12);
}

/* ---- The table ---- */

__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static const kp_plugin plugin = {
      .abi = KP_ABI, .name = GPU_KERNEL, .version = GPU_VERSION, .source_hash = SOURCE_HASH,
      .device_kind = "cuda", .spec = "flashrnn-cuda.yaml",
      .problem_keys = problem_keys, .parameters = parameters, .identify = identify,
      .default_config = default_config, .legal = legal, .build = build, .open = open_bench, .close = close_bench,
      .reference = reference, .naive = naive, .load = load, .unload = unload, .poison = poison, .launch = launch,
      .compare = compare, .work = work, .floor_seconds = floor_seconds,
      .build_ahead = 1, .conditions = conditions};
  return &plugin;
}
