/* exp, logistic, tanh and log-sigmoid of a vector, to a few units in the last
 * place; a NaN stays a NaN. */
#ifndef FLASHRNN_VMATH_H
#define FLASHRNN_VMATH_H

#include "simd.h"

/* Clamped to e^-86.6 .. e^88: neither denormal nor infinite. */
INLINE vf v_exp(vf x) {
  const vf magic = v_set(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
  x = v_max(v_set(-86.6f), v_min(v_set(88.0f), x));
  const vf shifted = x * v_set(1.44269504088896341f) + magic;
  const vf n = shifted - magic;
  const vf r = (x - n * v_set(0.693359375f)) - n * v_set(-2.12194440e-4f);
  vf p = v_set(1.9875691500e-4f);
  p = p * r + v_set(1.3981999507e-3f);
  p = p * r + v_set(8.3334519073e-3f);
  p = p * r + v_set(4.1665795894e-2f);
  p = p * r + v_set(1.6666665459e-1f);
  p = p * r + v_set(5.0000001201e-1f);
  p = p * (r * r) + r + v_set(1.0f);
  const vi power = ((vi)shifted - (vi)magic) << 23;
  return v_select(x == x, (vf)((vi)p + power), x); /* a sum with a NaN's bits could be finite */
}

INLINE vf v_abs(vf x) {
  const vi mask = (vi)v_set(-0.0f);
  return (vf)((vi)x & ~mask);
}

INLINE vf v_copysign(vf magnitude, vf sign) {
  const vi mask = (vi)v_set(-0.0f);
  return (vf)(((vi)magnitude & ~mask) | ((vi)sign & mask));
}

INLINE vf v_sigmoid(vf x) { return v_reciprocal(v_set(1.0f) + v_exp(-x)); }

/* An odd polynomial where |x| < 0.625, else 1 - 2 / (e^2|x| + 1). */
INLINE vf v_tanh(vf x) {
  const vf a = v_abs(x), z = x * x;
  vf p = v_set(-5.70498872745e-3f);
  p = p * z + v_set(2.06390887954e-2f);
  p = p * z + v_set(-5.37397155531e-2f);
  p = p * z + v_set(1.33314422036e-1f);
  p = p * z + v_set(-3.33332819422e-1f);
  const vf small = p * z * x + x;
  const vf large = v_set(1.0f) - v_set(2.0f) * v_reciprocal(v_exp(a + a) + v_set(1.0f));
  return v_select(a < v_set(0.625f), small, v_copysign(large, x));
}

/* log(1 + u) for u in 0..1, as 2 atanh(u / (2 + u)). */
INLINE vf v_log1p_unit(vf u) {
  const vf s = u * v_reciprocal(u + v_set(2.0f)), z = s * s;
  vf p = v_set(2.0f / 15);
  p = p * z + v_set(2.0f / 13);
  p = p * z + v_set(2.0f / 11);
  p = p * z + v_set(2.0f / 9);
  p = p * z + v_set(2.0f / 7);
  p = p * z + v_set(2.0f / 5);
  p = p * z + v_set(2.0f / 3);
  return p * z * s + (s + s);
}

INLINE vf v_logsigmoid(vf x) { return v_min(v_set(0.0f), x) - v_log1p_unit(v_exp(-v_abs(x))); }

#endif
