/* Forward by columns: see columns.cuh. */
#include "product.cuh"

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

/* Polled lines are another matter: see exchange_prefetch(). */
FR_DEVICE void prefetch_inputs(const fr_params &p, const forward_cell &x, int step) {
  if (!CLUSTERED || FR_AHEAD == 0 || !x.at.valid || step >= p.T) return;
  const element *row = place_on(x.in, position_of(p, x.at.length, step));
#pragma unroll
  for (int g = 0; g < GATES; g++) prefetch_line(row + g * p.wx.g);
}

/* What a step gives. */
struct forward_result { element y; float out[STATES], saved[SAVED]; };

FR_DEVICE void compute_cell(const fr_params &p, forward_cell &x, int step, const float *w, const float *r, forward_result &to) {
  const cell_place &at = x.at;
#pragma unroll
  for (int k = 0; k < SAVED; k++) to.saved[k] = 0.0f;
#pragma unroll
  for (int k = 0; k < STATES; k++) to.out[k] = 0.0f;
  to.y = from_float(0.0f);
  if (!at.valid || step >= at.length) return;
  if (step > 0 && restarts(p, at.b, at.length, step)) load_edge(p, p.initial, at, x.s);
  cell<FR_FUNCTION>::forward(w, r, x.bias, x.s, to.saved);
  to.y = clipped_y(p, x.s[0]);
#pragma unroll
  for (int k = 0; k < STATES; k++) to.out[k] = x.s[k];
  if (step == at.length - 1) store_edge(p, p.last, at, x.s);
}

/* What the step to come reads: y, or in a cluster, where nobody looks further, the initial one. */
FR_DEVICE element next_of(const fr_params &p, const cell_place &at, int step, element y) {
  if constexpr (CLUSTERED && FR_OPTIONS)
    if (at.valid && step + 1 < at.length && restarts(p, at.b, at.length, step + 1)) {
      const element *row = edge_row(p, p.initial, 0, at.b, at.head);
      return row ? row[at.unit] : from_float(0.0f);
    }
  return y;
}

FR_DEVICE void store_cell(const fr_params &p, const forward_cell &x, int step, const forward_result &from) {
  if (!x.at.valid) return;
  const int position = position_of(p, x.at.length, step);
  element *row = place_on(x.out, position);
  if constexpr (CLUSTERED) row[0] = from.y;
#pragma unroll
  for (int k = 1; k < STATES; k++)
    if (k < p.planes) row[k * p.st.g] = from_float(from.out[k]);
  if constexpr (FR_PASS == FR_TRAINING) {
    element *to = place_on(x.saved, position);
#pragma unroll
    for (int k = 0; k < SAVED; k++) to[k * p.sv.g] = from_float(from.saved[k]);
  }
}

FR_DEVICE void columns_forward(const fr_params &p) {
  char *memory = dynamic_shared();
  const column c = this_column();
  const int first = PERSISTENT ? 0 : p.step, end = PERSISTENT ? p.T : p.step + 1;
  forward_cell x[CELLS];
  engine f;
  if constexpr (PERSISTENT) begin_engine(p, c, memory, f);
#pragma unroll
  for (int i = 0; i < CELLS; i++) begin_cell(p, c, i, first, x[i]);
  for (int step = first; step < end; step++) {
    float *sums = sums_of(memory, step), w[CELLS][GATES];
    forward_result results[CELLS];
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
#pragma unroll
      for (int g = 0; g < GATES; g++) w[i][g] = to_float(x[i].next[g]);
      if constexpr (PERSISTENT) load_inputs(p, x[i], step + 1);
      prefetch_inputs(p, x[i], step + FR_AHEAD);
    }
    product_of_step(p, c, f, step, sums);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < CELLS; i++) {
      float r[4];
#pragma unroll
      for (int g = 0; g < GATES; g++) r[g] = sum_of(sums, i, g * UNITS);
      compute_cell(p, x[i], step, w[i], r, results[i]);
      send(p, c, f.x, step, i, 0, next_of(p, x[i].at, step, results[i].y), place_on(x[i].out, position_of(p, x[i].at.length, step)), x[i].at.valid);
    }
    exchange_done(p, c, f.x, step);
#pragma unroll
    for (int i = 0; i < CELLS; i++) store_cell(p, x[i], step, results[i]);
    if constexpr (STREAMING) __syncthreads(); /* the sums were read */
  }
  end_engine();
  if constexpr (!PERSISTENT)
#pragma unroll
    for (int i = 0; i < CELLS; i++) store_carry(p, x[i].at, 0, x[i].s);
}
