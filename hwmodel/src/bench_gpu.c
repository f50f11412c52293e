/* See bench_gpu.h.  A figure is the difference between a run and one of twice
 * the rounds: what a launch costs drops out. */
#include "bench_gpu.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "nvrtc.h"

extern const gpu_source bench_gpu_sources[];
extern const int bench_gpu_sources_count;

/* As in cuda/bench.cu. */
typedef struct bench_params {
  uint64_t rounds;
  cu_pointer words, data, copy;
  uint64_t count;
  cu_pointer sink;
} bench_params;

struct bench_gpu {
  gpu_device *device;
  cu_module module;
  cu_event begin, end;
  cu_pointer words, data, sink;
};

enum { LINE = 128, WORDS_BYTES = 4 << 20, CHASE_STEP = 1056 /* bytes: a new line and set each time */, SAMPLES = 7 };
static const size_t DATA_BYTES = (size_t)4 << 30; /* far more than any cache */

/* ---- Opening ---- */

static int compile(bench_gpu *b, char *why) {
  gpu_compiler *c;
  gpu_cubin cubin;
  char arch[16];
  int rc = gpu_compiler_open(&c, why);
  if (rc) return rc;
  gpu_architecture(b->device, arch);
  rc = gpu_compile(c, bench_gpu_sources, bench_gpu_sources_count, NULL, 0, arch, &cubin, NULL, why);
  if (!rc) rc = gpu_module_load(b->device, cubin.data, &b->module, why);
  gpu_cubin_release(&cubin);
  gpu_compiler_close(c);
  return rc;
}

/* Halves near one, of both signs: numbers in every format, and none special. */
static int fill_data(bench_gpu *b, char *why) {
  enum { WORDS = 1 << 20 };
  uint32_t *x = malloc(WORDS * sizeof *x), state = 1;
  int rc = x ? GPU_OK : GPU_ENOMEM;
  for (size_t i = 0; x && i < WORDS; i++) {
    state = state * 1664525 + 1013904223;
    x[i] = (state & 0x80ff80ff) | 0x3f003f00;
  }
  const cu_api *cu = &b->device->cu;
  for (size_t at = 0; !rc && at < DATA_BYTES; at += WORDS * sizeof *x)
    rc = gpu_check(b->device, cu->copy_in(b->data + at, x, WORDS * sizeof *x, NULL), "filling memory", why);
  if (!rc) rc = gpu_check(b->device, cu->synchronize(), "filling memory", why);
  free(x);
  return rc;
}

/* A ring through all of `words`: each holds the index of the next. */
static int fill_ring(bench_gpu *b, char *why) {
  uint32_t *x = calloc(WORDS_BYTES, 1);
  const size_t n = WORDS_BYTES / CHASE_STEP;
  if (!x) return GPU_ENOMEM;
  for (size_t i = 0; i < n; i++) x[i * CHASE_STEP / 4] = (uint32_t)((i + 1) % n * CHASE_STEP / 4);
  int rc = gpu_check(b->device, b->device->cu.copy_in(b->words, x, WORDS_BYTES, NULL), "filling memory", why);
  if (!rc) rc = gpu_check(b->device, b->device->cu.synchronize(), "filling memory", why);
  free(x);
  return rc;
}

int bench_gpu_open(bench_gpu **out, gpu_device *d, char *why) {
  bench_gpu *b = calloc(1, sizeof *b);
  const cu_api *cu = &d->cu;
  *out = NULL;
  if (!b) return GPU_ENOMEM;
  b->device = d;
  int rc = compile(b, why);
  if (!rc) rc = gpu_check(d, cu->event_new(&b->begin, 0), "an event", why);
  if (!rc) rc = gpu_check(d, cu->event_new(&b->end, 0), "an event", why);
  if (!rc) rc = gpu_check(d, cu->memory_new(&b->words, WORDS_BYTES), "memory to measure with", why);
  if (!rc) rc = gpu_check(d, cu->memory_new(&b->data, DATA_BYTES), "memory to measure with", why);
  if (!rc) rc = gpu_check(d, cu->memory_new(&b->sink, LINE), "memory to measure with", why);
  if (!rc) rc = fill_data(b, why);
  if (rc) bench_gpu_close(b);
  else *out = b;
  return rc;
}

void bench_gpu_close(bench_gpu *b) {
  if (!b) return;
  const cu_api *cu = &b->device->cu;
  if (b->sink) cu->memory_free(b->sink);
  if (b->data) cu->memory_free(b->data);
  if (b->words) cu->memory_free(b->words);
  if (b->end) cu->event_free(b->end);
  if (b->begin) cu->event_free(b->begin);
  if (b->module) cu->module_unload(b->module);
  free(b);
}

/* ---- One run ---- */

typedef struct job {
  gpu_kernel kernel;
  gpu_shape shape;
  bench_params params;
  int launches;
} job;

static int run_once(bench_gpu *b, const job *j, double *seconds, char *why) {
  const gpu_device *d = b->device;
  float ms = 0;
  int rc = GPU_OK;
  if (j->shape.cooperative) rc = gpu_check(d, d->cu.fill_words(b->words, 0, WORDS_BYTES / 4, NULL), "clearing", why);
  if (!rc) rc = gpu_check(d, d->cu.event_record(b->begin, NULL), "event", why);
  for (int i = 0; !rc && i < j->launches; i++) rc = gpu_launch(d, &j->kernel, &j->shape, &j->params, NULL, why);
  if (!rc) rc = gpu_check(d, d->cu.event_record(b->end, NULL), "event", why);
  if (!rc) rc = gpu_check(d, d->cu.event_wait(b->end), "run", why);
  if (!rc) rc = gpu_check(d, d->cu.event_elapsed(&ms, b->begin, b->end), "event", why);
  *seconds = 1e-3 * ms;
  return rc;
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Median; the first run warms up. */
static int run_median(bench_gpu *b, const job *j, double *seconds, char *why) {
  double s[SAMPLES];
  int rc = run_once(b, j, &s[0], why);
  for (int i = 0; !rc && i < SAMPLES; i++) rc = run_once(b, j, &s[i], why);
  if (rc) return rc;
  qsort(s, SAMPLES, sizeof *s, by_value);
  *seconds = s[SAMPLES / 2];
  return GPU_OK;
}

/* Seconds a round. */
static int per_round(bench_gpu *b, job *j, uint64_t rounds, double *out, char *why) {
  double once, twice;
  j->params.rounds = rounds;
  int rc = run_median(b, j, &once, why);
  j->params.rounds = 2 * rounds;
  if (!rc) rc = run_median(b, j, &twice, why);
  if (!rc) *out = (twice - once) / (double)rounds;
  return rc;
}

/* ---- The table ---- */

typedef struct item {
  bench_gpu_item public;
  const char *entry;
  int blocks_a_sm, blocks; /* one of them */
  int threads, cluster, cooperative, shared;
  uint64_t rounds;
  double amount;        /* of one thread and round: operations, bytes; 0: a latency */
  double share;         /* a latency's part of a round */
  size_t bytes;         /* of data that is read */
  int ring;
} item;

static const item items[] = {
    {{"clock_measured_hz", "the clock", 0}, "spin", 1, 0, 128, 1, 0, 0, 100000000, 0, 1, 0, 0},
    {{"launch_ps", "a launch", 0}, "empty", 1, 0, 128, 1, 0, 0, 1000, 0, 1, 0, 0},
    {{"block_barrier_ps", "a barrier of a block", 0}, "block_barrier", 1, 0, 256, 1, 0, 0, 100000, 0, 1, 0, 0},
    {{"barrier_ps", "a barrier of the grid", 0}, "grid_barrier", 1, 0, 256, 1, 1, 0, 10000, 0, 1, 0, 0},
    {{"cluster_barrier_ps", "a barrier of a cluster", 1}, "cluster_barrier", 0, 8, 256, 8, 0, 0, 20000, 0, 1, 0, 0},
    {{"dsmem_exchange_ps", "a word through distributed shared memory", 1}, "cluster_mail", 0, 2, 32, 2, 0, 0, 20000, 0, 0.5, 0, 0},
    {{"l2_exchange_ps", "a word through level 2", 0}, "mail", 0, 2, 32, 1, 1, 120 << 10, 20000, 0, 0.5, 0, 0},
    {{"l2_latency_ps", "a load from level 2", 0}, "chase", 0, 1, 1, 1, 0, 0, 100000, 0, 1, 0, 1},
    {{"l2_bandwidth", "reading from level 2", 0}, "read_all", 1, 0, 512, 1, 0, 0, 200, 0, 0, 16 << 20, 0},
    {{"memory_bandwidth_read", "reading from memory", 0}, "read_all", 4, 0, 512, 1, 0, 0, 4, 0, 0, (size_t)4 << 30, 0},
    {{"memory_bandwidth_copy", "copying", 0}, "copy_all", 4, 0, 512, 1, 0, 0, 4, 2, 0, (size_t)2 << 30, 0},
    {{"tanh_ops", "tanh", 0}, "tanh_rate", 2, 0, 512, 1, 0, 0, 20000, 8, 0, 0, 0},
    {{"ex2_ops", "ex2", 0}, "ex2_rate", 2, 0, 512, 1, 0, 0, 20000, 8, 0, 0, 0},
    {{"mma_bf16_flops", "bf16 by mma", 0}, "mma_bf16", 2, 0, 256, 1, 0, 0, 20000, 4 * 2 * 16. * 8 * 16 / 32, 0, 0, 0},
    {{"mma_tf32_flops", "tf32 by mma", 0}, "mma_tf32", 2, 0, 256, 1, 0, 0, 20000, 4 * 2 * 16. * 8 * 8 / 32, 0, 0, 0},
    {{"wgmma_bf16_flops", "bf16 by wgmma", 0}, "wgmma_bf16", 1, 0, 256, 1, 0, 0, 20000, 4 * 2 * 64. * 128 * 16 / 128, 0, 0, 0},
};
enum { ITEMS = sizeof items / sizeof *items };

const bench_gpu_item *bench_gpu_at(int i) { return i < ITEMS ? &items[i].public : NULL; }

/* Of one round: the whole grid's operations, or the bytes that pass. */
static double work_of(const item *x, const job *j) {
  if (!x->bytes) return x->amount * (double)(j->shape.grid * j->shape.threads);
  const uint64_t step = 4 * (uint64_t)(j->shape.grid * j->shape.threads); /* what a turn of the loop covers */
  return (x->amount > 0 ? x->amount : 1) * 16 * (double)(j->params.count / step * step);
}

static int64_t figure_of(const item *x, const job *j, double seconds) {
  if (!(seconds > 0)) return 0;
  if (!strcmp(x->entry, "spin")) return bench_round(1 / seconds);
  return x->share > 0 ? bench_round(1e12 * seconds * x->share) : bench_round(work_of(x, j) / seconds);
}

/* Launches are counted, not rounds. */
static int time_launches(bench_gpu *b, job *j, uint64_t n, double *seconds, char *why) {
  double once, twice;
  j->launches = (int)n;
  int rc = run_median(b, j, &once, why);
  j->launches = (int)(2 * n);
  if (!rc) rc = run_median(b, j, &twice, why);
  if (!rc) *seconds = (twice - once) / (double)n;
  return rc;
}

int bench_gpu_run(bench_gpu *b, int i, int64_t *value, char *why) {
  const item *x = &items[i];
  gpu_device *d = b->device;
  cu_function f;
  double seconds = 0;
  *value = 0;
  if (d->cu.module_function(&f, b->module, x->entry)) return GPU_OK; /* not of this architecture */
  job j = {.shape = {x->blocks_a_sm ? (int64_t)x->blocks_a_sm * d->sms : x->blocks, x->threads, x->cluster, x->shared, x->cooperative},
           .params = {0, b->words, b->data, b->data + DATA_BYTES / 2, x->bytes / 16, b->sink},
           .launches = 1};
  int rc = gpu_kernel_get(d, b->module, x->entry, &j.shape, &j.kernel, why);
  if (!rc && x->ring) rc = fill_ring(b, why);
  if (rc) return rc;
  const int launches = !strcmp(x->entry, "empty");
  rc = launches ? time_launches(b, &j, x->rounds, &seconds, why) : per_round(b, &j, x->rounds, &seconds, why);
  if (!rc) *value = figure_of(x, &j, seconds);
  return rc;
}

int bench_gpu_clusters(bench_gpu *b, int blocks, int64_t *value, char *why) {
  gpu_device *d = b->device;
  gpu_kernel k;
  const gpu_shape shape = {blocks, 256, blocks, gpu_attribute(d, CU_SHARED_OPTIN), 0};
  int n = 0;
  *value = 0;
  int rc = gpu_kernel_get(d, b->module, "cluster_barrier", &shape, &k, why);
  if (!rc) rc = gpu_clusters(d, &k, &shape, &n, why);
  if (!rc) *value = n;
  return rc;
}
