/* Inside a plan: what the threads of a run share, and what an instruction set
 * offers.  Everything is fixed when the plan is made; a run only fills buffers.
 *
 * The grid: thread = (head part, batch part, unit part).  Threads that differ
 * in the unit part alone form a group: they exchange y (forward) or the gate
 * gradients (backward) each step and meet at the group's barrier.
 */
#ifndef FLASHRNN_PLAN_H
#define FLASHRNN_PLAN_H

#include "barrier.h"
#include "cpu.h"

/* out[r][v*lanes..] (+)= sum over k of x[k*rows + r] * panel[k*stride + v*lanes..] */
typedef void (*cpu_product)(const float *panel, int64_t stride, const float *x, int64_t depth,
                            float *out, int64_t out_row, int add, int64_t ahead);
/* out[r*out_row + o] = sum over k of x[r*x_row + k] * rows_of_r[o*stride + k]; depth: whole vectors */
typedef void (*cpu_dot)(const float *r, int64_t stride, const float *x, int64_t x_row, int64_t depth,
                        float *out, int64_t out_row);

typedef struct cpu_worker cpu_worker;

/* An instruction set: its kernels under fixed names. */
typedef struct cpu_isa {
  const char *architecture;
  int lanes, registers;
  cpu_product (*product)(int vectors, int rows, int unroll, int prefetch); /* NULL: not compiled in */
  cpu_dot (*dot)(int vectors, int rows);
  void (*forward)(const cpu_worker *w, const flashrnn_forward *io);
  void (*backward)(const cpu_worker *w, const flashrnn_backward *io);
} cpu_isa;

const cpu_isa *cpu_isa_find(const char *architecture);

/* A run of batch rows that one micro-kernel call covers. */
typedef struct cpu_rows {
  int64_t first, count;
  cpu_product product;
  cpu_dot dot;
} cpu_rows;

/* The product dR = sum over time and batch of gate gradients x y. */
typedef struct cpu_weights {
  int64_t rows, vectors; /* its register tile */
  int64_t chunk;         /* steps x batch rows packed at a time */
  int64_t block;         /* panels of `rows` outputs packed at a time */
  cpu_product product;
} cpu_weights;

struct cpu_plan {
  flashrnn_problem problem;
  cpu_device device;
  cpu_config config;
  cpu_shape shape;
  const cpu_isa *isa;
  int64_t lanes;
  int threads;

  int64_t tiles;        /* unit tiles of a head */
  int64_t tile_columns; /* floats of a packed tile at one reduction index */
  int64_t depth;        /* of the recurrent product */
  int64_t exchange_row; /* R in place: floats from one batch row of y to the next */

  cpu_rows *rows;      /* of all batch parts */
  int64_t *rows_first; /* [threads_batch + 1] */
  cpu_barrier *groups; /* [threads_heads * threads_batch] */
  cpu_barrier *all;
  cpu_weights weights;

  void *workspace;
  float *packed;   /* [N][tiles][depth][tile_columns], panel by panel */
  float *exchange; /* [threads_heads][2][exchange_size] */
  int64_t exchange_size;
  float *carry;    /* [threads_heads][states][B][D]: the state, or its gradient */
  float *tile;     /* [threads][tile_size] */
  int64_t tile_size;
  float *zeros;    /* [D] */
  float *dbias;    /* [threads_batch][bias rows][N][D] */
  float *dnew;     /* gru: gradient of R's g gate, [B,T,N,D] */
  float *inputs;   /* weights: panels of y, shared, [chunk][D rounded up] */
  float *outputs;  /* weights: panels of gradients, [threads][chunk * block * rows] */
  float *corner;   /* weights: a register tile at an edge, [threads][rows * vectors * lanes] */
};

/* One thread's part of a plan. */
struct cpu_worker {
  const cpu_plan *plan;
  int thread, head_part, batch_part, unit_part;
  int64_t head0, head1, tile0, tile1, row0, row1; /* row: indices into plan->rows */
  int64_t exchange_size;
  float *exchange, *carry, *tile;
  cpu_barrier *group;
};

static inline int64_t cpu_ceildiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* Where part i of n begins. */
static inline int64_t cpu_part(int64_t total, int64_t n, int64_t i) { return total * i / n; }

#endif
