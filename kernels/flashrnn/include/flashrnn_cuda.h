/* FlashRNN on a CUDA device: ask for a plan, enqueue it on a stream.
 *
 * A plan on a tuned problem loads the machine code that the database holds: no
 * compiler, no solver.  Otherwise the nearest configuration, or the default, is
 * compiled when the plan is made, if libnvrtc is installed, and kept in the user's
 * cache folder ($XDG_CACHE_HOME/constrint/flashrnn): the next program loads it.
 *
 * Tensors are those of flashrnn.h, in device memory, contiguous, of the plan's
 * dtype (fp32 and tf32: 4 bytes).
 *
 * A context uses the calling thread's CUDA context if it has one, else the first
 * device's primary context; each call leaves the thread's own as it was.  Any number
 * of threads may use a context and its plans at once.  A plan's own workspace belongs
 * to one stream at a time: for several, bring one for each run.  Runs allocate
 * nothing and synchronise nothing: they may be captured in a graph, which then
 * holds on to the plan and the workspace.  Free a plan when its work is done.
 */
#ifndef FLASHRNN_CUDA_H
#define FLASHRNN_CUDA_H

#include "flashrnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct flashrnn_cuda flashrnn_cuda;           /* a context: device, databases */
typedef struct flashrnn_cuda_plan flashrnn_cuda_plan;

/* Beside the problem of flashrnn.h. */
typedef struct flashrnn_cuda_problem {
  flashrnn_problem problem;
  int options;          /* 1: runs may use flashrnn_cuda_options */
  int brings_workspace; /* 1: every run brings its workspace, the plan has none of its own */
} flashrnn_cuda_problem;

/* As flashrnn_open; FLASHRNN_EDEVICE where there is no driver or GPU.  A context that is closed
 * lives on until the last of its plans is freed. */
FLASHRNN_API int flashrnn_cuda_open(flashrnn_cuda **out, const char *database);
FLASHRNN_API void flashrnn_cuda_close(flashrnn_cuda *f);
FLASHRNN_API int flashrnn_cuda_attach(flashrnn_cuda *f, const char *shipped);
FLASHRNN_API int flashrnn_cuda_capture(flashrnn_cuda *f, int on); /* as flashrnn_capture */
FLASHRNN_API const char *flashrnn_cuda_notice(const flashrnn_cuda *f);

/* FLASHRNN_EDEVICE: the device cannot hold any configuration, or there is no machine code and no compiler. */
FLASHRNN_API int flashrnn_cuda_plan_new(flashrnn_cuda_plan **out, flashrnn_cuda *f, const flashrnn_cuda_problem *p);
FLASHRNN_API void flashrnn_cuda_plan_free(flashrnn_cuda_plan *p);
FLASHRNN_API flashrnn_match flashrnn_cuda_plan_match(const flashrnn_cuda_plan *p);
FLASHRNN_API const char *flashrnn_cuda_plan_reason(const flashrnn_cuda_plan *p);
FLASHRNN_API const char *flashrnn_cuda_plan_config(const flashrnn_cuda_plan *p);
FLASHRNN_API int flashrnn_cuda_plan_compiled(const flashrnn_cuda_plan *p); /* 1: its code was made now, not loaded */
FLASHRNN_API size_t flashrnn_cuda_plan_workspace(const flashrnn_cuda_plan *p); /* bytes of a run's, at a multiple of 256 */

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
  void *workspace;                      /* NULL: the plan's own; uninitialised, free again when the run is done */
} flashrnn_cuda_forward;

typedef struct flashrnn_cuda_backward {
  const void *R, *bias, *initial, *states, *saved; /* in, as in forward */
  const void *dstates, *dlast;                     /* in, NULL: zeros */
  void *dWx, *dR, *dbias, *dinitial;               /* out; dinitial may be NULL */
  const flashrnn_cuda_options *options;
  void *workspace;
} flashrnn_cuda_backward;

/* One step with the states kept on the device: a plan for inference with T = 1. */
typedef struct flashrnn_cuda_step {
  const void *Wx, *R, *bias; /* Wx [B, 1, G, N, D] */
  const void *state;         /* in [S, B, 1, N, D] */
  void *next;                /* out, likewise; may be `state`: in place, for one copy more */
  const flashrnn_cuda_options *options;
  void *workspace;
} flashrnn_cuda_step;

/* stream: a CUstream or cudaStream_t, NULL: the default stream.  Deterministic. */
FLASHRNN_API int flashrnn_cuda_run_forward(const flashrnn_cuda_plan *p, const flashrnn_cuda_forward *io, void *stream);
FLASHRNN_API int flashrnn_cuda_run_backward(const flashrnn_cuda_plan *p, const flashrnn_cuda_backward *io, void *stream);
FLASHRNN_API int flashrnn_cuda_run_step(const flashrnn_cuda_plan *p, const flashrnn_cuda_step *io, void *stream);

#ifdef __cplusplus
}
#endif
#endif
