/* Measurements of the host.  Each is the median of several samples after a
 * warm-up; a result of 0 could not be measured (no memory, no threads). */
#ifndef HW_BENCH_H
#define HW_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum { BENCH_SAMPLES = 7 };

/* ---- bench_kernel.c: what is timed, for the widest instructions there are ---- */
typedef struct bench_kernels {
  int64_t fma_flops; /* operations of one round of fma */
  void (*fma)(int64_t rounds);
  void (*read)(const void *data, size_t bytes); /* bytes: a multiple of BENCH_BLOCK */
} bench_kernels;
enum { BENCH_BLOCK = 1024 };
const bench_kernels *bench_kernels_here(void);

/* ---- bench_crew.c: the same work on several pinned threads at once ---- */
typedef struct bench_crew {
  const int *cpus; /* one for each thread */
  int threads;
} bench_crew;
/* Runs work(data, rank) on every thread, samples times; the time of a sample is
 * from the first start to the last end.  Returns the median in seconds, 0 on failure. */
typedef void (*bench_work)(void *data, int rank);
double bench_crew_seconds(const bench_crew *crew, bench_work work, void *data, int samples);

/* ---- bench_rates.c ---- */
int64_t bench_fma(const bench_crew *crew);                      /* operations a second, all threads together */
int64_t bench_read(const bench_crew *crew, size_t bytes_each);  /* bytes a second, all threads together */
int64_t bench_barrier_ps(const bench_crew *crew);

double bench_now(void); /* seconds of the monotonic clock */
/* Four significant digits: more would pretend. */
int64_t bench_round(double value);

#endif
