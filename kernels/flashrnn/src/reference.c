/* The double-precision reference, its loops shared by OpenMP's threads. */
#define REAL double
#define OUTPUTS reference_outputs
#define RUN reference_run
#define PARALLEL 1
#include "reference_loops.h"

static int64_t cells_of(const flashrnn_problem *p) { return p->B * p->T * p->N * p->D; }

int64_t reference_states_size(const flashrnn_problem *p) { return cpu_shape_of(p->function).states * cells_of(p); }
int64_t reference_last_size(const flashrnn_problem *p) { return reference_states_size(p) / p->T; }
int64_t reference_saved_size(const flashrnn_problem *p) { return cpu_shape_of(p->function).saved_rows * cells_of(p); }
int64_t reference_dwx_size(const flashrnn_problem *p) { return cpu_shape_of(p->function).gates * cells_of(p); }
int64_t reference_dr_size(const flashrnn_problem *p) { return cpu_shape_of(p->function).gates * p->N * p->D * p->D; }
int64_t reference_dbias_size(const flashrnn_problem *p) { return cpu_shape_of(p->function).bias_rows * p->N * p->D; }

static double *doubles(int64_t n) { return calloc((size_t)(n ? n : 1), sizeof(double)); }

int reference_allocate(reference_outputs *out, const flashrnn_problem *p) {
  memset(out, 0, sizeof *out);
  out->states = doubles(reference_states_size(p));
  out->last = doubles(reference_last_size(p));
  out->saved = doubles(reference_saved_size(p));
  int ok = out->states && out->last && out->saved;
  if (p->pass == FLASHRNN_BACKWARD) {
    out->dWx = doubles(reference_dwx_size(p));
    out->dR = doubles(reference_dr_size(p));
    out->dbias = doubles(reference_dbias_size(p));
    out->dinitial = doubles(reference_last_size(p));
    ok = ok && out->dWx && out->dR && out->dbias && out->dinitial;
  }
  if (!ok) reference_release(out);
  return ok ? 0 : FLASHRNN_ENOMEM;
}

void reference_release(reference_outputs *out) {
  double *all[] = {out->states, out->last, out->saved, out->dWx, out->dR, out->dbias, out->dinitial};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  memset(out, 0, sizeof *out);
}
