/* A training step on both sides, in fp32: tensors here and on the device, plans,
 * the processor's results, the comparison.  For tests: static, like test.h. */
#ifndef GPU_STEP_H
#define GPU_STEP_H

#include <math.h>
#include <stdint.h>

#include "driver.h"
#include "flashrnn_cuda.h"
#include "test.h"

#define UNUSED __attribute__((unused))

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
const char *__tsan_default_suppressions(void);
/* OpenMP's library is not instrumented: what it does in itself looks like races. */
const char *__tsan_default_suppressions(void) { return "called_from_lib:libomp.so\n"; }
#endif
#endif

static gpu_device *gpu; /* opened by the test's main */

static float roll(void) {
  static uint64_t dice = 7;
  dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (float)((double)(dice >> 40) / 8388608.0 - 1);
}

/* ---- A tensor on both sides ---- */

typedef struct tensor { float *here; cu_pointer there; size_t n; } tensor;

UNUSED static void send(const tensor *t) {
  CHECK(!gpu->cu.copy_in(t->there, t->here, t->n * sizeof(float), NULL) && !gpu->cu.synchronize());
}

UNUSED static tensor make_tensor(size_t n, float scale) {
  char why[GPU_WHY];
  tensor t = {malloc(n * sizeof(float)), 0, n};
  CHECK(t.here);
  for (size_t i = 0; i < n; i++) t.here[i] = scale * roll();
  CHECKF(!gpu_check(gpu, gpu->cu.memory_new(&t.there, n * sizeof(float)), "memory", why), "%s", why);
  send(&t);
  return t;
}

UNUSED static void drop_tensor(tensor *t) {
  free(t->here);
  gpu->cu.memory_free(t->there);
}

UNUSED static void *on_device(const tensor *t) { return (void *)(uintptr_t)t->there; }

UNUSED static double error_of(const tensor *t) {
  float *x = malloc(t->n * sizeof *x);
  double difference = 0, norm = 0;
  CHECK(x && !gpu->cu.copy_out(x, t->there, t->n * sizeof *x, NULL) && !gpu->cu.synchronize());
  for (size_t i = 0; i < t->n; i++) {
    const double d = (double)x[i] - t->here[i];
    difference += d * d, norm += (double)t->here[i] * t->here[i];
  }
  free(x);
  return sqrt(difference / norm);
}

UNUSED static void poison_tensor(const tensor *t) { CHECK(!gpu->cu.fill_bytes(t->there, 0xff, t->n * sizeof(float), NULL)); }

/* ---- A training step ---- */

typedef struct step {
  flashrnn_problem problem;
  tensor Wx, R, bias, initial, states, last, dstates, dWx, dR, dbias, dinitial;
  void *saved;
  cu_pointer saved_there;
} step;

UNUSED static step make_step(flashrnn_function f, int64_t B, int64_t T, int64_t N, int64_t D) {
  static const int gates[] = {1, 4, 3, 4}, states[] = {1, 2, 1, 4}, rows[] = {1, 4, 4, 4};
  const size_t edge = (size_t)(B * N * D), cells = edge * (size_t)T, G = (size_t)gates[f], S = (size_t)states[f];
  step s = {.problem = {f, FLASHRNN_TRAINING, FLASHRNN_FP32, B, T, N, D}};
  s.Wx = make_tensor(G * cells, 1), s.R = make_tensor(G * (size_t)(N * D * D), 1 / sqrtf((float)D));
  s.bias = make_tensor((size_t)rows[f] * (size_t)(N * D), 1), s.initial = make_tensor(S * edge, 0);
  s.states = make_tensor(S * cells, 1), s.last = make_tensor(S * edge, 1), s.dstates = make_tensor(S * cells, 1);
  s.dWx = make_tensor(G * cells, 1), s.dR = make_tensor(s.R.n, 1), s.dbias = make_tensor(s.bias.n, 1), s.dinitial = make_tensor(S * edge, 1);
  s.saved = malloc(flashrnn_saved_bytes(&s.problem) + 4);
  CHECK(s.saved && !gpu->cu.memory_new(&s.saved_there, flashrnn_cuda_saved_bytes(&s.problem)));
  return s;
}

UNUSED static void drop_step(step *s) {
  tensor *all[] = {&s->Wx, &s->R, &s->bias, &s->initial, &s->states, &s->last, &s->dstates, &s->dWx, &s->dR, &s->dbias, &s->dinitial};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) drop_tensor(all[i]);
  free(s->saved);
  gpu->cu.memory_free(s->saved_there);
}

UNUSED static void run_here(step *s) {
  flashrnn *f;
  flashrnn_plan *p;
  flashrnn_problem problem = s->problem;
  CHECKF(!flashrnn_open(&f, ""), "%s", flashrnn_error());
  CHECKF(!flashrnn_plan_new(&p, f, &problem), "%s", flashrnn_error());
  CHECK(!flashrnn_run_forward(p, &(flashrnn_forward){s->Wx.here, s->R.here, s->bias.here, s->initial.here, s->states.here, s->last.here, s->saved}));
  flashrnn_plan_free(p);
  problem.pass = FLASHRNN_BACKWARD;
  CHECKF(!flashrnn_plan_new(&p, f, &problem), "%s", flashrnn_error());
  CHECK(!flashrnn_run_backward(p, &(flashrnn_backward){s->R.here, s->bias.here, s->initial.here, s->states.here, s->saved, s->dstates.here,
                                                       NULL, s->dWx.here, s->dR.here, s->dbias.here, s->dinitial.here}));
  flashrnn_plan_free(p);
  flashrnn_close(f);
}

enum { OUTPUTS = 6 };

static void outputs_of(const step *s, const tensor *out[OUTPUTS], const char *names[OUTPUTS]) {
  const tensor *all[] = {&s->states, &s->last, &s->dWx, &s->dR, &s->dbias, &s->dinitial};
  static const char *const known[] = {"states", "last", "dWx", "dR", "dbias", "dinitial"};
  for (int i = 0; i < OUTPUTS; i++) out[i] = all[i], names[i] = known[i];
}

UNUSED static void poison_step(const step *s) {
  const tensor *all[OUTPUTS];
  const char *names[OUTPUTS];
  outputs_of(s, all, names);
  for (int i = 0; i < OUTPUTS; i++) poison_tensor(all[i]);
  CHECK(!gpu->cu.synchronize());
}

UNUSED static double worst_of(const step *s, const char **name) {
  const tensor *all[OUTPUTS];
  const char *names[OUTPUTS];
  double worst = 0;
  outputs_of(s, all, names);
  for (int i = 0; i < OUTPUTS; i++) {
    const double error = error_of(all[i]);
    if (!(error <= worst)) worst = error, *name = names[i];
  }
  return worst;
}

UNUSED static void check_step(const step *s) {
  const char *name = "";
  const double worst = worst_of(s, &name);
  CHECKF(worst <= 2e-5, "%s: %g", name, worst);
}

/* ---- Plans ---- */

typedef struct plans { flashrnn_cuda_plan *forward, *backward; } plans;

UNUSED static plans make_plans(flashrnn_cuda *f, const step *s, int brings_workspace) {
  plans p;
  flashrnn_cuda_problem problem = {.problem = s->problem, .brings_workspace = brings_workspace};
  CHECKF(!flashrnn_cuda_plan_new(&p.forward, f, &problem), "%s", flashrnn_error());
  problem.problem.pass = FLASHRNN_BACKWARD;
  CHECKF(!flashrnn_cuda_plan_new(&p.backward, f, &problem), "%s", flashrnn_error());
  return p;
}

UNUSED static void free_plans(plans *p) {
  flashrnn_cuda_plan_free(p->forward);
  flashrnn_cuda_plan_free(p->backward);
}

UNUSED static size_t workspace_of(const plans *p) {
  const size_t forward = flashrnn_cuda_plan_workspace(p->forward), backward = flashrnn_cuda_plan_workspace(p->backward);
  return forward > backward ? forward : backward;
}

UNUSED static int enqueue(const plans *p, const step *s, cu_pointer workspace, cu_stream stream) {
  void *saved = (void *)(uintptr_t)s->saved_there, *at = (void *)(uintptr_t)workspace;
  const flashrnn_cuda_forward forward = {.Wx = on_device(&s->Wx), .R = on_device(&s->R), .bias = on_device(&s->bias), .initial = on_device(&s->initial),
                                         .states = on_device(&s->states), .last = on_device(&s->last), .saved = saved, .workspace = at};
  const flashrnn_cuda_backward backward = {.R = on_device(&s->R), .bias = on_device(&s->bias), .initial = on_device(&s->initial),
                                           .states = on_device(&s->states), .saved = saved, .dstates = on_device(&s->dstates), .dWx = on_device(&s->dWx),
                                           .dR = on_device(&s->dR), .dbias = on_device(&s->dbias), .dinitial = on_device(&s->dinitial), .workspace = at};
  const int rc = flashrnn_cuda_run_forward(p->forward, &forward, stream);
  return rc ? rc : flashrnn_cuda_run_backward(p->backward, &backward, stream);
}

#endif
