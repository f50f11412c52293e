/* Time and place: which position a step of a sequence has (lengths, reverse),
 * where its state starts anew (reset), and the addresses of rows of D units.
 *
 * A sequence of length L runs steps 0..L-1; the steps after are padding, whose
 * positions are their own.  Every position is met exactly once. */
#ifndef FR_SEQUENCE_CUH
#define FR_SEQUENCE_CUH

#include "functions.cuh"
#include "geometry.h"

constexpr int D = FR_D, N = FR_N;
constexpr int GATES = (int)fr_gates(FR_FUNCTION), STATES = (int)fr_states(FR_FUNCTION);
constexpr int SLOTS = (int)fr_bias_rows(FR_FUNCTION), SAVED = (int)fr_saved_rows(FR_FUNCTION);
constexpr int WX_SLOT = SLOTS - GATES; /* slot of Wx's first gate */
constexpr int CHUNKS = (int)fr_chunks(FR_D, FR_DTYPE), PADDED = (int)fr_padded(FR_D, FR_DTYPE);

FR_DEVICE int length_of(const fr_params &p, int b) {
  if (b >= p.B) return 0;
  if constexpr (FR_OPTIONS)
    if (p.lengths) return min(max(p.lengths[b], 0), p.T);
  return p.T;
}

FR_DEVICE int position_of(const fr_params &p, int length, int step) {
  if constexpr (FR_OPTIONS)
    if (p.reverse && step < length) return length - 1 - step;
  return step;
}

/* The state before this step is the initial one. */
FR_DEVICE bool restarts(const fr_params &p, int b, int length, int step) {
  if (step == 0) return true;
  if constexpr (FR_OPTIONS)
    if (p.reset && step < length) return p.reset[(fr_int)b * p.T + position_of(p, length, step)] != 0;
  return false;
}

/* ---- Rows ---- */

FR_DEVICE fr_int offset_of(const fr_strides &s, int b, int position, int plane, int head) {
  return b * s.b + position * s.t + plane * s.g + head * s.n;
}
FR_DEVICE element *state_row(const fr_params &p, int plane, int b, int position, int head) {
  return (element *)p.states + offset_of(p.st, b, position, plane, head);
}
/* Rows at the edges, [S][B][N][D]; NULL stays NULL. */
FR_DEVICE fr_int edge_of(const fr_params &p, int plane, int b, int head) { return (((fr_int)plane * p.B + b) * N + head) * D; }
FR_DEVICE const element *edge_row(const fr_params &p, const void *base, int plane, int b, int head) {
  return base ? (const element *)base + edge_of(p, plane, b, head) : (const element *)0;
}
/* The state before a step, NULL: zeros. */
FR_DEVICE const element *before_row(const fr_params &p, int plane, int b, int length, int step, int head) {
  if (restarts(p, b, length, step)) return edge_row(p, p.initial, plane, b, head);
  return state_row(p, plane, b, position_of(p, length, step - 1), head);
}
/* Gradients of a gate by its slot: gru's first is not Wx's. */
FR_DEVICE element *slot_row(const fr_params &p, int slot, int b, int position, int head) {
  if (slot < WX_SLOT) return (element *)p.exchange + (((fr_int)b * p.T + position) * N + head) * D;
  return (element *)p.dWx + offset_of(p.wx, b, position, slot - WX_SLOT, head);
}

/* Gradients of gru's first gate. */
FR_DEVICE fr_strides inner_strides(const fr_params &p) { return {(fr_int)p.T * N * D, (fr_int)N * D, 0, D}; }

/* Where a sequence's unit is at position 0, and the bytes from a position to the next: all that a loop over
 * time needs to compute. */
struct track { char *at; int stride; };

FR_DEVICE track track_of(const void *base, const fr_strides &s, int b, int plane, int head, int unit) {
  return {base ? (char *)((element *)base + offset_of(s, b, 0, plane, head) + unit) : (char *)0, (int)(s.t * (fr_int)sizeof(element))};
}
FR_DEVICE element *place_on(const track &t, int position) { return (element *)(t.at + (fr_int)position * t.stride); }

FR_DEVICE float unit_of(const element *row, int unit) { return row ? to_float(row[unit]) : 0.0f; }
FR_DEVICE uint4 vector_of(const element *row, int unit) { return row && unit < D ? *(const uint4 *)(row + unit) : zeros4(); }

/* ---- Clips ---- */

/* The greatest element that is not beyond the clip. */
FR_DEVICE float clip_element(float clip) {
  element e = from_float(clip);
  if constexpr (HALF)
    if (to_float(e) > clip) e--;
  return to_float(e);
}

/* y as an element, y itself clipped.  What was not clipped stays below the clip when it is rounded, so that
 * backward can tell: there the gradient of a clipped y is nothing. */
FR_DEVICE element clipped_y(const fr_params &p, float &y) {
  if constexpr (FR_OPTIONS) {
    if (p.clip_y > 0.0f) {
      const float most = clip_element(p.clip_y);
      const bool inside = fabsf(y) < p.clip_y;
      if (y >= p.clip_y) y = most;
      if (y <= -p.clip_y) y = -most;
      element e = from_float(y);
      if constexpr (HALF)
        while (inside && fabsf(to_float(e)) >= most) e--;
      return e;
    }
  }
  return from_float(y);
}
FR_DEVICE bool was_clipped(const fr_params &p, float y) { return p.clip_y > 0.0f && fabsf(y) >= clip_element(p.clip_y); }

/* The recurrent gradient as the options want it; NaN stays. */
FR_DEVICE float recurrent_gradient(const fr_params &p, float x) {
  if constexpr (FR_OPTIONS) {
    if (p.cut) return 0.0f;
    if (p.clip_gradient > 0.0f) {
      if (x > p.clip_gradient) return p.clip_gradient;
      if (x < -p.clip_gradient) return -p.clip_gradient;
    }
  }
  return x;
}

/* ---- One cell, whatever the family ---- */

struct cell_place { int b, unit, head, length; bool valid; };

FR_DEVICE void load_edge(const fr_params &p, const void *base, const cell_place &x, float *s) {
#pragma unroll
  for (int k = 0; k < STATES; k++) s[k] = x.valid ? unit_of(edge_row(p, base, k, x.b, x.head), x.unit) : 0.0f;
}
FR_DEVICE void store_edge(const fr_params &p, void *base, const cell_place &x, const float *s) {
  if (!base || !x.valid) return;
#pragma unroll
  for (int k = 0; k < STATES; k++) ((element *)base)[edge_of(p, k, x.b, x.head) + x.unit] = from_float(s[k]);
}

/* The gradient of the state after step `step`, from what later steps left in d and the recurrent sum; what
 * belongs to the initial state goes to d_initial.  step -1: before the first. */
FR_DEVICE void settle(const fr_params &p, const cell_place &x, int step, float recurrent, float *d, float *d_initial) {
  if (!x.valid) return;
  d[0] += recurrent_gradient(p, recurrent);
  if (step + 1 < x.length && restarts(p, x.b, x.length, step + 1)) {
#pragma unroll
    for (int k = 0; k < STATES; k++) d_initial[k] += d[k], d[k] = 0.0f;
  }
  if (step == x.length - 1) {
    load_edge(p, p.dlast, x, d);
    if (step < 0) {
#pragma unroll
      for (int k = 0; k < STATES; k++) d_initial[k] = d[k];
    }
  }
}

#endif
