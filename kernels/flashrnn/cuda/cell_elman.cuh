/* y = tanh(w + r + b) */
#include "functions.cuh"

template <> struct cell<FR_ELMAN> {
  static constexpr int before_planes = 0;
  FR_DEVICE int before_plane(int) { return 0; }
  FR_DEVICE void forward(const float *w, const float *r, const float *b, float *s, float *saved) {
    saved[0] = w[0] + r[0] + b[0];
    s[0] = tanh_of(saved[0]);
  }
  FR_DEVICE void backward(const float *saved, const float *, float *d, float *slots) {
    const float y = tanh_of(saved[0]);
    slots[0] = d[0] * (1.0f - y * y);
    d[0] = 0.0f;
  }
};
