/* flashrnn_cuda.h: a training step on the device against the processor's, on a
 * stream and from a captured graph; with a database, a tuned plan is loaded, not
 * compiled.  Needs a GPU: 77 without.
 *
 * usage: gpu_runtime [DATABASE B T N D]: the database has lstm, bf16, training, plain of that size. */
#include <math.h>
#include <stdint.h>
#include <time.h>

#include "driver.h"
#include "flashrnn_cuda.h"
#include "test.h"

static gpu_device *gpu;
static char **argument;
static uint64_t dice = 7;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float roll(void) {
  dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (float)((double)(dice >> 40) / 8388608.0 - 1);
}

/* ---- A tensor on both sides ---- */

typedef struct tensor { float *here; cu_pointer there; size_t n; } tensor;

static tensor make(size_t n, float scale) {
  char why[GPU_WHY];
  tensor t = {malloc(n * sizeof(float)), 0, n};
  CHECK(t.here);
  for (size_t i = 0; i < n; i++) t.here[i] = scale * roll();
  CHECKF(!gpu_check(gpu, gpu->cu.memory_new(&t.there, n * sizeof(float)), "memory", why), "%s", why);
  CHECK(!gpu->cu.copy_in(t.there, t.here, n * sizeof(float), NULL) && !gpu->cu.synchronize());
  return t;
}

static void drop(tensor *t) {
  free(t->here);
  gpu->cu.memory_free(t->there);
}

static void *device(const tensor *t) { return (void *)(uintptr_t)t->there; }

/* Relative L2 error of the device's copy. */
static double error_of(const tensor *t) {
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

/* ---- A training step ---- */

typedef struct step {
  flashrnn_problem problem;
  tensor Wx, R, bias, initial, states, last, dstates, dWx, dR, dbias, dinitial;
  void *saved;
  cu_pointer saved_there;
} step;

static step make_step(flashrnn_function f, int64_t B, int64_t T, int64_t N, int64_t D) {
  static const int gates[] = {1, 4, 3, 4}, states[] = {1, 2, 1, 4}, rows[] = {1, 4, 4, 4};
  const size_t edge = (size_t)(B * N * D), cells = edge * (size_t)T, G = (size_t)gates[f], S = (size_t)states[f];
  step s = {.problem = {f, FLASHRNN_TRAINING, FLASHRNN_FP32, B, T, N, D}};
  s.Wx = make(G * cells, 1), s.R = make(G * (size_t)(N * D * D), 1 / sqrtf((float)D)), s.bias = make((size_t)rows[f] * (size_t)(N * D), 1);
  s.initial = make(S * edge, 0), s.states = make(S * cells, 1), s.last = make(S * edge, 1), s.dstates = make(S * cells, 1);
  s.dWx = make(G * cells, 1), s.dR = make(s.R.n, 1), s.dbias = make(s.bias.n, 1), s.dinitial = make(S * edge, 1);
  s.saved = malloc(flashrnn_saved_bytes(&s.problem) + 4);
  CHECK(s.saved && !gpu->cu.memory_new(&s.saved_there, flashrnn_cuda_saved_bytes(&s.problem)));
  return s;
}

static void drop_step(step *s) {
  tensor *all[] = {&s->Wx, &s->R, &s->bias, &s->initial, &s->states, &s->last, &s->dstates, &s->dWx, &s->dR, &s->dbias, &s->dinitial};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) drop(all[i]);
  free(s->saved);
  gpu->cu.memory_free(s->saved_there);
}

static void run_here(step *s) {
  flashrnn *f;
  flashrnn_plan *p;
  CHECKF(!flashrnn_open(&f, ""), "%s", flashrnn_error());
  s->problem.pass = FLASHRNN_TRAINING;
  CHECKF(!flashrnn_plan_new(&p, f, &s->problem), "%s", flashrnn_error());
  CHECK(!flashrnn_run_forward(p, &(flashrnn_forward){s->Wx.here, s->R.here, s->bias.here, s->initial.here, s->states.here, s->last.here, s->saved}));
  flashrnn_plan_free(p);
  s->problem.pass = FLASHRNN_BACKWARD;
  CHECKF(!flashrnn_plan_new(&p, f, &s->problem), "%s", flashrnn_error());
  CHECK(!flashrnn_run_backward(p, &(flashrnn_backward){s->R.here, s->bias.here, s->initial.here, s->states.here, s->saved, s->dstates.here,
                                                       NULL, s->dWx.here, s->dR.here, s->dbias.here, s->dinitial.here}));
  flashrnn_plan_free(p);
  flashrnn_close(f);
}

typedef struct plans { flashrnn_cuda_plan *forward, *backward; } plans;

static plans make_plans(flashrnn_cuda *f, step *s) {
  plans p;
  s->problem.pass = FLASHRNN_TRAINING;
  CHECKF(!flashrnn_cuda_plan_new(&p.forward, f, &(flashrnn_cuda_problem){s->problem, 0}), "%s", flashrnn_error());
  s->problem.pass = FLASHRNN_BACKWARD;
  CHECKF(!flashrnn_cuda_plan_new(&p.backward, f, &(flashrnn_cuda_problem){s->problem, 0}), "%s", flashrnn_error());
  return p;
}

static void enqueue(const plans *p, const step *s, cu_stream stream) {
  void *saved = (void *)(uintptr_t)s->saved_there;
  const flashrnn_cuda_forward forward = {device(&s->Wx), device(&s->R), device(&s->bias), device(&s->initial),
                                         device(&s->states), device(&s->last), saved, NULL};
  const flashrnn_cuda_backward backward = {device(&s->R), device(&s->bias), device(&s->initial), device(&s->states), saved, device(&s->dstates), NULL,
                                           device(&s->dWx), device(&s->dR), device(&s->dbias), device(&s->dinitial), NULL};
  CHECKF(!flashrnn_cuda_run_forward(p->forward, &forward, stream), "%s", flashrnn_error());
  CHECKF(!flashrnn_cuda_run_backward(p->backward, &backward, stream), "%s", flashrnn_error());
  CHECK(flashrnn_cuda_run_forward(p->backward, &forward, stream) == FLASHRNN_EINVAL); /* the other pass */
}

static void check_step(const step *s) {
  const struct { const char *name; const tensor *t; } all[] = {{"states", &s->states}, {"last", &s->last}, {"dWx", &s->dWx}, {"dR", &s->dR},
                                                               {"dbias", &s->dbias}, {"dinitial", &s->dinitial}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) CHECKF(error_of(all[i].t) <= 2e-5, "%s: %g", all[i].name, error_of(all[i].t));
}

static void poison(const step *s) {
  const tensor *all[] = {&s->states, &s->last, &s->dWx, &s->dR, &s->dbias, &s->dinitial};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) CHECK(!gpu->cu.fill_bytes(all[i]->there, 0xff, all[i]->n * sizeof(float), NULL));
  CHECK(!gpu->cu.synchronize());
}

/* ---- Cases ---- */

static void function_on_a_stream(flashrnn_function function) {
  flashrnn_cuda *f;
  cu_stream stream;
  step s = make_step(function, 3, 20, 2, 40);
  run_here(&s);
  CHECKF(!flashrnn_cuda_open(&f, ""), "%s", flashrnn_error());
  CHECK(!gpu->cu.stream_new(&stream, CU_STREAM_NON_BLOCKING));
  plans p = make_plans(f, &s);
  CHECK(flashrnn_cuda_plan_match(p.forward) == FLASHRNN_DEFAULT && flashrnn_cuda_plan_compiled(p.forward));
  poison(&s);
  enqueue(&p, &s, stream);
  CHECK(!gpu->cu.stream_wait(stream));
  check_step(&s);
  flashrnn_cuda_plan_free(p.forward);
  flashrnn_cuda_plan_free(p.backward);
  gpu->cu.stream_free(stream);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

static void every_function(void) {
  for (int f = FLASHRNN_ELMAN; f <= FLASHRNN_SLSTM; f++) function_on_a_stream((flashrnn_function)f);
}

static void from_a_graph(void) {
  flashrnn_cuda *f;
  cu_stream stream;
  cu_graph graph;
  cu_graph_exec exec;
  step s = make_step(FLASHRNN_LSTM, 5, 12, 1, 64);
  run_here(&s);
  CHECKF(!flashrnn_cuda_open(&f, ""), "%s", flashrnn_error());
  CHECK(!gpu->cu.stream_new(&stream, CU_STREAM_NON_BLOCKING));
  plans p = make_plans(f, &s);
  CHECK(!gpu->cu.capture_begin(stream, CU_CAPTURE_THREAD));
  enqueue(&p, &s, stream);
  CHECK(!gpu->cu.capture_end(stream, &graph) && !gpu->cu.graph_instantiate(&exec, graph, 0));
  for (int i = 0; i < 2; i++) {
    poison(&s);
    CHECK(!gpu->cu.graph_launch(exec, stream) && !gpu->cu.stream_wait(stream));
    check_step(&s);
  }
  gpu->cu.graph_exec_free(exec), gpu->cu.graph_free(graph), gpu->cu.stream_free(stream);
  flashrnn_cuda_plan_free(p.forward);
  flashrnn_cuda_plan_free(p.backward);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

static void tuned_is_loaded(void) {
  if (!argument[1]) return;
  flashrnn_cuda *f;
  flashrnn_cuda_plan *p;
  const flashrnn_problem problem = {FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_BF16, atoll(argument[2]), atoll(argument[3]), atoll(argument[4]), atoll(argument[5])};
  CHECKF(!flashrnn_cuda_open(&f, argument[1]) && !*flashrnn_cuda_notice(f), "%s%s", flashrnn_error(), flashrnn_cuda_notice(f));
  for (int i = 0; i < 3; i++) {
    const double start = now();
    CHECKF(!flashrnn_cuda_plan_new(&p, f, &(flashrnn_cuda_problem){problem, 0}), "%s", flashrnn_error());
    const double seconds = now() - start;
    printf("plan in %.2f ms: %s, %s\n", 1e3 * seconds, flashrnn_match_name(flashrnn_cuda_plan_match(p)), flashrnn_cuda_plan_config(p));
    CHECKF(flashrnn_cuda_plan_match(p) == FLASHRNN_EXACT && !flashrnn_cuda_plan_compiled(p), "%s", flashrnn_cuda_plan_reason(p));
    flashrnn_cuda_plan_free(p);
    if (i) CHECKF(seconds <= 0.02, "%g s", seconds);
  }
  flashrnn_cuda_close(f);
}

static const struct test_case cases[] = {{"every function on a stream", every_function}, {"from a graph", from_a_graph},
                                         {"tuned is loaded", tuned_is_loaded}, {NULL, NULL}};

int main(int argc, char **argv) {
  char why[GPU_WHY];
  if (argc != 1 && argc != 6) return 2;
  argument = argv;
  if (gpu_open(&gpu, why)) {
    printf("skipped: %s\n", why);
    return TEST_SKIP;
  }
  const int failed = test_main(cases, 1, argv);
  gpu_close(gpu);
  return failed;
}
