/* r = s(w_r + r_r + b_r), z = s(w_z + r_z + b_z); y = z y' + (1 - z) tanh(w_n + b_n + r (r_g + b_g)) */
#include "functions.cuh"

template <> struct cell<FR_GRU> {
  static constexpr int before_planes = 1;
  FR_DEVICE int before_plane(int) { return 0; }
  FR_DEVICE void forward(const float *w, const float *r, const float *b, float *s, float *saved) {
    saved[0] = r[0] + b[0];
    saved[1] = w[0] + r[1] + b[1];
    saved[2] = w[1] + r[2] + b[2];
    saved[3] = w[2] + b[3] + sigmoid_of(saved[1]) * saved[0];
    const float z = sigmoid_of(saved[2]), n = tanh_of(saved[3]);
    s[0] = z * s[0] + (1.0f - z) * n;
  }
  FR_DEVICE void backward(const float *saved, const float *before, float *d, float *slots) {
    const float g = saved[0], r = sigmoid_of(saved[1]), z = sigmoid_of(saved[2]), n = tanh_of(saved[3]), dy = d[0];
    const float dn = dy * (1.0f - z) * (1.0f - n * n);
    slots[0] = dn * r;
    slots[1] = dn * g * r * (1.0f - r);
    slots[2] = dy * (before[0] - n) * z * (1.0f - z);
    slots[3] = dn;
    d[0] = dy * z;
  }
};
