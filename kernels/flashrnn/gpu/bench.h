/* A problem on the device, for measuring: several sets of inputs, outputs that
 * are poisoned, the truth, and the clock. */
#ifndef FLASHRNN_GPU_BENCH_H
#define FLASHRNN_GPU_BENCH_H

#include "reference.h"

typedef struct fr_bench fr_bench;

int fr_bench_open(fr_bench **out, const fr_problem *p, uint64_t seed, char *why);
void fr_bench_close(fr_bench *b);
gpu_device *fr_bench_device(const fr_bench *b);
const fr_problem *fr_bench_problem(const fr_bench *b);

int fr_bench_reference(fr_bench *b, char *why);
/* Seconds of one run of plain kernels, a launch a step. */
int fr_bench_naive(fr_bench *b, double *seconds, char *why);
int fr_bench_poison(fr_bench *b, char *why);
/* One run on the next set; seconds by events.  GPU_ELAUNCH if it does not end: then the process had better. */
int fr_bench_launch(fr_bench *b, fr_plan *plan, double *seconds, char *why);

enum { FR_OUTPUTS = 5 };
typedef struct fr_output { const char *name; fr_difference difference; } fr_output;
int fr_bench_compare(fr_bench *b, fr_output out[FR_OUTPUTS], int *n, char *why);

/* A hash over all outputs of the last run, to compare runs bit by bit. */
int fr_bench_digest(fr_bench *b, uint64_t *out, char *why);

#endif
