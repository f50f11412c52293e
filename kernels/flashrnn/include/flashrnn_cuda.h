/* FlashRNN on a CUDA device: ask for a plan, enqueue it on a stream.
 *
 * A plan on a tuned problem loads the machine code that the database holds: no
 * compiler, no solver.  Otherwise the nearest configuration, or the default, is
 * compiled when the plan is made, if libnvrtc is installed.
 *
 * Tensors are those of flashrnn.h, in device memory, contiguous, of the plan's
 * dtype (fp32 and tf32: 4 bytes).  A context uses the device of the calling thread's
 * CUDA context, else the first, and its primary context.  A context and its plans
 * belong to one thread at a time; a plan's workspace to one stream at a time.
 * Runs allocate nothing and synchronise nothing: they may be captured in a graph.
 */
#ifndef FLASHRNN_CUDA_H
#define FLASHRNN_CUDA_H

#include "flashrnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct flashrnn_cuda flashrnn_cuda;           /* a context: device, databases */
typedef struct flashrnn_cuda_plan flashrnn_cuda_plan;

/* Beside the problem of flashrnn.h: whether runs may use flashrnn_cuda_options. */
typedef struct flashrnn_cuda_problem {
  flashrnn_problem problem;
  int options;
} flashrnn_cuda_problem;

/* As flashrnn_open; FLASHRNN_EDEVICE where there is no driver or GPU. */
FLASHRNN_API int flashrnn_cuda_open(flashrnn_cuda **out, const char *database);
FLASHRNN_API void flashrnn_cuda_close(flashrnn_cuda *f);
FLASHRNN_API int flashrnn_cuda_attach(flashrnn_cuda *f, const char *shipped);
FLASHRNN_API const char *flashrnn_cuda_notice(const flashrnn_cuda *f);

/* FLASHRNN_EDEVICE: the device cannot hold any configuration, or there is no machine code and no compiler. */
FLASHRNN_API int flashrnn_cuda_plan_new(flashrnn_cuda_plan **out, flashrnn_cuda *f, const flashrnn_cuda_problem *p);
FLASHRNN_API void flashrnn_cuda_plan_free(flashrnn_cuda_plan *p);
FLASHRNN_API flashrnn_match flashrnn_cuda_plan_match(const flashrnn_cuda_plan *p);
FLASHRNN_API const char *flashrnn_cuda_plan_reason(const flashrnn_cuda_plan *p);
FLASHRNN_API const char *flashrnn_cuda_plan_config(const flashrnn_cuda_plan *p);
FLASHRNN_API int flashrnn_cuda_plan_compiled(const flashrnn_cuda_plan *p); /* 1: its code was made now, not loaded */
FLASHRNN_API size_t flashrnn_cuda_plan_workspace(const flashrnn_cuda_plan *p);

/* Bytes of what a training forward saves for its backward. */
FLASHRNN_API size_t flashrnn_cuda_saved_bytes(const flashrnn_problem *p);

/* NULL or 0: not.  Only in plans with options. */
typedef struct flashrnn_cuda_options {
  const int32_t *lengths;      /* [B]: states beyond are zero, the last state is the one at the length */
  const unsigned char *reset;  /* [B, T]: 1: back to the initial state before the step */
  int reverse;                 /* each sequence from its end */
  float clip_y;                /* |y| at most */
  float clip_gradient;         /* of the recurrent gradient */
  int cut_gradient;            /* no recurrent gradient */
} flashrnn_cuda_options;

typedef struct flashrnn_cuda_forward {
  const void *Wx, *R, *bias, *initial;  /* in; initial NULL: zeros */
  void *states, *last, *saved;          /* out; last may be NULL; saved: training */
  const flashrnn_cuda_options *options; /* may be NULL */
} flashrnn_cuda_forward;

typedef struct flashrnn_cuda_backward {
  const void *R, *bias, *initial, *states, *saved; /* in, as in forward */
  const void *dstates, *dlast;                     /* in, NULL: zeros */
  void *dWx, *dR, *dbias, *dinitial;               /* out; dinitial may be NULL */
  const flashrnn_cuda_options *options;
} flashrnn_cuda_backward;

/* stream: a CUstream or cudaStream_t, NULL: the default stream.  Deterministic. */
FLASHRNN_API int flashrnn_cuda_run_forward(flashrnn_cuda_plan *p, const flashrnn_cuda_forward *io, void *stream);
FLASHRNN_API int flashrnn_cuda_run_backward(flashrnn_cuda_plan *p, const flashrnn_cuda_backward *io, void *stream);

#ifdef __cplusplus
}
#endif
#endif
