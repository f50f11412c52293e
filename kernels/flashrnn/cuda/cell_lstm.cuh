/* c = s(f) c' + s(i) tanh(z); y = s(o) tanh(c) */
#include "functions.cuh"

template <> struct cell<FR_LSTM> {
  static constexpr int before_planes = 1;
  FR_DEVICE int before_plane(int) { return 1; }
  FR_DEVICE void forward(const float *w, const float *r, const float *b, float *s, float *saved) {
#pragma unroll
    for (int g = 0; g < 4; g++) saved[g] = w[g] + r[g] + b[g];
    const float i = sigmoid_of(saved[0]), f = sigmoid_of(saved[1]), z = tanh_of(saved[2]), o = sigmoid_of(saved[3]);
    s[1] = f * s[1] + i * z;
    s[0] = o * tanh_of(s[1]);
  }
  FR_DEVICE void backward(const float *saved, const float *before, float *d, float *slots) {
    const float i = sigmoid_of(saved[0]), f = sigmoid_of(saved[1]), z = tanh_of(saved[2]), o = sigmoid_of(saved[3]);
    const float c = tanh_of(f * before[0] + i * z), dy = d[0], dc = d[1] + dy * o * (1.0f - c * c);
    slots[0] = dc * z * i * (1.0f - i);
    slots[1] = dc * before[0] * f * (1.0f - f);
    slots[2] = dc * i * (1.0f - z * z);
    slots[3] = dy * c * o * (1.0f - o);
    d[0] = 0.0f;
    d[1] = dc * f;
  }
};
