/* Resident forward: a warp owns 8 units with all gates, a thread two cells, both
 * gates and cells in its registers; one barrier a step. */
#include "resident.cuh"

constexpr int PAIRS = (GATES + 1) / 2; /* a tile is 8 units of two gates */
constexpr int FETCHES = (ROWS_IN * ROWS * VECTORS + THREADS - 1) / THREADS;
constexpr int FLUSHES = (ROWS_OUT * ROWS * VECTORS + THREADS - 1) / THREADS;

/* What a thread copies: a piece of a row, at every step. */
struct piece { int row, unit, b, length; bool wanted; };

FR_DEVICE piece piece_of(const fr_params &p, int i, int row0, int rows) {
  const int e = threadIdx.x + i * THREADS, row = e / VECTORS, b = row0 + row % ROWS;
  return {row, e % VECTORS * VECTOR, b, length_of(p, b), row < rows * ROWS && b < p.B};
}

FR_DEVICE void fetch(const fr_params &p, const stage &m, const piece *x, int head, int step) {
  if (step < p.T)
#pragma unroll
    for (int i = 0; i < FETCHES; i++)
      if (x[i].wanted)
        copy_async(m.in_row(step, x[i].row) + x[i].unit,
                   (const element *)p.Wx + offset_of(p.wx, x[i].b, position_of(p, x[i].length, step), x[i].row / ROWS, head) + x[i].unit, p.Wx);
  copy_commit();
}

FR_DEVICE void flush(const fr_params &p, const stage &m, const piece *x, int head, int step) {
#pragma unroll
  for (int i = 0; i < FLUSHES; i++) {
    const int kind = x[i].row / ROWS, position = position_of(p, x[i].length, step);
    if (!x[i].wanted || (kind >= p.planes && kind < STATES)) continue;
    element *to = kind < STATES ? state_row(p, kind, x[i].b, position, head)
                                : (element *)p.saved + offset_of(p.sv, x[i].b, position, kind - STATES, head);
    *(uint4 *)(to + x[i].unit) = *(const uint4 *)(m.out_row(step, x[i].row) + x[i].unit);
  }
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

FR_DEVICE void resident_forward_run(const fr_params &p) {
  const stage m = this_stage();
  const int head = blockIdx.x % N, row0 = blockIdx.x / N * ROWS, lane = threadIdx.x % 32;
  const int g = lane / 4, j = lane % 4, unit = threadIdx.x / 32 * 8 + g;
  piece in[FETCHES], out[FLUSHES];
  fragments f;
  cell_place at[2];
  float s[2][STATES], bias[SLOTS];
  for (int i = threadIdx.x; i < RING * ROWS_IN * ROWS * ROW; i += THREADS) m.ring[i] = 0;
  clear_operand(m);
  __syncthreads();
#pragma unroll
  for (int i = 0; i < FETCHES; i++) in[i] = piece_of(p, i, row0, ROWS_IN);
#pragma unroll
  for (int i = 0; i < FLUSHES; i++) out[i] = piece_of(p, i, row0, ROWS_OUT);
#pragma unroll
  for (int i = 0; i < RING - 1; i++) fetch(p, m, in, head, i);
  load_fragments(p, head, unit, j, f);
#pragma unroll
  for (int k = 0; k < SLOTS; k++) bias[k] = to_float(((const element *)p.bias)[((fr_int)k * N + head) * D + unit]);
#pragma unroll
  for (int i = 0; i < 2; i++) {
    const int b = row0 + 2 * j + i;
    at[i] = {b, unit, head, length_of(p, b), b < p.B};
    begin_state(p, m, at[i], 2 * j + i, s[i]);
  }
  copy_wait<RING - 2>();
  __syncthreads();
  for (int step = 0; step < p.T; step++) {
    float a[PAIRS][4];
#pragma unroll
    for (int k = 0; k < PAIRS; k++) a[k][0] = a[k][1] = a[k][2] = a[k][3] = 0.0f;
    const element *y = m.operand_row(step, g) + j * VECTOR;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++) {
      const uint4 v = *(const uint4 *)(y + c * CHUNK);
#pragma unroll
      for (int k = 0; k < PAIRS; k++) multiply_chunk(a[k], f.low[k][c], f.high[k][c], v);
    }
    fetch(p, m, in, head, step + RING - 1);
    if (step) flush(p, m, out, head, step - 1);
#pragma unroll
    for (int i = 0; i < 2; i++) {
      float w[GATES], r[4], saved[SAVED];
#pragma unroll
      for (int k = 0; k < GATES; k++) {
        w[k] = to_float(m.in_row(step, k * ROWS + 2 * j + i)[unit]);
        r[k] = a[k / 2][k % 2 * 2 + i];
      }
      if (step < at[i].length) cell<FR_FUNCTION>::forward(w, r, bias, s[i], saved);
      finish_cell(p, m, at[i], 2 * j + i, step, s[i], saved);
    }
    copy_wait<RING - 2>();
    __syncthreads();
  }
  flush(p, m, out, head, p.T - 1);
}
