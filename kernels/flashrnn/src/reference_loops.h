/* FlashRNN by plain loops, in the precision of whoever includes this: REAL, its
 * OUTPUTS, the name RUN, and whether the loops are PARALLEL.  Per head and step:
 * pre-activations by plain sums (batch innermost), then one cell at a time;
 * backward the same in reverse. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

/* One head's run: where things are, and room for one step. */
typedef struct head {
  const flashrnn_problem *p;
  const reference_inputs *in;
  OUTPUTS *out;
  cpu_shape shape;
  int64_t n;
  REAL *y;      /* [D][B] before the step */
  REAL *gates;  /* [G][D][B] products, or gradients of R's gates */
  REAL *future; /* [S][D][B] gradients of the state from later steps */
} head;

static REAL sigmoid(REAL x) { return 1 / (1 + exp(-x)); }
static REAL log_sigmoid(REAL x) { return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x)); }

static int64_t state_at(const head *h, int64_t s, int64_t b, int64_t t, int64_t u) {
  const flashrnn_problem *p = h->p;
  return (((s * p->B + b) * p->T + t) * p->N + h->n) * p->D + u;
}

static int64_t edge_at(const head *h, int64_t s, int64_t b, int64_t u) {
  return ((s * h->p->B + b) * h->p->N + h->n) * h->p->D + u;
}

static int64_t input_at(const head *h, int64_t g, int64_t b, int64_t t, int64_t u) {
  const flashrnn_problem *p = h->p;
  return (((b * p->T + t) * h->shape.gates + g) * p->N + h->n) * p->D + u;
}

static int64_t saved_at(const head *h, int64_t row, int64_t b, int64_t t, int64_t u) {
  const flashrnn_problem *p = h->p;
  return (((h->n * p->T + t) * p->B + b) * h->shape.saved_rows + row) * p->D + u;
}

static REAL before(const head *h, int64_t s, int64_t b, int64_t t, int64_t u) {
  if (t > 0) return h->out->states[state_at(h, s, b, t - 1, u)];
  return h->in->initial ? h->in->initial[edge_at(h, s, b, u)] : 0;
}

static REAL bias(const head *h, int64_t row, int64_t u) {
  return h->in->bias[(row * h->p->N + h->n) * h->p->D + u];
}

/* y before step t, batch innermost. */
static void gather_y(head *h, int64_t t) {
  for (int64_t u = 0; u < h->p->D; u++)
    for (int64_t b = 0; b < h->p->B; b++) h->y[u * h->p->B + b] = before(h, 0, b, t, u);
}

static void recurrent_products(head *h) {
  const int64_t D = h->p->D, B = h->p->B, rows = h->shape.gates * D;
#pragma omp parallel for schedule(static) if (PARALLEL)
  for (int64_t i = 0; i < rows; i++) {
    const float *r = h->in->R + ((i / D * h->p->N + h->n) * D + i % D) * D;
    REAL *sum = h->gates + i * B;
    for (int64_t b = 0; b < B; b++) sum[b] = 0;
    for (int64_t k = 0; k < D; k++)
      for (int64_t b = 0; b < B; b++) sum[b] += r[k] * h->y[k * B + b];
  }
}

/* ---- Cells, forward: a step of one element; s: the state, saved: its rows ---- */

typedef struct element { REAL r[4], w[4], b[4], s[4], saved[4]; } element;

static void elman_step(element *e) { e->s[0] = tanh(e->w[0] + e->r[0] + e->b[0]); }

static void lstm_step(element *e) {
  const REAL i = sigmoid(e->w[0] + e->r[0] + e->b[0]), f = sigmoid(e->w[1] + e->r[1] + e->b[1]);
  const REAL z = tanh(e->w[2] + e->r[2] + e->b[2]), o = sigmoid(e->w[3] + e->r[3] + e->b[3]);
  e->s[1] = f * e->s[1] + i * z;
  e->s[0] = o * tanh(e->s[1]);
  e->saved[0] = i, e->saved[1] = f, e->saved[2] = z, e->saved[3] = o;
}

static void gru_step(element *e) {
  const REAL g = e->r[0] + e->b[0];
  const REAL r = sigmoid(e->w[0] + e->r[1] + e->b[1]), z = sigmoid(e->w[1] + e->r[2] + e->b[2]);
  const REAL n = tanh(e->w[2] + e->b[3] + r * g);
  e->s[0] = z * e->s[0] + (1 - z) * n;
  e->saved[0] = g, e->saved[1] = r, e->saved[2] = z, e->saved[3] = n;
}

static void slstm_step(element *e) {
  const REAL ai = e->w[0] + e->r[0] + e->b[0], af = e->w[1] + e->r[1] + e->b[1];
  const REAL z = tanh(e->w[2] + e->r[2] + e->b[2]), o = sigmoid(e->w[3] + e->r[3] + e->b[3]);
  const REAL l = log_sigmoid(af) + e->s[3], m = e->s[2] == 0 || ai > l ? ai : l;
  const REAL i = exp(ai - m), f = exp(l - m), n = f * e->s[2] + i;
  e->s[1] = f * e->s[1] + i * z;
  e->s[2] = n < 1 ? 1 : n;
  e->s[3] = m;
  e->s[0] = o * e->s[1] / e->s[2];
  e->saved[0] = i, e->saved[1] = af, e->saved[2] = z, e->saved[3] = o;
}

static void (*const steps[])(element *) = {elman_step, lstm_step, gru_step, slstm_step};

static void step_element(head *h, int64_t b, int64_t t, int64_t u) {
  const int64_t D = h->p->D, B = h->p->B;
  element e;
  for (int64_t g = 0; g < h->shape.gates; g++) {
    e.r[g] = h->gates[(g * D + u) * B + b];
    e.w[g] = h->in->Wx[input_at(h, g, b, t, u)];
  }
  for (int64_t g = 0; g < h->shape.bias_rows; g++) e.b[g] = bias(h, g, u);
  for (int64_t s = 0; s < h->shape.states; s++) e.s[s] = before(h, s, b, t, u);
  steps[h->p->function](&e);
  for (int64_t s = 0; s < h->shape.states; s++) h->out->states[state_at(h, s, b, t, u)] = e.s[s];
  for (int64_t s = 0; s < h->shape.saved_rows; s++) h->out->saved[saved_at(h, s, b, t, u)] = e.saved[s];
}

static void forward_head(head *h) {
  const flashrnn_problem *p = h->p;
  for (int64_t t = 0; t < p->T; t++) {
    gather_y(h, t);
    recurrent_products(h);
#pragma omp parallel for schedule(static) if (PARALLEL)
    for (int64_t b = 0; b < p->B; b++)
      for (int64_t u = 0; u < p->D; u++) step_element(h, b, t, u);
  }
  for (int64_t s = 0; s < h->shape.states; s++)
    for (int64_t b = 0; b < p->B; b++)
      for (int64_t u = 0; u < p->D; u++)
        h->out->last[edge_at(h, s, b, u)] = h->out->states[state_at(h, s, b, p->T - 1, u)];
}

/* ---- Cells, backward: d: gradient of the state after, then of the one before
 * as far as R has no part; w, r, b: gradients of Wx, R's and the bias' gates ---- */

typedef struct adjoint { REAL d[4], before[4], after[4], saved[4], w[4], r[4], b[4]; } adjoint;

static void same_gates(adjoint *e, int gates) {
  for (int g = 0; g < gates; g++) e->r[g] = e->b[g] = e->w[g];
}

static void elman_back(adjoint *e) {
  e->w[0] = e->d[0] * (1 - e->after[0] * e->after[0]);
  same_gates(e, 1);
  e->d[0] = 0;
}

static void lstm_back(adjoint *e) {
  const REAL i = e->saved[0], f = e->saved[1], z = e->saved[2], o = e->saved[3], c = tanh(e->after[1]);
  const REAL dy = e->d[0], dc = e->d[1] + dy * o * (1 - c * c);
  e->w[0] = dc * z * i * (1 - i);
  e->w[1] = dc * e->before[1] * f * (1 - f);
  e->w[2] = dc * i * (1 - z * z);
  e->w[3] = dy * c * o * (1 - o);
  same_gates(e, 4);
  e->d[0] = 0;
  e->d[1] = dc * f;
}

static void gru_back(adjoint *e) {
  const REAL g = e->saved[0], r = e->saved[1], z = e->saved[2], n = e->saved[3], dy = e->d[0];
  const REAL dn = dy * (1 - z) * (1 - n * n), dz = dy * (e->before[0] - n) * z * (1 - z);
  const REAL dr = dn * g * r * (1 - r);
  e->w[0] = dr, e->w[1] = dz, e->w[2] = dn;
  e->r[0] = dn * r, e->r[1] = dr, e->r[2] = dz;
  e->b[0] = dn * r, e->b[1] = dr, e->b[2] = dz, e->b[3] = dn;
  e->d[0] = dy * z;
}

/* m, and what the clamp adds to n, are constants. */
static void slstm_back(adjoint *e) {
  const REAL i = e->saved[0], af = e->saved[1], z = e->saved[2], o = e->saved[3];
  const REAL f = exp(log_sigmoid(af) + e->before[3] - e->after[3]);
  const REAL dy = e->d[0], c = e->after[1], n = e->after[2];
  const REAL dc = e->d[1] + dy * o / n, dn = e->d[2] - dy * o * c / (n * n);
  e->w[0] = (dc * z + dn) * i;
  e->w[1] = (dc * e->before[1] + dn * e->before[2]) * f * sigmoid(-af);
  e->w[2] = dc * i * (1 - z * z);
  e->w[3] = dy * c / n * o * (1 - o);
  same_gates(e, 4);
  e->d[0] = e->d[3] = 0;
  e->d[1] = dc * f;
  e->d[2] = dn * f;
}

static void (*const backs[])(adjoint *) = {elman_back, lstm_back, gru_back, slstm_back};

static void back_element(head *h, int64_t b, int64_t t, int64_t u) {
  const int64_t D = h->p->D, B = h->p->B;
  adjoint e;
  for (int64_t s = 0; s < h->shape.states; s++) {
    e.before[s] = before(h, s, b, t, u);
    e.after[s] = h->out->states[state_at(h, s, b, t, u)];
    e.d[s] = h->future[(s * D + u) * B + b];
    if (h->in->dstates) e.d[s] += h->in->dstates[state_at(h, s, b, t, u)];
  }
  for (int64_t s = 0; s < h->shape.saved_rows; s++) e.saved[s] = h->out->saved[saved_at(h, s, b, t, u)];
  backs[h->p->function](&e);
  for (int64_t s = 0; s < h->shape.states; s++) h->future[(s * D + u) * B + b] = e.d[s];
  for (int64_t g = 0; g < h->shape.gates; g++) {
    h->gates[(g * D + u) * B + b] = e.r[g];
    h->out->dWx[input_at(h, g, b, t, u)] = e.w[g];
  }
  for (int64_t g = 0; g < h->shape.bias_rows; g++) h->out->dbias[(g * h->p->N + h->n) * D + u] += e.b[g];
}

/* Gradient of y before the step: R transposed times the gates' gradients. */
static void back_through_R(head *h) {
  const int64_t D = h->p->D, B = h->p->B;
#pragma omp parallel for schedule(static) if (PARALLEL)
  for (int64_t k = 0; k < D; k += 8)
    for (int64_t i = 0; i < h->shape.gates * D; i++) {
      const float *r = h->in->R + ((i / D * h->p->N + h->n) * D + i % D) * D;
      for (int64_t j = k; j < k + 8; j++)
        for (int64_t b = 0; b < B; b++) h->future[j * B + b] += r[j] * h->gates[i * B + b];
    }
}

static void add_dR(head *h, int64_t t) {
  const int64_t D = h->p->D, B = h->p->B;
  if (t == 0 && !h->in->initial) return;
#pragma omp parallel for schedule(static) if (PARALLEL)
  for (int64_t i = 0; i < h->shape.gates * D; i++) {
    REAL *row = h->out->dR + ((i / D * h->p->N + h->n) * D + i % D) * D;
    for (int64_t b = 0; b < B; b++)
      for (int64_t k = 0; k < D; k++) row[k] += h->gates[i * B + b] * before(h, 0, b, t, k);
  }
}

static void backward_head(head *h) {
  const flashrnn_problem *p = h->p;
  for (int64_t s = 0; s < h->shape.states; s++)
    for (int64_t u = 0; u < p->D; u++)
      for (int64_t b = 0; b < p->B; b++)
        h->future[(s * p->D + u) * p->B + b] = h->in->dlast ? h->in->dlast[edge_at(h, s, b, u)] : 0;
  for (int64_t t = p->T - 1; t >= 0; t--) {
#pragma omp parallel for schedule(static) if (PARALLEL)
    for (int64_t u = 0; u < p->D; u++)
      for (int64_t b = 0; b < p->B; b++) back_element(h, b, t, u);
    add_dR(h, t);
    back_through_R(h);
  }
  for (int64_t s = 0; s < h->shape.states; s++)
    for (int64_t u = 0; u < p->D; u++)
      for (int64_t b = 0; b < p->B; b++)
        h->out->dinitial[edge_at(h, s, b, u)] = h->future[(s * p->D + u) * p->B + b];
}

int RUN(const flashrnn_problem *p, const reference_inputs *in, OUTPUTS *out) {
  head h = {.p = p, .in = in, .out = out, .shape = cpu_shape_of(p->function)};
  h.y = calloc((size_t)(p->D * p->B), sizeof(REAL));
  h.gates = calloc((size_t)(h.shape.gates * p->D * p->B), sizeof(REAL));
  h.future = calloc((size_t)(h.shape.states * p->D * p->B), sizeof(REAL));
  const int ok = h.y && h.gates && h.future;
  if (ok && out->dR) {
    memset(out->dR, 0, sizeof(REAL) * (size_t)reference_dr_size(p));
    memset(out->dbias, 0, sizeof(REAL) * (size_t)reference_dbias_size(p));
  }
  for (h.n = 0; ok && h.n < p->N; h.n++) {
    forward_head(&h);
    if (out->dWx) backward_head(&h);
  }
  free(h.y), free(h.gates), free(h.future);
  return ok ? 0 : FLASHRNN_ENOMEM;
}
