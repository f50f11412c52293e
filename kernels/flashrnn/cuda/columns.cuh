/* A block owns some units of a head, with all their gates, and some batch rows:
 *   cluster      all steps in one launch, a head's blocks are a cluster (exchange_cluster.cuh)
 *   grid         all steps in one cooperative launch (exchange_memory.cuh)
 *   streaming    the same, and what no block can keep of R comes anew each step
 *   alternating  a launch a step, R read where it lies
 *
 * Gates on the M side, batch on the N side; warps split the reduction by chunks
 * (product.cuh) and their sums meet in shared memory, whose parts are, in order:
 * sums, R's part, ring of R's pieces, what a cluster's blocks send each other. */
#ifndef FR_COLUMNS_CUH
#define FR_COLUMNS_CUH

#include "memory.cuh"
#include "sequence.cuh"

constexpr int UNITS = FR_UNITS, ROWS = FR_BATCH, WARPS = FR_WARPS, THREADS = 32 * WARPS;
constexpr bool BACKWARD = FR_PASS == FR_BACKWARD, PERSISTENT = fr_persistent(FR_FAMILY);
constexpr bool CLUSTERED = FR_FAMILY == FR_CLUSTERED, STREAMING = FR_FAMILY == FR_STREAMING;
constexpr int COLUMN_TILES = (int)fr_column_blocks(FR_D, FR_FAMILY, FR_UNITS, FR_CLUSTER), ROW_TILES = ROWS / 8;
constexpr int CELLS = (UNITS * ROWS + THREADS - 1) / THREADS; /* of a thread */
constexpr int DEPTH = (int)fr_column_depth(FR_FUNCTION, FR_PASS, FR_D, FR_DTYPE); /* chunks of the reduction */
constexpr int SHARE = (DEPTH + WARPS - 1) / WARPS;            /* of a warp, one after the other: */
constexpr int IN_SHARED = PERSISTENT ? (int)fr_column_part(SHARE, FR_R_SHARED) : 0, IN_STREAM = STREAMING ? (int)fr_column_part(SHARE, FR_R_STREAM) : 0;
constexpr int HELD = SHARE - IN_STREAM, IN_REGISTERS = HELD - IN_SHARED; /* first registers', then shared memory's, then streamed */
/* Chunks received at once. */
constexpr int GROUP = HELD <= 8 ? (HELD ? HELD : 1) : HELD % 6 == 0 ? 6 : HELD % 5 == 0 ? 5 : HELD % 8 == 0 && HELD < 16 ? 8 : 4;
constexpr int GROUPS = (HELD + GROUP - 1) / GROUP;
constexpr bool WHOLE = DEPTH == SHARE * WARPS && D % CHUNK == 0 && GROUPS * GROUP == HELD; /* no chunk is past an end */
constexpr bool ONE_GATE = !BACKWARD || CHUNKS % SHARE == 0;   /* a warp's share is of one gate */
constexpr int PAIRS = (GATES + 1) / 2;                        /* forward: a tile is 8 units of two gates */
constexpr int TILES = (int)fr_column_tiles(FR_FUNCTION, FR_PASS, UNITS);
constexpr int PITCH = (int)fr_column_pitch(FR_FUNCTION, FR_PASS, UNITS);
constexpr int SUMS = WARPS * ROWS * PITCH; /* of a step */
constexpr int AT_HELD = (int)fr_column_sums(FR_FUNCTION, FR_PASS, UNITS, ROWS, WARPS, FR_FAMILY);
constexpr int AT_RING = AT_HELD + (int)fr_column_held(TILES, IN_SHARED, WARPS);
constexpr int AT_OPERAND = AT_RING + (int)fr_column_ring(FR_FAMILY, FR_RING, WARPS);

struct column {
  int head, unit0, row0, warp, g, j; /* lane 4g + j */
};

FR_DEVICE column this_column() {
  const int columns = N * COLUMN_TILES, c = blockIdx.x % columns, lane = threadIdx.x % 32;
  return {c / COLUMN_TILES, c % COLUMN_TILES * UNITS, (int)(blockIdx.x / columns) * ROWS, (int)threadIdx.x / 32, lane / 4, lane % 4};
}

/* A thread's i-th cell among the block's, units innermost. */
FR_DEVICE int cell_of(int i) { return threadIdx.x + i * THREADS; }
FR_DEVICE bool is_cell(int e) { return CELLS * THREADS == UNITS * ROWS || e < UNITS * ROWS; }

FR_DEVICE cell_place place_of(const fr_params &p, const column &c, int i) {
  const int e = cell_of(i), b = c.row0 + e / UNITS, unit = c.unit0 + e % UNITS;
  const bool valid = is_cell(e) && unit < D && b < p.B;
  return {b, unit, c.head, valid ? length_of(p, b) : 0, valid};
}

/* Steps done before this one. */
FR_DEVICE int iteration_of(const fr_params &p, int step) { return BACKWARD ? p.T - 1 - step : step; }

/* ---- The M side: two rows of a tile at a chunk; NULL: zeros ---- */

FR_DEVICE const element *forward_row(const fr_params &p, const column &c, int gate, int unit, int k) {
  const element *R = (const element *)p.R + (((fr_int)gate * N + c.head) * D + unit) * D;
  return gate < GATES && unit < D && k < D ? R + k : (const element *)0;
}

FR_DEVICE const element *backward_row(const fr_params &p, const column &c, int unit, int k) {
  const element *R = (const element *)p.scratch + ((fr_int)c.head * D + unit) * (GATES * PADDED);
  return unit < D ? R + k : (const element *)0;
}

struct tile_rows { const element *low, *high; };

FR_DEVICE tile_rows rows_of(const fr_params &p, const column &c, int tile, int chunk) {
  const int k = chunk * CHUNK + c.j * VECTOR;
  if constexpr (BACKWARD) {
    const int unit = c.unit0 + tile * 16 + c.g;
    return {backward_row(p, c, unit, k), backward_row(p, c, unit + 8, k)};
  } else {
    const int unit = c.unit0 + tile / PAIRS * 8 + c.g, gate = tile % PAIRS * 2;
    return {forward_row(p, c, gate, unit, k), forward_row(p, c, gate + 1, unit, k)};
  }
}

FR_DEVICE uint4 load_row(const element *at) { return at ? *(const uint4 *)at : zeros4(); }

FR_DEVICE void load_tile(const fr_params &p, const column &c, int tile, int chunk, uint4 &low, uint4 &high) {
  const tile_rows r = rows_of(p, c, tile, chunk);
  low = load_row(r.low), high = load_row(r.high);
}

/* ---- Sums of the warps ---- */

FR_DEVICE float *sums_of(char *memory, int step) {
  return (float *)memory + (CLUSTERED || FR_FAMILY == FR_GRID ? (step & 1) * SUMS : 0);
}

FR_DEVICE void store_sums(const column &c, float *sums, int tile, int rows, const float *a) {
  const int low = BACKWARD ? tile * 16 + c.g : tile % PAIRS * 2 * UNITS + tile / PAIRS * 8 + c.g;
  const int high = low + (BACKWARD ? 8 : UNITS);
  float *to = sums + (c.warp * ROWS + rows * 8 + 2 * c.j) * PITCH;
  if (!BACKWARD || low < UNITS) to[low] = a[0], to[PITCH + low] = a[1];
  if (BACKWARD ? high < UNITS : tile % PAIRS * 2 + 1 < GATES) to[high] = a[2], to[PITCH + high] = a[3];
}

/* A cell's sum of row `row` over the warps, in their order. */
FR_DEVICE float sum_of(const float *sums, int i, int row) {
  const int e = cell_of(i), b = e / UNITS;
  float s = 0.0f;
  if (!is_cell(e)) return s;
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
