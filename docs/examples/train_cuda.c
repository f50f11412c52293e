/* Training on a CUDA device with libflashrnn: a small sLSTM layer learns the
 * recurrent matrix and bias of another one from its outputs.
 *
 *   cc train_cuda.c device.c $(pkg-config --cflags --libs libflashrnn) -ldl -lm -o train_cuda && ./train_cuda [DATABASE]
 *
 * Everything but the loss and the update runs on one stream.  Where nothing is
 * tuned the default runs, and the plan's reason names the command that tunes it. */
#include <flashrnn_cuda.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "device.h"

enum { B = 8, T = 32, N = 2, D = 32, GATES = 4, STATES = 4, STEPS = 60 };
enum { CELLS = B * T * N * D, WX = GATES * CELLS, R_SIZE = GATES * N * D * D, BIAS = GATES * N * D };
static const flashrnn_problem problem = {FLASHRNN_SLSTM, FLASHRNN_TRAINING, FLASHRNN_FP32, B, T, N, D};

/* A layer's numbers on the device. */
typedef struct layer {
  void *Wx, *R, *bias, *states, *saved, *dstates, *dWx, *dR, *dbias;
} layer;

static float *numbers(size_t n, float scale) {
  float *x = malloc(n * sizeof *x);
  if (!x) abort();
  for (size_t i = 0; i < n; i++) x[i] = scale * (2 * (float)rand() / (float)RAND_MAX - 1);
  return x;
}

static int fail(void) {
  fprintf(stderr, "train_cuda: %s\n", flashrnn_error());
  return 1;
}

static int plan(flashrnn_cuda_plan **out, flashrnn_cuda *context, flashrnn_pass pass) {
  flashrnn_cuda_problem p = {.problem = problem};
  p.problem.pass = pass;
  if (flashrnn_cuda_plan_new(out, context, &p)) return fail();
  printf("%s: %s (%s)\n  %s\n", pass == FLASHRNN_TRAINING ? "forward" : "backward", flashrnn_match_name(flashrnn_cuda_plan_match(*out)),
         flashrnn_cuda_plan_reason(*out), flashrnn_cuda_plan_config(*out));
  return 0;
}

static int make(layer *l) {
  const struct { void **at; size_t bytes; } all[] = {
      {&l->Wx, WX * 4}, {&l->R, R_SIZE * 4}, {&l->bias, BIAS * 4}, {&l->states, STATES * CELLS * 4}, {&l->dstates, STATES * CELLS * 4},
      {&l->saved, flashrnn_cuda_saved_bytes(&problem)}, {&l->dWx, WX * 4}, {&l->dR, R_SIZE * 4}, {&l->dbias, BIAS * 4}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (device_new(all[i].at, all[i].bytes)) return 1;
  return 0;
}

static void drop(layer *l) {
  void *all[] = {l->Wx, l->R, l->bias, l->states, l->dstates, l->saved, l->dWx, l->dR, l->dbias};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) device_free(all[i]);
}

/* The outputs y for these parameters. */
static int forward(flashrnn_cuda_plan *p, const layer *l, const float *R, const float *bias, float *y, void *stream) {
  const flashrnn_cuda_forward io = {.Wx = l->Wx, .R = l->R, .bias = l->bias, .states = l->states, .saved = l->saved};
  if (device_upload(l->R, R, R_SIZE * 4, stream) || device_upload(l->bias, bias, BIAS * 4, stream)) return 1;
  if (flashrnn_cuda_run_forward(p, &io, stream)) return fail();
  return device_download(y, l->states, CELLS * 4, stream); /* the first of the states is y */
}

/* The parameters' gradients for this gradient of y; the other states have none. */
static int backward(flashrnn_cuda_plan *p, const layer *l, const float *dy, float *dR, float *dbias, void *stream) {
  const flashrnn_cuda_backward io = {.R = l->R, .bias = l->bias, .states = l->states, .saved = l->saved, .dstates = l->dstates,
                                     .dWx = l->dWx, .dR = l->dR, .dbias = l->dbias};
  if (device_upload(l->dstates, dy, CELLS * 4, stream)) return 1;
  if (flashrnn_cuda_run_backward(p, &io, stream)) return fail();
  return device_download(dR, l->dR, R_SIZE * 4, stream) || device_download(dbias, l->dbias, BIAS * 4, stream);
}

/* Half the mean square of y - wanted, and its gradient. */
static double loss_of(const float *y, const float *wanted, float *dy) {
  double sum = 0;
  for (size_t i = 0; i < CELLS; i++) {
    dy[i] = (y[i] - wanted[i]) / CELLS;
    sum += 0.5 * (y[i] - wanted[i]) * (y[i] - wanted[i]) / CELLS;
  }
  return sum;
}

/* Adam, with its usual figures. */
static void update(float *x, const float *gradient, float *mean, float *square, size_t n, int step) {
  for (size_t i = 0; i < n; i++) {
    mean[i] = 0.9f * mean[i] + 0.1f * gradient[i];
    square[i] = 0.999f * square[i] + 0.001f * gradient[i] * gradient[i];
    x[i] -= 0.01f * (mean[i] / (1 - powf(0.9f, (float)step))) / (sqrtf(square[i] / (1 - powf(0.999f, (float)step))) + 1e-8f);
  }
}

static int train(flashrnn_cuda_plan *const plans[2], const layer *l, void *stream) {
  float *Wx = numbers(WX, 1), *R = numbers(R_SIZE, 0.2f), *bias = numbers(BIAS, 0.5f), *wanted = numbers(CELLS, 0), *y = numbers(CELLS, 0);
  float *dy = numbers(CELLS, 0), *dR = numbers(R_SIZE, 0), *dbias = numbers(BIAS, 0);
  float *adam[] = {numbers(R_SIZE, 0), numbers(R_SIZE, 0), numbers(BIAS, 0), numbers(BIAS, 0)};
  double first = 0, loss = 0;
  int failed = device_upload(l->Wx, Wx, WX * 4, stream) || device_zero(l->dstates, STATES * CELLS * 4, stream) ||
               forward(plans[0], l, R, bias, wanted, stream);
  for (size_t i = 0; i < R_SIZE; i++) R[i] = 0;
  for (size_t i = 0; i < BIAS; i++) bias[i] = 0;
  for (int step = 1; !failed && step <= STEPS; step++) {
    failed = forward(plans[0], l, R, bias, y, stream);
    loss = loss_of(y, wanted, dy);
    if (step == 1) first = loss;
    if (step == 1 || step % 10 == 0) printf("step %2d: loss %.6f\n", step, loss);
    failed = failed || backward(plans[1], l, dy, dR, dbias, stream);
    update(R, dR, adam[0], adam[1], R_SIZE, step);
    update(bias, dbias, adam[2], adam[3], BIAS, step);
  }
  float *all[] = {Wx, R, bias, wanted, y, dy, dR, dbias, adam[0], adam[1], adam[2], adam[3]};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return failed || !(loss < first / 4);
}

int main(int argc, char **argv) {
  flashrnn_cuda *context;
  flashrnn_cuda_plan *plans[2] = {NULL, NULL};
  layer l = {0};
  void *stream;
  if (device_open()) return 1;
  if (flashrnn_cuda_open(&context, argc > 1 ? argv[1] : NULL)) return fail();
  if (*flashrnn_cuda_notice(context)) fprintf(stderr, "train_cuda: %s\n", flashrnn_cuda_notice(context));
  const int failed = plan(&plans[0], context, FLASHRNN_TRAINING) || plan(&plans[1], context, FLASHRNN_BACKWARD) || device_stream(&stream) ||
                     make(&l) || train(plans, &l, stream);
  drop(&l);
  flashrnn_cuda_plan_free(plans[0]);
  flashrnn_cuda_plan_free(plans[1]);
  flashrnn_cuda_close(context);
  return failed;
}
