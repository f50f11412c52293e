/* What the files of one instruction set share.  They are compiled once a set:
 * CPU_ISA names it, and every outer symbol carries that name. */
#ifndef FLASHRNN_KERNEL_H
#define FLASHRNN_KERNEL_H

#include "plan.h"
#include "simd.h"

#define ISA_JOIN2(a, b) a##_##b
#define ISA_JOIN(a, b) ISA_JOIN2(a, b)
#define ISA_NAME(a) ISA_JOIN(a, CPU_ISA)

#define kernel_product ISA_NAME(kernel_product)
#define kernel_dot ISA_NAME(kernel_dot)
#define kernel_transpose ISA_NAME(kernel_transpose)
#define kernel_pack_forward ISA_NAME(kernel_pack_forward)
#define kernel_pack_backward ISA_NAME(kernel_pack_backward)
#define kernel_fetch_forward ISA_NAME(kernel_fetch_forward)
#define kernel_cell_forward ISA_NAME(kernel_cell_forward)
#define kernel_cell_backward ISA_NAME(kernel_cell_backward)
#define kernel_forward ISA_NAME(kernel_forward)
#define kernel_backward ISA_NAME(kernel_backward)
#define kernel_weights ISA_NAME(kernel_weights)
#define kernel_isa ISA_NAME(kernel_isa)

cpu_product kernel_product(int vectors, int rows, int unroll, int prefetch);
cpu_dot kernel_dot(int vectors, int rows);

/* to[c*to_row + r] = from[r*from_row + c] for r < rows, c < columns. */
void kernel_transpose(float *to, int64_t to_row, const float *from, int64_t from_row,
                      int64_t rows, int64_t columns);

/* One unit tile of head n of R in panels. */
void kernel_pack_forward(const cpu_plan *plan, const float *R, int64_t n, int64_t tile);
void kernel_pack_backward(const cpu_plan *plan, const float *R, int64_t n, int64_t tile);

/* The cells of one tile (rows x units) at one step.  `tile`: [row][vector of
 * units][gate][lane], row by row tile_row floats apart.  Every *_row is the
 * distance of batch rows, *_plane of states; gates of Wx and rows of the bias
 * are `gate` apart. */
typedef struct cell_forward {
  int64_t rows, units;
  float *tile; /* in: the products; out: y in the first gate's place */
  int64_t tile_row, gates, states, saved_rows;
  const float *wx, *bias;
  int64_t wx_row, gate;
  float *state;
  int64_t state_row, state_plane;
  float *carry; /* the state before, then after */
  int64_t carry_row, carry_plane;
  float *saved; /* NULL: inference */
  int64_t saved_row, saved_gate;
} cell_forward;

typedef struct cell_backward {
  int64_t rows, units;
  float *tile; /* out: gradients of R's gates */
  int64_t tile_row, gates;
  const float *state, *before, *dstate;
  int64_t state_row, state_plane, before_row, before_plane, dstate_row, dstate_plane;
  const float *saved;
  int64_t saved_row, saved_gate;
  float *carry; /* gradient of the state after, then the direct part of the one before */
  int64_t carry_row, carry_plane;
  float *dwx;
  int64_t wx_row, gate;
  float *dnew; /* gru; rows as of the state */
  float *dbias;
} cell_backward;

/* Asks for what the cells will touch: it comes while the product runs. */
void kernel_fetch_forward(const cell_forward *c);
void kernel_cell_forward(flashrnn_function f, const cell_forward *c);
void kernel_cell_backward(flashrnn_function f, const cell_backward *c);

void kernel_forward(const cpu_worker *w, const flashrnn_forward *io);
void kernel_backward(const cpu_worker *w, const flashrnn_backward *io);
/* dR from finished gradients; all threads take part. */
void kernel_weights(const cpu_worker *w, const flashrnn_backward *io);

extern const cpu_isa kernel_isa;

#endif
