/* The micro-kernels: a register tile of rows x vectors over the whole
 * reduction.  One inlined body; the compiler makes a function of every shape
 * that fits the registers. */
#include "kernel.h"

enum { MOST_ROWS = 16, MOST_VECTORS = 6 };

INLINE void product(const float *panel, int64_t stride, const float *x, int64_t depth, float *out,
                    int64_t out_row, int add, int64_t ahead, const int vectors, const int rows,
                    const int unroll, const int prefetch) {
  vf sum[MOST_ROWS][MOST_VECTORS];
  UNROLLED
  for (int r = 0; r < rows; r++)
    UNROLLED
    for (int v = 0; v < vectors; v++) sum[r][v] = add ? v_load(out + r * out_row + v * LANES) : v_set(0);
  for (int64_t k = 0; k < depth; k += unroll) {
    UNROLLED
    for (int u = 0; u < unroll; u++) {
      vf m[MOST_VECTORS];
      UNROLLED
      for (int v = 0; v < vectors; v++) {
        m[v] = v_load(panel + v * LANES);
        if (prefetch) __builtin_prefetch(panel + ahead + v * LANES);
      }
      UNROLLED
      for (int r = 0; r < rows; r++) {
        const vf y = v_set(x[r]);
        UNROLLED
        for (int v = 0; v < vectors; v++) sum[r][v] += y * m[v];
      }
      panel += stride;
      x += rows;
    }
  }
  UNROLLED
  for (int r = 0; r < rows; r++)
    UNROLLED
    for (int v = 0; v < vectors; v++) v_store(out + r * out_row + v * LANES, sum[r][v]);
}

INLINE void dot(const float *m, int64_t stride, const float *x, int64_t x_row, int64_t depth, float *out,
                int64_t out_row, const int vectors, const int rows) {
  vf sum[MOST_ROWS][MOST_VECTORS];
  UNROLLED
  for (int r = 0; r < rows; r++)
    UNROLLED
    for (int o = 0; o < vectors; o++) sum[r][o] = v_set(0);
  for (int64_t k = 0; k < depth; k += LANES) {
    vf w[MOST_VECTORS];
    UNROLLED
    for (int o = 0; o < vectors; o++) w[o] = v_load(m + o * stride + k);
    UNROLLED
    for (int r = 0; r < rows; r++) {
      const vf y = v_load(x + r * x_row + k);
      UNROLLED
      for (int o = 0; o < vectors; o++) sum[r][o] += y * w[o];
    }
  }
  UNROLLED
  for (int r = 0; r < rows; r++)
    UNROLLED
    for (int o = 0; o < vectors; o++) out[r * out_row + o] = v_sum(sum[r][o]);
}

/* A named instance of a body. */
#define PRODUCT(V, R, U, P)                                                                           \
  static void product_##V##_##R##_##U##_##P(const float *panel, int64_t stride, const float *x,      \
                                            int64_t depth, float *out, int64_t out_row, int add,     \
                                            int64_t ahead) {                                         \
    product(panel, stride, x, depth, out, out_row, add, ahead, V, R, U, P);                           \
  }
#define DOT(V, R)                                                                                     \
  static void dot_##V##_##R(const float *m, int64_t stride, const float *x, int64_t x_row,           \
                            int64_t depth, float *out, int64_t out_row) {                            \
    dot(m, stride, x, x_row, depth, out, out_row, V, R);                                              \
  }
#define INSTANCES(V, R) PRODUCT(V, R, 1, 0) PRODUCT(V, R, 1, 1) PRODUCT(V, R, 4, 0) PRODUCT(V, R, 4, 1) DOT(V, R)
#define ENTRY(V, R)                                                                                   \
  {V, R, {{product_##V##_##R##_1_0, product_##V##_##R##_1_1}, {product_##V##_##R##_4_0, product_##V##_##R##_4_1}}, \
   dot_##V##_##R},

/* Every shape with vectors * (rows + 1) + 1 <= registers. */
#define SHAPES_16(X)                                                                                  \
  X(1, 1) X(1, 2) X(1, 4) X(1, 6) X(1, 8) X(1, 12) X(2, 1) X(2, 2) X(2, 4) X(2, 6)                    \
  X(3, 1) X(3, 2) X(3, 4) X(4, 1) X(4, 2) X(6, 1)
#define SHAPES_32(X)                                                                                  \
  SHAPES_16(X) X(1, 16) X(2, 8) X(2, 12) X(3, 6) X(3, 8) X(4, 4) X(4, 6) X(6, 2) X(6, 4)
#if LANES == 16
#define SHAPES SHAPES_32
#else
#define SHAPES SHAPES_16
#endif

SHAPES(INSTANCES)

static const struct shape {
  int vectors, rows;
  cpu_product product[2][2]; /* [unrolled][prefetching] */
  cpu_dot dot;
} shapes[] = {SHAPES(ENTRY)};

static const struct shape *find(int vectors, int rows) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (shapes[i].vectors == vectors && shapes[i].rows == rows) return shapes + i;
  return NULL;
}

cpu_product kernel_product(int vectors, int rows, int unroll, int prefetch) {
  const struct shape *s = find(vectors, rows);
  return s ? s->product[unroll > 1][prefetch > 0] : NULL;
}

cpu_dot kernel_dot(int vectors, int rows) {
  const struct shape *s = find(vectors, rows);
  return s ? s->dot : NULL;
}
