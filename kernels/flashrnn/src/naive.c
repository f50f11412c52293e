/* The naive run: the reference's loops in single precision on one thread. */
#define REAL float
#define OUTPUTS naive_outputs
#define RUN naive_run
#define PARALLEL 0
#include "reference_loops.h"

#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *floats(int64_t n) { return calloc((size_t)(n ? n : 1), sizeof(float)); }

int naive_allocate(naive_outputs *out, const flashrnn_problem *p) {
  memset(out, 0, sizeof *out);
  out->states = floats(reference_states_size(p));
  out->last = floats(reference_last_size(p));
  out->saved = floats(reference_saved_size(p));
  int ok = out->states && out->last && out->saved;
  if (p->pass == FLASHRNN_BACKWARD) {
    out->dWx = floats(reference_dwx_size(p));
    out->dR = floats(reference_dr_size(p));
    out->dbias = floats(reference_dbias_size(p));
    out->dinitial = floats(reference_last_size(p));
    ok = ok && out->dWx && out->dR && out->dbias && out->dinitial;
  }
  if (!ok) naive_release(out);
  return ok ? 0 : FLASHRNN_ENOMEM;
}

void naive_release(naive_outputs *out) {
  float *all[] = {out->states, out->last, out->saved, out->dWx, out->dR, out->dbias, out->dinitial};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  memset(out, 0, sizeof *out);
}

/* A shorter problem on the same inputs: its rows are theirs, read closer together. */
int naive_seconds(const flashrnn_problem *p, const reference_inputs *in, double operations, double *seconds) {
  const double each = (double)(p->B * p->N * p->D) * (double)(p->D * cpu_shape_of(p->function).gates);
  const int64_t affordable = each < operations ? (int64_t)(operations / each) : 1;
  flashrnn_problem shorter = *p;
  naive_outputs out;
  if (affordable < p->T) shorter.T = affordable;
  int error = naive_allocate(&out, &shorter);
  if (error) return error;
  const double start = now();
  error = naive_run(&shorter, in, &out);
  *seconds = (now() - start) * (double)p->T / (double)shorter.T;
  naive_release(&out);
  return error;
}
