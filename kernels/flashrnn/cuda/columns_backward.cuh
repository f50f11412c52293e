/* Backward by columns: see columns.cuh.  A block owns units of the state; it
 * gathers the gate gradients of its whole head. */
#include "columns.cuh"

constexpr int BEFORE = cell<FR_FUNCTION>::before_planes;

struct backward_cell {
  cell_place at;
  float d[STATES], d_initial[STATES];
  float saved[SAVED], before[BEFORE + 1], out[STATES]; /* inputs of the step to come */
  bool clipped;
  track in, state, gradient, slots;
};

FR_DEVICE void load_inputs(const fr_params &p, backward_cell &x, int step) {
  const cell_place &at = x.at;
  x.clipped = false;
  if (!at.valid || step < 0 || step >= at.length) return;
  const int position = position_of(p, at.length, step);
  const element *saved = place_on(x.in, position), *gradient = place_on(x.gradient, position);
  const bool first = restarts(p, at.b, at.length, step);
  const element *state = place_on(x.state, first ? position : position_of(p, at.length, step - 1));
#pragma unroll
  for (int k = 0; k < SAVED; k++) x.saved[k] = to_float(saved[k * p.sv.g]);
#pragma unroll
  for (int k = 0; k < BEFORE; k++)
    if (!first) x.before[k] = to_float(state[cell<FR_FUNCTION>::before_plane(k) * p.st.g]);
    else x.before[k] = unit_of(edge_row(p, p.initial, cell<FR_FUNCTION>::before_plane(k), at.b, at.head), at.unit);
#pragma unroll
  for (int k = 0; k < STATES; k++) x.out[k] = x.gradient.at ? to_float(gradient[k * p.ds.g]) : 0.0f;
  if constexpr (FR_OPTIONS)
    if (p.clip_y > 0.0f) x.clipped = was_clipped(p, to_float(state_row(p, 0, at.b, position, at.head)[at.unit]));
}

FR_DEVICE void begin_cell(const fr_params &p, const column &c, int i, int step, backward_cell &x) {
  x.at = place_of(p, c, i);
  x.in = track_of(p.saved, p.sv, x.at.b, 0, c.head, x.at.unit);
  x.state = track_of(p.states, p.st, x.at.b, 0, c.head, x.at.unit);
  x.gradient = track_of(p.dstates, p.ds, x.at.b, 0, c.head, x.at.unit);
  x.slots = track_of(p.dWx, p.wx, x.at.b, 0, c.head, x.at.unit);
#pragma unroll
  for (int k = 0; k < STATES; k++) x.d[k] = x.d_initial[k] = 0.0f;
  if (!PERSISTENT && step < p.T - 1) {
    load_carry(p, x.at, 0, x.d);
    load_carry(p, x.at, STATES, x.d_initial);
  }
  load_inputs(p, x, step);
}

/* All lanes come here. */
FR_DEVICE void finish_cell(const fr_params &p, backward_cell &x, int step, float recurrent) {
  const cell_place &at = x.at;
  float slots[SLOTS];
#pragma unroll
  for (int k = 0; k < SLOTS; k++) slots[k] = 0.0f;
  settle(p, at, step, recurrent, x.d, x.d_initial);
  if (at.valid && step < at.length) {
#pragma unroll
    for (int k = 0; k < STATES; k++) x.d[k] += x.out[k];
    if (x.clipped) x.d[0] = 0.0f;
    cell<FR_FUNCTION>::backward(x.saved, x.before, x.d, slots);
  }
  const int position = position_of(p, at.length, step);
#pragma unroll
  for (int k = 0; k < SLOTS; k++)
    publish(k < WX_SLOT ? slot_row(p, k, at.b, position, at.head) + at.unit : place_on(x.slots, position) + (k - WX_SLOT) * p.wx.g,
            from_float(slots[k]), at.valid);
}

FR_DEVICE void columns_backward(const fr_params &p) {
  extern __shared__ float sums[];
  const column c = this_column();
  const int first = PERSISTENT ? p.T - 1 : p.T - 1 - p.step, end = PERSISTENT ? -1 : first;
  backward_cell x[CELLS];
  fragments f;
  inlet from[PERSISTENT ? ROW_TILES : 1];
  if constexpr (PERSISTENT) {
    load_fragments(p, c, sums, f);
#pragma unroll
    for (int r = 0; r < ROW_TILES; r++) from[r] = inlet_of(p, c, r);
  }
#pragma unroll
  for (int i = 0; i < CELLS; i++) begin_cell(p, c, i, first, x[i]);
  for (int step = first; step >= end; step--) {
    float *here = sums + (PERSISTENT ? (step & 1) * WARPS * ROWS * PITCH : 0);
    if constexpr (PERSISTENT) {
      prefetch_polled(p, c, from, step - FR_AHEAD);
      resident_product(p, c, f, from, step, here);
    } else streamed_product(p, c, step, here);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
      const float recurrent = sum_of(here, i, 0);
      if (step >= 0) {
        finish_cell(p, x[i], step, recurrent);
        if constexpr (PERSISTENT) load_inputs(p, x[i], step - 1);
      } else {
        settle(p, x[i].at, -1, recurrent, x[i].d, x[i].d_initial);
        store_edge(p, p.dinitial, x[i].at, x[i].d_initial);
      }
    }
  }
  if constexpr (!PERSISTENT)
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
      store_carry(p, x[i].at, 0, x[i].d);
      store_carry(p, x[i].at, STATES, x[i].d_initial);
    }
}
