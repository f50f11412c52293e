/* Resident forward: a warp owns 8 units with all gates, a thread two cells, both
 * gates and cells in its registers; one barrier a step. */
#include "resident.cuh"

constexpr int PAIRS = (GATES + 1) / 2; /* a tile is 8 units of two gates */
constexpr int FETCHES = (ROWS_IN * ROWS * VECTORS + COPIERS - 1) / COPIERS;
constexpr int FLUSHES = (ROWS_OUT * ROWS * VECTORS + COPIERS - 1) / COPIERS;

FR_DEVICE void begin_pieces(const fr_params &p, int row0, int head, piece *in, piece *out) {
#pragma unroll
  for (int i = 0; i < FETCHES; i++) {
    in[i] = begin_piece(p, i, row0, ROWS_IN);
    aim(in[i], p.Wx, p.wx, in[i].kind, head);
  }
#pragma unroll
  for (int i = 0; i < FLUSHES; i++) {
    piece &x = out[i] = begin_piece(p, i, row0, ROWS_OUT);
    if (x.kind < STATES) aim(x, p.states, p.st, x.kind, head);
    else aim(x, p.saved, p.sv, x.kind - STATES, head);
    if (x.kind < STATES && x.kind >= p.planes) x.wanted = false;
  }
}

FR_DEVICE void fetch(const fr_params &p, const stage &m, const piece *x, int step) {
  if (step < p.T)
#pragma unroll
    for (int i = 0; i < FETCHES; i++)
      if (x[i].wanted) copy_async(m.in_row(step, 0) + x[i].spot, address_of(p, x[i], step), p.Wx);
  copy_commit();
}

FR_DEVICE void flush(const fr_params &p, const stage &m, const piece *x, int step) {
#pragma unroll
  for (int i = 0; i < FLUSHES; i++)
    if (x[i].wanted) *(uint4 *)address_of(p, x[i], step) = *(const uint4 *)(m.out_row(step, 0) + x[i].spot);
}

/* R's rows of this lane: of a tile's two gates, its unit. */
struct fragments { uint4 low[PAIRS][CHUNKS], high[PAIRS][CHUNKS]; };

FR_DEVICE void load_fragments(const fr_params &p, int head, int unit, int j, fragments &f) {
#pragma unroll
  for (int m = 0; m < PAIRS; m++) {
    const element *low = (const element *)p.R + (((fr_int)(2 * m) * N + head) * D + unit) * D;
    const element *high = 2 * m + 1 < GATES ? low + (fr_int)N * D * D : (const element *)0;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++) {
      f.low[m][c] = vector_of(low, c * CHUNK + j * VECTOR);
      f.high[m][c] = vector_of(high, c * CHUNK + j * VECTOR);
    }
  }
}

FR_DEVICE void begin_state(const fr_params &p, const stage &m, const cell_place &at, int r, float *s) {
  load_edge(p, p.initial, at, s);
  if (at.length == 0) store_edge(p, p.last, at, s);
  m.operand_row(0, r)[at.unit] = from_float(s[0]);
}

/* The end of a cell's step: results to the stage, y (or the initial one) to the next step's operand. */
FR_DEVICE void finish_cell(const fr_params &p, const stage &m, const cell_place &at, int r, int step, float *s, const float *saved) {
  const bool active = step < at.length;
  const element y = active ? clipped_y(p, s[0]) : from_float(0.0f);
  element next = y;
  m.out_row(step, r)[at.unit] = y;
#pragma unroll
  for (int k = 1; k < STATES; k++) m.out_row(step, k * ROWS + r)[at.unit] = from_float(active ? s[k] : 0.0f);
  if constexpr (FR_PASS == FR_TRAINING)
#pragma unroll
    for (int k = 0; k < SAVED; k++) m.out_row(step, (STATES + k) * ROWS + r)[at.unit] = from_float(active ? saved[k] : 0.0f);
  if (step == at.length - 1) store_edge(p, p.last, at, s);
  if constexpr (FR_OPTIONS)
    if (at.valid && step + 1 < at.length && restarts(p, at.b, at.length, step + 1)) {
      load_edge(p, p.initial, at, s);
      next = from_float(s[0]);
    }
  m.operand_row(step + 1, r)[at.unit] = next;
}

struct forward_thread {
  int g, j, unit; /* lane 4g + j; its unit, and batch rows 2j and 2j + 1 */
  fragments f;
  cell_place at[2];
  float s[2][STATES], bias[SLOTS];
};

FR_DEVICE void begin_thread(const fr_params &p, const stage &m, int row0, int head, forward_thread &x) {
  const int lane = threadIdx.x % 32;
  x.g = lane / 4, x.j = lane % 4, x.unit = threadIdx.x / 32 * 8 + x.g;
  load_fragments(p, head, x.unit, x.j, x.f);
#pragma unroll
  for (int k = 0; k < SLOTS; k++) x.bias[k] = to_float(((const element *)p.bias)[((fr_int)k * N + head) * D + x.unit]);
#pragma unroll
  for (int i = 0; i < 2; i++) {
    const int b = row0 + 2 * x.j + i;
    x.at[i] = {b, x.unit, head, length_of(p, b), b < p.B};
    begin_state(p, m, x.at[i], 2 * x.j + i, x.s[i]);
  }
}

FR_DEVICE void product(const stage &m, const forward_thread &x, int step, float (*a)[4]) {
  const element *y = m.operand_row(step, x.g) + x.j * VECTOR;
#pragma unroll
  for (int k = 0; k < PAIRS; k++) a[k][0] = a[k][1] = a[k][2] = a[k][3] = 0.0f;
#pragma unroll
  for (int c = 0; c < CHUNKS; c++) {
    const uint4 v = *(const uint4 *)(y + c * CHUNK);
#pragma unroll
    for (int k = 0; k < PAIRS; k++) multiply_chunk(a[k], x.f.low[k][c], x.f.high[k][c], v);
  }
}

FR_DEVICE void cells(const fr_params &p, const stage &m, forward_thread &x, int step, const float (*a)[4]) {
#pragma unroll
  for (int i = 0; i < 2; i++) {
    float w[GATES], r[4], saved[SAVED];
#pragma unroll
    for (int k = 0; k < GATES; k++) {
      w[k] = to_float(m.in_row(step, k * ROWS + 2 * x.j + i)[x.unit]);
      r[k] = a[k / 2][k % 2 * 2 + i];
    }
    if (step < x.at[i].length) cell<FR_FUNCTION>::forward(w, r, x.bias, x.s[i], saved);
    finish_cell(p, m, x.at[i], 2 * x.j + i, step, x.s[i], saved);
  }
}

FR_DEVICE void resident_forward_run(const fr_params &p) {
  const stage m = this_stage();
  const int head = blockIdx.x % N, row0 = blockIdx.x / N * ROWS;
  piece in[FETCHES], out[FLUSHES];
  forward_thread x;
  for (int i = threadIdx.x; i < RING * ROWS_IN * ROWS * ROW; i += THREADS) m.ring[i] = 0;
  clear_operand(m);
  begin_pieces(p, row0, head, in, out);
  __syncthreads();
#pragma unroll
  for (int i = 0; i < RING - 1; i++) fetch(p, m, in, i);
  if (computes()) begin_thread(p, m, row0, head, x);
  copy_wait<RING - 2>();
  __syncthreads();
  for (int step = 0; step < p.T; step++) {
    float a[PAIRS][4];
    if (computes()) product(m, x, step, a);
    if (copies()) {
      fetch(p, m, in, step + RING - 1);
      if (step) flush(p, m, out, step - 1);
    }
    if (computes()) cells(p, m, x, step, a);
    copy_wait<RING - 2>();
    __syncthreads();
  }
  if (copies()) flush(p, m, out, p.T - 1);
}
