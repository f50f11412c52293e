/* Resident backward: a warp owns 16 units, a thread four cells; the gate
 * gradients of a step are the next product's operand and leave from there. */
#include "resident.cuh"

constexpr int BEFORE = cell<FR_FUNCTION>::before_planes;
constexpr int FETCHES = (ROWS_IN * ROWS * VECTORS + THREADS - 1) / THREADS;
constexpr int FLUSHES = (SLOTS * ROWS * VECTORS + THREADS - 1) / THREADS;

/* Rows that come in: saved, the state before, the gradient of the state. */
FR_DEVICE const element *input_row(const fr_params &p, int kind, int b, int length, int step, int head) {
  const int position = position_of(p, length, step);
  if (step >= length) return 0;
  if (kind < SAVED) return (const element *)p.saved + offset_of(p.sv, b, position, kind, head);
  if (kind < SAVED + BEFORE) return before_row(p, cell<FR_FUNCTION>::before_plane(kind - SAVED), b, length, step, head);
  if (!p.dstates) return 0;
  return (const element *)p.dstates + offset_of(p.ds, b, position, kind - SAVED - BEFORE, head);
}

/* Steps run down: slots of the ring follow their parity and remainder all the same. */
FR_DEVICE void fetch(const fr_params &p, const stage &m, int row0, int head, int step) {
  if (step >= 0)
#pragma unroll
    for (int i = 0; i < FETCHES; i++) {
      const int e = threadIdx.x + i * THREADS, row = e / VECTORS, b = row0 + row % ROWS, unit = e % VECTORS * VECTOR;
      if (row >= ROWS_IN * ROWS || b >= p.B) continue;
      const element *from = input_row(p, row / ROWS, b, length_of(p, b), step, head);
      copy_async(m.in_row(step, row) + unit, from ? from + unit : from, p.R);
    }
  copy_commit();
}

FR_DEVICE void flush(const fr_params &p, const stage &m, int row0, int head, int step) {
#pragma unroll
  for (int i = 0; i < FLUSHES; i++) {
    const int e = threadIdx.x + i * THREADS, row = e / VECTORS, slot = row / ROWS, b = row0 + row % ROWS, unit = e % VECTORS * VECTOR;
    if (row >= SLOTS * ROWS || b >= p.B) continue;
    *(uint4 *)(slot_row(p, slot, b, position_of(p, length_of(p, b), step), head) + unit) =
        *(const uint4 *)(m.operand_row(step, row % ROWS) + slot * PADDED + unit);
  }
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

/* Two sums in turn, so that one product's result need not wait for the other's. */
FR_DEVICE void product(const stage &m, const fragments &f, int g, int j, int step, float *a) {
  float other[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  const element *v = m.operand_row(step, g) + j * VECTOR;
  a[0] = a[1] = a[2] = a[3] = 0.0f;
#pragma unroll
  for (int c = 0; c < GATES * CHUNKS; c++)
    multiply_chunk(c & 1 ? other : a, f.low[c], f.high[c], *(const uint4 *)(v + c * CHUNK));
#pragma unroll
  for (int i = 0; i < 4; i++) a[i] += other[i];
}

FR_DEVICE void resident_backward_run(const fr_params &p) {
  const stage m = this_stage();
  const int head = blockIdx.x % N, row0 = blockIdx.x / N * ROWS, lane = threadIdx.x % 32;
  const int g = lane / 4, j = lane % 4, unit = threadIdx.x / 32 * 16 + g;
  fragments f;
  backward_cell x[4];
  clear_operand(m);
#pragma unroll
  for (int i = 1; i < RING; i++) fetch(p, m, row0, head, p.T - i);
  load_fragments(p, head, unit, j, f);
#pragma unroll
  for (int i = 0; i < 4; i++) {
    const int b = row0 + 2 * j + i % 2, u = unit + i / 2 * 8;
    const bool valid = b < p.B && u < D;
    x[i].at = {b, u, head, valid ? length_of(p, b) : 0, valid};
#pragma unroll
    for (int k = 0; k < STATES; k++) x[i].d[k] = x[i].d_initial[k] = 0.0f;
  }
  copy_wait<RING - 2>();
  __syncthreads();
  for (int step = p.T - 1; step >= 0; step--) {
    float a[4];
    product(m, f, g, j, step + 1, a);
    fetch(p, m, row0, head, step - RING + 1);
    if (step < p.T - 1) flush(p, m, row0, head, step + 1);
#pragma unroll
    for (int i = 0; i < 4; i++) finish_cell(p, m, x[i], 2 * j + i % 2, step, a[i]);
    copy_wait<RING - 2>();
    __syncthreads();
  }
  float a[4];
  product(m, f, g, j, 0, a);
  flush(p, m, row0, head, 0);
#pragma unroll
  for (int i = 0; i < 4; i++) {
    settle(p, x[i].at, -1, a[i], x[i].d, x[i].d_initial);
    store_edge(p, p.dinitial, x[i].at, x[i].d_initial);
  }
}
