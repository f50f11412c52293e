/* The product of a step by columns: a warp's chunks of R, from registers, shared
 * memory, a ring that device memory feeds, or (alternating) where they lie, times
 * what the exchange brings. */
#ifndef FR_PRODUCT_CUH
#define FR_PRODUCT_CUH

#if FR_FAMILY == 1
#include "exchange_cluster.cuh"
#else
#include "exchange_memory.cuh"
#endif

/* R's share of this warp, for good: the first chunks in registers, then those in shared memory as the lanes read
 * them; and the ring. */
struct engine {
  uint4 low[IN_REGISTERS ? IN_REGISTERS : 1][TILES], high[IN_REGISTERS ? IN_REGISTERS : 1][TILES];
  uint4 *shared, *ring;
  const element *rows; /* of R, where the streamed part begins */
  int slot;            /* of the ring's next piece */
  exchange x;
};

FR_DEVICE void load_held(const fr_params &p, const column &c, engine &f) {
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

/* ---- The ring: pieces of one tile and chunk, each lane's 32 bytes its own business ---- */

constexpr int RING = STREAMING ? FR_RING : 2;

constexpr fr_int ROW_R = BACKWARD ? GATES * PADDED : D; /* elements from a row of R to the next */

/* This lane's first row of R, at the warp's first streamed chunk. */
FR_DEVICE const element *first_row(const fr_params &p, const column &c) {
  return (const element *)(BACKWARD ? p.scratch : p.R) + ((fr_int)c.head * D + c.unit0 + c.g) * ROW_R + (c.warp * SHARE + HELD) * CHUNK + c.j * VECTOR;
}

FR_DEVICE void order_row(const fr_params &p, uint4 *to, const element *from, bool wanted) {
  if constexpr (WHOLE && D % UNITS == 0 && UNITS % 16 == 0 && (BACKWARD || GATES % 2 == 0)) copy_vector(to, from);
  else copy_async(to, wanted ? from : (const element *)0, p.R);
}

/* The piece `ahead` after tile m of streamed chunk i; after the last of a step comes the first. */
FR_DEVICE void order_piece(const fr_params &p, const column &c, const engine &f, int i, int m, int ahead, int slot) {
  const int tile = (m + ahead) % TILES, later = (i + (m + ahead) / TILES) % (IN_STREAM ? IN_STREAM : 1);
  const int chunk = c.warp * SHARE + HELD + later, gate = tile % PAIRS * 2, unit = c.unit0 + c.g + (BACKWARD ? tile * 16 : tile / PAIRS * 8);
  const bool there = chunk < DEPTH && (BACKWARD || chunk * CHUNK + c.j * VECTOR < D);
  const fr_int low = BACKWARD ? tile * 16 * ROW_R : ((fr_int)gate * N * D + tile / PAIRS * 8) * ROW_R;
  const fr_int high = low + (BACKWARD ? 8 : (fr_int)N * D) * ROW_R;
  const element *at = opaque(f.rows) + later * CHUNK;
  order_row(p, f.ring + slot * 64, at + low, there && unit < D);
  order_row(p, f.ring + slot * 64 + 32, at + high, there && (BACKWARD ? unit + 8 < D : unit < D && gate + 1 < GATES));
  copy_commit();
}

/* Takes a piece out of the ring, and orders another into the place of the one before it. */
FR_DEVICE void take_piece(const fr_params &p, const column &c, engine &f, int i, int m, uint4 &low, uint4 &high) {
  copy_wait<RING - 2>();
  low = f.ring[f.slot * 64], high = f.ring[f.slot * 64 + 32];
  order_piece(p, c, f, i, m, RING - 1, f.slot ? f.slot - 1 : RING - 1);
  f.slot = f.slot + 1 == RING ? 0 : f.slot + 1;
}

FR_DEVICE void begin_engine(const fr_params &p, const column &c, char *memory, engine &f) {
  const int lane = threadIdx.x % 32;
  f.shared = (uint4 *)(memory + AT_HELD) + c.warp * IN_SHARED * TILES * 64 + lane;
  f.ring = (uint4 *)(memory + AT_RING) + c.warp * RING * 64 + lane;
  f.rows = first_row(p, c);
  f.slot = 0;
  if constexpr (STREAMING)
#pragma unroll
    for (int i = 0; i < RING - 1; i++) order_piece(p, c, f, 0, 0, i, i);
  load_held(p, c, f);
  exchange_begin(p, c, memory, f.x);
}

FR_DEVICE void end_engine() {
  if constexpr (STREAMING) copy_wait<0>();
}

/* ---- Products ---- */

FR_DEVICE void multiply_group(const engine &f, int group, const uint4 *v, float (*a)[4]) {
#pragma unroll
  for (int i = 0; i < GROUP; i++)
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int chunk = group * GROUP + i;
      if (chunk < IN_REGISTERS) multiply_chunk(a[m], f.low[chunk < IN_REGISTERS ? chunk : 0][m], f.high[chunk < IN_REGISTERS ? chunk : 0][m], v[i]);
      else if (chunk < HELD) {
        const uint4 *at = f.shared + ((chunk - IN_REGISTERS) * TILES + m) * 64;
        multiply_chunk(a[m], at[0], at[32], v[i]);
      }
    }
}

/* The chunks that the block keeps. */
FR_DEVICE void held_product(const fr_params &p, const column &c, const engine &f, const words &w, float (*a)[4]) {
  uint4 v[2][GROUP];
  if constexpr (GROUPS > 0) ask<GROUP>(p, c, w, 0, v[0]);
#pragma unroll
  for (int k = 0; k < GROUPS; k++) {
    if (k + 1 < GROUPS) ask<GROUP>(p, c, w, (k + 1) * GROUP, v[(k + 1) & 1]);
    receive<GROUP>(p, c, w, k * GROUP, v[k & 1]);
    multiply_group(f, k, v[k & 1], a);
  }
}

FR_DEVICE void resident_product(const fr_params &p, const column &c, const engine &f, int step, float *sums) {
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    float a[TILES][4] = {};
    held_product(p, c, f, words_of(p, c, f.x, r, step), a);
#pragma unroll
    for (int m = 0; m < TILES; m++) store_sums(c, sums, m, r, a[m]);
  }
}

/* The chunks that come anew: each piece once for all batch rows. */
FR_DEVICE void stream_chunks(const fr_params &p, const column &c, engine &f, const words *w, float (*a)[TILES][4]) {
  uint4 next[ROW_TILES], v[ROW_TILES];
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) ask<1>(p, c, w[r], HELD, &next[r]);
#pragma unroll 1
  for (int i = 0; i < IN_STREAM; i++) {
#pragma unroll
    for (int r = 0; r < ROW_TILES; r++) {
      receive<1>(p, c, w[r], HELD + i, &next[r]);
      v[r] = next[r];
      if (i + 1 < IN_STREAM) ask<1>(p, c, w[r], HELD + i + 1, &next[r]);
    }
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      uint4 low, high;
      take_piece(p, c, f, i, m, low, high);
#pragma unroll
      for (int r = 0; r < ROW_TILES; r++) multiply_chunk(a[r][m], low, high, v[r]);
    }
  }
}

FR_DEVICE void streaming_product(const fr_params &p, const column &c, engine &f, int step, float *sums) {
  float a[ROW_TILES][TILES][4] = {};
  words w[ROW_TILES];
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    w[r] = words_of(p, c, f.x, r, step);
    held_product(p, c, f, w[r], a[r]);
  }
  stream_chunks(p, c, f, w, a);
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++)
#pragma unroll
    for (int m = 0; m < TILES; m++) store_sums(c, sums, m, r, a[r][m]);
}

#if FR_FAMILY == 4
/* R where it lies: each chunk of it is read once for all batch rows. */
FR_DEVICE void alternating_product(const fr_params &p, const column &c, int step, float *sums) {
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
    for (int r = 0; r < ROW_TILES; r++) v[r] = load_row(source_at(p, c, s[r], chunk));
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
#endif

FR_DEVICE void product_of_step(const fr_params &p, const column &c, engine &f, int step, float *sums) {
#if FR_FAMILY == 4
  alternating_product(p, c, step, sums);
#else
  exchange_prefetch(p, c, f.x, BACKWARD ? step - FR_AHEAD : step + FR_AHEAD);
  exchange_await(p, c, f.x, step);
  if constexpr (STREAMING) streaming_product(p, c, f, step, sums);
  else resident_product(p, c, f, step, sums);
#endif
}

#endif
