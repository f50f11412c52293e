/* The CUDA kernels against a double-precision reference, on the GPU.
 *
 *   kernels_test compile FOLDER CASES     needs libnvrtc, no GPU
 *   kernels_test run FOLDER CASES         needs a GPU, no compiler
 *
 * $KERNEL_SOURCES: other sources than the tree's.  emulated.sh runs it without a GPU.
 *
 * A line of CASES: function dtype family D N B T flags [key=value ...] ('#': comment); flags:
 *   -  none           i  initial states    l  lengths    r  reverse    m  reset mask   c  clip y
 *   g  clip gradient  x  cut               p  no gradient of states and last
 *   t  time it        s  and backward's stages           n  no reference (timing only)     f  inference too
 * Inputs are fresh each run, outputs poisoned, each case run twice and compared
 * bit by bit.  A case that hangs or dies is reported, and the next one runs. */
#include "driver.h"
#include "emulator/fp16.h"
#include "geometry.h"
#include "nvrtc.h"
#include "sequence_reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const functions[] = {"elman", "lstm", "gru", "slstm"};
static const char *const dtypes[] = {"fp32", "tf32", "fp16", "bf16"};
static const char *const families[] = {"resident", "cluster", "grid", "streaming", "alternating"};
static const double tolerances[] = {1e-5, 1e-3, 2e-3, 1e-2};

enum { TENSORS = 6, WATCHDOG_SECONDS = 60 };
static const char *const tensor_names[TENSORS] = {"states", "last", "dWx", "dR", "dbias", "dinitial"};

typedef struct test_case {
  fr_problem p;
  fr_config forward, backward;
  char flags[32], line[512];
} test_case;

static int has(const test_case *c, char flag) { return strchr(c->flags, flag) != NULL; }

static int index_of(const char *word, const char *const *names, int n) {
  for (int i = 0; i < n; i++)
    if (!strcmp(word, names[i])) return i;
  fprintf(stderr, "unknown word: %s\n", word);
  exit(2);
}

/* ---- Configurations ---- */

static fr_config config_of(const fr_problem *p, fr_int family) {
  fr_config c = fr_default_of(p);
  c.family = family;
  if (family == FR_RESIDENT) {
    c.units = p->D, c.batch = FR_RESIDENT_ROWS, c.split = 1, c.ring = 8, c.staging = 1;
    c.warps = fr_resident_warps(p->D, p->pass) + (p->D <= 64 && fr_bytes(p->dtype) == 2 ? 4 : 0); /* those copy */
    while (c.ring > 2 && fr_resident_shared(p->function, p->pass, p->D, p->dtype, c.ring) > 200000) c.ring--;
  }
  if (family == FR_GRID) c.units = 16, c.batch = 8, c.warps = c.split = 8, c.exchange = FR_MAILBOX, c.ahead = 6, c.repoll = 1;
  if (family == FR_GRID && p->D > 1024) c.batch = 16, c.r_shared = 8;
  if (family == FR_CLUSTERED) {
    c.units = 32, c.batch = 8, c.warps = c.split = 8, c.exchange = FR_PUSH, c.ahead = 4;
    if (p->D > 256 || fr_bytes(p->dtype) == 4) c.r_shared = 8;
    const fr_int depth = fr_column_depth(p->function, p->pass, p->D, p->dtype);
    if (depth < c.warps) c.warps = c.split = depth;
  }
  if (family == FR_STREAMING) {
    c.units = p->D > 4096 ? 64 : p->D > 1024 ? 32 : 16, c.batch = p->D > 4096 ? 8 : 16;
    c.warps = c.split = 8, c.r_stream = 16, c.ring = 8, c.exchange = FR_BARRIER;
  }
  if (c.batch > fr_round(p->B, 8)) c.batch = fr_round(p->B, 8);
  return c;
}

static void set_key(test_case *c, const char *setting) {
  static const struct { const char *name; size_t at; } keys[] = {
      {"units", offsetof(fr_config, units)}, {"batch", offsetof(fr_config, batch)}, {"warps", offsetof(fr_config, warps)},
      {"ring", offsetof(fr_config, ring)},   {"ahead", offsetof(fr_config, ahead)}, {"repoll", offsetof(fr_config, repoll)},
      {"approx", offsetof(fr_config, approx)}, {"chunk", offsetof(fr_config, chunk)}, {"shared", offsetof(fr_config, r_shared)},
      {"stream", offsetof(fr_config, r_stream)}, {"exchange", offsetof(fr_config, exchange)}, {"cluster", offsetof(fr_config, cluster)}};
  const char *value = strchr(setting, '=');
  const int both = setting[1] != ':', back = setting[0] == 'b' && !both;
  const char *name = both ? setting : setting + 2;
  for (size_t i = 0; value && i < sizeof keys / sizeof *keys; i++) {
    if (strncmp(keys[i].name, name, (size_t)(value - name)) || keys[i].name[value - name]) continue;
    if (both || !back) *(fr_int *)((char *)&c->forward + keys[i].at) = atoll(value + 1);
    if (both || back) *(fr_int *)((char *)&c->backward + keys[i].at) = atoll(value + 1);
    return;
  }
  fprintf(stderr, "unknown setting: %s\n", setting);
  exit(2);
}

/* As many blocks as the head wants, unless the case says so. */
static void fit_cluster(fr_config *c, fr_int D) {
  if (c->family == FR_CLUSTERED && c->cluster == 1)
    for (c->cluster = 2; c->cluster * c->units < D;) c->cluster *= 2;
}

static int read_case(char *line, test_case *c) {
  char function[16], dtype[16], family[16];
  int used = 0;
  memset(c, 0, sizeof *c);
  line[strcspn(line, "#\n")] = 0;
  if (sscanf(line, "%15s %15s %15s %lld %lld %lld %lld %31s %n", function, dtype, family, &c->p.D, &c->p.N, &c->p.B, &c->p.T,
             c->flags, &used) != 8)
    return 0;
  snprintf(c->line, sizeof c->line, "%s", line);
  c->p.function = index_of(function, functions, 4), c->p.dtype = index_of(dtype, dtypes, 4);
  c->p.options = strpbrk(c->flags, "lrmcgx") != NULL;
  const fr_int kind = index_of(family, families, 5);
  c->p.pass = FR_TRAINING, c->forward = config_of(&c->p, kind);
  c->p.pass = FR_BACKWARD, c->backward = config_of(&c->p, kind);
  for (char *word = strtok(line + used, " "); word; word = strtok(NULL, " ")) set_key(c, word);
  fit_cluster(&c->forward, c->p.D), fit_cluster(&c->backward, c->p.D);
  return 1;
}

/* ---- Cubins ---- */

enum { OPTIONS = 24 };

static int options_of(const fr_problem *p, const fr_config *c, char text[OPTIONS][48]) {
  static const char *const names[] = {"FAMILY", "UNITS", "BATCH", "WARPS", "SPLIT", "GATES_ON_M", "R_SHARED", "R_STREAM", "RING",
                                      "STAGING", "EXCHANGE", "CLUSTER", "AHEAD", "REPOLL", "APPROX", "CHUNK"};
  const fr_int *value = (const fr_int *)c;
  int n = 0;
  snprintf(text[n++], 48, "-DFR_FUNCTION=%lld", p->function);
  snprintf(text[n++], 48, "-DFR_PASS=%lld", p->pass);
  snprintf(text[n++], 48, "-DFR_DTYPE=%lld", p->dtype);
  snprintf(text[n++], 48, "-DFR_D=%lld", p->D);
  snprintf(text[n++], 48, "-DFR_N=%lld", p->N);
  snprintf(text[n++], 48, "-DFR_OPTIONS=%lld", p->options);
  for (int i = 0; i < (int)FR_PARAMETERS; i++) snprintf(text[n++], 48, "-DFR_%s=%lld", names[i], value[i]);
  return n;
}

static void cubin_path(const char *folder, const fr_problem *p, const fr_config *c, char out[512]) {
  const fr_int *value = (const fr_int *)c;
  int n = snprintf(out, 512, "%s/%lld_%lld_%lld_%lld_%lld_%lld", folder, p->function, p->pass, p->dtype, p->D, p->N, p->options);
  for (int i = 0; i < (int)FR_PARAMETERS; i++) n += snprintf(out + n, (size_t)(512 - n), "_%lld", value[i]);
  snprintf(out + n, (size_t)(512 - n), ".cubin");
}

static char *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  char *data = NULL;
  if (!f) return NULL;
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  data = calloc(1, *size + 1);
  if (data && fread(data, 1, *size, f) != *size) *size = 0;
  fclose(f);
  return data;
}

static const char *const source_names[] = {"flashrnn.cu", "launch.h", "geometry.h", "instructions.cuh", "element.cuh", "memory.cuh", "functions.cuh",
  "sequence.cuh", "cell_elman.cuh", "cell_lstm.cuh", "cell_gru.cuh", "cell_slstm.cuh", "columns.cuh", "exchange_memory.cuh",
  "exchange_cluster.cuh", "product.cuh", "columns_forward.cuh",
  "columns_backward.cuh", "resident.cuh", "resident_forward.cuh", "resident_backward.cuh", "weights.cuh"};
enum { SOURCES = sizeof source_names / sizeof *source_names };

static int compile_one(const gpu_compiler *compiler, const gpu_source *sources, const char *folder, const fr_problem *p, const fr_config *c) {
  char text[OPTIONS][48], path[512], why[GPU_WHY] = "", *log = NULL;
  const char *options[OPTIONS];
  gpu_cubin cubin;
  const int n = options_of(p, c, text);
  cubin_path(folder, p, c, path);
  if (!access(path, R_OK)) return 0;
  for (int i = 0; i < n; i++) options[i] = text[i];
  if (gpu_compile(compiler, sources, SOURCES, options, n, "sm_90a", &cubin, &log, why)) {
    fprintf(stderr, "%s: %s\n%s\n", path, why, log ? log : "");
    free(log);
    return 1;
  }
  for (int i = 0; i < cubin.entries; i++)
    if (cubin.usage[i].spills || cubin.usage[i].registers > 200)
      printf("%s %s: %d registers, %d bytes spilled\n", path, cubin.usage[i].entry, cubin.usage[i].registers, cubin.usage[i].spills);
  FILE *f = fopen(path, "wb");
  const int bad = !f || fwrite(cubin.data, 1, cubin.size, f) != cubin.size;
  if (f) fclose(f);
  gpu_cubin_release(&cubin);
  free(log);
  return bad;
}

static int compile_all(const char *folder, test_case *cases, int count) {
  gpu_compiler *compiler;
  gpu_source sources[SOURCES];
  char why[GPU_WHY] = "";
  int failures = 0;
  size_t size;
  if (gpu_compiler_open(&compiler, why)) return fprintf(stderr, "%s\n", why), 4;
  for (int i = 0; i < SOURCES; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", getenv("KERNEL_SOURCES") ? getenv("KERNEL_SOURCES") : KERNEL_SOURCES, source_names[i]);
    sources[i] = (gpu_source){source_names[i], read_file(path, &size)};
    if (!sources[i].text) return fprintf(stderr, "cannot read %s\n", path), 4;
  }
#pragma omp parallel for schedule(dynamic) reduction(+ : failures)
  for (int i = 0; i < 3 * count; i++) {
    test_case *c = cases + i / 3;
    fr_problem p = c->p;
    p.pass = i % 3 == 0 ? FR_TRAINING : i % 3 == 1 ? FR_BACKWARD : FR_INFERENCE;
    if (i % 3 == 2 && !has(c, 'f')) continue;
    failures += compile_one(compiler, sources, folder, &p, i % 3 == 1 ? &c->backward : &c->forward);
  }
  gpu_compiler_close(compiler);
  printf("%d cases, %d failures\n", count, failures);
  return failures ? 1 : 0;
}

/* ---- Data ---- */

static unsigned long long random_state;       /* the run's seed; a tensor moves it on */
static _Thread_local unsigned long long draw; /* a counter whose hash is the next draw */

static double uniform(void) {
  unsigned long long x = draw += 0x9E3779B97F4A7C15ull;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ x >> 27) * 0x94D049BB133111EBull;
  return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}
static double normal(void) { return sqrt(-2 * log(uniform() + 1e-300)) * cos(6.283185307179586 * uniform()); }

static unsigned short to_half(float x, fr_int dtype) {
  unsigned u;
  if (dtype == FR_FP16) return fp16_from(x);
  memcpy(&u, &x, 4);
  return (unsigned short)((u + 0x7FFF + (u >> 16 & 1)) >> 16);
}
static float from_half(unsigned short h, fr_int dtype) {
  const unsigned u = (unsigned)h << 16;
  float x;
  memcpy(&x, &u, 4);
  return dtype == FR_BF16 ? x : fp16_to(h);
}

/* A tensor here (as floats that the type can hold) and there. */
typedef struct tensor { fr_int n; float *host; cu_pointer device; } tensor;

typedef struct bench {
  gpu_device *d;
  cu_stream stream;
  test_case *c;
  tensor Wx, R, bias, initial, dstates, dlast;
  cu_pointer out[TENSORS], saved, lengths, reset;
  fr_int sizes[TENSORS];
  int *host_lengths;
  unsigned char *host_reset;
  fr_params params;
} bench;

static void must(int rc, const char *why) {
  if (!rc) return;
  printf("FAILED: %s\n", why);
  fflush(stdout);
  _exit(1);
}

static cu_pointer reserve(bench *b, fr_int bytes) {
  char why[GPU_WHY] = "";
  cu_pointer p = 0;
  if (bytes <= 0) bytes = 16;
  must(gpu_check(b->d, b->d->cu.memory_new(&p, (size_t)bytes + 256), "memory", why), why);
  return p;
}

static void upload(bench *b, cu_pointer to, const void *from, size_t bytes) {
  char why[GPU_WHY] = "";
  must(gpu_check(b->d, b->d->cu.copy_in(to, from, bytes, b->stream), "copy in", why), why);
  must(gpu_check(b->d, b->d->cu.stream_wait(b->stream), "copy in", why), why);
}

typedef double (*draw_function)(const bench *b, fr_int i);

static tensor make(bench *b, fr_int n, draw_function of) {
  const fr_int dtype = b->c->p.dtype, bytes = fr_bytes(dtype);
  tensor t = {n, malloc(sizeof(float) * (size_t)n), reserve(b, n * bytes)};
  unsigned short *halves = bytes == 2 ? malloc((size_t)n * 2) : NULL;
  random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
#pragma omp parallel for
  for (fr_int i = 0; i < n; i++) {
    draw = random_state + (unsigned long long)i * 0xD1342543DE82EF95ull;
    t.host[i] = (float)of(b, i);
    if (halves) halves[i] = to_half(t.host[i], dtype), t.host[i] = from_half(halves[i], dtype);
  }
  upload(b, t.device, halves ? (void *)halves : (void *)t.host, (size_t)(n * bytes));
  free(halves);
  return t;
}

static double draw_normal(const bench *b, fr_int i) { return (void)b, (void)i, normal(); }
static double draw_matrix(const bench *b, fr_int i) { return (void)i, (2 * uniform() - 1) / sqrt((double)b->c->p.D); }
/* y within the clip, n 0 (with c 0) or at least 1. */
static double draw_initial(const bench *b, fr_int i) {
  const fr_int cells = b->c->p.B * b->c->p.N * b->c->p.D, plane = i / cells;
  const int zero = i % cells % 5 == 0 && b->c->p.function == FR_SLSTM;
  if (plane == 0) return 0.3 * (2 * uniform() - 1);
  if (plane == 1) return zero ? 0 : normal();
  if (plane == 2) return zero ? 0 : 1 + fabs(normal());
  return normal();
}

static fr_strides dense(const fr_problem *p, fr_int rows, int planes_first) {
  const fr_int row = p->N * p->D;
  if (planes_first) return (fr_strides){p->T * row, row, p->B * p->T * row, p->D};
  return (fr_strides){p->T * rows * row, rows * row, row, p->D};
}

static void make_bench(bench *b, gpu_device *d, test_case *c) {
  const fr_problem *p = &c->p;
  const fr_int G = fr_gates(p->function), S = fr_states(p->function), SR = fr_saved_rows(p->function), cells = p->B * p->N * p->D;
  memset(b, 0, sizeof *b);
  b->d = d, b->c = c;
  d->cu.stream_new(&b->stream, CU_STREAM_NON_BLOCKING);
  sequence_sizes(p, b->sizes);
  b->Wx = make(b, G * cells * p->T, draw_normal);
  b->R = make(b, G * p->N * p->D * p->D, draw_matrix);
  b->bias = make(b, fr_bias_rows(p->function) * p->N * p->D, draw_normal);
  if (has(c, 'i')) b->initial = make(b, S * cells, draw_initial);
  if (!has(c, 'p')) b->dlast = make(b, S * cells, draw_normal);
  b->dstates = make(b, S * cells * p->T, draw_normal);
  for (int i = 0; i < TENSORS; i++) b->out[i] = reserve(b, b->sizes[i] * fr_bytes(p->dtype));
  b->saved = reserve(b, SR * cells * p->T * fr_bytes(p->dtype));
  b->host_lengths = calloc((size_t)p->B, sizeof(int)), b->host_reset = calloc((size_t)(p->B * p->T), 1);
  for (fr_int i = 0; i < p->B; i++) b->host_lengths[i] = (int)(i == 0 ? p->T : i == 1 ? 0 : (fr_int)(uniform() * (double)(p->T + 1)));
  for (fr_int i = 0; i < p->B * p->T; i++) b->host_reset[i] = uniform() < 0.15;
  b->lengths = reserve(b, p->B * 4), b->reset = reserve(b, p->B * p->T);
  upload(b, b->lengths, b->host_lengths, (size_t)p->B * 4);
  upload(b, b->reset, b->host_reset, (size_t)(p->B * p->T));
  b->params = (fr_params){.B = (int)p->B, .T = (int)p->T, .planes = (int)S,
    .Wx = (void *)b->Wx.device, .R = (void *)b->R.device, .bias = (void *)b->bias.device, .initial = (void *)b->initial.device,
    .states = (void *)b->out[0], .saved = (void *)b->saved, .last = (void *)b->out[1], .dstates = (void *)b->dstates.device,
    .dlast = (void *)b->dlast.device, .dWx = (void *)b->out[2], .dR = (void *)b->out[3], .dbias = (void *)b->out[4],
    .dinitial = (void *)b->out[5], .wx = dense(p, G, 0), .st = dense(p, 1, 1), .ds = dense(p, 1, 1),
    /* [N][T][B][rows][D] */
    .sv = {SR * p->D, p->B * SR * p->D, p->D, p->T * p->B * SR * p->D}};
  if (has(c, 'l')) b->params.lengths = (int *)b->lengths;
  if (has(c, 'm')) b->params.reset = (unsigned char *)b->reset;
  b->params.reverse = has(c, 'r'), b->params.cut = has(c, 'x');
  if (has(c, 'c')) b->params.clip_y = 0.4f;
  if (has(c, 'g')) b->params.clip_gradient = 0.3f;
}

/* ---- Running a pass ---- */

typedef struct pass_run {
  fr_problem p;
  fr_work work;
  fr_stage stages[FR_STAGES];
  gpu_kernel kernels[FR_STAGES];
  int count;
  fr_params params;
} pass_run;

static gpu_shape shape_of(const fr_stage *s) { return (gpu_shape){s->grid, s->threads, s->cluster, s->shared, s->cooperative}; }

static int prepare(bench *b, fr_int pass, const char *folder, pass_run *r) {
  const fr_config *config = pass == FR_BACKWARD ? &b->c->backward : &b->c->forward;
  char path[512], why[GPU_WHY] = "";
  size_t size;
  cu_module module;
  memset(r, 0, sizeof *r);
  r->p = b->c->p, r->p.pass = pass;
  r->work = fr_work_of(&r->p, config);
  r->count = fr_stages(&r->p, config, r->stages);
  r->params = b->params;
  r->params.exchange = (void *)reserve(b, r->work.exchange), r->params.flags = (void *)reserve(b, r->work.flags);
  r->params.partial = (void *)reserve(b, r->work.partial), r->params.scratch = (void *)reserve(b, r->work.scratch);
  cubin_path(folder, &r->p, config, path);
  char *cubin = read_file(path, &size);
  if (!cubin) return printf("no cubin %s\n", path), 1;
  must(gpu_module_load(b->d, cubin, &module, why), why);
  for (int i = 0; i < r->count; i++) {
    const gpu_shape shape = shape_of(r->stages + i);
    must(gpu_kernel_get(b->d, module, r->stages[i].entry, &shape, r->kernels + i, why), why);
    if ((shape.cooperative || shape.cluster > 1) && gpu_fits(b->d, r->kernels + i, &shape, why)) return printf("refused: %s\n", why), 1;
  }
  free(cubin);
  return 0;
}

static void fill(bench *b, cu_pointer to, fr_int bytes, int value) {
  char why[GPU_WHY] = "";
  if (bytes > 0) must(gpu_check(b->d, b->d->cu.fill_bytes(to, (unsigned char)value, (size_t)bytes, b->stream), "fill", why), why);
}

static void run_stage(bench *b, pass_run *r, int i) {
  const gpu_shape shape = shape_of(r->stages + i);
  char why[GPU_WHY] = "";
  for (r->params.step = 0; r->params.step < r->stages[i].repeat; r->params.step++)
    must(gpu_launch(b->d, r->kernels + i, &shape, &r->params, b->stream, why), why);
}

static void fill_mailboxes(bench *b, pass_run *r) {
  const fr_int bytes = fr_bytes(r->p.dtype), backward = r->p.pass == FR_BACKWARD;
  if (r->work.exchange) fill(b, (cu_pointer)r->params.exchange, r->work.exchange, r->work.fill ? 0xFF : 0);
  if (r->work.flags) fill(b, (cu_pointer)r->params.flags, r->work.flags, 0);
  if (r->work.fill_states)
    fill(b, b->out[backward ? 2 : 0], (backward ? b->sizes[2] : b->sizes[0] / fr_states(r->p.function)) * bytes, 0xFF);
}

static void run_pass(bench *b, pass_run *r) {
  fill_mailboxes(b, r);
  for (int i = 0; i < r->count; i++) run_stage(b, r, i);
}

static void wait_for(bench *b) {
  char why[GPU_WHY] = "";
  must(gpu_check(b->d, b->d->cu.stream_wait(b->stream), "run", why), why);
}

static int ascending(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* Median of whole calls, fills included; stage -1: all, FR_STAGES: the fills, else that stage, the others run too. */
static double time_pass(bench *b, pass_run *r, int stage) {
  enum { RUNS = 15 };
  cu_event start, end;
  float t[RUNS];
  b->d->cu.event_new(&start, 0), b->d->cu.event_new(&end, 0);
  for (int i = -3; i < RUNS; i++) {
    if (stage == -1 || stage == FR_STAGES) b->d->cu.event_record(start, b->stream);
    fill_mailboxes(b, r);
    if (stage == FR_STAGES) b->d->cu.event_record(end, b->stream);
    for (int k = 0; k < r->count; k++) {
      if (k == stage) b->d->cu.event_record(start, b->stream);
      run_stage(b, r, k);
      if (k == stage || (stage == -1 && k == r->count - 1)) b->d->cu.event_record(end, b->stream);
    }
    wait_for(b);
    if (i >= 0) b->d->cu.event_elapsed(t + i, start, end);
  }
  qsort(t, RUNS, sizeof *t, ascending);
  return (double)t[RUNS / 2];
}

/* ---- Verdict ---- */

static unsigned char *download(bench *b, int i) {
  const size_t bytes = (size_t)(b->sizes[i] * fr_bytes(b->c->p.dtype));
  unsigned char *raw = malloc(bytes);
  char why[GPU_WHY] = "";
  must(gpu_check(b->d, b->d->cu.copy_out(raw, b->out[i], bytes, b->stream), "copy out", why), why);
  wait_for(b);
  return raw;
}

static double error_of(bench *b, const unsigned char *raw, const double *wanted, fr_int n, fr_int *worst) {
  const fr_int dtype = b->c->p.dtype, bytes = fr_bytes(dtype);
  double difference = 0, size = 0, most = 0;
  for (fr_int i = 0; i < n; i++) {
    float x;
    unsigned short h;
    if (bytes == 2) memcpy(&h, raw + 2 * i, 2), x = from_half(h, dtype);
    else memcpy(&x, raw + 4 * i, 4);
    difference += ((double)x - wanted[i]) * ((double)x - wanted[i]);
    size += wanted[i] * wanted[i];
    if (!(fabs((double)x - wanted[i]) <= most)) most = fabs((double)x - wanted[i]), *worst = i;
  }
  return size > 0 ? sqrt(difference / size) : sqrt(difference);
}

/* Which y the kernel clipped: one rounding this side of the clip or that, a gradient is there or not, so the
 * reference differentiates the kernel's own choice (the choice itself is checked by the states). */
static unsigned char *clipped_by(const bench *b, const unsigned char *states) {
  const fr_int dtype = b->c->p.dtype, n = b->sizes[0] / fr_states(b->c->p.function);
  unsigned char *mask = malloc((size_t)n);
  unsigned short h = to_half(0.4f, dtype);
  if (from_half(h, dtype) > 0.4f) h--;
  const float most = fr_bytes(dtype) == 2 ? from_half(h, dtype) : 0.4f;
  for (fr_int i = 0; i < n; i++) {
    float y;
    memcpy(&y, states + 4 * (fr_bytes(dtype) == 2 ? 0 : i), 4);
    if (fr_bytes(dtype) == 2) memcpy(&h, states + 2 * i, 2), y = from_half(h, dtype);
    mask[i] = fabsf(y) >= most;
  }
  return mask;
}

/* ---- What an element type's own rounding costs ---- */

static double as_fp16(double x) { return (double)from_half(to_half((float)x, FR_FP16), FR_FP16); }
static double as_bf16(double x) { return (double)from_half(to_half((float)x, FR_BF16), FR_BF16); }
static double as_fp32(double x) { return (double)(float)x; }
static double as_tf32(double x) {
  const float f = (float)x;
  unsigned u;
  float rounded;
  memcpy(&u, &f, 4);
  u = (u + 0x1000) & ~0x1FFFu;
  memcpy(&rounded, &u, 4);
  return (double)rounded;
}

static double (*const stored_as[])(double) = {as_fp32, as_tf32, as_fp16, as_bf16};

typedef struct truth { double *at[TENSORS]; } truth;

static truth truth_of(const bench *b, const sequence_case *s) {
  truth t;
  for (int i = 0; i < TENSORS; i++) t.at[i] = calloc((size_t)b->sizes[i], sizeof(double));
  sequence_outputs out = {t.at[0], t.at[1], t.at[2], t.at[3], t.at[4], t.at[5]};
  must(sequence_reference(s, &out), "no memory for the reference");
  return t;
}

static void free_truth(truth *t) {
  for (int i = 0; i < TENSORS; i++) free(t->at[i]);
}

static double distance(const double *x, const double *wanted, fr_int n) {
  double difference = 0, size = 0;
  for (fr_int i = 0; i < n; i++) difference += (x[i] - wanted[i]) * (x[i] - wanted[i]), size += wanted[i] * wanted[i];
  return size > 0 ? sqrt(difference / size) : sqrt(difference);
}

/* Of steps up to 64 the element type's line; beyond, no more than twice what a step-by-step implementation errs. */
static double tolerance_of(const bench *b, const truth *wanted, const truth *stepwise, int i, fr_int from, fr_int n) {
  const double line = tolerances[b->c->p.dtype];
  return b->c->p.T > 64 ? fmax(line, 2 * distance(stepwise->at[i] + from, wanted->at[i] + from, n)) : line;
}

static sequence_case sequence_of(const bench *b, const unsigned char *mask) {
  const test_case *c = b->c;
  return (sequence_case){.p = c->p, .Wx = b->Wx.host, .R = b->R.host, .bias = b->bias.host, .initial = b->initial.host,
                         .dstates = has(c, 'p') ? NULL : b->dstates.host, .dlast = b->dlast.host,
                         .lengths = has(c, 'l') ? b->host_lengths : NULL, .reset = has(c, 'm') ? b->host_reset : NULL,
                         .reverse = has(c, 'r'), .cut = has(c, 'x'), .clip_y = has(c, 'c') ? (double)0.4f : 0,
                         .clip_gradient = has(c, 'g') ? (double)0.3f : 0, .clipped = mask};
}

static int judge_plane(bench *b, const unsigned char *raw, const truth *wanted, const truth *stepwise, int i, fr_int k, fr_int each) {
  fr_int worst = 0;
  const double *right = wanted->at[i] + k * each;
  const double e = error_of(b, raw + k * each * fr_bytes(b->c->p.dtype), right, each, &worst);
  const int wrong = !(e <= tolerance_of(b, wanted, stepwise, i, k * each, each));
  if (wrong) printf(" (worst at %lld of %lld, wanted %g)", worst, each, right[worst]);
  if (k == 0 || wrong) printf(" %s%.1s%s %.1e%s", tensor_names[i], k ? &"ycnm"[k] : "", "", e, wrong ? "!" : "");
  return wrong;
}

static int judge(bench *b, unsigned char **raw) {
  const test_case *c = b->c;
  unsigned char *mask = has(c, 'c') ? clipped_by(b, raw[0]) : NULL;
  sequence_case s = sequence_of(b, mask);
  truth wanted = truth_of(b, &s), stepwise = {{NULL}};
  int bad = 0;
  s.stored = stored_as[c->p.dtype];
  if (c->p.T > 64) stepwise = truth_of(b, &s);
  for (int i = 0; i < TENSORS; i++) {
    const fr_int planes = i == 0 || i == 1 || i == 5 ? fr_states(c->p.function) : 1;
    for (fr_int k = 0; k < planes; k++) bad += judge_plane(b, raw[i], &wanted, &stepwise, i, k, b->sizes[i] / planes);
  }
  free_truth(&wanted), free_truth(&stepwise);
  free(mask);
  return bad;
}

static int run_case(gpu_device *d, test_case *c, const char *folder) {
  bench b;
  pass_run passes[2], inference;
  unsigned char *first[TENSORS], *second[TENSORS];
  int same = 1, bad = 0;
  make_bench(&b, d, c);
  if (has(c, 'p')) b.params.dstates = NULL;
  if (prepare(&b, FR_TRAINING, folder, passes) || prepare(&b, FR_BACKWARD, folder, passes + 1)) return 1;
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < TENSORS; i++) fill(&b, b.out[i], b.sizes[i] * fr_bytes(c->p.dtype), 0xFF);
    for (int i = 0; i < 2; i++) {
      run_pass(&b, passes + i);
      wait_for(&b);
    }
    for (int i = 0; i < TENSORS; i++) (round ? second : first)[i] = download(&b, i);
  }
  for (int i = 0; i < TENSORS; i++) same &= !memcmp(first[i], second[i], (size_t)(b.sizes[i] * fr_bytes(c->p.dtype)));
  if (has(c, 'f')) {
    if (prepare(&b, FR_INFERENCE, folder, &inference)) return 1;
    for (int i = 0; i < 2; i++) fill(&b, b.out[i], b.sizes[i] * fr_bytes(c->p.dtype), 0xFF), free(second[i]);
    run_pass(&b, &inference);
    wait_for(&b);
    for (int i = 0; i < 2; i++) {
      second[i] = download(&b, i);
      same &= !memcmp(first[i], second[i], (size_t)(b.sizes[i] * fr_bytes(c->p.dtype)));
    }
  }
  if (has(c, 't')) {
    const double forward = time_pass(&b, passes, -1), backward = time_pass(&b, passes + 1, -1);
    printf(" fwd %.3f bwd %.3f both %.3f ms", forward, backward, forward + backward);
    if (has(c, 'f')) printf(" inference %.3f", time_pass(&b, &inference, -1));
    if (has(c, 's')) {
      printf(" [");
      for (int i = 0; i < passes[1].count; i++) printf("%s %.3f ", passes[1].stages[i].entry, time_pass(&b, passes + 1, i));
      printf("fills %.3f]", time_pass(&b, passes + 1, FR_STAGES));
    }
  }
  if (!has(c, 'n')) bad = judge(&b, first);
  printf("%s%s\n", same ? "" : " NOT-REPEATABLE", bad || !same ? " FAIL" : " ok");
  return bad || !same;
}

/* ---- One process for as long as it lives ---- */

static void run_from(test_case *cases, int count, const char *folder, volatile int *at) {
  gpu_device *d;
  char why[GPU_WHY] = "";
  must(gpu_open(&d, why), why);
  for (; *at < count; (*at)++) {
    /* one process a few cases: memory is given back by its end */
    printf("%-40s", cases[*at].line);
    fflush(stdout);
    alarm(WATCHDOG_SECONDS);
    at[1] += run_case(d, cases + *at, folder);
    fflush(stdout);
    size_t free_bytes = 0, all = 0;
    d->cu.memory_info(&free_bytes, &all);
    if (free_bytes < all / 2) {
      (*at)++;
      break;
    }
  }
  _exit(0);
}

static int run_all(const char *folder, test_case *cases, int count) {
  volatile int *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return 4;
  while (at[0] < count) {
    int status;
    const pid_t child = fork();
    if (child == 0) run_from(cases, count, folder, at);
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    if (WIFSIGNALED(status)) printf(" DIED of signal %d\n", WTERMSIG(status));
    at[0]++, at[1]++;
  }
  printf("%d cases, %d failures\n", count, at[1]);
  return at[1] ? 1 : 0;
}

int main(int argc, char **argv) {
  enum { MOST = 512 };
  static test_case cases[MOST];
  char line[512];
  int count = 0;
  FILE *f = argc == 4 ? fopen(argv[3], "r") : NULL;
  if (!f) return fprintf(stderr, "usage: kernels_test compile|run FOLDER CASES\n"), 2;
  while (count < MOST && fgets(line, sizeof line, f)) count += read_case(line, cases + count);
  fclose(f);
  random_state = (unsigned long long)time(NULL) * 2654435761u + (unsigned long long)getpid();
  if (!strcmp(argv[1], "compile")) return compile_all(argv[2], cases, count);
  printf("seed %llu\n", random_state);
  return run_all(argv[2], cases, count);
}
