/* One step of the cells, backward: the gradients of the gates, and what of the
 * state's gradient goes on without R.  The bias' gradient grows on the way. */
#include "kernel.h"
#include "vmath.h"

typedef struct place { const cell_backward *c; int64_t r, v; int n; } place;

INLINE vf at(const float *p, int64_t row, int64_t plane, place w, int64_t s) {
  return v_load_n(p + s * plane + w.r * row + w.v, w.n);
}

INLINE vf state(place p, int64_t s) { return at(p.c->state, p.c->state_row, p.c->state_plane, p, s); }
INLINE vf before(place p, int64_t s) { return at(p.c->before, p.c->before_row, p.c->before_plane, p, s); }
INLINE vf saved(place p, int64_t row) { return at(p.c->saved, p.c->saved_row, p.c->saved_gate, p, row); }

/* The whole gradient of a state at this step. */
INLINE vf gradient(place p, int64_t s) {
  return at(p.c->dstate, p.c->dstate_row, p.c->dstate_plane, p, s) +
         at(p.c->carry, p.c->carry_row, p.c->carry_plane, p, s);
}

INLINE void pass_on(place p, int64_t s, vf x) {
  v_store_n(p.c->carry + s * p.c->carry_plane + p.r * p.c->carry_row + p.v, x, p.n);
}

INLINE void to_input(place p, int64_t gate, vf x) {
  v_store_n(p.c->dwx + p.r * p.c->wx_row + gate * p.c->gate + p.v, x, p.n);
}

INLINE void to_product(place p, int64_t gate, vf x) {
  v_store(p.c->tile + p.r * p.c->tile_row + (p.v / LANES * p.c->gates + gate) * LANES, x);
}

/* A gate that Wx, R and the bias share. */
INLINE void to_gate(place p, int64_t gate, vf x, vf *sums) {
  to_input(p, gate, x);
  to_product(p, gate, x);
  sums[gate] += x;
}

INLINE void elman(place p, vf *sums) {
  const vf y = state(p, 0);
  to_gate(p, 0, gradient(p, 0) * (v_set(1) - y * y), sums);
  pass_on(p, 0, v_set(0));
}

INLINE void lstm(place p, vf *sums) {
  const vf one = v_set(1), dy = gradient(p, 0);
  const vf i = saved(p, 0), f = saved(p, 1), z = saved(p, 2), o = saved(p, 3);
  const vf tc = v_tanh(state(p, 1));
  const vf dc = gradient(p, 1) + dy * o * (one - tc * tc);
  to_gate(p, 0, dc * z * i * (one - i), sums);
  to_gate(p, 1, dc * before(p, 1) * f * (one - f), sums);
  to_gate(p, 2, dc * i * (one - z * z), sums);
  to_gate(p, 3, dy * tc * o * (one - o), sums);
  pass_on(p, 0, v_set(0));
  pass_on(p, 1, dc * f);
}

INLINE void gru(place p, vf *sums) {
  const vf one = v_set(1), dy = gradient(p, 0);
  const vf g = saved(p, 0), r = saved(p, 1), z = saved(p, 2), n = saved(p, 3);
  const vf dz = dy * (before(p, 0) - n) * z * (one - z);
  const vf dn = dy * (one - z) * (one - n * n);
  const vf dr = dn * g * r * (one - r), dg = dn * r;
  to_input(p, 0, dr), to_input(p, 1, dz), to_input(p, 2, dn);
  to_product(p, 0, dg), to_product(p, 1, dr), to_product(p, 2, dz);
  v_store_n(p.c->dnew + p.r * p.c->state_row + p.v, dg, p.n);
  sums[0] += dg, sums[1] += dr, sums[2] += dz, sums[3] += dn;
  pass_on(p, 0, dy * z);
}

/* m, and what the clamp adds to n, are constants. */
INLINE void slstm(place p, vf *sums) {
  const vf one = v_set(1), dy = gradient(p, 0);
  const vf i = saved(p, 0), af = saved(p, 1), z = saved(p, 2), o = saved(p, 3);
  const vf y = state(p, 0), n = state(p, 2), share = dy / n;
  const vf f = v_exp(v_logsigmoid(af) + before(p, 3) - state(p, 3));
  const vf dc = gradient(p, 1) + share * o, dn = gradient(p, 2) - share * y;
  to_gate(p, 0, (dc * z + dn) * i, sums);
  to_gate(p, 1, (dc * before(p, 1) + dn * before(p, 2)) * f * v_sigmoid(-af), sums);
  to_gate(p, 2, dc * i * (one - z * z), sums);
  to_gate(p, 3, dy * y * (one - o), sums);
  pass_on(p, 0, v_set(0)), pass_on(p, 1, dc * f), pass_on(p, 2, dn * f), pass_on(p, 3, v_set(0));
}

typedef void (*lane)(place p, vf *sums);

enum { MOST_BIASES = 4 };

/* All rows of a vector of units; then their sum joins the bias' gradient. */
INLINE void column(const cell_backward *c, int64_t v, int n, lane cell, const int biases) {
  vf sums[MOST_BIASES];
  UNROLLED
  for (int g = 0; g < biases; g++) sums[g] = v_set(0);
  for (int64_t r = 0; r < c->rows; r++) cell((place){c, r, v, n}, sums);
  UNROLLED
  for (int g = 0; g < biases; g++) {
    float *db = c->dbias + g * c->gate + v;
    v_store_n(db, v_load_n(db, n) + sums[g], n);
  }
}

INLINE void each(const cell_backward *c, lane cell, const int biases) {
  int64_t v = 0;
  for (; v + LANES <= c->units; v += LANES) column(c, v, LANES, cell, biases);
  if (LANES > 8 && v < c->units) column(c, v, 8, cell, biases);
}

void kernel_cell_backward(flashrnn_function f, const cell_backward *c) {
  switch (f) {
    case FLASHRNN_ELMAN: each(c, elman, 1); return;
    case FLASHRNN_LSTM: each(c, lstm, 4); return;
    case FLASHRNN_GRU: each(c, gru, 4); return;
    case FLASHRNN_SLSTM: each(c, slstm, 4); return;
  }
}
