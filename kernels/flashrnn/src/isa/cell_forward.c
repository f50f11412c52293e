/* One step of the cells, forward: what the recurrent product leaves to do.
 * docs/flashrnn.md has the equations; a function a cell, `lane` apart. */
#include "kernel.h"
#include "vmath.h"

/* A vector of cells: batch row r, units v.. (n of them: a vector or its half). */
typedef struct place { const cell_forward *c; int64_t r, v; int n; } place;

INLINE vf product_of(place p, int64_t gate) {
  const cell_forward *c = p.c;
  return v_load(c->tile + p.r * c->tile_row + (p.v / LANES * c->gates + gate) * LANES);
}

INLINE vf input(place p, int64_t gate) {
  return v_load_n(p.c->wx + p.r * p.c->wx_row + gate * p.c->gate + p.v, p.n);
}

INLINE vf bias(place p, int64_t gate) { return v_load_n(p.c->bias + gate * p.c->gate + p.v, p.n); }
INLINE vf gate(place p, int64_t g) { return product_of(p, g) + input(p, g) + bias(p, g); }

INLINE float *carry(place p, int64_t s) { return p.c->carry + s * p.c->carry_plane + p.r * p.c->carry_row + p.v; }
INLINE vf before(place p, int64_t s) { return v_load_n(carry(p, s), p.n); }

INLINE void after(place p, int64_t s, vf x) {
  v_store_n(carry(p, s), x, p.n);
  v_store_n(p.c->state + s * p.c->state_plane + p.r * p.c->state_row + p.v, x, p.n);
}

INLINE void save(place p, int64_t row, vf x) {
  if (p.c->saved) v_store_n(p.c->saved + p.r * p.c->saved_row + row * p.c->saved_gate + p.v, x, p.n);
}

INLINE vf elman(place p) { return v_tanh(gate(p, 0)); }

INLINE vf lstm(place p) {
  const vf i = v_sigmoid(gate(p, 0)), f = v_sigmoid(gate(p, 1));
  const vf z = v_tanh(gate(p, 2)), o = v_sigmoid(gate(p, 3));
  const vf c = f * before(p, 1) + i * z;
  after(p, 1, c);
  save(p, 0, i), save(p, 1, f), save(p, 2, z), save(p, 3, o);
  return o * v_tanh(c);
}

/* R: g r z; Wx: r z n; bias: g r z n. */
INLINE vf gru(place p) {
  const vf g = product_of(p, 0) + bias(p, 0);
  const vf r = v_sigmoid(product_of(p, 1) + input(p, 0) + bias(p, 1));
  const vf z = v_sigmoid(product_of(p, 2) + input(p, 1) + bias(p, 2));
  const vf n = v_tanh(input(p, 2) + bias(p, 3) + r * g);
  save(p, 0, g), save(p, 1, r), save(p, 2, z), save(p, 3, n);
  return z * before(p, 0) + (v_set(1) - z) * n;
}

INLINE vf slstm(place p) {
  const vf ai = gate(p, 0), af = gate(p, 1), z = v_tanh(gate(p, 2)), o = v_sigmoid(gate(p, 3));
  const vf n0 = before(p, 2), l = v_logsigmoid(af) + before(p, 3);
  const vf m = v_select(n0 == v_set(0), ai, v_max(ai, l));
  const vf i = v_exp(ai - m), f = v_exp(l - m);
  const vf c = f * before(p, 1) + i * z;
  const vf n = v_max(v_set(1), f * n0 + i);
  after(p, 1, c), after(p, 2, n), after(p, 3, m);
  save(p, 0, i), save(p, 1, af), save(p, 2, z), save(p, 3, o);
  return o * c * v_reciprocal(n);
}

typedef vf (*lane)(place p);

INLINE void vector(place p, lane cell) {
  const vf y = cell(p);
  after(p, 0, y);
  v_store(p.c->tile + p.r * p.c->tile_row + p.v / LANES * p.c->gates * LANES, y);
}

INLINE void each(const cell_forward *c, lane cell) {
  for (int64_t r = 0; r < c->rows; r++) {
    int64_t v = 0;
    for (; v + LANES <= c->units; v += LANES) vector((place){c, r, v, LANES}, cell);
    if (LANES > 8 && v < c->units) vector((place){c, r, v, 8}, cell);
  }
}

static void fetch(const float *p, int64_t units, int write) {
  for (int64_t u = 0; u < units; u += 16) {
    if (write) __builtin_prefetch(p + u, 1);
    else __builtin_prefetch(p + u, 0);
  }
}

void kernel_fetch_forward(const cell_forward *c) {
  for (int64_t r = 0; r < c->rows; r++) {
    for (int64_t g = 0; g < c->gates; g++) fetch(c->wx + r * c->wx_row + g * c->gate, c->units, 0);
    for (int64_t s = 0; s < c->states; s++) fetch(c->state + s * c->state_plane + r * c->state_row, c->units, 1);
    for (int64_t s = 0; c->saved && s < c->saved_rows; s++)
      fetch(c->saved + r * c->saved_row + s * c->saved_gate, c->units, 1);
  }
}

void kernel_cell_forward(flashrnn_function f, const cell_forward *c) {
  switch (f) {
    case FLASHRNN_ELMAN: each(c, elman); return;
    case FLASHRNN_LSTM: each(c, lstm); return;
    case FLASHRNN_GRU: each(c, gru); return;
    case FLASHRNN_SLSTM: each(c, slstm); return;
  }
}
