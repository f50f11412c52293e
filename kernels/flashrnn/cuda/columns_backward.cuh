/* Backward by columns: see columns.cuh.  A block owns units of the state; it
 * gathers the gate gradients of its whole head. */
#include "product.cuh"

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

FR_DEVICE void prefetch_inputs(const fr_params &p, const backward_cell &x, int step) {
  if (!CLUSTERED || FR_AHEAD == 0 || !x.at.valid || step < 0) return;
  const int position = position_of(p, x.at.length, step);
  const element *saved = place_on(x.in, position), *state = place_on(x.state, position);
#pragma unroll
  for (int k = 0; k < SAVED; k++) prefetch_line(saved + k * p.sv.g);
#pragma unroll
  for (int k = 0; k < BEFORE; k++) prefetch_line(state + cell<FR_FUNCTION>::before_plane(k) * p.st.g);
#pragma unroll
  for (int k = 0; k < STATES; k++)
    if (x.gradient.at) prefetch_line(place_on(x.gradient, position) + k * p.ds.g);
}

FR_DEVICE void compute_cell(const fr_params &p, backward_cell &x, int step, float recurrent, float *slots) {
#pragma unroll
  for (int k = 0; k < SLOTS; k++) slots[k] = 0.0f;
  settle(p, x.at, step, recurrent, x.d, x.d_initial);
  if (x.at.valid && step < x.at.length) {
#pragma unroll
    for (int k = 0; k < STATES; k++) x.d[k] += x.out[k];
    if (x.clipped) x.d[0] = 0.0f;
    cell<FR_FUNCTION>::backward(x.saved, x.before, x.d, slots);
  }
}

/* Where the gradient of a slot goes: gru's first is not Wx's. */
FR_DEVICE element *place_of_slot(const fr_params &p, const backward_cell &x, int slot, int position) {
  if (slot < WX_SLOT) return slot_row(p, slot, x.at.b, position, x.at.head) + x.at.unit;
  return place_on(x.slots, position) + (slot - WX_SLOT) * p.wx.g;
}

/* All lanes come here. */
FR_DEVICE void finish_cell(const fr_params &p, const column &c, const exchange &e, int i, backward_cell &x, int step, float recurrent) {
  float slots[SLOTS];
  compute_cell(p, x, step, recurrent, slots);
  const int position = position_of(p, x.at.length, step);
#pragma unroll
  for (int k = 0; k < (CLUSTERED ? GATES : SLOTS); k++)
    send(p, c, e, step, i, k, from_float(slots[k]), place_of_slot(p, x, k, position), x.at.valid);
  if (CLUSTERED && x.at.valid)
#pragma unroll
    for (int k = 0; k < SLOTS; k++) *place_of_slot(p, x, k, position) = from_float(slots[k]);
}

/* After the first step: what remains is the initial state's. */
FR_DEVICE void finish_gradient(const fr_params &p, backward_cell &x, float recurrent) {
  settle(p, x.at, -1, recurrent, x.d, x.d_initial);
  store_edge(p, p.dinitial, x.at, x.d_initial);
}

FR_DEVICE void columns_backward(const fr_params &p) {
  char *memory = dynamic_shared();
  const column c = this_column();
  const int first = PERSISTENT ? p.T - 1 : p.T - 1 - p.step, end = PERSISTENT ? -1 : first;
  backward_cell x[CELLS];
  engine f;
  if constexpr (PERSISTENT) begin_engine(p, c, memory, f);
#pragma unroll
  for (int i = 0; i < CELLS; i++) begin_cell(p, c, i, first, x[i]);
  for (int step = first; step >= end; step--) {
    float *sums = sums_of(memory, step);
#pragma unroll
    for (int i = 0; i < CELLS; i++) prefetch_inputs(p, x[i], step - FR_AHEAD);
    product_of_step(p, c, f, step, sums);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
      const float recurrent = sum_of(sums, i, 0);
      if (step < 0) finish_gradient(p, x[i], recurrent);
      else {
        finish_cell(p, c, f.x, i, x[i], step, recurrent);
        if constexpr (PERSISTENT) load_inputs(p, x[i], step - 1);
      }
    }
    if (step >= 0) exchange_done(p, c, f.x, step);
    if constexpr (STREAMING) __syncthreads(); /* the sums were read */
  }
  end_engine();
  if constexpr (!PERSISTENT)
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
      store_carry(p, x[i].at, 0, x[i].d);
      store_carry(p, x[i].at, STATES, x[i].d_initial);
    }
}
