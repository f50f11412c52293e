/* Element types and the tensor product on them.
 *
 * A chunk of the reduction is 64 bytes a row.  Lane 4g + j of a warp holds the
 * 16 bytes at 16 j of row g: which makes two tensor instructions, whose order
 * of the reduction is permuted the same way on both sides. */
#ifndef FR_ELEMENT_CUH
#define FR_ELEMENT_CUH

#include "instructions.cuh"

template <int dtype> struct element_of { typedef float type; };
template <> struct element_of<FR_FP16> { typedef u16 type; };
template <> struct element_of<FR_BF16> { typedef u16 type; };
typedef element_of<FR_DTYPE>::type element;

constexpr bool HALF = sizeof(element) == 2;
constexpr int VECTOR = 16 / (int)sizeof(element); /* elements of 16 bytes */
constexpr int CHUNK = 4 * VECTOR;                 /* elements of a chunk */

FR_DEVICE float to_float(element x) {
  if constexpr (FR_DTYPE == FR_BF16) return __uint_as_float((u32)x << 16);
  else if constexpr (FR_DTYPE == FR_FP16) return float_of_fp16((u16)x);
  else return x;
}

FR_DEVICE element from_float(float x) {
  if constexpr (FR_DTYPE == FR_BF16) return bf16_of(x);
  else if constexpr (FR_DTYPE == FR_FP16) return fp16_of(x);
  else return x;
}

FR_DEVICE u32 bits_of(u16 x) { return x; }
FR_DEVICE u32 bits_of(float x) { return __float_as_uint(x); }

FR_DEVICE u32 rest_of(u32 x, u32 rounded) { return to_tf32(__float_as_uint(__uint_as_float(x) - __uint_as_float(rounded))); }

/* fp32 as three products of its tf32 halves; tf32 rounded to nearest. */
FR_DEVICE void multiply_words(float *c, u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  if constexpr (HALF) multiply(c, a0, a1, a2, a3, b0, b1);
  else {
    const u32 A0 = to_tf32(a0), A1 = to_tf32(a1), A2 = to_tf32(a2), A3 = to_tf32(a3), B0 = to_tf32(b0), B1 = to_tf32(b1);
    if constexpr (FR_DTYPE == FR_FP32) {
      multiply(c, rest_of(a0, A0), rest_of(a1, A1), rest_of(a2, A2), rest_of(a3, A3), B0, B1);
      multiply(c, A0, A1, A2, A3, rest_of(b0, B0), rest_of(b1, B1));
    }
    multiply(c, A0, A1, A2, A3, B0, B1);
  }
}

/* A chunk: rows g (low) and g + 8 (high) of the M side, row g of the N side. */
FR_DEVICE void multiply_chunk(float *c, const uint4 &low, const uint4 &high, const uint4 &v) {
  multiply_words(c, low.x, high.x, low.y, high.y, v.x, v.y);
  multiply_words(c, low.z, high.z, low.w, high.w, v.z, v.w);
}

FR_DEVICE uint4 zeros4() { return make_uint4(0, 0, 0, 0); }

#endif
