/* The reference's gradients against central differences of its own forward
 * pass: every input of small problems, one element at a time.
 *
 * sLSTM: m is a constant in the gradients, and y does not depend on it as long
 * as n is c's scale; so the loss is of y alone, and m's start is left out. */
#include "flashrnn_cases.h"
#include "test.h"

#include <math.h>

static case_random dice;

static double loss_of(const float *weights, const double *values, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += weights[i] * values[i];
  return sum;
}

static double loss(const flashrnn_problem *p, const case_buffers *b) {
  flashrnn_problem forward = *p;
  forward.pass = FLASHRNN_TRAINING;
  reference_outputs e;
  const reference_inputs in = case_reference_inputs(b);
  if (reference_allocate(&e, &forward) || reference_run(&forward, &in, &e)) abort();
  const double sum = loss_of(b->dstates, e.states, reference_states_size(p)) +
                     loss_of(b->dlast, e.last, reference_last_size(p));
  reference_release(&e);
  return sum;
}

/* d loss / d *x by central difference, with the step that single precision
 * really takes; *bend: the difference of the one-sided slopes. */
static double slope(const flashrnn_problem *p, const case_buffers *b, float *x, float step, double *bend) {
  const float at = *x, up = at + step, down = at - step;
  const double middle = loss(p, b);
  *x = up;
  const double high = loss(p, b);
  *x = down;
  const double low = loss(p, b);
  *x = at;
  *bend = (high - middle) / ((double)up - (double)at) - (middle - low) / ((double)at - (double)down);
  return (high - low) / ((double)up - (double)down);
}

/* Relative L2 of the slopes of a sample of n elements against `gradient`.
 * sLSTM has kinks (its maxima): where one lies within the step, the slope
 * changes with the step or the bend does not halve with it, there is no
 * derivative to compare with, and another element is drawn.  They are rare; many
 * would hide an error. */
static void check(const char *what, const flashrnn_problem *p, const case_buffers *b, float *x, int64_t n,
                  const double *gradient) {
  double difference = 0, norm = 0, scale = 0;
  for (int64_t i = 0; i < n; i++) scale += gradient[i] * gradient[i] / (double)n;
  scale = sqrt(scale);
  int kinks = 0;
  for (int taken = 0; taken < 60;) {
    const int64_t i = case_below(&dice, n);
    double bend, half_bend;
    const double s = slope(p, b, x + i, 5e-4f, &bend);
    const double half = slope(p, b, x + i, 2.5e-4f, &half_bend);
    if (!(fabs(s - half) <= 1e-5 * scale && fabs(bend - 2 * half_bend) <= 5e-4 * scale)) {
      CHECKF(++kinks <= 6, "%s of %s: too many kinks", what, cpu_function_name(p->function));
      continue;
    }
    difference += (s - gradient[i]) * (s - gradient[i]);
    norm += s * s;
    taken++;
  }
  CHECKF(norm > 0 && sqrt(difference / norm) <= 1e-4, "%s of %s: %g", what, cpu_function_name(p->function),
         sqrt(difference / norm));
}

static void only_y(const flashrnn_problem *p, case_buffers *b) {
  memset(b->dstates + p->B * p->T * p->N * p->D, 0, sizeof(float) * 3 * (size_t)(p->B * p->T * p->N * p->D));
  memset(b->dlast + p->B * p->N * p->D, 0, sizeof(float) * 3 * (size_t)(p->B * p->N * p->D));
}

static void check_function(flashrnn_function f) {
  const flashrnn_problem p = {f, FLASHRNN_BACKWARD, FLASHRNN_FP32, 3, 5, 2, 16};
  const int64_t edge = reference_last_size(&p);
  case_buffers b = case_inputs(&p, &dice);
  if (f == FLASHRNN_SLSTM) only_y(&p, &b);
  reference_outputs e;
  const reference_inputs in = case_reference_inputs(&b);
  CHECK(!reference_allocate(&e, &p) && !reference_run(&p, &in, &e));
  check("dWx", &p, &b, b.Wx, reference_dwx_size(&p), e.dWx);
  check("dR", &p, &b, b.R, reference_dr_size(&p), e.dR);
  check("dbias", &p, &b, b.bias, reference_dbias_size(&p), e.dbias);
  check("dinitial", &p, &b, b.initial, f == FLASHRNN_SLSTM ? edge / 2 : edge, e.dinitial); /* y, c */
  reference_release(&e);
  case_release(&b);
}

static void elman(void) { check_function(FLASHRNN_ELMAN); }
static void lstm(void) { check_function(FLASHRNN_LSTM); }
static void gru(void) { check_function(FLASHRNN_GRU); }
static void slstm(void) { check_function(FLASHRNN_SLSTM); }

static const struct test_case cases[] = {
    {"elman", elman}, {"lstm", lstm}, {"gru", gru}, {"slstm", slstm}, {NULL, NULL}};

int main(int argc, char **argv) {
  dice.state = case_seed();
  return test_main(cases, argc, argv);
}
