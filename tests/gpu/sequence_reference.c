/* See sequence_reference.h.  Written apart from the kernels: it shares the
 * shapes of launch.h alone. */
#include "sequence_reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct track {
  const sequence_case *c;
  const sequence_outputs *out;
  int b, n, length, G, S, K; /* K: slots, rows of the bias */
  double *state;  /* [T+1][S][D]: before step t */
  double *slots;  /* [T][K][D] gradients */
  double *before; /* [T][D] y that entered step t */
} track;

static double stored(const track *k, double x) { return k->c->stored ? k->c->stored(x) : x; }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double log_sigmoid(double x) { return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x)); }

void sequence_sizes(const fr_problem *p, fr_int z[6]) {
  const fr_int edge = fr_states(p->function) * p->B * p->N * p->D;
  z[0] = edge * p->T, z[1] = edge;
  z[2] = fr_gates(p->function) * p->B * p->T * p->N * p->D;
  z[3] = fr_gates(p->function) * p->N * p->D * p->D;
  z[4] = fr_bias_rows(p->function) * p->N * p->D;
  z[5] = edge;
}

static fr_int edge_at(const track *k, int s, fr_int u) {
  const fr_problem *p = &k->c->p;
  return ((s * p->B + k->b) * p->N + k->n) * p->D + u;
}
static fr_int state_at(const track *k, int s, int t, fr_int u) {
  const fr_problem *p = &k->c->p;
  return (((s * p->B + k->b) * p->T + t) * p->N + k->n) * p->D + u;
}
static fr_int input_at(const track *k, int g, int t, fr_int u) {
  const fr_problem *p = &k->c->p;
  return (((k->b * p->T + t) * k->G + g) * p->N + k->n) * p->D + u;
}
static int position(const track *k, int step) {
  return k->c->reverse && step < k->length ? k->length - 1 - step : step;
}
static int restarts(const track *k, int step) {
  return step == 0 || (k->c->reset && k->c->reset[k->b * k->c->p.T + position(k, step)]);
}

/* One cell, forward: a: w, r, b by gate; returns what was y before the clip in s[0]. */
static void step_cell(int function, const double *w, const double *r, const double *b, double *s) {
  if (function == FR_ELMAN) s[0] = tanh(w[0] + r[0] + b[0]);
  if (function == FR_LSTM) {
    s[1] = sigmoid(w[1] + r[1] + b[1]) * s[1] + sigmoid(w[0] + r[0] + b[0]) * tanh(w[2] + r[2] + b[2]);
    s[0] = sigmoid(w[3] + r[3] + b[3]) * tanh(s[1]);
  }
  if (function == FR_GRU) {
    const double R = sigmoid(w[0] + r[1] + b[1]), z = sigmoid(w[1] + r[2] + b[2]);
    s[0] = z * s[0] + (1 - z) * tanh(w[2] + b[3] + R * (r[0] + b[0]));
  }
  if (function == FR_SLSTM) {
    const double i = w[0] + r[0] + b[0], l = log_sigmoid(w[1] + r[1] + b[1]) + s[3];
    const double m = s[2] == 0 || i > l ? i : l, n = exp(l - m) * s[2] + exp(i - m);
    s[1] = exp(l - m) * s[1] + exp(i - m) * tanh(w[2] + r[2] + b[2]);
    s[2] = n < 1 ? 1 : n, s[3] = m;
    s[0] = sigmoid(w[3] + r[3] + b[3]) * s[1] / s[2];
  }
}

/* Backward: s: the state before; d: gradient after, becomes that before without R's part. */
static void back_cell(int function, const double *w, const double *r, const double *b, const double *s, double *d, double *slots) {
  const double dy = d[0];
  if (function == FR_ELMAN) {
    const double y = tanh(w[0] + r[0] + b[0]);
    slots[0] = dy * (1 - y * y), d[0] = 0;
  }
  if (function == FR_LSTM) {
    const double i = sigmoid(w[0] + r[0] + b[0]), f = sigmoid(w[1] + r[1] + b[1]), z = tanh(w[2] + r[2] + b[2]);
    const double o = sigmoid(w[3] + r[3] + b[3]), c = tanh(f * s[1] + i * z), dc = d[1] + dy * o * (1 - c * c);
    slots[0] = dc * z * i * (1 - i), slots[1] = dc * s[1] * f * (1 - f), slots[2] = dc * i * (1 - z * z);
    slots[3] = dy * c * o * (1 - o), d[0] = 0, d[1] = dc * f;
  }
  if (function == FR_GRU) {
    const double g = r[0] + b[0], R = sigmoid(w[0] + r[1] + b[1]), z = sigmoid(w[1] + r[2] + b[2]);
    const double n = tanh(w[2] + b[3] + R * g), dn = dy * (1 - z) * (1 - n * n);
    slots[0] = dn * R, slots[1] = dn * g * R * (1 - R), slots[2] = dy * (s[0] - n) * z * (1 - z), slots[3] = dn;
    d[0] = dy * z;
  }
  if (function == FR_SLSTM) {
    const double ai = w[0] + r[0] + b[0], af = w[1] + r[1] + b[1], z = tanh(w[2] + r[2] + b[2]), o = sigmoid(w[3] + r[3] + b[3]);
    const double l = log_sigmoid(af) + s[3], m = s[2] == 0 || ai > l ? ai : l, i = exp(ai - m), f = exp(l - m);
    const double sum = f * s[2] + i, n = sum < 1 ? 1 : sum, c = f * s[1] + i * z;
    const double dc = d[1] + dy * o / n, dn = d[2] - dy * o * c / (n * n);
    slots[0] = (dc * z + dn) * i, slots[1] = (dc * s[1] + dn * s[2]) * f * sigmoid(-af);
    slots[2] = dc * i * (1 - z * z), slots[3] = dy * c / n * o * (1 - o);
    d[0] = d[3] = 0, d[1] = dc * f, d[2] = dn * f;
  }
}

/* The sums of one unit before a step: w, r, b of its gates. */
static void sums_of(const track *k, int step, fr_int u, double *w, double *r, double *b) {
  const fr_problem *p = &k->c->p;
  const double *y = k->state + (fr_int)step * k->S * p->D;
  for (int g = 0; g < k->G; g++) {
    const float *R = k->c->R + ((g * p->N + k->n) * p->D + u) * p->D;
    w[g] = k->c->Wx[input_at(k, g, position(k, step), u)];
    r[g] = 0;
    for (fr_int i = 0; i < p->D; i++) r[g] += (double)R[i] * y[i];
    r[g] = stored(k, r[g]);
  }
  for (int g = 0; g < k->K; g++) b[g] = k->c->bias[(g * p->N + k->n) * p->D + u];
}

static double initial_of(const track *k, int s, fr_int u) { return k->c->initial ? k->c->initial[edge_at(k, s, u)] : 0; }

static void forward_track(track *k) {
  const sequence_case *c = k->c;
  const fr_int D = c->p.D, row = k->S * D;
  for (int s = 0; s < k->S; s++)
    for (fr_int u = 0; u < D; u++) k->state[s * D + u] = initial_of(k, s, u);
  for (int t = 0; t < c->p.T; t++) {
    double *now = k->state + t * row, *next = now + row;
    for (int s = 0; s < k->S && t < k->length && restarts(k, t); s++)
      for (fr_int u = 0; u < D; u++) now[s * D + u] = initial_of(k, s, u);
    for (fr_int u = 0; u < D; u++) {
      double w[4], r[4], b[4], s[4];
      for (int i = 0; i < k->S; i++) s[i] = now[i * D + u];
      if (t < k->length) {
        sums_of(k, t, u, w, r, b);
        step_cell((int)c->p.function, w, r, b, s);
        if (c->clip_y > 0) s[0] = fmin(fmax(s[0], -c->clip_y), c->clip_y);
        for (int i = 0; i < k->S; i++) s[i] = stored(k, s[i]);
      }
      for (int i = 0; i < k->S; i++) {
        next[i * D + u] = s[i];
        k->out->states[state_at(k, i, position(k, t), u)] = t < k->length ? s[i] : 0;
      }
    }
  }
  for (int s = 0; s < k->S; s++)
    for (fr_int u = 0; u < D; u++) k->out->last[edge_at(k, s, u)] = k->state[k->length * row + s * D + u];
}

/* d += R' times the gate gradients of a step, as the options want it. */
static void add_recurrent(const track *k, const double *slots, double *d) {
  const sequence_case *c = k->c;
  const fr_int D = c->p.D;
  double *sum = calloc((size_t)D, sizeof *sum);
  if (!sum) abort();
  for (int g = 0; g < k->G && !c->cut; g++)
    for (fr_int o = 0; o < D; o++) {
      const float *R = c->R + ((g * c->p.N + k->n) * D + o) * D;
      for (fr_int u = 0; u < D; u++) sum[u] += R[u] * slots[g * D + o];
    }
  for (fr_int u = 0; u < D; u++)
    d[u] += c->clip_gradient > 0 ? fmin(fmax(sum[u], -c->clip_gradient), c->clip_gradient) : sum[u];
  free(sum);
}

static int was_clipped(const track *k, int t, fr_int u) {
  const fr_int at = state_at(k, 0, position(k, t), u);
  if (k->c->clipped) return k->c->clipped[at];
  return k->c->clip_y > 0 && fabs(k->out->states[at]) >= k->c->clip_y;
}

static void backward_track(track *k) {
  const sequence_case *c = k->c;
  const fr_int D = c->p.D, row = k->S * D;
  double *d = calloc((size_t)row, sizeof *d);
  if (!d) abort();
  for (fr_int i = 0; i < row; i++) d[i] = c->dlast ? c->dlast[edge_at(k, (int)(i / D), i % D)] : 0;
  for (int t = k->length - 1; t >= 0; t--) {
    const double *now = k->state + t * row;
    double *slots = k->slots + (fr_int)t * k->K * D;
    for (fr_int u = 0; u < D; u++) {
      double w[4], r[4], b[4], s[4], e[4], x[4];
      for (int i = 0; i < k->S; i++) {
        s[i] = now[i * D + u];
        e[i] = d[i * D + u] + (c->dstates ? c->dstates[state_at(k, i, position(k, t), u)] : 0);
      }
      if (was_clipped(k, t, u)) e[0] = 0;
      sums_of(k, t, u, w, r, b);
      back_cell((int)c->p.function, w, r, b, s, e, x);
      for (int i = 0; i < k->S; i++) d[i * D + u] = stored(k, e[i]);
      for (int i = 0; i < k->K; i++) slots[i * D + u] = stored(k, x[i]);
      k->before[t * D + u] = s[0];
    }
    add_recurrent(k, slots, d);
    if (restarts(k, t)) {
      for (fr_int i = 0; i < row; i++) k->out->dinitial[edge_at(k, (int)(i / D), i % D)] += d[i], d[i] = 0;
    }
  }
  if (k->length == 0)
    for (fr_int i = 0; i < row; i++) k->out->dinitial[edge_at(k, (int)(i / D), i % D)] = d[i];
  for (int t = 0; t < c->p.T; t++)
    for (int g = 0; g < k->G; g++)
      for (fr_int u = 0; u < D; u++)
        k->out->dWx[input_at(k, g, position(k, t), u)] =
            t < k->length ? k->slots[((fr_int)t * k->K + k->K - k->G + g) * D + u] : 0;
  free(d);
}

/* Rows of dR and dbias of a head, over all its sequences in their order. */
static void add_weights(const sequence_case *c, const track *of_head, sequence_outputs *out, fr_int row) {
  const fr_problem *p = &c->p;
  const fr_int D = p->D, slot = row / D, o = row % D, n = of_head->n;
  for (fr_int b = 0; b < p->B; b++) {
    const track *k = of_head + b * p->N;
    for (int t = 0; t < k->length; t++) {
      const double g = k->slots[((fr_int)t * k->K + slot) * D + o];
      out->dbias[(slot * p->N + n) * D + o] += g;
      double *to = out->dR + ((slot * p->N + n) * D + o) * D;
      for (fr_int i = 0; slot < k->G && i < D; i++) to[i] += g * k->before[t * D + i];
    }
  }
}

int sequence_reference(const sequence_case *c, sequence_outputs *out) {
  const fr_problem *p = &c->p;
  const fr_int count = p->B * p->N, G = fr_gates(p->function), S = fr_states(p->function), K = fr_bias_rows(p->function);
  track *all = calloc((size_t)count, sizeof *all);
  fr_int sizes[6];
  int ok = all != NULL;
  if (!ok) return -1;
  sequence_sizes(p, sizes);
  memset(out->dR, 0, sizeof(double) * (size_t)sizes[3]);
  memset(out->dbias, 0, sizeof(double) * (size_t)sizes[4]);
  memset(out->dinitial, 0, sizeof(double) * (size_t)sizes[5]);
  for (fr_int i = 0; i < count; i++) {
    track *k = all + i;
    *k = (track){.c = c, .out = out, .b = (int)(i / p->N), .n = (int)(i % p->N), .G = (int)G, .S = (int)S, .K = (int)K};
    k->length = c->lengths ? c->lengths[k->b] : (int)p->T;
    k->state = malloc(sizeof(double) * (size_t)((p->T + 1) * S * p->D));
    k->slots = malloc(sizeof(double) * (size_t)(p->T * K * p->D));
    k->before = malloc(sizeof(double) * (size_t)(p->T * p->D));
    ok = ok && k->state && k->slots && k->before;
  }
#pragma omp parallel for schedule(dynamic)
  for (fr_int i = 0; i < (ok ? count : 0); i++) {
    forward_track(all + i);
    backward_track(all + i);
  }
#pragma omp parallel for schedule(dynamic)
  for (fr_int i = 0; i < (ok ? p->N * K * p->D : 0); i++) add_weights(c, all + i / (K * p->D), out, i % (K * p->D));
  for (fr_int i = 0; i < count; i++) free(all[i].state), free(all[i].slots), free(all[i].before);
  free(all);
  return ok ? 0 : -1;
}
