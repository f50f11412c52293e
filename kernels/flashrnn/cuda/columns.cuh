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
constexpr int SHARE = (DEPTH + WARPS - 1) / WARPS;           /* of a warp, one after the other */
constexpr int IN_SHARED = PERSISTENT ? (int)fr_column_shared_chunks(SHARE, FR_R_SHARED) : 0, IN_REGISTERS = SHARE - IN_SHARED;
constexpr int GROUP = SHARE <= 8 ? SHARE : SHARE % 6 == 0 ? 6 : SHARE % 5 == 0 ? 5 : SHARE % 8 == 0 && SHARE < 16 ? 8 : 4; /* chunks received at once */
constexpr int GROUPS = (SHARE + GROUP - 1) / GROUP;
constexpr bool WHOLE = DEPTH == SHARE * WARPS && D % CHUNK == 0 && SHARE % GROUP == 0; /* no chunk is past an end */
constexpr bool ONE_GATE = !BACKWARD || CHUNKS % SHARE == 0;  /* a warp's share is of one gate */
constexpr int PAIRS = (GATES + 1) / 2;                       /* forward: a tile is 8 units of two gates */
constexpr int TILES = (int)fr_column_tiles(FR_FUNCTION, FR_PASS, UNITS);
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

/* R's share of this warp, for good: the first chunks in registers, the others in shared memory as the lanes read them. */
struct fragments {
  uint4 low[PERSISTENT && IN_REGISTERS ? IN_REGISTERS : 1][TILES], high[PERSISTENT && IN_REGISTERS ? IN_REGISTERS : 1][TILES];
  uint4 *shared;
};

FR_DEVICE void load_fragments(const fr_params &p, const column &c, float *sums, fragments &f) {
  constexpr int before = (int)fr_column_sums(FR_FUNCTION, FR_PASS, UNITS, ROWS, WARPS, FR_FAMILY);
  f.shared = (uint4 *)((char *)sums + before) + c.warp * IN_SHARED * TILES * 64 + threadIdx.x % 32;
#pragma unroll
  for (int i = 0; i < IN_REGISTERS; i++)
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int chunk = c.warp * SHARE + i;
      f.low[i][m] = f.high[i][m] = zeros4();
      if (chunk < DEPTH) load_tile(p, c, m, chunk, f.low[i][m], f.high[i][m]);
    }
  for (int i = 0; i < IN_SHARED; i++)
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int chunk = c.warp * SHARE + IN_REGISTERS + i;
      uint4 low = zeros4(), high = zeros4();
      if (chunk < DEPTH) load_tile(p, c, m, chunk, low, high);
      f.shared[(i * TILES + m) * 64] = low, f.shared[(i * TILES + m) * 64 + 32] = high;
    }
}

/* What a lane polls: 16 bytes a chunk of one batch row. */
struct inlet { track words; int b, length; };

FR_DEVICE inlet inlet_of(const fr_params &p, const column &c, int tile) {
  const int b = c.row0 + tile * 8 + c.g, chunk = c.warp * SHARE, k = chunk % CHUNKS * CHUNK + c.j * VECTOR;
  inlet x = {{0, 0}, b, length_of(p, b)};
  if constexpr (!BACKWARD) x.words = track_of(p.states, p.st, b, 0, c.head, k);
  else if (chunk / CHUNKS < WX_SLOT) x.words = track_of(p.exchange, inner_strides(p), b, 0, c.head, k);
  else x.words = track_of(p.dWx, p.wx, b, chunk / CHUNKS - WX_SLOT, c.head, k);
  return x;
}

/* The words of a step: base + i chunks; NULL: zeros. */
struct words { const element *at; source general; bool poll; };

FR_DEVICE words words_of(const fr_params &p, const column &c, const inlet &x, int tile, int step) {
  words w = {0, {}, false};
  if constexpr (!ONE_GATE) {
    w.general = source_of(p, c, tile, step);
    w.poll = w.general.poll;
  } else if constexpr (BACKWARD) {
    w.poll = step + 1 < x.length;
    if (w.poll) w.at = place_on(x.words, position_of(p, x.length, step + 1));
  } else if (step < x.length) {
    w.poll = !restarts(p, x.b, x.length, step);
    if (w.poll) w.at = place_on(x.words, position_of(p, x.length, step - 1));
    else if (p.initial) w.at = edge_row(p, p.initial, 0, x.b, c.head) + c.warp * SHARE * CHUNK + c.j * VECTOR;
  }
  return w;
}

FR_DEVICE const element *word_of(const fr_params &p, const column &c, const words &w, int i) {
  const int chunk = c.warp * SHARE + i;
  if constexpr (!ONE_GATE) return i < SHARE && chunk < DEPTH ? source_at(p, c, w.general, chunk) : 0;
  if constexpr (!WHOLE)
    if (i >= SHARE || chunk >= DEPTH || chunk % CHUNKS * CHUNK + c.j * VECTOR >= D) return 0;
  return w.at ? w.at + i * CHUNK : 0;
}

/* Asks for a group's words: initial states are read once, unpolled. */
FR_DEVICE void ask(const fr_params &p, const column &c, const words &w, int group, uint4 *v) {
#pragma unroll
  for (int i = 0; i < GROUP; i++) {
    const element *at = word_of(p, c, w, group * GROUP + i);
    v[i] = zeros4();
    if (at && w.poll) v[i] = load_relaxed(at);
    else if (at) v[i] = *(const uint4 *)at;
  }
}

/* Waits until all are there; the warp leaves together. */
FR_DEVICE void receive(const fr_params &p, const column &c, const words &w, int group, uint4 *v) {
  for (;;) {
    bool missing = false;
#pragma unroll
    for (int i = 0; i < GROUP; i++) missing |= is_missing(v[i]);
    if (!__any_sync(~0u, missing && w.poll)) return;
#pragma unroll
    for (int i = 0; i < GROUP; i++)
      if (w.poll && (!FR_REPOLL || is_missing(v[i]))) {
        const element *at = word_of(p, c, w, group * GROUP + i);
        if (at) v[i] = load_relaxed(at);
      }
  }
}

FR_DEVICE void prefetch_polled(const fr_params &p, const column &c, const inlet *x, int step) {
  if (FR_AHEAD == 0 || step < 0 || step >= p.T || (HALF ? c.j & 1 : 0)) return;
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    const words w = words_of(p, c, x[r], r, step);
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      const element *at = word_of(p, c, w, i);
      if (at && w.poll) prefetch_line(at);
    }
  }
}

FR_DEVICE void multiply_group(const fragments &f, int group, const uint4 *v, float (*a)[4]) {
#pragma unroll
  for (int i = 0; i < GROUP; i++)
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int chunk = group * GROUP + i;
      if (chunk < IN_REGISTERS) multiply_chunk(a[m], f.low[chunk < IN_REGISTERS ? chunk : 0][m], f.high[chunk < IN_REGISTERS ? chunk : 0][m], v[i]);
      else if (chunk < SHARE) {
        const uint4 *at = f.shared + ((chunk - IN_REGISTERS) * TILES + m) * 64;
        multiply_chunk(a[m], at[0], at[32], v[i]);
      }
    }
}

FR_DEVICE void resident_product(const fr_params &p, const column &c, const fragments &f, const inlet *x, int step, float *sums) {
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    const words w = words_of(p, c, x[r], r, step);
    uint4 v[2][GROUP];
    float a[TILES][4] = {};
    ask(p, c, w, 0, v[0]);
#pragma unroll
    for (int k = 0; k < GROUPS; k++) {
      if (k + 1 < GROUPS) ask(p, c, w, k + 1, v[(k + 1) & 1]);
      receive(p, c, w, k, v[k & 1]);
      multiply_group(f, k, v[k & 1], a);
    }
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
