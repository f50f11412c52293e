/* Resident backward: a warp owns 16 units, a thread four cells; the gate
 * gradients of a step are the next product's operand and leave from there. */
#include "resident.cuh"

constexpr int BEFORE = cell<FR_FUNCTION>::before_planes;
constexpr int FETCHES = (ROWS_IN * ROWS * VECTORS + COPIERS - 1) / COPIERS;
constexpr int FLUSHES = (SLOTS * ROWS * VECTORS + COPIERS - 1) / COPIERS;

/* Rows that come in: saved, the state before, the gradient of the state; that go out: gradients of gates. */
FR_DEVICE void begin_pieces(const fr_params &p, int row0, int head, piece *in, piece *out) {
#pragma unroll
  for (int i = 0; i < FETCHES; i++) {
    piece &x = in[i] = begin_piece(p, i, row0, ROWS_IN);
    const int plane = x.kind - SAVED - BEFORE;
    if (x.kind < SAVED) aim(x, p.saved, p.sv, x.kind, head);
    else if (plane < 0) aim(x, p.states, p.st, cell<FR_FUNCTION>::before_plane(x.kind - SAVED), head);
    else aim(x, p.dstates, p.ds, plane, head);
  }
#pragma unroll
  for (int i = 0; i < FLUSHES; i++) {
    piece &x = out[i] = begin_piece(p, i, row0, SLOTS);
    if (x.kind < WX_SLOT) aim(x, p.exchange, inner_strides(p), 0, head);
    else aim(x, p.dWx, p.wx, x.kind - WX_SLOT, head);
    x.spot = (x.b - row0) * OPERAND + x.kind * PADDED + x.unit;
  }
}

/* NULL: zeros. */
FR_DEVICE const element *input_of(const fr_params &p, const piece &x, int head, int step) {
  if (FR_OPTIONS && step >= x.length) return 0;
  if (x.kind >= SAVED && x.kind < SAVED + BEFORE) {
    if (!restarts(p, x.b, x.length, step)) return address_of(p, x, step - 1);
    const element *row = edge_row(p, p.initial, cell<FR_FUNCTION>::before_plane(x.kind - SAVED), x.b, head);
    return row ? row + x.unit : 0;
  }
  return x.to.at ? address_of(p, x, step) : 0;
}

FR_DEVICE void fetch(const fr_params &p, const stage &m, const piece *x, int head, int step) {
  if (step >= 0)
#pragma unroll
    for (int i = 0; i < FETCHES; i++)
      if (x[i].wanted) copy_async(m.in_row(step, 0) + x[i].spot, input_of(p, x[i], head, step), p.R);
  copy_commit();
}

FR_DEVICE void flush(const fr_params &p, const stage &m, const piece *x, int step) {
#pragma unroll
  for (int i = 0; i < FLUSHES; i++)
    if (x[i].wanted) *(uint4 *)address_of(p, x[i], step) = *(const uint4 *)(m.operand_row(step, 0) + x[i].spot);
}

struct fragments { uint4 low[GATES * CHUNKS], high[GATES * CHUNKS]; };

FR_DEVICE void load_fragments(const fr_params &p, int head, int unit, int j, fragments &f) {
  const element *R = (const element *)p.scratch + ((fr_int)head * D + unit) * (GATES * PADDED) + j * VECTOR;
#pragma unroll
  for (int c = 0; c < GATES * CHUNKS; c++) {
    f.low[c] = unit < D ? *(const uint4 *)(R + c * CHUNK) : zeros4();
    f.high[c] = unit + 8 < D ? *(const uint4 *)(R + 8 * GATES * PADDED + c * CHUNK) : zeros4();
  }
}

struct backward_cell { cell_place at; float d[STATES], d_initial[STATES]; };

FR_DEVICE void finish_cell(const fr_params &p, const stage &m, backward_cell &x, int r, int step, float recurrent) {
  const cell_place &at = x.at;
  float slots[SLOTS];
#pragma unroll
  for (int k = 0; k < SLOTS; k++) slots[k] = 0.0f;
  settle(p, at, step, recurrent, x.d, x.d_initial);
  if (step < at.length) {
    float saved[SAVED], before[BEFORE + 1];
#pragma unroll
    for (int k = 0; k < SAVED; k++) saved[k] = to_float(m.in_row(step, k * ROWS + r)[at.unit]);
#pragma unroll
    for (int k = 0; k < BEFORE; k++) before[k] = to_float(m.in_row(step, (SAVED + k) * ROWS + r)[at.unit]);
#pragma unroll
    for (int k = 0; k < STATES; k++) x.d[k] += to_float(m.in_row(step, (SAVED + BEFORE + k) * ROWS + r)[at.unit]);
    if constexpr (FR_OPTIONS)
      if (was_clipped(p, p.clip_y > 0.0f ? to_float(state_row(p, 0, at.b, position_of(p, at.length, step), at.head)[at.unit]) : 0.0f))
        x.d[0] = 0.0f;
    cell<FR_FUNCTION>::backward(saved, before, x.d, slots);
  }
  if (at.unit < D)
#pragma unroll
    for (int k = 0; k < SLOTS; k++) m.operand_row(step, r)[k * PADDED + at.unit] = from_float(slots[k]);
}

/* Sums in turn, so that one product's result need not wait for another's. */
FR_DEVICE void product(const stage &m, const fragments &f, int g, int j, int step, float *a) {
  constexpr int TURNS = GATES * CHUNKS < 4 ? GATES * CHUNKS : 4;
  const element *v = m.operand_row(step, g) + j * VECTOR;
  float sums[TURNS][4] = {};
#pragma unroll
  for (int c = 0; c < GATES * CHUNKS; c++) multiply_chunk(sums[c % TURNS], f.low[c], f.high[c], *(const uint4 *)(v + c * CHUNK));
#pragma unroll
  for (int i = 0; i < 4; i++) {
    a[i] = sums[0][i];
#pragma unroll
    for (int k = 1; k < TURNS; k++) a[i] += sums[k][i];
  }
}

struct backward_thread {
  int g, j;
  fragments f;
  backward_cell x[4];
};

FR_DEVICE void begin_thread(const fr_params &p, int row0, int head, backward_thread &t) {
  const int lane = threadIdx.x % 32, unit = threadIdx.x / 32 * 16 + lane / 4;
  t.g = lane / 4, t.j = lane % 4;
  load_fragments(p, head, unit, t.j, t.f);
#pragma unroll
  for (int i = 0; i < 4; i++) {
    const int b = row0 + 2 * t.j + i % 2, u = unit + i / 2 * 8;
    const bool valid = b < p.B && u < D;
    t.x[i].at = {b, u, head, valid ? length_of(p, b) : 0, valid};
#pragma unroll
    for (int k = 0; k < STATES; k++) t.x[i].d[k] = t.x[i].d_initial[k] = 0.0f;
  }
}

FR_DEVICE void resident_backward_run(const fr_params &p) {
  const stage m = this_stage();
  const int head = blockIdx.x % N, row0 = blockIdx.x / N * ROWS;
  piece in[FETCHES], out[FLUSHES];
  backward_thread t;
  float a[4];
  clear_operand(m);
  begin_pieces(p, row0, head, in, out);
#pragma unroll
  for (int i = 1; i < RING; i++) fetch(p, m, in, head, p.T - i);
  if (computes()) begin_thread(p, row0, head, t);
  copy_wait<RING - 2>();
  __syncthreads();
  for (int step = p.T - 1; step >= 0; step--) {
    if (computes()) product(m, t.f, t.g, t.j, step + 1, a);
    if (copies()) {
      fetch(p, m, in, head, step - RING + 1);
      if (step < p.T - 1) flush(p, m, out, step + 1);
    }
    if (computes())
#pragma unroll
      for (int i = 0; i < 4; i++) finish_cell(p, m, t.x[i], 2 * t.j + i % 2, step, a[i]);
    copy_wait<RING - 2>();
    __syncthreads();
  }
  if (copies()) flush(p, m, out, 0);
  if (!computes()) return;
  product(m, t.f, t.g, t.j, 0, a);
#pragma unroll
  for (int i = 0; i < 4; i++) {
    settle(p, t.x[i].at, -1, a[i], t.x[i].d, t.x[i].d_initial);
    store_edge(p, p.dinitial, t.x[i].at, t.x[i].d_initial);
  }
}
