/* l = log s(f) + m'; m = i if n' = 0 else max(i, l); c = e^(l-m) c' + e^(i-m) tanh(z); n = max(e^(l-m) n' + e^(i-m), 1);
 * y = s(o) c / n.  m, and what the clamp adds to n, are constants to the gradient. */
#include "functions.cuh"

template <> struct cell<FR_SLSTM> {
  static constexpr int before_planes = 2;
  FR_DEVICE int before_plane(int i) { return 1 + i; }
  /* From n' = 0 the factor of nothing may be as large as it likes. */
  FR_DEVICE float forget(float log_f) { return exp_of(fminf(log_f, 80.0f)); }
  FR_DEVICE void forward(const float *w, const float *r, const float *b, float *s, float *saved) {
    const float ai = w[0] + r[0] + b[0], af = w[1] + r[1] + b[1], az = w[2] + r[2] + b[2], ao = w[3] + r[3] + b[3];
    const float l = log_sigmoid_of(af) + s[3], m = s[2] == 0.0f || ai > l ? ai : l;
    const float i = exp_of(ai - m), f = forget(l - m), n = f * s[2] + i;
    s[1] = f * s[1] + i * tanh_of(az);
    s[2] = n < 1.0f ? 1.0f : n;
    s[3] = m;
    s[0] = quotient_of(sigmoid_of(ao) * s[1], s[2]);
    saved[0] = ai - m, saved[1] = l - m, saved[2] = af, saved[3] = az, saved[4] = ao;
    /* Only from n' = 0 is f above 1; then i is 1, and its place holds what log f loses when it is stored. */
    if (saved[1] > 0.0f) saved[0] = saved[1] - to_float(from_float(saved[1]));
  }
  FR_DEVICE void backward(const float *saved, const float *before, float *d, float *slots) {
    const bool above = saved[1] > 0.0f;
    const float i = above ? 1.0f : exp_of(saved[0]), f = forget(above ? saved[1] + saved[0] : saved[1]), z = tanh_of(saved[3]), o = sigmoid_of(saved[4]);
    const float c = f * before[0] + i * z, sum = f * before[1] + i, n = sum < 1.0f ? 1.0f : sum;
    const float dy = d[0], y = quotient_of(c, n), oy = quotient_of(dy * o, n);
    const float dc = d[1] + oy, dn = d[2] - oy * y;
    slots[0] = (dc * z + dn) * i;
    slots[1] = (dc * before[0] + dn * before[1]) * f * sigmoid_of(-saved[2]);
    slots[2] = dc * i * (1.0f - z * z);
    slots[3] = dy * y * o * (1.0f - o);
    d[0] = d[3] = 0.0f;
    d[1] = dc * f;
    d[2] = dn * f;
  }
};
