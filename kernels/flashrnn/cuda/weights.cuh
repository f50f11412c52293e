/* dR and dbias: one tensor product over the whole sequence, split over chunks
 * of steps whose sums `reduce` adds in their order; and R transposed. */
#ifndef FR_WEIGHTS_CUH
#define FR_WEIGHTS_CUH

#include "memory.cuh"
#include "sequence.cuh"

constexpr int TILE = FR_WEIGHT_TILE, WEIGHT_DEPTH = FR_WEIGHT_DEPTH, WEIGHT_RING = FR_WEIGHT_RING, WEIGHT_THREADS = FR_WEIGHT_THREADS;
constexpr int WEIGHT_PITCH = (int)fr_weight_pitch(FR_DTYPE), WEIGHT_TILES = (int)fr_weight_tiles(FR_D);
constexpr int WEIGHT_SIDE = WEIGHT_DEPTH * WEIGHT_PITCH; /* elements of an operand's slot */
constexpr int WEIGHT_VECTORS = TILE / VECTOR, WEIGHT_ROWS = WEIGHT_THREADS / WEIGHT_VECTORS; /* rows copied at once */
constexpr int WEIGHT_COPIES = WEIGHT_DEPTH / WEIGHT_ROWS;

/* A block's part: a tile of slot's D x D matrix, over the steps of a chunk. */
struct weight_tile { int slot, head, out0, in0, first, end, chunk; bool product; };

FR_DEVICE weight_tile this_weight_tile(const fr_params &p) {
  const int blocks = (int)fr_weight_blocks(FR_FUNCTION, D), tiles = WEIGHT_TILES * WEIGHT_TILES;
  const int i = blockIdx.x % blocks, rest = blockIdx.x / blocks, chunk = rest / N;
  const bool product = i < GATES * tiles;
  const int slot = product ? i / tiles : GATES + (i - GATES * tiles) / WEIGHT_TILES;
  const int out = product ? i % tiles / WEIGHT_TILES : (i - GATES * tiles) % WEIGHT_TILES, in = product ? i % WEIGHT_TILES : 0;
  return {slot, rest % N, out * TILE, in * TILE, chunk * FR_CHUNK, min((chunk + 1) * FR_CHUNK, p.T), chunk, product};
}

/* This thread's rows of the reduction, (step, batch row) with the latter innermost. */
struct weight_rows { int step[WEIGHT_COPIES], b[WEIGHT_COPIES]; };

FR_DEVICE void begin_rows(const fr_params &p, const weight_tile &t, weight_rows &r) {
#pragma unroll
  for (int i = 0; i < WEIGHT_COPIES; i++) {
    const int row = threadIdx.x / WEIGHT_VECTORS + i * WEIGHT_ROWS;
    r.step[i] = t.first + row / p.B, r.b[i] = row % p.B;
  }
}

FR_DEVICE void copy_rows(const fr_params &p, const weight_tile &t, weight_rows &r, element *gradients, element *inputs) {
  const int unit = threadIdx.x % WEIGHT_VECTORS * VECTOR;
#pragma unroll
  for (int i = 0; i < WEIGHT_COPIES; i++) {
    const int at = (threadIdx.x / WEIGHT_VECTORS + i * WEIGHT_ROWS) * WEIGHT_PITCH + unit;
    const int step = r.step[i], b = r.b[i], length = length_of(p, b);
    const bool there = step < t.end && step < length;
    const element *from = 0;
    if (there && t.out0 + unit < D) from = slot_row(p, t.slot, b, position_of(p, length, step), t.head) + t.out0 + unit;
    copy_async(gradients + at, from, p.R);
    from = 0;
    if (there && t.product && t.in0 + unit < D) {
      from = before_row(p, 0, b, length, step, t.head);
      if (from) from += t.in0 + unit;
    }
    copy_async(inputs + at, from, p.R);
    r.b[i] += WEIGHT_DEPTH % p.B, r.step[i] += WEIGHT_DEPTH / p.B;
    if (r.b[i] >= p.B) r.b[i] -= p.B, r.step[i]++;
  }
}

FR_DEVICE u32 word_at(const element *x) {
  if constexpr (HALF) return *x;
  else return __float_as_uint(*x);
}

/* A warp's 32 x 32 over WEIGHT_DEPTH rows; both operands lie row by row of the reduction. */
FR_DEVICE void multiply_rows(const element *gradients, const element *inputs, float (*a)[4][4]) {
  const int lane = threadIdx.x % 32, g = lane / 4, j = lane % 4;
  constexpr int DEEP = HALF ? 16 : 8;
#pragma unroll
  for (int k = 0; k < WEIGHT_DEPTH; k += DEEP) {
    u32 m[2][4], n[4][2];
    if constexpr (HALF) {
#pragma unroll
      for (int i = 0; i < 2; i++)
        load_transposed(m[i], gradients + (k + lane % 8 + lane / 16 * 8) * WEIGHT_PITCH + i * 16 + lane / 8 % 2 * 8);
#pragma unroll
      for (int i = 0; i < 2; i++)
        load_transposed(n[2 * i], inputs + (k + lane % 16) * WEIGHT_PITCH + i * 16 + lane / 16 * 8);
    } else {
#pragma unroll
      for (int i = 0; i < 2; i++)
#pragma unroll
        for (int e = 0; e < 4; e++) m[i][e] = word_at(gradients + (k + j + e / 2 * 4) * WEIGHT_PITCH + i * 16 + g + e % 2 * 8);
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int e = 0; e < 2; e++) n[i][e] = word_at(inputs + (k + j + e * 4) * WEIGHT_PITCH + i * 8 + g);
    }
#pragma unroll
    for (int i = 0; i < 2; i++)
#pragma unroll
      for (int l = 0; l < 4; l++) multiply_words(a[i][l], m[i][0], m[i][1], m[i][2], m[i][3], n[l][0], n[l][1]);
  }
}

/* fp32: the tensor unit truncates its sums, so that long ones drift: only short ones are left to it. */
FR_DEVICE void add_product(const element *gradients, const element *inputs, float (*a)[4][4]) {
  if constexpr (FR_DTYPE != FR_FP32) multiply_rows(gradients, inputs, a);
  else {
    float part[2][4][4] = {};
    multiply_rows(gradients, inputs, part);
#pragma unroll
    for (int i = 0; i < 32; i++) a[i / 16][i / 4 % 4][i % 4] += part[i / 16][i / 4 % 4][i % 4];
  }
}

FR_DEVICE void store_product(const fr_params &p, const weight_tile &t, int out0, int in0, const float (*a)[4][4]) {
  const int g = threadIdx.x % 32 / 4, j = threadIdx.x % 4;
  float *sums = (float *)p.partial + t.chunk * fr_weight_sums(FR_FUNCTION, N, D) + ((fr_int)t.slot * N + t.head) * D * D;
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int l = 0; l < 4; l++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int out = t.out0 + out0 + i * 16 + g + e / 2 * 8, in = t.in0 + in0 + l * 8 + 2 * j + e % 2;
        if (out < D && in < D) sums[(fr_int)out * D + in] = a[i][l][e];
      }
}

FR_DEVICE void weights_run(const fr_params &p) {
  element *gradients = (element *)dynamic_shared(), *inputs = gradients + WEIGHT_RING * WEIGHT_SIDE;
  float *halves = (float *)(inputs + WEIGHT_RING * WEIGHT_SIDE);
  const weight_tile t = this_weight_tile(p);
  const int warp = threadIdx.x / 32, out0 = warp / 2 * 32, in0 = warp % 2 * 32;
  const int unit = threadIdx.x % TILE, half = threadIdx.x / TILE;
  const int count = (int)fr_ceildiv((fr_int)(t.end - t.first) * p.B, WEIGHT_DEPTH);
  float a[2][4][4] = {}, bias = 0.0f;
  weight_rows rows;
  begin_rows(p, t, rows);
#pragma unroll
  for (int i = 0; i < WEIGHT_RING - 1; i++) {
    if (i < count) copy_rows(p, t, rows, gradients + i * WEIGHT_SIDE, inputs + i * WEIGHT_SIDE);
    copy_commit();
  }
  for (int i = 0; i < count; i++) {
    const int slot = i % WEIGHT_RING, next = (i + WEIGHT_RING - 1) % WEIGHT_RING;
    copy_wait<WEIGHT_RING - 2>();
    __syncthreads();
    if (i + WEIGHT_RING - 1 < count) copy_rows(p, t, rows, gradients + next * WEIGHT_SIDE, inputs + next * WEIGHT_SIDE);
    copy_commit();
    const element *m = gradients + slot * WEIGHT_SIDE;
    if (t.product) add_product(m + out0, inputs + slot * WEIGHT_SIDE + in0, a);
    if (t.in0 == 0)
#pragma unroll
      for (int k = 0; k < WEIGHT_DEPTH / 2; k++) bias += to_float(m[(half * (WEIGHT_DEPTH / 2) + k) * WEIGHT_PITCH + unit]);
  }
  if (t.product) store_product(p, t, out0, in0, a);
  halves[threadIdx.x] = bias;
  __syncthreads();
  if (t.in0 == 0 && half == 0 && t.out0 + unit < D) {
    const fr_int at = (fr_int)GATES * N * D * D + ((fr_int)t.slot * N + t.head) * D + t.out0 + unit;
    ((float *)p.partial)[t.chunk * fr_weight_sums(FR_FUNCTION, N, D) + at] = halves[unit] + halves[unit + TILE];
  }
}

FR_DEVICE void reduce_run(const fr_params &p) {
  const fr_int all = fr_weight_sums(FR_FUNCTION, N, D), products = (fr_int)GATES * N * D * D;
  const fr_int i = (fr_int)blockIdx.x * blockDim.x + threadIdx.x;
  const int chunks = (int)fr_ceildiv(p.T, FR_CHUNK);
  float sum = 0.0f;
  if (i >= all) return;
  for (int c = 0; c < chunks; c++) sum += ((const float *)p.partial)[c * all + i];
  if (i < products) ((element *)p.dR)[i] = from_float(sum);
  else ((element *)p.dbias)[i - products] = from_float(sum);
}

/* R[g][n][out][in] -> [n][in][g][out padded with zeros] */
FR_DEVICE void transpose_run(const fr_params &p) {
  __shared__ element tile[32][33];
  const int across = (D + 31) / 32, down = (PADDED + 31) / 32, x = threadIdx.x % 32, y = threadIdx.x / 32;
  int i = blockIdx.x;
  const int in0 = i % across * 32, out0 = (i /= across) % down * 32, gate = (i /= down) % GATES, head = i / GATES;
  const element *R = (const element *)p.R + ((fr_int)gate * N + head) * D * D;
  element *to = (element *)p.scratch + (fr_int)head * D * GATES * PADDED + gate * PADDED;
#pragma unroll
  for (int k = y; k < 32; k += 8) tile[k][x] = out0 + k < D && in0 + x < D ? R[(fr_int)(out0 + k) * D + in0 + x] : from_float(0.0f);
  __syncthreads();
#pragma unroll
  for (int k = y; k < 32; k += 8)
    if (in0 + k < D && out0 + x < PADDED) to[(fr_int)(in0 + k) * GATES * PADDED + out0 + x] = tile[x][k];
}

#endif
