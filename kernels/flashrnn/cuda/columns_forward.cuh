/* Forward by columns: see columns.cuh. */
#include "columns.cuh"

struct forward_cell {
  cell_place at;
  float s[STATES], bias[SLOTS];
  element next[GATES]; /* inputs of the step to come */
  track in, out, saved;
};

FR_DEVICE void load_inputs(const fr_params &p, forward_cell &x, int step) {
  if (!x.at.valid || step >= p.T) return;
  const element *row = place_on(x.in, position_of(p, x.at.length, step));
#pragma unroll
  for (int g = 0; g < GATES; g++) x.next[g] = row[g * p.wx.g];
}

FR_DEVICE void begin_cell(const fr_params &p, const column &c, int i, int step, forward_cell &x) {
  x.at = place_of(p, c, i);
  x.in = track_of(p.Wx, p.wx, x.at.b, 0, c.head, x.at.unit);
  x.out = track_of(p.states, p.st, x.at.b, 0, c.head, x.at.unit);
  x.saved = track_of(p.saved, p.sv, x.at.b, 0, c.head, x.at.unit);
#pragma unroll
  for (int g = 0; g < GATES; g++) x.next[g] = 0;
#pragma unroll
  for (int g = 0; g < SLOTS; g++)
    x.bias[g] = x.at.valid ? to_float(((const element *)p.bias)[((fr_int)g * N + c.head) * D + x.at.unit]) : 0.0f;
  if (step == 0) {
    load_edge(p, p.initial, x.at, x.s);
    if (x.at.length == 0) store_edge(p, p.last, x.at, x.s);
  } else load_carry(p, x.at, 0, x.s);
  load_inputs(p, x, step);
}

/* All lanes come here: y is published in pairs. */
FR_DEVICE void finish_cell(const fr_params &p, forward_cell &x, int step, const float *w, const float *r) {
  const cell_place &at = x.at;
  const bool active = at.valid && step < at.length;
  const int position = position_of(p, at.length, step);
  float saved[SAVED], out[STATES];
  element y = from_float(0.0f);
#pragma unroll
  for (int k = 0; k < SAVED; k++) saved[k] = 0.0f;
#pragma unroll
  for (int k = 0; k < STATES; k++) out[k] = 0.0f;
  if (active) {
    if (step > 0 && restarts(p, at.b, at.length, step)) load_edge(p, p.initial, at, x.s);
    cell<FR_FUNCTION>::forward(w, r, x.bias, x.s, saved);
    y = clipped_y(p, x.s[0]);
#pragma unroll
    for (int k = 0; k < STATES; k++) out[k] = x.s[k];
    if (step == at.length - 1) store_edge(p, p.last, at, x.s);
  }
  element *row = place_on(x.out, position);
  publish(row, y, at.valid);
  if (!at.valid) return;
#pragma unroll
  for (int k = 1; k < STATES; k++)
    if (k < p.planes) row[k * p.st.g] = from_float(out[k]);
  if constexpr (FR_PASS == FR_TRAINING) {
    element *to = place_on(x.saved, position);
#pragma unroll
    for (int k = 0; k < SAVED; k++) to[k * p.sv.g] = from_float(saved[k]);
  }
}

FR_DEVICE void columns_forward(const fr_params &p) {
  extern __shared__ float sums[];
  const column c = this_column();
  const int first = PERSISTENT ? 0 : p.step, end = PERSISTENT ? p.T : p.step + 1;
  forward_cell x[CELLS];
  fragments f;
  inlet from[PERSISTENT ? ROW_TILES : 1];
  if constexpr (PERSISTENT) {
    load_fragments(p, c, sums, f);
#pragma unroll
    for (int r = 0; r < ROW_TILES; r++) from[r] = inlet_of(p, c, r);
  }
#pragma unroll
  for (int i = 0; i < CELLS; i++) begin_cell(p, c, i, first, x[i]);
  for (int step = first; step < end; step++) {
    float *here = sums + (PERSISTENT ? step % 2 * WARPS * ROWS * PITCH : 0), w[CELLS][GATES];
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
#pragma unroll
      for (int g = 0; g < GATES; g++) w[i][g] = to_float(x[i].next[g]);
      if constexpr (PERSISTENT) load_inputs(p, x[i], step + 1);
    }
    if constexpr (PERSISTENT) {
      prefetch_polled(p, c, from, step + FR_AHEAD);
      resident_product(p, c, f, from, step, here);
    } else streamed_product(p, c, step, here);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
      float r[4];
#pragma unroll
      for (int g = 0; g < GATES; g++) r[g] = sum_of(here, i, g * UNITS);
      finish_cell(p, x[i], step, w[i], r);
    }
  }
  if constexpr (!PERSISTENT)
#pragma unroll
    for (int i = 0; i < CELLS; i++) store_carry(p, x[i].at, 0, x[i].s);
}
