/* A step of training with libflashrnn: plan, look up, run.
 *
 *   cc train.c $(pkg-config --cflags --libs libflashrnn) -o train && ./train [DATABASE]
 *
 * Plans are made once and kept; making one is a look-up, no compilation.  Where
 * nothing is tuned the default runs, and the plan's reason names the command
 * that tunes it. */
#include <flashrnn.h>
#include <stdio.h>
#include <stdlib.h>

/* The smallest LSTM of the head sweep, shortened. */
static const flashrnn_problem problem = {FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_FP32,
                                         .B = 16, .T = 64, .N = 12, .D = 64};
enum { GATES = 4, STATES = 2, BIAS_ROWS = 4 };

static float *zeros(int64_t n) {
  float *x = calloc((size_t)n, sizeof *x);
  if (!x) abort();
  return x;
}

static float *noise(int64_t n, float scale) {
  float *x = zeros(n);
  for (int64_t i = 0; i < n; i++) x[i] = scale * (2 * (float)rand() / (float)RAND_MAX - 1);
  return x;
}

static int fail(void) {
  fprintf(stderr, "train: %s\n", flashrnn_error());
  return 1;
}

static int plan(flashrnn_plan **out, flashrnn *context, flashrnn_pass pass) {
  flashrnn_problem p = problem;
  p.pass = pass;
  if (flashrnn_plan_new(out, context, &p)) return fail();
  printf("%s: %s (%s)\n  %s\n", pass == FLASHRNN_TRAINING ? "forward" : "backward",
         flashrnn_match_name(flashrnn_plan_match(*out)), flashrnn_plan_reason(*out), flashrnn_plan_config(*out));
  return 0;
}

/* Loss: the sum of all outputs, so the gradient of every output is 1. */
static int step(flashrnn_plan *forward, flashrnn_plan *backward) {
  const flashrnn_problem *p = &problem;
  int64_t row = p->N * p->D, cells = p->B * p->T * row;
  float *Wx = noise(cells * GATES, 1), *R = noise(GATES * row * p->D, 0.1f), *bias = zeros(BIAS_ROWS * row);
  float *states = zeros(STATES * cells), *dstates = zeros(STATES * cells);
  float *dWx = zeros(cells * GATES), *dR = zeros(GATES * row * p->D), *dbias = zeros(BIAS_ROWS * row);
  void *saved = malloc(flashrnn_saved_bytes(p));
  for (int64_t i = 0; i < cells; i++) dstates[i] = 1;
  flashrnn_forward f = {.Wx = Wx, .R = R, .bias = bias, .states = states, .saved = saved};
  flashrnn_backward b = {.R = R, .bias = bias, .states = states, .saved = saved, .dstates = dstates,
                         .dWx = dWx, .dR = dR, .dbias = dbias};
  int failed = flashrnn_run_forward(forward, &f) || flashrnn_run_backward(backward, &b);
  double loss = 0;
  for (int64_t i = 0; i < cells; i++) loss += states[i];
  if (!failed) printf("loss %g, first gradient of R %g\n", loss, dR[0]);
  float *all[] = {Wx, R, bias, states, dstates, dWx, dR, dbias};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(saved);
  return failed ? fail() : 0;
}

int main(int argc, char **argv) {
  flashrnn *context;
  flashrnn_plan *forward = NULL, *backward = NULL;
  if (flashrnn_open(&context, argc > 1 ? argv[1] : NULL)) return fail();
  if (*flashrnn_notice(context)) fprintf(stderr, "train: %s\n", flashrnn_notice(context));
  int failed = plan(&forward, context, FLASHRNN_TRAINING) || plan(&backward, context, FLASHRNN_BACKWARD) ||
               step(forward, backward);
  flashrnn_plan_free(forward);
  flashrnn_plan_free(backward);
  flashrnn_close(context);
  return failed;
}
