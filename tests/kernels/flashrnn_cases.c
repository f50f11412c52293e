/* Random problems, inputs and configurations for the tests of FlashRNN. */
#include "flashrnn_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t case_next(case_random *r) {
  uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

int64_t case_below(case_random *r, int64_t n) { return (int64_t)(case_next(r) % (uint64_t)n); }

uint64_t case_seed(void) {
  const char *given = getenv("SEED");
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  const uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)t.tv_nsec * 1000003u + (uint64_t)t.tv_sec;
  fprintf(stderr, "SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

static double uniform(case_random *r) { return ((double)(case_next(r) >> 11) + 0.5) * 0x1p-53; }

static double normal(case_random *r) {
  const double u = uniform(r), v = uniform(r);
  return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static float *room(int64_t n) {
  float *x = malloc(sizeof *x * (size_t)(n ? n : 1)); /* exact: sanitizers see a step beyond */
  if (!x) abort();
  return x;
}

static float *normals(int64_t n, case_random *r) {
  float *x = room(n);
  for (int64_t i = 0; i < n; i++) x[i] = (float)normal(r);
  return x;
}

case_buffers case_inputs(const flashrnn_problem *p, case_random *r) {
  case_buffers b = {0};
  const int64_t edge = reference_last_size(p), plane = p->B * p->N * p->D;
  b.Wx = normals(reference_dwx_size(p), r);
  b.R = room(reference_dr_size(p));
  for (int64_t i = 0; i < reference_dr_size(p); i++) b.R[i] = (float)((2 * uniform(r) - 1) / sqrt((double)p->D));
  b.bias = normals(reference_dbias_size(p), r);
  b.initial = normals(edge, r);
  /* sLSTM: n is at least 1, or the cell is as a sequence starts: all 0.  (An n of
   * 0 beside other values has gradients of e^10 that fp32 itself cannot hold to 1e-5.) */
  for (int64_t i = plane; p->function == FLASHRNN_SLSTM && i < 2 * plane; i++) {
    float *c = &b.initial[i], *n = c + plane, *m = n + plane;
    *n = 1 + fabsf(*n);
    if (case_below(r, 4) == 0) *c = *n = *m = 0;
  }
  b.dstates = normals(reference_states_size(p), r);
  b.dlast = normals(edge, r);
  b.states = room(reference_states_size(p));
  b.last = room(edge);
  b.saved = room(reference_saved_size(p));
  b.dWx = room(reference_dwx_size(p));
  b.dR = room(reference_dr_size(p));
  b.dbias = room(reference_dbias_size(p));
  b.dinitial = room(edge);
  return b;
}

void case_release(case_buffers *b) {
  float *all[] = {b->Wx,   b->R,     b->bias, b->initial, b->dstates, b->dlast,   b->states,
                  b->last, b->saved, b->dWx,  b->dR,      b->dbias,   b->dinitial};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

reference_inputs case_reference_inputs(const case_buffers *b) {
  return (reference_inputs){b->Wx, b->R, b->bias, b->initial, b->dstates, b->dlast};
}

int case_device(cpu_device *d, int64_t cores, int64_t bytes) {
  static const char *const names[] = {"x86-64", "x86-64-avx2", "x86-64-avx512"};
  char why[CPU_WHY];
  cpu_identify(d, why);
  if (bytes > d->vector_bytes) return 0;
  if (bytes < d->vector_bytes) {
    snprintf(d->architecture, sizeof d->architecture, "%s", names[bytes / 32]);
    d->vector_registers = 16;
  }
  d->vector_bytes = bytes;
  d->cores = cores;
  return 1;
}

static int64_t pick(case_random *r, const int64_t *from, int64_t n) { return from[case_below(r, n)]; }

static cpu_config random_config(const cpu_device *d, int64_t threads, case_random *r) {
  static const int64_t tiles[] = {8, 16, 32, 48, 64, 96}, vectors[] = {1, 2, 3, 4, 6};
  static const int64_t rows[] = {1, 2, 4, 6, 8, 12, 16}, prefetches[] = {0, 8, 32};
  cpu_config c = {pick(r, tiles, 6), pick(r, vectors, 5), pick(r, rows, 7), case_below(r, 2) ? 4 : 1, 1, 1, 1,
                  case_below(r, 4) > 0, pick(r, prefetches, 3)};
  (void)d;
  if (!c.packed) c.unroll = 1, c.prefetch = 0;
  int64_t *grid[] = {&c.threads_heads, &c.threads_units, &c.threads_batch};
  *grid[case_below(r, 3)] = threads; /* counts of the tests are primes */
  return c;
}

int case_config(const cpu_device *d, const flashrnn_problem *p, int64_t threads, case_random *r, cpu_config *c) {
  char why[CPU_WHY];
  for (int tries = 0; tries < 20000; tries++) {
    *c = random_config(d, threads, r);
    if (cpu_legal(d, p, c, why)) return 1;
  }
  return 0;
}

static void poison(float *x, int64_t n) { memset(x, 0xff, sizeof *x * (size_t)n); }

static int run_forward(cpu_plan *plan, const flashrnn_problem *p, case_buffers *b, char *why) {
  poison(b->states, reference_states_size(p));
  poison(b->last, reference_last_size(p));
  poison(b->saved, reference_saved_size(p));
  const flashrnn_forward io = {b->Wx, b->R, b->bias, b->initial, b->states, b->last, b->saved};
  return cpu_forward(plan, &io, why);
}

static int run_backward(cpu_plan *plan, const flashrnn_problem *p, case_buffers *b, char *why) {
  poison(b->dWx, reference_dwx_size(p));
  poison(b->dR, reference_dr_size(p));
  poison(b->dbias, reference_dbias_size(p));
  poison(b->dinitial, reference_last_size(p));
  const flashrnn_backward io = {b->R,     b->bias, b->initial, b->states, b->saved, b->dstates,
                                b->dlast, b->dWx,  b->dR,      b->dbias,  b->dinitial};
  return cpu_backward(plan, &io, why);
}

void case_run(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c, case_buffers *b) {
  char why[CPU_WHY] = "";
  cpu_plan *plan;
  int error = cpu_plan_new(&plan, d, p, c, why);
  if (!error) error = p->pass == FLASHRNN_BACKWARD ? run_backward(plan, p, b, why) : run_forward(plan, p, b, why);
  if (error) {
    fprintf(stderr, "case_run: %s\n", why);
    exit(1);
  }
  cpu_plan_free(plan);
}

double case_error(const float *got, const double *want, int64_t n) {
  double difference = 0, norm = 0;
  for (int64_t i = 0; i < n; i++) {
    if (!isfinite(got[i])) return INFINITY;
    difference += (got[i] - want[i]) * (got[i] - want[i]);
    norm += want[i] * want[i];
  }
  return norm > 0 ? sqrt(difference / norm) : sqrt(difference);
}
