/* FlashRNN at run time: ask for a plan, run it.  No compiler, no solver.
 *
 * Tensors (row-major, fp32 on the CPU), G gates, N heads of dimension D,
 * batch B, length T, S states:
 *
 *   Wx     [B, T, G, N, D]     input products, the caller's
 *   R      [G, N, D, D]        recurrent matrices, [out, in]
 *   bias   [GB, N, D]          GB rows: 1 elman, 4 otherwise
 *   initial[S, B, 1, N, D]     NULL: zeros
 *   states [S, B, T, N, D]     all states; states[0] is y
 *   last   [S, B, 1, N, D]     may be NULL
 *
 * function  S            G (order in Wx and R)      (docs/flashrnn.md: the step)
 * elman     y            1
 * lstm      y c          4  i f z o
 * gru       y            3  Wx: r z n   R: g r z   bias: g r z n
 * slstm     y c n m      4  i f z o
 *
 * Errors: FLASHRNN_OK or a negative code; flashrnn_error() has one line (per
 * thread).  A flashrnn context and its plans belong to one thread at a time.
 */
#ifndef FLASHRNN_H
#define FLASHRNN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FLASHRNN_API __attribute__((visibility("default")))
#else
#define FLASHRNN_API
#endif

enum { FLASHRNN_OK = 0, FLASHRNN_ENOMEM = -1, FLASHRNN_EINVAL = -2, FLASHRNN_EDEVICE = -3, FLASHRNN_EDB = -4 };

FLASHRNN_API const char *flashrnn_error(void);

typedef enum flashrnn_function { FLASHRNN_ELMAN, FLASHRNN_LSTM, FLASHRNN_GRU, FLASHRNN_SLSTM } flashrnn_function;
typedef enum flashrnn_pass {
  FLASHRNN_INFERENCE, /* saves nothing for backward */
  FLASHRNN_TRAINING,  /* saves what backward needs */
  FLASHRNN_BACKWARD
} flashrnn_pass;
typedef enum flashrnn_dtype {
  FLASHRNN_FP32,
  FLASHRNN_TF32, FLASHRNN_FP16, FLASHRNN_BF16 /* CUDA only: flashrnn_cuda.h */
} flashrnn_dtype;

typedef struct flashrnn_problem {
  flashrnn_function function;
  flashrnn_pass pass;
  flashrnn_dtype dtype;
  int64_t B, T, N, D;
} flashrnn_problem;

typedef enum flashrnn_match {
  FLASHRNN_EXACT, FLASHRNN_STALE, FLASHRNN_NEAR, FLASHRNN_OTHER_DEVICE,
  FLASHRNN_PREDICTED, FLASHRNN_DEFAULT, FLASHRNN_NONE
} flashrnn_match;

typedef struct flashrnn flashrnn;           /* a context: databases, device, threads */
typedef struct flashrnn_plan flashrnn_plan;

/* database NULL: the user's default file, if it exists; "": none, defaults only.  A database that cannot
 * be used is no failure: defaults are used and flashrnn_notice() says why. */
FLASHRNN_API int flashrnn_open(flashrnn **out, const char *database);
FLASHRNN_API void flashrnn_close(flashrnn *f);
/* What the context has to say (once): why a database is not used; "" else. */
FLASHRNN_API const char *flashrnn_notice(const flashrnn *f);
/* A read-only database shipped with the program: asked after the user's, in order. */
FLASHRNN_API int flashrnn_attach(flashrnn *f, const char *shipped);
/* Record problems that miss, for tuning later. */
FLASHRNN_API int flashrnn_capture(flashrnn *f, int on);

/* Look-up, or the default: a plan fails only for a bad problem or want of memory.
 * A plan that is kept answers the functions below at once, without the database. */
FLASHRNN_API int flashrnn_plan_new(flashrnn_plan **out, flashrnn *f, const flashrnn_problem *p);
FLASHRNN_API void flashrnn_plan_free(flashrnn_plan *p);
FLASHRNN_API flashrnn_match flashrnn_plan_match(const flashrnn_plan *p);
FLASHRNN_API const char *flashrnn_plan_reason(const flashrnn_plan *p); /* field by field */
FLASHRNN_API const char *flashrnn_plan_config(const flashrnn_plan *p); /* "batch_tile=8,..." */
FLASHRNN_API const char *flashrnn_match_name(flashrnn_match m); /* "exact", "stale source", "near", ... */

/* Bytes that a training forward saves for its backward. */
FLASHRNN_API size_t flashrnn_saved_bytes(const flashrnn_problem *p);

typedef struct flashrnn_forward {
  const float *Wx, *R, *bias, *initial; /* in */
  float *states, *last;                 /* out */
  void *saved;                          /* out, training only: flashrnn_saved_bytes() */
} flashrnn_forward;

typedef struct flashrnn_backward {
  const float *R, *bias, *initial, *states; /* in, as in forward */
  const void *saved;                        /* in */
  const float *dstates;                     /* in [S,B,T,N,D], NULL: zeros */
  const float *dlast;                       /* in [S,B,1,N,D], NULL: zeros */
  float *dWx, *dR, *dbias, *dinitial;       /* out; dinitial may be NULL */
} flashrnn_backward;

/* Shapes are the plan's.  All outputs are written in full; deterministic. */
FLASHRNN_API int flashrnn_run_forward(flashrnn_plan *p, const flashrnn_forward *io);
FLASHRNN_API int flashrnn_run_backward(flashrnn_plan *p, const flashrnn_backward *io);

#ifdef __cplusplus
}
#endif
#endif
