/* Naive loops of the four functions; docs/flashrnn.md has the formulas. */
#include "naive.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int naive_gates(flashrnn_function f) { return (const int[]){1, 4, 3, 4}[f]; }
int naive_states(flashrnn_function f) { return (const int[]){1, 2, 1, 4}[f]; }
int naive_bias_rows(flashrnn_function f) { return f == FLASHRNN_ELMAN ? 1 : 4; }

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }
static float log_sigmoid(float x) { return x < 0 ? x - log1pf(expf(x)) : -log1pf(expf(-x)); }

/* One unit of one step: w, r, b are its gates' inputs; s its states, before and then after. */
typedef struct unit { float w[4], r[4], b[4], s[4], kept[4]; } unit;

static void elman(unit *u) { u->s[0] = tanhf(u->w[0] + u->r[0] + u->b[0]); }

static void lstm(unit *u) {
  float a[4];
  for (int g = 0; g < 4; g++) a[g] = u->w[g] + u->r[g] + u->b[g];
  float i = sigmoid(a[0]), f = sigmoid(a[1]), z = tanhf(a[2]), o = sigmoid(a[3]);
  u->s[1] = f * u->s[1] + i * z;
  u->s[0] = o * tanhf(u->s[1]);
  memcpy(u->kept, (float[]){i, f, z, o}, sizeof u->kept);
}

static void gru(unit *u) {
  float r = sigmoid(u->w[0] + u->r[1] + u->b[1]), z = sigmoid(u->w[1] + u->r[2] + u->b[2]);
  float g = u->r[0] + u->b[0], n = tanhf(u->w[2] + u->b[3] + r * g);
  u->s[0] = z * u->s[0] + (1 - z) * n;
  memcpy(u->kept, (float[]){g, r, z, n}, sizeof u->kept);
}

static void slstm(unit *u) {
  float a[4];
  for (int g = 0; g < 4; g++) a[g] = u->w[g] + u->r[g] + u->b[g];
  float l = log_sigmoid(a[1]) + u->s[3], m = u->s[2] == 0 ? a[0] : fmaxf(a[0], l);
  float i = expf(a[0] - m), f = expf(l - m), z = tanhf(a[2]), o = sigmoid(a[3]);
  u->s[1] = f * u->s[1] + i * z;
  u->s[2] = fmaxf(f * u->s[2] + i, 1);
  u->s[3] = m;
  u->s[0] = o * u->s[1] / u->s[2];
  memcpy(u->kept, (float[]){i, a[1], z, o}, sizeof u->kept);
}

static void (*const steps[])(unit *) = {elman, lstm, gru, slstm};

/* Where things are; t < 0 is before the first step, where every state is zero. */
static size_t state_at(const naive *n, int s, long b, long t, long h, long d) {
  const flashrnn_problem *p = &n->p;
  return (size_t)((((s * p->B + b) * p->T + t) * p->N + h) * p->D + d);
}

static size_t input_at(const naive *n, int g, long b, long t, long h, long d) {
  const flashrnn_problem *p = &n->p;
  return (size_t)((((b * p->T + t) * n->gates + g) * p->N + h) * p->D + d);
}

static size_t kept_at(const naive *n, long b, long t, long h, long d) {
  return 4 * state_at(n, 0, b, t, h, d);
}

static float before(const naive *n, int s, long b, long t, long h, long d) {
  return t ? n->y[state_at(n, s, b, t - 1, h, d)] : 0;
}

static float product(const naive *n, int g, long b, long t, long h, long d) {
  const flashrnn_problem *p = &n->p;
  const float *row = n->R + ((g * p->N + h) * p->D + d) * p->D;
  const float *y = n->y + state_at(n, 0, b, t ? t - 1 : 0, h, 0);
  float sum = 0;
  for (long k = 0; t && k < p->D; k++) sum += row[k] * y[k];
  return sum;
}

static void forward_unit(const naive *n, long b, long t, long h, long d) {
  unit u;
  for (int g = 0; g < n->gates; g++) {
    u.w[g] = n->Wx[input_at(n, g, b, t, h, d)];
    u.r[g] = product(n, g, b, t, h, d);
  }
  for (int g = 0; g < naive_bias_rows(n->p.function); g++) u.b[g] = n->bias[(g * n->p.N + h) * n->p.D + d];
  for (int s = 0; s < n->states; s++) u.s[s] = before(n, s, b, t, h, d);
  steps[n->p.function](&u);
  for (int s = 0; s < n->states; s++) n->y[state_at(n, s, b, t, h, d)] = u.s[s];
  if (n->kept && n->p.function != FLASHRNN_ELMAN) memcpy(n->kept + kept_at(n, b, t, h, d), u.kept, sizeof u.kept);
}

int naive_forward(const naive *n) {
  for (long t = 0; t < n->p.T; t++)
    for (long b = 0; b < n->p.B; b++)
      for (long h = 0; h < n->p.N; h++)
        for (long d = 0; d < n->p.D; d++) forward_unit(n, b, t, h, d);
  return 0;
}

/* One unit of one step backwards: ds the gradients of its states after, then before
 * (without R's part); w, r, b those of its gates' inputs. */
typedef struct back { float ds[4], old[4], now[4], kept[4], w[4], r[4], b[4]; } back;

static void same_gates(back *u, int gates) {
  for (int g = 0; g < gates; g++) u->r[g] = u->b[g] = u->w[g];
}

static void elman_back(back *u) {
  u->w[0] = u->ds[0] * (1 - u->now[0] * u->now[0]);
  u->ds[0] = 0;
  same_gates(u, 1);
}

static void lstm_back(back *u) {
  float i = u->kept[0], f = u->kept[1], z = u->kept[2], o = u->kept[3], c = tanhf(u->now[1]);
  float dc = u->ds[1] + u->ds[0] * o * (1 - c * c);
  u->w[0] = dc * z * i * (1 - i);
  u->w[1] = dc * u->old[1] * f * (1 - f);
  u->w[2] = dc * i * (1 - z * z);
  u->w[3] = u->ds[0] * c * o * (1 - o);
  u->ds[0] = 0;
  u->ds[1] = dc * f;
  same_gates(u, 4);
}

static void gru_back(back *u) {
  float g = u->kept[0], r = u->kept[1], z = u->kept[2], n = u->kept[3], dy = u->ds[0];
  float dn = dy * (1 - z) * (1 - n * n), dz = dy * (u->old[0] - n) * z * (1 - z), dr = dn * g * r * (1 - r);
  memcpy(u->w, (float[]){dr, dz, dn, 0}, sizeof u->w);
  memcpy(u->r, (float[]){dn * r, dr, dz, 0}, sizeof u->r);
  memcpy(u->b, (float[]){dn * r, dr, dz, dn}, sizeof u->b);
  u->ds[0] = dy * z;
}

static void slstm_back(back *u) {
  float i = u->kept[0], af = u->kept[1], z = u->kept[2], o = u->kept[3], n = u->now[2], c = u->now[1];
  float f = expf(log_sigmoid(af) + u->old[3] - u->now[3]), dy = u->ds[0];
  float dc = u->ds[1] + dy * o / n, dn = u->ds[2] - dy * o * c / (n * n);
  u->w[0] = (dc * z + dn) * i;
  u->w[1] = (dc * u->old[1] + dn * u->old[2]) * f * sigmoid(-af);
  u->w[2] = dc * i * (1 - z * z);
  u->w[3] = dy * c / n * o * (1 - o);
  memcpy(u->ds, (float[]){0, dc * f, dn * f, 0}, sizeof u->ds);
  same_gates(u, 4);
}

static void (*const backs[])(back *) = {elman_back, lstm_back, gru_back, slstm_back};

/* future: [S,B,N,D], gradients of this step's states from later ones. */
static float *future_at(const naive *n, float *future, int s, long b, long h, long d) {
  return future + ((s * n->p.B + b) * n->p.N + h) * n->p.D + d;
}

static void backward_unit(const naive *n, float *future, float *gates, long b, long t, long h, long d) {
  back u;
  for (int s = 0; s < n->states; s++) {
    u.ds[s] = *future_at(n, future, s, b, h, d) + n->dstates[state_at(n, s, b, t, h, d)];
    u.old[s] = before(n, s, b, t, h, d);
    u.now[s] = n->y[state_at(n, s, b, t, h, d)];
  }
  memcpy(u.kept, n->kept + kept_at(n, b, t, h, d), sizeof u.kept);
  backs[n->p.function](&u);
  for (int s = 0; s < n->states; s++) *future_at(n, future, s, b, h, d) = u.ds[s];
  for (int g = 0; g < n->gates; g++) {
    n->dWx[input_at(n, g, b, t, h, d)] = u.w[g];
    gates[g * n->p.D + d] = u.r[g];
  }
  for (int g = 0; g < naive_bias_rows(n->p.function); g++) n->dbias[(g * n->p.N + h) * n->p.D + d] += u.b[g];
}

/* Through R: its own gradient, and that of the outputs it read. */
static void backward_product(const naive *n, float *future, const float *gates, long b, long t, long h) {
  long D = n->p.D;
  for (int g = 0; g < n->gates; g++)
    for (long d = 0; d < D; d++) {
      const float a = gates[g * D + d], *row = n->R + ((g * n->p.N + h) * D + d) * D;
      float *into = n->dR + ((g * n->p.N + h) * D + d) * D;
      for (long k = 0; k < D; k++) *future_at(n, future, 0, b, h, k) += a * row[k];
      for (long k = 0; t && k < D; k++) into[k] += a * before(n, 0, b, t, h, k);
    }
}

int naive_backward(const naive *n) {
  const flashrnn_problem *p = &n->p;
  size_t R = (size_t)(n->gates * p->N * p->D * p->D), bias = (size_t)(naive_bias_rows(p->function) * p->N * p->D);
  float *future = calloc((size_t)(n->states * p->B * p->N * p->D), sizeof *future);
  float *gates = calloc((size_t)(4 * p->D), sizeof *gates);
  int ready = future && gates;
  if (ready) memset(n->dR, 0, R * sizeof *n->dR), memset(n->dbias, 0, bias * sizeof *n->dbias);
  for (long t = p->T - 1; ready && t >= 0; t--)
    for (long b = 0; b < p->B; b++)
      for (long h = 0; h < p->N; h++) {
        for (long d = 0; d < p->D; d++) backward_unit(n, future, gates, b, t, h, d);
        backward_product(n, future, gates, b, t, h);
      }
  free(future);
  free(gates);
  return ready ? 0 : -1;
}
