/* What the tests of FlashRNN's kernels share: random problems, inputs, legal
 * configurations, and runs whose outputs are poisoned first. */
#ifndef FLASHRNN_CASES_H
#define FLASHRNN_CASES_H

#include "cpu.h"
#include "reference.h"

typedef struct case_random { uint64_t state; } case_random;

uint64_t case_next(case_random *r);
int64_t case_below(case_random *r, int64_t n); /* 0 .. n-1 */
uint64_t case_seed(void);                      /* fresh; $SEED repeats one; printed */

/* Buffers in fp32; those a pass has no use for are NULL. */
typedef struct case_buffers {
  float *Wx, *R, *bias, *initial, *dstates, *dlast;     /* inputs */
  float *states, *last, *saved;                         /* forward's outputs, backward's inputs */
  float *dWx, *dR, *dbias, *dinitial;                   /* backward's outputs */
} case_buffers;

case_buffers case_inputs(const flashrnn_problem *p, case_random *r);
void case_release(case_buffers *b);
reference_inputs case_reference_inputs(const case_buffers *b);

/* A device like this one with `cores` cores and vectors of `bytes` (16, 32, 64);
 * 0 if this machine has none such. */
int case_device(cpu_device *d, int64_t cores, int64_t bytes);

/* A random legal configuration for p with exactly `threads` threads; 0: there is none. */
int case_config(const cpu_device *d, const flashrnn_problem *p, int64_t threads, case_random *r, cpu_config *c);

/* Poisons the outputs and runs the pass of p; ends the test on failure. */
void case_run(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c, case_buffers *b);

/* Relative L2 error; infinite where something is unwritten or no number. */
double case_error(const float *got, const double *want, int64_t n);

#endif
