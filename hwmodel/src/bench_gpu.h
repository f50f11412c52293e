/* Measurements of a GPU: cuda/bench.cu compiled for it, run and timed by events. */
#ifndef HW_BENCH_GPU_H
#define HW_BENCH_GPU_H

#include <stdint.h>

#include "driver.h"

typedef struct bench_gpu bench_gpu;

/* GPU_EDEVICE where there is no compiler. */
int bench_gpu_open(bench_gpu **out, gpu_device *d, char *why);
void bench_gpu_close(bench_gpu *b);

/* What is measured, in the order of the table; NULL beyond the end. */
typedef struct bench_gpu_item {
  const char *key, *what;
  int needs_clusters;
} bench_gpu_item;
const bench_gpu_item *bench_gpu_at(int i);
/* *value: in the key's unit, 0 if this device cannot run it. */
int bench_gpu_run(bench_gpu *b, int i, int64_t *value, char *why);

/* Clusters of so many blocks, each with all the shared memory of a multiprocessor, that are resident at once. */
int bench_gpu_clusters(bench_gpu *b, int blocks, int64_t *value, char *why);

#endif
