/* Rates and latencies of the host, by timing bench_kernel.c's loops. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "spin_barrier.h"

static const double SAMPLE_SECONDS = 0.008; /* long against the clock, short against a time slice */

int64_t bench_round(double value) {
  if (!(value >= 1) || value > 9e18) return 0;
  double unit = pow(10, floor(log10(value)) - 3);
  return unit < 1 ? (int64_t)value : (int64_t)llround(value / unit) * (int64_t)llround(unit);
}

/* How often to repeat a work so that a sample takes long enough; count is what
 * the work reads.  Measured with the crew that will run it. */
static int64_t calibrate(const bench_crew *crew, bench_work work, void *data, int64_t *count) {
  for (*count = 1; *count < INT64_C(1) << 40;) {
    double seconds = bench_crew_seconds(crew, work, data, 1);
    if (!(seconds > 0)) return 0;
    if (seconds >= SAMPLE_SECONDS / 2) return *count;
    double factor = SAMPLE_SECONDS / seconds;
    *count = (int64_t)ceil((double)*count * (factor < 64 ? factor : 64));
  }
  return *count;
}

/* Units of work a second: all threads together. */
static int64_t rate(const bench_crew *crew, bench_work work, void *data, int64_t *count, double units_a_count) {
  if (!calibrate(crew, work, data, count)) return 0;
  double seconds = bench_crew_seconds(crew, work, data, BENCH_SAMPLES);
  if (!(seconds > 0)) return 0;
  return bench_round(units_a_count * (double)*count * crew->threads / seconds);
}

/* ---- fused multiply-adds ---- */

typedef struct fma_job {
  const bench_kernels *kernels;
  int64_t rounds;
} fma_job;

static void fma_work(void *data, int rank) {
  const fma_job *j = data;
  (void)rank;
  j->kernels->fma(j->rounds);
}

int64_t bench_fma(const bench_crew *crew) {
  fma_job j = {bench_kernels_here(), 0};
  return rate(crew, fma_work, &j, &j.rounds, (double)j.kernels->fma_flops);
}

/* ---- reading ---- */

typedef struct read_job {
  const bench_kernels *kernels;
  const char *data;
  size_t bytes_each;
  int64_t times;
} read_job;

static void read_work(void *data, int rank) {
  const read_job *j = data;
  for (int64_t t = 0; t < j->times; t++) j->kernels->read(j->data + (size_t)rank * j->bytes_each, j->bytes_each);
}

int64_t bench_read(const bench_crew *crew, size_t bytes_each) {
  size_t each = bytes_each / 4096 * 4096, all = each * (size_t)crew->threads;
  char *data = all ? aligned_alloc(4096, all) : NULL;
  if (!data) return 0;
  memset(data, 1, all); /* pages of their own: untouched ones may share one */
  read_job j = {bench_kernels_here(), data, each, 0};
  int64_t r = rate(crew, read_work, &j, &j.times, (double)each);
  free(data);
  return r;
}

/* ---- a barrier ---- */

typedef struct barrier_job {
  spin_barrier barrier;
  int64_t times;
} barrier_job;

static void barrier_work(void *data, int rank) {
  barrier_job *j = data;
  (void)rank;
  for (int64_t t = 0; t < j->times; t++) spin_barrier_wait(&j->barrier);
}

int64_t bench_barrier_ps(const bench_crew *crew) {
  barrier_job j;
  spin_barrier_init(&j.barrier, crew->threads);
  if (!calibrate(crew, barrier_work, &j, &j.times)) return 0;
  return bench_round(1e12 * bench_crew_seconds(crew, barrier_work, &j, BENCH_SAMPLES) / (double)j.times);
}
