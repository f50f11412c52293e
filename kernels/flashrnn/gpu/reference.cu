/* See reference.h.  Compiled for one function and dtype; sizes come at run time. */
#include "launch.h"
#include "reference_params.h"

#define ENTRY extern "C" __global__ void
typedef unsigned long long u64;

constexpr int GATES = (int)fr_gates(FR_FUNCTION), STATES = (int)fr_states(FR_FUNCTION);
constexpr int SLOTS = (int)fr_bias_rows(FR_FUNCTION), SAVED = (int)fr_saved_rows(FR_FUNCTION);
constexpr int OUTER = SLOTS - GATES; /* slot of Wx's first gate */

/* ---- Elements ---- */

#if FR_DTYPE <= 1
typedef float element;
__device__ double value(float x) { return x; }
__device__ float rounded(double x) { return (float)x; }
__device__ bool all_ones(float x) { return __float_as_uint(x) == ~0u; }
__device__ float toward_zero(float x) { return __uint_as_float(__float_as_uint(x) - 1); }
#else
typedef unsigned short element;
#if FR_DTYPE == 3
__device__ double value(element x) { return __uint_as_float((unsigned)x << 16); }
__device__ element rounded(double x) {
  element e;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(e) : "f"((float)x));
  return e;
}
#else
__device__ double value(element x) {
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(x));
  return f;
}
__device__ element rounded(double x) {
  element e;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(e) : "f"((float)x));
  return e;
}
#endif
__device__ bool all_ones(element x) { return x == 0xffff; }
__device__ element toward_zero(element x) { return x - 1; }
#endif

/* ---- Inputs ---- */

__device__ u64 mix(u64 z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return z ^ z >> 31;
}
__device__ double uniform(u64 seed, u64 i) { return ((double)(mix(seed + i * 0x9e3779b97f4a7c15ull) >> 11) + 0.5) * 0x1p-53; }

ENTRY random_fill(const __grid_constant__ reference_fill f) {
  const fr_int i = (fr_int)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= f.count) return;
  const double u = uniform(f.seed, 2 * i), v = uniform(f.seed, 2 * i + 1);
  const double normal = sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
  ((element *)f.to)[i] = rounded(f.kind == 0 ? f.scale * normal : f.kind == 1 ? f.scale * (2 * u - 1) : 1 + fabs(normal));
}

ENTRY round_all(const __grid_constant__ reference_fill f) {
  const fr_int i = (fr_int)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= f.count) return;
  const double x = ((const double *)f.from)[i];
  element e = rounded(x);
  if (f.scale > 0 && fabs(x) < f.scale && fabs(value(e)) >= f.scale) e = toward_zero(e);
  ((element *)f.to)[i] = e;
}

/* ---- Time and place ---- */

struct cell { int b, n, u, length; };

__device__ int length_of(const reference_params &q, int b) { return q.p.lengths ? max(0, min(q.p.lengths[b], q.p.T)) : q.p.T; }
__device__ int position(const reference_params &q, int length, int step) { return q.p.reverse && step < length ? length - 1 - step : step; }
__device__ bool anew(const reference_params &q, const cell &c, int step) {
  return step == 0 || (q.p.reset && q.p.reset[(fr_int)c.b * q.p.T + position(q, c.length, step)]);
}
__device__ fr_int state_at(const reference_params &q, int s, const cell &c, int position, int u) {
  return ((((fr_int)s * q.p.B + c.b) * q.p.T + position) * q.N + c.n) * q.D + u;
}
__device__ fr_int edge_at(const reference_params &q, int s, const cell &c, int u) { return (((fr_int)s * q.p.B + c.b) * q.N + c.n) * q.D + u; }
__device__ fr_int gate_at(const reference_params &q, int g, const cell &c, int position, int u) {
  return ((((fr_int)c.b * q.p.T + position) * GATES + g) * q.N + c.n) * q.D + u;
}
__device__ fr_int saved_at(const reference_params &q, int row, const cell &c, int position) {
  return ((((fr_int)c.n * q.p.T + position) * q.p.B + c.b) * SAVED + row) * q.D + c.u;
}
__device__ double initial(const reference_params &q, int s, const cell &c, int u) {
  return q.p.initial ? value(((const element *)q.p.initial)[edge_at(q, s, c, u)]) : 0;
}
/* The state before a step. */
__device__ double before(const reference_params &q, int s, const cell &c, int step, int u) {
  return anew(q, c, step) ? initial(q, s, c, u) : q.states[state_at(q, s, c, position(q, c.length, step - 1), u)];
}
__device__ double weight(const reference_params &q, int g, int n, int out, int in) {
  return value(((const element *)q.p.R)[(((fr_int)g * q.N + n) * q.D + out) * q.D + in]);
}
__device__ cell cell_of(const reference_params &q, fr_int i) {
  const int b = (int)(i / ((fr_int)q.N * q.D));
  return {b, (int)(i / q.D % q.N), (int)(i % q.D), b < q.p.B ? length_of(q, b) : 0};
}

/* ---- Functions ---- */

__device__ double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* a: w + r + b by gate of the bias; s: state; saved: what launch.h says. */
__device__ void step_forward(const double *w, const double *r, const double *b, double *s, double *saved) {
#if FR_FUNCTION == 0
  saved[0] = w[0] + r[0] + b[0];
  s[0] = tanh(saved[0]);
#elif FR_FUNCTION == 1
  for (int g = 0; g < 4; g++) saved[g] = w[g] + r[g] + b[g];
  s[1] = sigmoid(saved[1]) * s[1] + sigmoid(saved[0]) * tanh(saved[2]);
  s[0] = sigmoid(saved[3]) * tanh(s[1]);
#elif FR_FUNCTION == 2
  saved[0] = r[0] + b[0], saved[1] = w[0] + r[1] + b[1], saved[2] = w[1] + r[2] + b[2];
  saved[3] = w[2] + b[3] + sigmoid(saved[1]) * saved[0];
  s[0] = sigmoid(saved[2]) * s[0] + (1 - sigmoid(saved[2])) * tanh(saved[3]);
#else
  const double ai = w[0] + r[0] + b[0], af = w[1] + r[1] + b[1], az = w[2] + r[2] + b[2], ao = w[3] + r[3] + b[3];
  const double l = (af < 0 ? af - log1p(exp(af)) : -log1p(exp(-af))) + s[3];
  const double m = s[2] == 0 || ai > l ? ai : l, f = exp(l - m), i = exp(ai - m);
  s[1] = f * s[1] + i * tanh(az);
  s[2] = fmax(f * s[2] + i, 1.0);
  s[3] = m;
  s[0] = sigmoid(ao) * s[1] / s[2];
  saved[0] = ai - m, saved[1] = l - m, saved[2] = af, saved[3] = az, saved[4] = ao;
#endif
}

/* d: gradient of the state after, then of the state before but for R's part; slots: of the bias' rows. */
__device__ void step_backward(const double *saved, const double *old, double *d, double *slots) {
#if FR_FUNCTION == 0
  const double y = tanh(saved[0]);
  slots[0] = d[0] * (1 - y * y);
  d[0] = 0;
#elif FR_FUNCTION == 1
  const double i = sigmoid(saved[0]), f = sigmoid(saved[1]), z = tanh(saved[2]), o = sigmoid(saved[3]);
  const double t = tanh(f * old[1] + i * z), dc = d[1] + d[0] * o * (1 - t * t);
  slots[0] = dc * z * i * (1 - i), slots[1] = dc * old[1] * f * (1 - f), slots[2] = dc * i * (1 - z * z);
  slots[3] = d[0] * t * o * (1 - o);
  d[0] = 0, d[1] = dc * f;
#elif FR_FUNCTION == 2
  const double r = sigmoid(saved[1]), z = sigmoid(saved[2]), n = tanh(saved[3]);
  const double dn = d[0] * (1 - z) * (1 - n * n);
  slots[0] = dn * r, slots[1] = dn * saved[0] * r * (1 - r), slots[2] = d[0] * (old[0] - n) * z * (1 - z), slots[3] = dn;
  d[0] *= z;
#else
  const double i = exp(saved[0]), f = exp(saved[1]), z = tanh(saved[3]), o = sigmoid(saved[4]);
  const double c = f * old[1] + i * z, n = fmax(f * old[2] + i, 1.0);
  const double dc = d[1] + d[0] * o / n, dn = d[2] - d[0] * o * c / (n * n);
  slots[0] = (dc * z + dn) * i, slots[1] = (dc * old[1] + dn * old[2]) * f * sigmoid(-saved[2]);
  slots[2] = dc * i * (1 - z * z), slots[3] = d[0] * c / n * o * (1 - o);
  d[0] = d[3] = 0, d[1] = dc * f, d[2] = dn * f;
#endif
}

/* ---- Forward: a warp a cell, one launch a step ---- */

__device__ void store_outside(const reference_params &q, const cell &c) {
  for (int s = 0; s < STATES; s++) {
    q.states[state_at(q, s, c, q.step, c.u)] = 0;
    if (c.length == 0 && q.step == 0) q.last[edge_at(q, s, c, c.u)] = initial(q, s, c, c.u);
  }
  for (int k = 0; k < SAVED; k++) q.saved[saved_at(q, k, c, q.step)] = 0;
}

ENTRY reference_forward(const __grid_constant__ reference_params q) {
  const cell c = cell_of(q, ((fr_int)blockIdx.x * blockDim.x + threadIdx.x) / 32);
  const int lane = threadIdx.x % 32, at = position(q, c.length, q.step);
  if (c.b >= q.p.B) return;
  if (q.step >= c.length) {
    if (lane == 0) store_outside(q, c);
    return;
  }
  double w[4], r[4] = {}, b[4], s[4], saved[5];
  for (int k = lane; k < q.D; k += 32) {
    const double y = before(q, 0, c, q.step, k);
    for (int g = 0; g < GATES; g++) r[g] += weight(q, g, c.n, c.u, k) * y;
  }
  for (int g = 0; g < GATES; g++)
    for (int o = 16; o; o /= 2) r[g] += __shfl_xor_sync(~0u, r[g], o);
  if (lane) return;
  for (int g = 0; g < GATES; g++) w[g] = value(((const element *)q.p.Wx)[gate_at(q, g, c, at, c.u)]);
  for (int g = 0; g < SLOTS; g++) b[g] = value(((const element *)q.p.bias)[((fr_int)g * q.N + c.n) * q.D + c.u]);
  for (int k = 0; k < STATES; k++) s[k] = before(q, k, c, q.step, c.u);
  step_forward(w, r, b, s, saved);
  if (q.p.clip_y > 0) s[0] = fmin(fmax(s[0], -(double)q.p.clip_y), (double)q.p.clip_y);
  for (int k = 0; k < STATES; k++) {
    q.states[state_at(q, k, c, at, c.u)] = s[k];
    if (q.step == c.length - 1) q.last[edge_at(q, k, c, c.u)] = s[k];
  }
  for (int k = 0; k < SAVED; k++) q.saved[saved_at(q, k, c, at)] = saved[k];
}

/* ---- Backward: a thread a cell, one launch a step, from the last to -1 ---- */

__device__ double slot_at(const reference_params &q, int slot, const cell &c, int position, int u) {
  return slot < OUTER ? q.inner[state_at(q, 0, c, position, u)] : q.dWx[gate_at(q, slot - OUTER, c, position, u)];
}

__device__ double recurrent(const reference_params &q, const cell &c) {
  const int at = position(q, c.length, q.step + 1);
  double sum = 0;
  if (q.p.cut || q.step + 1 >= c.length) return 0;
  for (int g = 0; g < GATES; g++)
    for (int i = 0; i < q.D; i++) sum += weight(q, g, c.n, i, c.u) * slot_at(q, g, c, at, i);
  const double most = q.p.clip_gradient;
  return most > 0 ? fmin(fmax(sum, -most), most) : sum;
}

/* What later steps left for the state after this one; what is the initial state's goes there. */
__device__ void take_future(const reference_params &q, const cell &c, double *d) {
  for (int s = 0; s < STATES; s++) d[s] = q.future[edge_at(q, s, c, c.u)];
  d[0] += recurrent(q, c);
  if (q.step + 1 < c.length && anew(q, c, q.step + 1))
    for (int s = 0; s < STATES; s++) q.dinitial[edge_at(q, s, c, c.u)] += d[s], d[s] = 0;
  if (q.step != c.length - 1) return;
  for (int s = 0; s < STATES; s++) {
    d[s] = q.p.dlast ? value(((const element *)q.p.dlast)[edge_at(q, s, c, c.u)]) : 0;
    if (c.length == 0) q.dinitial[edge_at(q, s, c, c.u)] = d[s];
  }
}

ENTRY reference_backward(const __grid_constant__ reference_params q) {
  const cell c = cell_of(q, (fr_int)blockIdx.x * blockDim.x + threadIdx.x);
  const int at = position(q, c.length, q.step);
  double d[4], slots[4] = {}, saved[5], old[4];
  if (c.b >= q.p.B) return;
  if (q.step < c.length) {
    take_future(q, c, d);
    if (q.step >= 0) {
      for (int s = 0; s < STATES; s++) {
        if (q.p.dstates) d[s] += value(((const element *)q.p.dstates)[state_at(q, s, c, at, c.u)]);
        old[s] = before(q, s, c, q.step, c.u);
      }
      if (q.p.clip_y > 0 && fabs(q.states[state_at(q, 0, c, at, c.u)]) >= q.p.clip_y) d[0] = 0;
      for (int k = 0; k < SAVED; k++) saved[k] = q.saved[saved_at(q, k, c, at)];
      step_backward(saved, old, d, slots);
    }
    for (int s = 0; s < STATES; s++) q.future[edge_at(q, s, c, c.u)] = d[s];
  }
  if (q.step < 0) return;
  for (int k = 0; k < SLOTS; k++) {
    if (k < OUTER) q.inner[state_at(q, 0, c, at, c.u)] = slots[k];
    else q.dWx[gate_at(q, k - OUTER, c, at, c.u)] = slots[k];
  }
}

/* dR: a thread an element of it. */
ENTRY reference_weights(const __grid_constant__ reference_params q) {
  const fr_int e = (fr_int)blockIdx.x * blockDim.x + threadIdx.x, square = (fr_int)q.D * q.D;
  const int in = (int)(e % q.D), out = (int)(e / q.D % q.D), n = (int)(e / square % q.N), g = (int)(e / square / q.N);
  double sum = 0;
  if (g >= GATES) return;
  for (int b = 0; b < q.p.B; b++) {
    const cell c = {b, n, 0, length_of(q, b)};
    for (int step = 0; step < c.length; step++) sum += slot_at(q, g, c, position(q, c.length, step), out) * before(q, 0, c, step, in);
  }
  q.dR[e] = sum;
}

ENTRY reference_bias(const __grid_constant__ reference_params q) {
  const fr_int e = (fr_int)blockIdx.x * blockDim.x + threadIdx.x;
  const int u = (int)(e % q.D), n = (int)(e / q.D % q.N), k = (int)(e / q.D / q.N);
  double sum = 0;
  if (k >= SLOTS) return;
  for (int b = 0; b < q.p.B; b++)
    for (int t = 0; t < q.p.T; t++) sum += slot_at(q, k, {b, n, u, q.p.T}, t, u);
  q.dbias[e] = sum;
}

/* ---- Comparison ---- */

ENTRY compare(const __grid_constant__ reference_compare q) {
  double difference = 0, norm = 0;
  const fr_int step = (fr_int)gridDim.x * blockDim.x;
  for (fr_int i = (fr_int)blockIdx.x * blockDim.x + threadIdx.x; i < q.count; i += step) {
    const element e = ((const element *)q.got)[i];
    const double got = value(e), want = q.want[i], d = got - want;
    if (!(fabs(got) <= 1e300)) {
      atomicMin(&q.out->bad, (u64)i << 1 | (all_ones(e) ? 1 : 0));
      continue;
    }
    difference += d * d, norm += want * want;
  }
  for (int o = 16; o; o /= 2) difference += __shfl_xor_sync(~0u, difference, o), norm += __shfl_xor_sync(~0u, norm, o);
  if (threadIdx.x % 32 == 0) atomicAdd(&q.out->difference, difference), atomicAdd(&q.out->norm, norm);
}
