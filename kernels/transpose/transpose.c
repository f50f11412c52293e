/* A tiled out-of-place transpose of an fp32 matrix: the smallest whole plug-in.
 * docs/plugin.md goes through it step by step. */
#include "plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "source_hash.h"

/* ---- What it is: problem and parameters in the spec's order ---- */

enum { ROWS, COLUMNS };
enum { TILE_ROWS, TILE_COLUMNS, ROWS_FIRST };

static const kp_key problem_keys[] = {{"rows", NULL, 0}, {"columns", NULL, 0}, {NULL, NULL, 0}};
static const kp_key parameters[] = {
    {"tile_rows", NULL, 0}, {"tile_columns", NULL, 0}, {"rows_first", NULL, 0}, {NULL, NULL, 0}};

static int fail(int code, char *why, const char *text) {
  snprintf(why, KP_WHY, "%s", text);
  return code;
}

static int64_t figure(const kp_device *d, const char *key) {
  for (size_t i = 0; i < d->nfigures; i++)
    if (!strcmp(d->figures[i].key, key)) return d->figures[i].value;
  return 0;
}

/* The processor's name as the system tells it. */
static void name_processor(char *out, size_t size) {
  char line[256];
  FILE *f = fopen("/proc/cpuinfo", "re");
  snprintf(out, size, "unknown processor");
  while (f && fgets(line, sizeof line, f)) {
    const char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) || !colon || colon[1] != ' ') continue;
    snprintf(out, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    break;
  }
  if (f) fclose(f);
}

static int identify(kp_device *out, char *why) {
  static _Thread_local kp_setting l1d = {"l1d_bytes", 0, NULL};
  const long bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE);
  l1d.value = bytes > 0 ? bytes : 32 << 10;
  memset(out, 0, sizeof *out);
  name_processor(out->name, sizeof out->name);
  snprintf(out->architecture, sizeof out->architecture, "portable");
  out->units = 1, out->figures = &l1d, out->nfigures = 1;
  why[0] = 0;
  return KP_OK;
}

/* ---- Which configurations there are: the spec's constraints as code ---- */

static int is_tile(int64_t x) { return x >= 4 && x <= 256 && (x & (x - 1)) == 0; }

static int legal(const kp_device *d, const kp_setting *problem, const kp_setting *config, char *why) {
  const int64_t rows = config[TILE_ROWS].value, columns = config[TILE_COLUMNS].value;
  const int64_t first = config[ROWS_FIRST].value, l1d = figure(d, "l1d_bytes");
  why[0] = 0;
  if (!is_tile(rows) || !is_tile(columns) || first < 0 || first > 1) return fail(0, why, "not in its domain");
  if (8 * rows * columns > l1d) return fail(0, why, "tiles_in_l1");
  if (rows >= 2 * problem[ROWS].value || columns >= 2 * problem[COLUMNS].value)
    return fail(0, why, "tile_within_matrix");
  return 1;
}

static int default_config(const kp_device *d, const kp_setting *problem, int64_t *values, char *why) {
  (void)d, (void)problem;
  values[TILE_ROWS] = values[TILE_COLUMNS] = 4;
  values[ROWS_FIRST] = 1;
  why[0] = 0;
  return KP_OK;
}

/* Nothing to compile: the artifact is empty but for a mark. */
static int build(const kp_device *d, const kp_setting *problem, const kp_setting *config, kp_artifact *out,
                 char *why) {
  if (!legal(d, problem, config, why)) return KP_EINVAL;
  out->data = strdup("transpose");
  out->size = out->data ? strlen(out->data) : 0;
  return out->data ? KP_OK : fail(KP_ENOMEM, why, "out of memory");
}

/* ---- Its data ---- */

enum { SETS = 2 };

struct kp_bench {
  int64_t rows, columns;
  float *in[SETS], *out;
  int used; /* the set of the last launch */
};

static void close_bench(kp_bench *b) {
  if (!b) return;
  for (int i = 0; i < SETS; i++) free(b->in[i]);
  free(b->out);
  free(b);
}

static size_t bytes_of(const kp_bench *b) { return sizeof(float) * (size_t)(b->rows * b->columns); }

static int poison(kp_bench *b, char *why) {
  memset(b->out, 0xff, bytes_of(b));
  why[0] = 0;
  return KP_OK;
}

static int fill(kp_bench *b, uint64_t seed) {
  b->out = malloc(bytes_of(b));
  for (int i = 0; i < SETS; i++) {
    b->in[i] = malloc(bytes_of(b));
    if (!b->in[i] || !b->out) return KP_ENOMEM;
    for (int64_t k = 0; k < b->rows * b->columns; k++) {
      seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      b->in[i][k] = (float)(seed >> 40);
    }
  }
  return KP_OK;
}

static int open_bench(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why) {
  kp_bench *b = calloc(1, sizeof *b);
  (void)d;
  *out = NULL;
  if (!b) return fail(KP_ENOMEM, why, "out of memory");
  b->rows = problem[ROWS].value, b->columns = problem[COLUMNS].value;
  if (fill(b, seed)) {
    close_bench(b);
    return fail(KP_ENOMEM, why, "out of memory");
  }
  *out = b;
  return poison(b, why);
}

/* ---- Running it ---- */

struct kp_kernel { kp_bench *bench; int64_t tile_rows, tile_columns, rows_first; };

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static void tile(const kp_kernel *k, const float *in, int64_t r0, int64_t c0) {
  const kp_bench *b = k->bench;
  const int64_t r1 = smaller(r0 + k->tile_rows, b->rows), c1 = smaller(c0 + k->tile_columns, b->columns);
  for (int64_t c = c0; c < c1; c++)
    for (int64_t r = r0; r < r1; r++) b->out[c * b->rows + r] = in[r * b->columns + c];
}

static void transpose(const kp_kernel *k, const float *in) {
  const kp_bench *b = k->bench;
  const int64_t outer = k->rows_first ? b->rows : b->columns, inner = k->rows_first ? b->columns : b->rows;
  const int64_t outer_step = k->rows_first ? k->tile_rows : k->tile_columns;
  const int64_t inner_step = k->rows_first ? k->tile_columns : k->tile_rows;
  for (int64_t i = 0; i < outer; i += outer_step)
    for (int64_t j = 0; j < inner; j += inner_step) tile(k, in, k->rows_first ? i : j, k->rows_first ? j : i);
}

static int load(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why) {
  (void)artifact;
  *out = malloc(sizeof **out);
  if (!*out) return fail(KP_ENOMEM, why, "out of memory");
  **out = (kp_kernel){b, config[TILE_ROWS].value, config[TILE_COLUMNS].value, config[ROWS_FIRST].value};
  why[0] = 0;
  return KP_OK;
}

static void unload(kp_kernel *k) { free(k); }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int launch(kp_kernel *k, double *seconds, char *why) {
  kp_bench *b = k->bench;
  b->used = (b->used + 1) % SETS;
  const double start = now();
  transpose(k, b->in[b->used]);
  *seconds = now() - start;
  why[0] = 0;
  return KP_OK;
}

/* ---- Is it right, and is the time possible ---- */

/* The definition is the reference: compare() reads the input itself. */
static int reference(kp_bench *b, char *why) {
  (void)b;
  why[0] = 0;
  return KP_OK;
}

static int naive(kp_bench *b, double *seconds, char *why) {
  kp_kernel whole = {b, b->rows, b->columns, 1};
  return launch(&whole, seconds, why);
}

static int compare(kp_bench *b, kp_verdict *out, char *why) {
  *out = (kp_verdict){.ok = 1};
  why[0] = 0;
  for (int64_t c = 0; c < b->columns && out->ok; c++)
    for (int64_t r = 0; r < b->rows && out->ok; r++) {
      const float got = b->out[c * b->rows + r];
      if (got == b->in[b->used][r * b->columns + c]) continue; /* false for NaN, which is the poison */
      out->ok = 0, out->error = INFINITY;
      snprintf(out->what, sizeof out->what, "out[%lld][%lld]: %s", (long long)c, (long long)r,
               isnan(got) ? "unwritten" : "not the input's");
    }
  return KP_OK;
}

static kp_work work(const kp_setting *problem) {
  const double elements = (double)problem[ROWS].value * (double)problem[COLUMNS].value;
  return (kp_work){elements, 8 * elements};
}

/* No core moves two terabytes a second. */
static double floor_seconds(const kp_device *d, const kp_setting *problem) {
  (void)d;
  return work(problem).bytes / 2e12;
}

__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static const kp_plugin plugin = {
      .abi = KP_ABI, .name = "transpose", .version = "1", .source_hash = SOURCE_HASH, .device_kind = "cpu",
      .spec = "transpose.yaml", .problem_keys = problem_keys, .parameters = parameters, .identify = identify,
      .default_config = default_config, .legal = legal, .build = build, .open = open_bench, .close = close_bench,
      .reference = reference, .naive = naive, .load = load, .unload = unload, .poison = poison, .launch = launch,
      .compare = compare, .work = work, .floor_seconds = floor_seconds};
  return &plugin;
}
