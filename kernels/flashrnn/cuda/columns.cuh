/* A block owns some units of a head, with all their gates, and some batch rows:
 * grid (all steps in one cooperative launch, exchange by mailbox, R's share in
 * registers) and alternating (a launch a step, R read where it lies).
 *
 * Gates on the M side, batch on the N side; warps split the reduction by chunks
 * and their sums meet in shared memory. */
#ifndef FR_COLUMNS_CUH
#define FR_COLUMNS_CUH

#include "memory.cuh"
#include "sequence.cuh"

constexpr int UNITS = FR_UNITS, ROWS = FR_BATCH, WARPS = FR_WARPS, THREADS = 32 * WARPS;
constexpr int COLUMN_TILES = (D + UNITS - 1) / UNITS, ROW_TILES = ROWS / 8;
constexpr int CELLS = (UNITS * ROWS + THREADS - 1) / THREADS; /* of a thread */
constexpr bool BACKWARD = FR_PASS == FR_BACKWARD, PERSISTENT = FR_FAMILY == FR_GRID;
constexpr int DEPTH = BACKWARD ? GATES * CHUNKS : CHUNKS;    /* chunks of the reduction */
constexpr int SHARE = (DEPTH + WARPS - 1) / WARPS;           /* of a warp */
constexpr int PAIRS = (GATES + 1) / 2;                       /* forward: a tile is 8 units of two gates */
constexpr int TILES = BACKWARD ? (UNITS + 15) / 16 : UNITS / 8 * PAIRS;
constexpr int PITCH = (int)fr_column_pitch(FR_FUNCTION, FR_PASS, UNITS);

struct column {
  int head, unit0, row0, warp, g, j; /* lane 4g + j */
};

FR_DEVICE column this_column() {
  const int columns = N * COLUMN_TILES, c = blockIdx.x % columns, lane = threadIdx.x % 32;
  return {c / COLUMN_TILES, c % COLUMN_TILES * UNITS, (int)(blockIdx.x / columns) * ROWS, (int)threadIdx.x / 32, lane / 4, lane % 4};
}

FR_DEVICE cell_place place_of(const fr_params &p, const column &c, int i) {
  const int e = threadIdx.x + i * THREADS, b = c.row0 + e / UNITS, unit = c.unit0 + e % UNITS;
  const bool valid = e < UNITS * ROWS && unit < D && b < p.B;
  return {b, unit, c.head, valid ? length_of(p, b) : 0, valid};
}

/* ---- The M side: two rows of a tile at a chunk ---- */

FR_DEVICE uint4 forward_row(const fr_params &p, const column &c, int gate, int unit, int k) {
  const element *R = (const element *)p.R + (((fr_int)gate * N + c.head) * D + unit) * D;
  return gate < GATES && unit < D && k < D ? *(const uint4 *)(R + k) : zeros4();
}

FR_DEVICE uint4 backward_row(const fr_params &p, const column &c, int unit, int k) {
  const element *R = (const element *)p.scratch + ((fr_int)c.head * D + unit) * (GATES * PADDED);
  return unit < D ? *(const uint4 *)(R + k) : zeros4();
}

FR_DEVICE void load_tile(const fr_params &p, const column &c, int tile, int chunk, uint4 &low, uint4 &high) {
  const int k = chunk * CHUNK + c.j * VECTOR;
  if constexpr (BACKWARD) {
    const int unit = c.unit0 + tile * 16 + c.g;
    low = backward_row(p, c, unit, k), high = backward_row(p, c, unit + 8, k);
  } else {
    const int unit = c.unit0 + tile / PAIRS * 8 + c.g, gate = tile % PAIRS * 2;
    low = forward_row(p, c, gate, unit, k), high = forward_row(p, c, gate + 1, unit, k);
  }
}

/* ---- The N side: what this step needs from another ---- */

/* A batch row's source: y before the step, or the gate gradients of the step after. */
struct source {
  const element *row; /* forward; NULL: zeros */
  int b, position;    /* backward */
  bool there, poll;
};

FR_DEVICE source source_of(const fr_params &p, const column &c, int tile, int step) {
  const int b = c.row0 + tile * 8 + c.g, length = length_of(p, b);
  source s = {0, b, 0, false, false};
  if constexpr (BACKWARD) {
    s.there = s.poll = step + 1 < length;
    s.position = position_of(p, length, step + 1);
  } else if (step < length) {
    s.row = before_row(p, 0, b, length, step, c.head);
    s.there = s.row != 0;
    s.poll = s.there && !restarts(p, b, length, step);
  }
  return s;
}

FR_DEVICE const element *source_at(const fr_params &p, const column &c, const source &s, int chunk) {
  if constexpr (BACKWARD) {
    const int k = chunk % CHUNKS * CHUNK + c.j * VECTOR;
    return s.there && k < D ? slot_row(p, chunk / CHUNKS, s.b, s.position, c.head) + k : 0;
  } else {
    const int k = chunk * CHUNK + c.j * VECTOR;
    return s.there && k < D ? s.row + k : 0;
  }
}

/* ---- The product ---- */

FR_DEVICE void store_sums(const column &c, float *sums, int tile, int rows, const float *a) {
  const int low = BACKWARD ? tile * 16 + c.g : tile % PAIRS * 2 * UNITS + tile / PAIRS * 8 + c.g;
  const int high = low + (BACKWARD ? 8 : UNITS);
  float *to = sums + (c.warp * ROWS + rows * 8 + 2 * c.j) * PITCH;
  if (!BACKWARD || low < UNITS) to[low] = a[0], to[PITCH + low] = a[1];
  if (BACKWARD ? high < UNITS : tile % PAIRS * 2 + 1 < GATES) to[high] = a[2], to[PITCH + high] = a[3];
}

/* R where it lies: each chunk of it is read once for all batch rows. */
FR_DEVICE void streamed_product(const fr_params &p, const column &c, int step, float *sums) {
  float a[ROW_TILES][TILES][4];
  source s[ROW_TILES];
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    s[r] = source_of(p, c, r, step);
#pragma unroll
    for (int m = 0; m < TILES; m++) a[r][m][0] = a[r][m][1] = a[r][m][2] = a[r][m][3] = 0.0f;
  }
#pragma unroll 2
  for (int chunk = c.warp; chunk < DEPTH; chunk += WARPS) {
    uint4 low[TILES], high[TILES], v[ROW_TILES];
#pragma unroll
    for (int m = 0; m < TILES; m++) load_tile(p, c, m, chunk, low[m], high[m]);
#pragma unroll
    for (int r = 0; r < ROW_TILES; r++) {
      const element *at = source_at(p, c, s[r], chunk);
      v[r] = at ? *(const uint4 *)at : zeros4();
    }
#pragma unroll
    for (int r = 0; r < ROW_TILES; r++)
#pragma unroll
      for (int m = 0; m < TILES; m++) multiply_chunk(a[r][m], low[m], high[m], v[r]);
  }
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++)
#pragma unroll
    for (int m = 0; m < TILES; m++) store_sums(c, sums, m, r, a[r][m]);
}

struct fragments { uint4 low[PERSISTENT ? SHARE : 1][TILES], high[PERSISTENT ? SHARE : 1][TILES]; };

/* This warp's share of R, for good. */
FR_DEVICE void load_fragments(const fr_params &p, const column &c, fragments &f) {
#pragma unroll
  for (int i = 0; i < SHARE; i++)
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int chunk = c.warp + i * WARPS;
      f.low[i][m] = f.high[i][m] = zeros4();
      if (chunk < DEPTH) load_tile(p, c, m, chunk, f.low[i][m], f.high[i][m]);
    }
}

/* Waits for the words of 8 batch rows: initial states are read once, unpolled. */
FR_DEVICE void receive(const fr_params &p, const column &c, const source &s, uint4 *v) {
  const element *at[SHARE];
#pragma unroll
  for (int i = 0; i < SHARE; i++) {
    const int chunk = c.warp + i * WARPS;
    at[i] = chunk < DEPTH ? source_at(p, c, s, chunk) : 0;
    v[i] = at[i] && !s.poll ? *(const uint4 *)at[i] : zeros4();
    if (at[i] && s.poll) v[i] = load_relaxed(at[i]);
  }
  for (;;) {
    bool missing = false;
#pragma unroll
    for (int i = 0; i < SHARE; i++) missing |= at[i] && s.poll && is_missing(v[i]);
    if (!__any_sync(~0u, missing)) return;
#pragma unroll
    for (int i = 0; i < SHARE; i++)
      if (at[i] && s.poll && (!FR_REPOLL || is_missing(v[i]))) v[i] = load_relaxed(at[i]);
  }
}

FR_DEVICE void prefetch_polled(const fr_params &p, const column &c, int step) {
  if (FR_AHEAD == 0 || step < 0 || step >= p.T || (HALF ? c.j & 1 : 0)) return;
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    const source s = source_of(p, c, r, step);
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      const int chunk = c.warp + i * WARPS;
      const element *at = chunk < DEPTH && s.poll ? source_at(p, c, s, chunk) : 0;
      if (at) prefetch_line(at);
    }
  }
}

FR_DEVICE void resident_product(const fr_params &p, const column &c, const fragments &f, int step, float *sums) {
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    uint4 v[SHARE];
    float a[TILES][4];
    receive(p, c, source_of(p, c, r, step), v);
#pragma unroll
    for (int m = 0; m < TILES; m++) a[m][0] = a[m][1] = a[m][2] = a[m][3] = 0.0f;
#pragma unroll
    for (int i = 0; i < SHARE; i++)
#pragma unroll
      for (int m = 0; m < TILES; m++) multiply_chunk(a[m], f.low[i][m], f.high[i][m], v[i]);
#pragma unroll
    for (int m = 0; m < TILES; m++) store_sums(c, sums, m, r, a[m]);
  }
}

/* A cell's sum of row `row` over the warps, in their order. */
FR_DEVICE float sum_of(const float *sums, int i, int row) {
  const int e = threadIdx.x + i * THREADS, b = e / UNITS;
  float s = 0.0f;
  if (e >= UNITS * ROWS) return s;
#pragma unroll
  for (int w = 0; w < WARPS; w++) s += sums[(w * ROWS + b) * PITCH + row + e % UNITS];
  return s;
}

/* ---- The state between launches ---- */

FR_DEVICE float *carry_at(const fr_params &p, const cell_place &x, int plane) {
  const fr_int before = BACKWARD ? fr_transposed_bytes(FR_FUNCTION, N, D, FR_DTYPE) : 0;
  return (float *)((char *)p.scratch + before) + (((fr_int)plane * p.B + x.b) * N + x.head) * D + x.unit;
}
FR_DEVICE void load_carry(const fr_params &p, const cell_place &x, int plane, float *s) {
#pragma unroll
  for (int k = 0; k < STATES; k++) s[k] = x.valid ? *carry_at(p, x, plane + k) : 0.0f;
}
FR_DEVICE void store_carry(const fr_params &p, const cell_place &x, int plane, const float *s) {
#pragma unroll
  for (int k = 0; k < STATES; k++)
    if (x.valid) *carry_at(p, x, plane + k) = s[k];
}

#endif
