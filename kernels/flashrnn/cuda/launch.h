/* What host and device agree on: parameters of every kernel, entry names,
 * compile-time macros, and the launch's geometry.  Compiled by the host's C
 * compiler and by NVRTC; it includes nothing and knows no figure of a chip.
 *
 * One source, flashrnn.cu, compiled for one problem and configuration, makes one
 * cubin with the entries that the pass needs.  A pass is a list of stages in
 * stream order; a stage is an entry and its geometry (fr_stage).
 *
 * Tensors are addressed by strides in elements; units (the last dimension, D) are
 * contiguous, so a caller's layout needs no copy.  Rows of D elements begin at
 * multiples of 16 bytes (D is a multiple of 8).
 */
#ifndef FLASHRNN_LAUNCH_H
#define FLASHRNN_LAUNCH_H

typedef long long fr_int; /* 64 bits on both sides */

/* ---- Names of what is compiled in: -DFR_FUNCTION=1 ... ----
 *
 * problem        FR_FUNCTION FR_PASS FR_DTYPE FR_D FR_N FR_OPTIONS
 * configuration  FR_FAMILY and a macro for each parameter below
 *
 * FR_N: number of heads, B and T come at run time (a winner carries over T; B is in the problem's key but
 * needs no recompilation).
 * FR_OPTIONS 0: none of lengths, reverse, reset, clips, cut is looked at; 1: all of them are. */
enum { FR_ELMAN, FR_LSTM, FR_GRU, FR_SLSTM };            /* FR_FUNCTION, the order of flashrnn_function */
enum { FR_INFERENCE, FR_TRAINING, FR_BACKWARD };         /* FR_PASS, the order of flashrnn_pass */
enum { FR_FP32, FR_TF32, FR_FP16, FR_BF16 };             /* FR_DTYPE, the order of flashrnn_dtype */
enum { FR_RESIDENT, FR_CLUSTERED, FR_GRID, FR_STREAMING, FR_ALTERNATING }; /* FR_FAMILY */
enum { FR_LOCAL, FR_MAILBOX, FR_BARRIER, FR_PUSH };      /* FR_EXCHANGE: none, polled output, a barrier a step, words pushed to peers */

/* The configuration: one fr_int a parameter, in the spec's order; the macro is FR_ and the name in capitals. */
typedef struct fr_config {
  fr_int family;     /* FR_RESIDENT .. FR_ALTERNATING */
  fr_int units;      /* units of a head that a block owns; D for resident */
  fr_int batch;      /* batch rows that a block owns; the rest is padding */
  fr_int warps;      /* of a block that compute */
  fr_int split;      /* parts of the reduction over warps (divides warps); partial sums meet in shared memory */
  fr_int gates_on_m; /* 1: gates are the M side of the tensor tile, batch N; 0: batch M, gates N */
  fr_int r_shared;   /* sixteenths of R's share of a block that lie in shared memory (0..16) */
  fr_int r_stream;   /* ... that are read anew each step; the rest is in registers */
  fr_int ring;       /* resident: steps of inputs in flight (asynchronous copies); streaming: pieces of R in flight of a warp */
  fr_int staging;    /* 1: results leave through shared memory as 16-byte rows; 0: from registers */
  fr_int exchange;   /* FR_LOCAL .. FR_PUSH */
  fr_int cluster;    /* blocks a cluster, which own a head together; 1: none */
  fr_int ahead;      /* steps that polled lines (cluster: inputs) are prefetched into L2; 0: not */
  fr_int repoll;     /* 1: only missing words are polled again */
  fr_int approx;     /* 1: tanh.approx and ex2.approx; 0: full precision */
  fr_int chunk;      /* backward: steps of a chunk of the product for dR; 0: dR in registers */
} fr_config;
enum { FR_PARAMETERS = sizeof(fr_config) / sizeof(fr_int) };

typedef struct fr_problem {
  fr_int function, pass, dtype, options, B, T, N, D;
} fr_problem;

/* ---- Shapes that follow from the function ---- */

#ifdef __CUDACC__
#define FR_INLINE static __host__ __device__ constexpr
#else
#define FR_INLINE static inline __attribute__((unused))
#endif

FR_INLINE fr_int fr_gates(fr_int function) { return function == FR_ELMAN ? 1 : function == FR_GRU ? 3 : 4; }
FR_INLINE fr_int fr_states(fr_int function) { return function == FR_LSTM ? 2 : function == FR_SLSTM ? 4 : 1; }
FR_INLINE fr_int fr_bias_rows(fr_int function) { return function == FR_ELMAN ? 1 : 4; }
/* Rows of `saved` a step and cell: pre-activations. elman a; lstm a_i a_f a_z a_o; gru r_g+b_g a_r a_z a_n;
 * slstm log i, log f, a_f, a_z, a_o (logarithms keep f's distance from 1 in half precision; cell_slstm.cuh). */
FR_INLINE fr_int fr_saved_rows(fr_int function) { return function == FR_ELMAN ? 1 : function == FR_SLSTM ? 5 : 4; }
FR_INLINE fr_int fr_bytes(fr_int dtype) { return dtype == FR_FP32 || dtype == FR_TF32 ? 4 : 2; }
FR_INLINE fr_int fr_ceildiv(fr_int a, fr_int b) { return (a + b - 1) / b; }
FR_INLINE fr_int fr_round(fr_int a, fr_int b) { return fr_ceildiv(a, b) * b; }

/* ---- Parameters of every kernel, by value ---- */

/* Strides in elements, of batch row, step, gate (or plane), head. */
typedef struct fr_strides { fr_int b, t, g, n; } fr_strides;

typedef struct fr_params {
  int B, T;
  int step;        /* alternating: the step of this launch */
  int planes;      /* forward: states written, 1 (y) or all */

  /* in; element type FR_DTYPE unless said otherwise */
  const void *Wx;       /* strides `wx` */
  const void *R;        /* [G][N][D][D], contiguous */
  const void *bias;     /* [GB][N][D], contiguous */
  const void *initial;  /* [S][B][N][D], contiguous; NULL: zeros */
  /* forward: out; backward: in */
  void *states;         /* strides `st`, g: plane */
  void *saved;          /* strides `sv`; training and backward */
  void *last;           /* out of forward: [S][B][N][D]; may be NULL */
  /* backward */
  const void *dstates;  /* as states, strides `ds`; NULL: zeros */
  const void *dlast;    /* [S][B][N][D]; NULL: zeros */
  void *dWx;            /* out, strides `wx` */
  void *dR, *dbias;     /* out, contiguous */
  void *dinitial;       /* out, [S][B][N][D]; may be NULL */
  fr_strides wx, st, sv, ds;

  /* options; looked at when FR_OPTIONS */
  const int *lengths;           /* [B]; NULL: T */
  const unsigned char *reset;   /* [B][T]: 1: back to the initial state before the step; NULL: never */
  int reverse;                  /* 1: within each length */
  int cut;                      /* backward: the recurrent gradient is dropped */
  float clip_y;                 /* forward and backward: |y| <= clip_y; 0: not */
  float clip_gradient;          /* backward: recurrent gradient to [-c, c]; 0: not */

  /* workspace, fr_work_of() */
  void *exchange;     /* all ones before the launch when fr_work.fill says so, else zeros */
  unsigned *flags;    /* counters of the barrier, FR_FLAG_WORDS apart; zeros before the launch */
  void *partial;      /* sums of dR, db across tiles, fp32; not initialised */
  void *scratch;      /* not initialised: gate gradients of gru's R side, state of the alternating path ... */
} fr_params;

/* ---- Stages ---- */

typedef struct fr_stage {
  const char *entry;  /* extern "C" __global__ void entry(const __grid_constant__ fr_params p) */
  fr_int grid, threads, cluster /* 1: none */, shared /* dynamic bytes */;
  int cooperative;    /* all blocks are resident at once */
  fr_int repeat;      /* launches in a row; the i-th has fr_params.step = i */
} fr_stage;
enum { FR_STAGES = 4 };

/* Bytes of workspace; what `fill` covers is set to all ones before the pass, flags to zero. */
typedef struct fr_work { fr_int exchange, flags, partial, scratch; int fill; int fill_states; } fr_work;
/* fill_states: plane 0 of states (forward) is the mailbox: the host fills it with ones;
 * in backward likewise dWx. */

#endif
