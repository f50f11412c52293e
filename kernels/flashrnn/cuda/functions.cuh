/* Pointwise mathematics: exact to fp32's rounding, or the hardware's
 * approximations (FR_APPROX). */
#ifndef FR_FUNCTIONS_CUH
#define FR_FUNCTIONS_CUH

#include "element.cuh"

FR_DEVICE float tanh_of(float x) {
  if constexpr (FR_APPROX) return approximate_tanh(x);
  else return tanhf(x);
}

FR_DEVICE float exp_of(float x) {
  if constexpr (FR_APPROX) return approximate_exp2(x * 1.4426950408889634f);
  else return expf(x);
}

FR_DEVICE float sigmoid_of(float x) {
  if constexpr (FR_APPROX) return fmaf(0.5f, tanh_of(0.5f * x), 0.5f);
  else return 1.0f / (1.0f + expf(-x));
}

FR_DEVICE float log_sigmoid_of(float x) {
  if constexpr (FR_APPROX) return fminf(x, 0.0f) - 0.6931471805599453f * approximate_log2(1.0f + exp_of(-fabsf(x)));
  else return fminf(x, 0.0f) - log1pf(expf(-fabsf(x)));
}

FR_DEVICE float quotient_of(float a, float b) {
  if constexpr (FR_APPROX) return __fdividef(a, b);
  else return a / b;
}

/* Each function is a specialisation of cell (cell_*.cuh):
 *   gates, states, rows of the bias, rows saved; planes of the state before the step that backward wants
 *   forward(w, r, b, s, saved): s becomes the state after the step
 *   backward(saved, before, d, slots): d: gradient of the state after, becomes that of the state before as far as R
 *   has no part; slots: gradients in the order of the bias' rows, of which the first `gates` are R's and the last
 *   `gates` Wx's. */
template <int function> struct cell;

#endif
