/* One vector of the instruction set this file is compiled for.  Plain vector
 * extensions; intrinsics only where the compilers see no better. */
#ifndef FLASHRNN_SIMD_H
#define FLASHRNN_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef float v4 __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#endif

INLINE vf v_load(const float *p) { vf x; memcpy(&x, p, sizeof x); return x; }
INLINE void v_store(float *p, vf x) { memcpy(p, &x, sizeof x); }

/* The first n lanes; the others are zero and stay unwritten.  n is a whole
 * vector or a tail of 8 or 4, constant where it is called. */
INLINE vf v_load_n(const float *p, int n) {
  vf x = {0};
  memcpy(&x, p, sizeof(float) * (size_t)n);
  return x;
}
INLINE void v_store_n(float *p, vf x, int n) { memcpy(p, &x, sizeof(float) * (size_t)n); }

/* 1/x to about a unit in the last place, x normal and finite: a division of 16
 * lanes takes several times as long as the estimate and its correction. */
#if defined(__AVX512F__)
INLINE vf v_reciprocal(vf x) {
  const vf r = (vf)_mm512_rcp14_ps((__m512)x);
  return r + r * ((vf){0} + 1.0f - x * r);
}
#else
INLINE vf v_reciprocal(vf x) { return 1.0f / x; }
#endif

INLINE v4 v4_load(const float *p) { v4 x; memcpy(&x, p, sizeof x); return x; }
INLINE void v4_store(float *p, v4 x) { memcpy(p, &x, sizeof x); }

INLINE vf v_select(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }

#if defined(__AVX512F__)
INLINE vf v_set(float x) { return (vf)_mm512_set1_ps(x); }
INLINE vf v_min(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
INLINE vf v_max(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
#elif defined(__AVX2__)
INLINE vf v_set(float x) { return (vf)_mm256_set1_ps(x); }
INLINE vf v_min(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
INLINE vf v_max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
#else
INLINE vf v_set(float x) { return (vf){x, x, x, x}; }
/* Where a or b is no number: b, as the instructions of x86 do. */
INLINE vf v_min(vf a, vf b) { return v_select(a < b, a, b); }
INLINE vf v_max(vf a, vf b) { return v_select(a > b, a, b); }
#endif

INLINE float v_sum(vf x) {
  float part[LANES];
  v_store(part, x);
  UNROLLED
  for (int half = LANES / 2; half; half /= 2)
    UNROLLED
    for (int i = 0; i < half; i++) part[i] += part[i + half];
  return part[0];
}

#endif
