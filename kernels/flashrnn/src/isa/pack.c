/* R in the order in which the products read it: panels of `vectors` vectors,
 * one after the other along the reduction. */
#include "kernel.h"

INLINE void transpose_4x4(float *to, int64_t to_row, const float *from, int64_t from_row) {
  const v4 a = v4_load(from), b = v4_load(from + from_row);
  const v4 c = v4_load(from + 2 * from_row), d = v4_load(from + 3 * from_row);
  const v4 ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const v4 cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd1 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  v4_store(to, __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5));
  v4_store(to + to_row, __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7));
  v4_store(to + 2 * to_row, __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5));
  v4_store(to + 3 * to_row, __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7));
}

void kernel_transpose(float *to, int64_t to_row, const float *from, int64_t from_row, int64_t rows,
                      int64_t columns) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) /* columns are a multiple of 4: units come by 8 */
    for (int64_t c = 0; c < columns; c += 4)
      transpose_4x4(to + c * to_row + r, to_row, from + r * from_row + c, from_row);
  for (; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) to[c * to_row + r] = from[r * from_row + c];
}

static void zero_column(float *to, int64_t row, int64_t depth, int64_t from, int64_t lanes) {
  for (int64_t k = 0; k < depth; k++) memset(to + k * row + from, 0, sizeof(float) * (size_t)(lanes - from));
}

/* A vector of units of one gate: LANES rows of R become LANES columns. */
void kernel_pack_forward(const cpu_plan *plan, const float *R, int64_t n, int64_t tile) {
  const int64_t D = plan->problem.D, N = plan->problem.N, gates = plan->shape.gates;
  const int64_t vectors = plan->config.vectors, u0 = tile * plan->config.unit_tile;
  const int64_t units = D - u0 < plan->config.unit_tile ? D - u0 : plan->config.unit_tile;
  float *to = plan->packed + (n * plan->tiles + tile) * plan->tile_columns * D;
  for (int64_t column = 0; column < plan->tile_columns / LANES; column++) {
    const int64_t u = column / gates * LANES, g = column % gates;
    const int64_t have = units - u < LANES ? units - u : LANES;
    float *at = to + column / vectors * vectors * LANES * D + column % vectors * LANES;
    if (have > 0)
      kernel_transpose(at, vectors * LANES, R + ((g * N + n) * D + u0 + u) * D, D, have, D);
    if (have < LANES) zero_column(at, vectors * LANES, D, have > 0 ? have : 0, LANES);
  }
}

static void copy_columns(float *to, int64_t to_row, const float *from, int64_t from_row, int64_t depth,
                         int64_t have, int64_t width) {
  for (int64_t k = 0; k < depth; k++) {
    memcpy(to + k * to_row, from + k * from_row, sizeof(float) * (size_t)have);
    memset(to + k * to_row + have, 0, sizeof(float) * (size_t)(width - have));
  }
}

/* The reduction runs over gates and outputs: rows of R stay rows. */
void kernel_pack_backward(const cpu_plan *plan, const float *R, int64_t n, int64_t tile) {
  const int64_t D = plan->problem.D, N = plan->problem.N;
  const int64_t width = plan->config.vectors * LANES, u0 = tile * plan->config.unit_tile;
  float *to = plan->packed + (n * plan->tiles + tile) * plan->tile_columns * plan->depth;
  for (int64_t c = 0; c < plan->tile_columns; c += width, to += width * plan->depth) {
    const int64_t left = D - u0 - c, have = left < 0 ? 0 : left < width ? left : width;
    for (int64_t g = 0; g < plan->shape.gates; g++)
      copy_columns(to + g * D * width, width, R + (g * N + n) * D * D + (have ? u0 + c : 0), D, D, have, width);
  }
}
