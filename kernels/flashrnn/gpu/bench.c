/* See bench.h. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SETS = 3 /* of inputs: a run never finds its own in a cache */, HUNG_SECONDS = 10 };

typedef struct input_set {
  cu_pointer Wx, R, bias, initial, dstates, dlast, states, saved /* of forward, for backward */, lengths, reset;
  fr_truth truth;
  int ready;
} input_set;

struct fr_bench {
  gpu_device *device;
  gpu_compiler *compiler;
  fr_problem problem;
  fr_sizes sizes;
  size_t each; /* bytes of an element */
  fr_reference *reference;
  input_set sets[SETS];
  int used; /* of the last launch; -1 before */
  int hung; /* a kernel runs for ever: the driver would wait for it */
  cu_pointer states, last, saved, dWx, dR, dbias, dinitial;
  cu_event begin, end;
};

gpu_device *fr_bench_device(const fr_bench *b) { return b->device; }
const fr_problem *fr_bench_problem(const fr_bench *b) { return &b->problem; }

static int is_backward(const fr_bench *b) { return b->problem.pass == FR_BACKWARD; }

static int allocate(const fr_bench *b, cu_pointer *out, size_t bytes, char *why) {
  return gpu_check(b->device, b->device->cu.memory_new(out, bytes ? bytes : 4), "inputs and outputs", why);
}

static int elements(const fr_bench *b, cu_pointer *out, fr_int n, char *why) { return allocate(b, out, (size_t)n * b->each, why); }

/* ---- Inputs ---- */

static int copy_in(const fr_bench *b, cu_pointer to, const void *from, size_t bytes, char *why) {
  int rc = gpu_check(b->device, b->device->cu.copy_in(to, from, bytes, NULL), "inputs", why);
  return rc ? rc : gpu_check(b->device, b->device->cu.synchronize(), "inputs", why);
}

static uint64_t next(uint64_t *state) { /* splitmix64 */
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Lengths from 0 to T, at least one of them T; resets at one step of 16. */
static int fill_options(fr_bench *b, input_set *s, uint64_t *seed, char *why) {
  const fr_problem *p = &b->problem;
  const size_t steps = (size_t)(p->B * p->T);
  int *lengths = malloc(sizeof *lengths * (size_t)p->B);
  unsigned char *reset = malloc(steps);
  int rc = lengths && reset ? GPU_OK : GPU_ENOMEM;
  for (fr_int i = 0; !rc && i < p->B; i++) lengths[i] = i ? (int)(next(seed) % (uint64_t)(p->T + 1)) : (int)p->T;
  for (size_t i = 0; !rc && i < steps; i++) reset[i] = next(seed) % 16 == 0;
  if (!rc) rc = allocate(b, &s->lengths, sizeof *lengths * (size_t)p->B, why);
  if (!rc) rc = allocate(b, &s->reset, steps, why);
  if (!rc) rc = copy_in(b, s->lengths, lengths, sizeof *lengths * (size_t)p->B, why);
  if (!rc) rc = copy_in(b, s->reset, reset, steps, why);
  free(lengths);
  free(reset);
  return rc;
}

static int random_input(fr_bench *b, cu_pointer *out, fr_int n, int kind, double scale, uint64_t *seed, char *why) {
  int rc = elements(b, out, n, why);
  return rc ? rc : fr_reference_random(b->reference, *out, n, kind, scale, next(seed), why);
}

/* Only y has a gradient from outside at each step; the others from the last state. */
static int fill_gradients(fr_bench *b, input_set *s, uint64_t *seed, char *why) {
  const fr_int cells = b->sizes.states / fr_states(b->problem.function);
  int rc = elements(b, &s->dstates, b->sizes.states, why);
  if (!rc) rc = gpu_check(b->device, b->device->cu.fill_bytes(s->dstates, 0, (size_t)b->sizes.states * b->each, NULL), "inputs", why);
  if (!rc) rc = fr_reference_random(b->reference, s->dstates, cells, FR_NORMAL, 1, next(seed), why);
  if (!rc) rc = random_input(b, &s->dlast, b->sizes.edge, FR_NORMAL, 1, seed, why);
  if (!rc) rc = elements(b, &s->states, b->sizes.states, why);
  return rc ? rc : elements(b, &s->saved, b->sizes.saved, why);
}

static int fill_set(fr_bench *b, input_set *s, uint64_t *seed, char *why) {
  const fr_problem *p = &b->problem;
  const fr_int plane = p->B * p->N * p->D;
  int rc = random_input(b, &s->Wx, b->sizes.wx, FR_NORMAL, 1, seed, why);
  if (!rc) rc = random_input(b, &s->R, b->sizes.r, FR_UNIFORM, 1 / sqrt((double)p->D), seed, why);
  if (!rc) rc = random_input(b, &s->bias, b->sizes.bias, FR_NORMAL, 1, seed, why);
  if (!rc) rc = random_input(b, &s->initial, b->sizes.edge, FR_NORMAL, 0.5, seed, why);
  if (!rc && p->function == FR_SLSTM) /* n is at least 1 */
    rc = fr_reference_random(b->reference, s->initial + (cu_pointer)((size_t)(2 * plane) * b->each), plane, FR_ABOVE_ONE, 1, next(seed), why);
  if (!rc && p->options) rc = fill_options(b, s, seed, why);
  return rc || !is_backward(b) ? rc : fill_gradients(b, s, seed, why);
}

/* ---- Opening ---- */

static int make_outputs(fr_bench *b, char *why) {
  int rc = GPU_OK;
  if (!is_backward(b)) {
    rc = elements(b, &b->states, b->sizes.states, why);
    if (!rc) rc = elements(b, &b->last, b->sizes.edge, why);
    return rc ? rc : elements(b, &b->saved, b->sizes.saved, why);
  }
  rc = elements(b, &b->dWx, b->sizes.wx, why);
  if (!rc) rc = elements(b, &b->dR, b->sizes.r, why);
  if (!rc) rc = elements(b, &b->dbias, b->sizes.bias, why);
  return rc ? rc : elements(b, &b->dinitial, b->sizes.edge, why);
}

static int fill(fr_bench *b, uint64_t seed, char *why) {
  int rc = gpu_open(&b->device, why);
  if (!rc) rc = gpu_compiler_open(&b->compiler, why);
  if (!rc) rc = fr_reference_open(&b->reference, b->device, b->compiler, &b->problem, why);
  if (!rc) rc = gpu_check(b->device, b->device->cu.event_new(&b->begin, 0), "an event", why);
  if (!rc) rc = gpu_check(b->device, b->device->cu.event_new(&b->end, 0), "an event", why);
  if (!rc) rc = make_outputs(b, why);
  for (int i = 0; !rc && i < SETS; i++) rc = fill_set(b, &b->sets[i], &seed, why);
  return rc ? rc : fr_bench_poison(b, why);
}

int fr_bench_open(fr_bench **out, const fr_problem *p, uint64_t seed, char *why) {
  *out = NULL;
  int rc = fr_problem_check(p, why);
  if (rc) return rc;
  fr_bench *b = calloc(1, sizeof *b);
  snprintf(why, GPU_WHY, "out of memory");
  if (!b) return GPU_ENOMEM;
  b->problem = *p, b->sizes = fr_sizes_of(p), b->each = (size_t)fr_bytes(p->dtype), b->used = -1;
  rc = fill(b, seed, why);
  if (rc) fr_bench_close(b);
  else *out = b;
  return rc;
}

static void release(const fr_bench *b, const cu_pointer *all, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (all[i]) b->device->cu.memory_free(all[i]);
}

static void release_set(fr_bench *b, input_set *s) {
  const cu_pointer all[] = {s->Wx, s->R, s->bias, s->initial, s->dstates, s->dlast, s->states, s->saved, s->lengths, s->reset};
  release(b, all, sizeof all / sizeof *all);
  if (b->reference) fr_truth_free(&s->truth, b->reference);
}

void fr_bench_close(fr_bench *b) {
  if (!b || b->hung) return;
  if (b->device) {
    const cu_pointer all[] = {b->states, b->last, b->saved, b->dWx, b->dR, b->dbias, b->dinitial};
    for (int i = 0; i < SETS; i++) release_set(b, &b->sets[i]);
    release(b, all, sizeof all / sizeof *all);
    if (b->begin) b->device->cu.event_free(b->begin);
    if (b->end) b->device->cu.event_free(b->end);
  }
  fr_reference_close(b->reference);
  gpu_compiler_close(b->compiler);
  gpu_close(b->device);
  free(b);
}

/* ---- Runs ---- */

static void *pointer(cu_pointer at) { return (void *)(uintptr_t)at; }

/* Each set has its own options, so that all are met. */
static void set_options(const fr_bench *b, int set, fr_params *p) {
  const input_set *s = &b->sets[set];
  if (!b->problem.options) return;
  p->lengths = set < 2 ? pointer(s->lengths) : NULL;
  p->reset = set != 1 ? pointer(s->reset) : NULL;
  p->reverse = set > 0;
  p->clip_y = set ? 0.25f : 0;
  p->clip_gradient = set < 2 ? 0.125f : 0;
  p->cut = set == 2;
}

static fr_params parameters(const fr_bench *b, int set) {
  const input_set *s = &b->sets[set];
  const fr_problem *p = &b->problem;
  const int back = is_backward(b);
  fr_params out = {.B = (int)p->B, .T = (int)p->T, .planes = (int)fr_states(p->function), .Wx = pointer(s->Wx), .R = pointer(s->R),
                   .bias = pointer(s->bias), .initial = pointer(s->initial), .states = pointer(back ? s->states : b->states),
                   .saved = pointer(back ? s->saved : b->saved), .last = pointer(b->last), .dstates = pointer(s->dstates),
                   .dlast = pointer(s->dlast), .dWx = pointer(b->dWx), .dR = pointer(b->dR), .dbias = pointer(b->dbias),
                   .dinitial = pointer(b->dinitial), .wx = fr_wx_strides(p), .st = fr_state_strides(p),
                   .sv = fr_saved_strides(p), .ds = fr_state_strides(p)};
  set_options(b, set, &out);
  return out;
}

/* Backward starts from a forward run's results: the truth, rounded. */
static int round_forward(fr_bench *b, input_set *s, double clip, char *why) {
  const fr_int cells = b->sizes.states / fr_states(b->problem.function);
  const cu_pointer rest = s->truth.states + (cu_pointer)cells * sizeof(double);
  int rc = fr_reference_round(b->reference, s->truth.states, s->states, cells, clip, why);
  if (!rc) rc = fr_reference_round(b->reference, rest, s->states + (cu_pointer)((size_t)cells * b->each), b->sizes.states - cells, 0, why);
  return rc ? rc : fr_reference_round(b->reference, s->truth.saved, s->saved, b->sizes.saved, 0, why);
}

static int make_ready(fr_bench *b, int set, char *why) {
  input_set *s = &b->sets[set];
  if (s->ready) return GPU_OK;
  const fr_params io = parameters(b, set);
  int rc = fr_truth_new(&s->truth, b->reference, why);
  if (!rc) rc = fr_reference_run(b->reference, &io, &s->truth, why);
  if (!rc && is_backward(b)) rc = round_forward(b, s, io.clip_y, why);
  s->ready = !rc;
  return rc;
}

int fr_bench_reference(fr_bench *b, char *why) {
  int rc = GPU_OK;
  for (int i = 0; !rc && i < SETS; i++) rc = make_ready(b, i, why);
  return rc;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A kernel whose blocks wait for ever is left running: only the process's end ends it. */
static int wait_for(fr_bench *b, cu_event event, char *why) {
  const double start = now();
  cu_result r;
  while ((r = b->device->cu.event_query(event)) == CU_NOT_READY && now() - start < HUNG_SECONDS) {}
  if (r != CU_NOT_READY) return gpu_check(b->device, r, "run", why);
  snprintf(why, GPU_WHY, "it did not end in %d s", HUNG_SECONDS);
  b->hung = 1;
  return GPU_ELAUNCH;
}

static int timed(fr_bench *b, double *seconds, char *why) {
  const cu_api *cu = &b->device->cu;
  float ms = 0;
  int rc = gpu_check(b->device, cu->event_record(b->end, NULL), "event", why);
  if (!rc) rc = wait_for(b, b->end, why);
  if (!rc) rc = gpu_check(b->device, cu->event_elapsed(&ms, b->begin, b->end), "event", why);
  *seconds = 1e-3 * ms;
  return rc;
}

int fr_bench_naive(fr_bench *b, double *seconds, char *why) {
  fr_truth t;
  const fr_params io = parameters(b, 0);
  int rc = fr_truth_new(&t, b->reference, why);
  if (rc) return rc;
  rc = gpu_check(b->device, b->device->cu.event_record(b->begin, NULL), "event", why);
  if (!rc) rc = fr_reference_run(b->reference, &io, &t, why);
  if (!rc) rc = timed(b, seconds, why);
  fr_truth_free(&t, b->reference);
  return rc;
}

int fr_bench_launch(fr_bench *b, fr_plan *plan, double *seconds, char *why) {
  const int set = (b->used + 1) % SETS;
  int rc = is_backward(b) ? make_ready(b, set, why) : GPU_OK;
  if (rc) return rc;
  const fr_params io = parameters(b, set);
  rc = gpu_check(b->device, b->device->cu.event_record(b->begin, NULL), "event", why);
  if (!rc) rc = fr_plan_run(plan, &io, NULL, why);
  if (!rc) rc = timed(b, seconds, why);
  b->used = set;
  return rc;
}

/* ---- Outputs ---- */

typedef struct buffer { const char *name; cu_pointer at, truth; fr_int count; } buffer;

static int outputs_of(const fr_bench *b, buffer out[FR_OUTPUTS]) {
  const fr_sizes *n = &b->sizes;
  const fr_truth *t = b->used < 0 ? NULL : &b->sets[b->used].truth;
  const fr_int saved = b->problem.pass == FR_TRAINING ? n->saved : 0;
  const buffer forward[] = {{"states", b->states, t ? t->states : 0, n->states}, {"last", b->last, t ? t->last : 0, n->edge},
                            {"saved", b->saved, t ? t->saved : 0, saved}};
  const buffer backward[] = {{"dWx", b->dWx, t ? t->dWx : 0, n->wx}, {"dR", b->dR, t ? t->dR : 0, n->r},
                             {"dbias", b->dbias, t ? t->dbias : 0, n->bias}, {"dinitial", b->dinitial, t ? t->dinitial : 0, n->edge}};
  if (is_backward(b)) memcpy(out, backward, sizeof backward);
  else memcpy(out, forward, sizeof forward);
  return is_backward(b) ? 4 : 3;
}

/* All bits set: a NaN that no kernel makes, so what is left of it was not written. */
int fr_bench_poison(fr_bench *b, char *why) {
  buffer all[FR_OUTPUTS];
  const int n = outputs_of(b, all);
  int rc = GPU_OK;
  for (int i = 0; !rc && i < n; i++)
    if (all[i].count) rc = gpu_check(b->device, b->device->cu.fill_bytes(all[i].at, 0xff, (size_t)all[i].count * b->each, NULL), "poison", why);
  return rc ? rc : gpu_check(b->device, b->device->cu.synchronize(), "poison", why);
}

int fr_bench_compare(fr_bench *b, fr_output out[FR_OUTPUTS], int *n, char *why) {
  buffer all[FR_OUTPUTS];
  int rc = GPU_OK;
  if (b->used < 0 || !b->sets[b->used].ready) {
    snprintf(why, GPU_WHY, "compare: nothing was launched, or there is no reference");
    return GPU_EINVAL;
  }
  *n = outputs_of(b, all);
  for (int i = 0; !rc && i < *n; i++) {
    out[i].name = all[i].name;
    rc = fr_reference_compare(b->reference, all[i].at, all[i].truth, all[i].count, &out[i].difference, why);
  }
  return rc;
}

int fr_bench_digest(fr_bench *b, uint64_t *out, char *why) {
  buffer all[FR_OUTPUTS];
  const int n = outputs_of(b, all);
  int rc = GPU_OK;
  *out = UINT64_C(0xcbf29ce484222325);
  for (int i = 0; !rc && i < n; i++) {
    const size_t bytes = (size_t)all[i].count * b->each;
    uint64_t *x = calloc(1, bytes + 8);
    if (!x) return GPU_ENOMEM;
    rc = gpu_check(b->device, b->device->cu.copy_out(x, all[i].at, bytes, NULL), "outputs", why);
    if (!rc) rc = gpu_check(b->device, b->device->cu.synchronize(), "outputs", why);
    for (size_t k = 0; k < bytes / 8 + 1; k++) *out = (*out ^ x[k]) * UINT64_C(0x100000001b3);
    free(x);
  }
  return rc;
}
