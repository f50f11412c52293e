/* FlashRNN in double precision by plain loops: what the fast kernels are
 * checked against.  Written apart from them and sharing nothing but shapes. */
#ifndef FLASHRNN_REFERENCE_H
#define FLASHRNN_REFERENCE_H

#include "cpu.h"

/* Inputs as a caller has them; initial, dstates and dlast may be NULL. */
typedef struct reference_inputs {
  const float *Wx, *R, *bias, *initial, *dstates, *dlast;
} reference_inputs;

/* Everything that comes out, in the layouts of flashrnn.h; saved as the fast
 * forward saves it.  The gradients are NULL unless the pass is backward. */
typedef struct reference_outputs {
  double *states, *last, *saved;
  double *dWx, *dR, *dbias, *dinitial;
} reference_outputs;

/* Elements of each output. */
int64_t reference_states_size(const flashrnn_problem *p);
int64_t reference_last_size(const flashrnn_problem *p);
int64_t reference_saved_size(const flashrnn_problem *p);
int64_t reference_dwx_size(const flashrnn_problem *p);
int64_t reference_dr_size(const flashrnn_problem *p);
int64_t reference_dbias_size(const flashrnn_problem *p);

int reference_allocate(reference_outputs *out, const flashrnn_problem *p); /* 0 or FLASHRNN_ENOMEM */
void reference_release(reference_outputs *out);

/* Forward always; backward too when the gradients have a place. 0 or FLASHRNN_ENOMEM. */
int reference_run(const flashrnn_problem *p, const reference_inputs *in, reference_outputs *out);

/* ---- The same in single precision, on one thread ---- */

typedef struct naive_outputs {
  float *states, *last, *saved;
  float *dWx, *dR, *dbias, *dinitial;
} naive_outputs;

int naive_allocate(naive_outputs *out, const flashrnn_problem *p);
void naive_release(naive_outputs *out);
int naive_run(const flashrnn_problem *p, const reference_inputs *in, naive_outputs *out);

/* Its time.  Runs steps of about `operations` multiply-adds forward, at least
 * one, and scales by those left out: every step costs the same. */
int naive_seconds(const flashrnn_problem *p, const reference_inputs *in, double operations, double *seconds);

#endif
