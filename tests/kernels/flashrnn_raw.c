/* Runs one problem for a script:
 *
 *     flashrnn_raw FUNCTION B T N D INPUTS OUTPUTS
 *
 * INPUTS: raw fp32 of Wx, R, bias, initial, dstates, dlast.  OUTPUTS: states,
 * last, dWx, dR, dbias, dinitial of a training forward and its backward with
 * the default configurations. */
#include "flashrnn_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_floats(FILE *f, float *x, int64_t n) { return fread(x, sizeof *x, (size_t)n, f) == (size_t)n; }
static int write_floats(FILE *f, const float *x, int64_t n) { return fwrite(x, sizeof *x, (size_t)n, f) == (size_t)n; }

static int read_inputs(const char *path, const flashrnn_problem *p, case_buffers *b) {
  FILE *f = fopen(path, "rbe");
  const int64_t edge = reference_last_size(p);
  const int ok = f && read_floats(f, b->Wx, reference_dwx_size(p)) && read_floats(f, b->R, reference_dr_size(p)) &&
                 read_floats(f, b->bias, reference_dbias_size(p)) && read_floats(f, b->initial, edge) &&
                 read_floats(f, b->dstates, reference_states_size(p)) && read_floats(f, b->dlast, edge);
  if (f) fclose(f);
  return ok;
}

static int write_outputs(const char *path, const flashrnn_problem *p, const case_buffers *b) {
  FILE *f = fopen(path, "wbe");
  const int64_t edge = reference_last_size(p);
  const int ok = f && write_floats(f, b->states, reference_states_size(p)) && write_floats(f, b->last, edge) &&
                 write_floats(f, b->dWx, reference_dwx_size(p)) && write_floats(f, b->dR, reference_dr_size(p)) &&
                 write_floats(f, b->dbias, reference_dbias_size(p)) && write_floats(f, b->dinitial, edge);
  return f && !fclose(f) && ok;
}

static int run(flashrnn_problem p, case_buffers *b) {
  cpu_device d;
  cpu_config c;
  char why[CPU_WHY];
  if (cpu_identify(&d, why)) return 0;
  for (p.pass = FLASHRNN_TRAINING; p.pass <= FLASHRNN_BACKWARD; p.pass++) {
    if (cpu_default(&d, &p, &c, why)) return 0;
    case_run(&d, &p, &c, b);
  }
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 8) return 2;
  flashrnn_problem p = {FLASHRNN_ELMAN, FLASHRNN_TRAINING, FLASHRNN_FP32, atoll(argv[2]), atoll(argv[3]),
                        atoll(argv[4]), atoll(argv[5])};
  while (strcmp(cpu_function_name(p.function), argv[1]))
    if (p.function++ == FLASHRNN_SLSTM) return 2;
  case_random r = {1};
  case_buffers b = case_inputs(&p, &r);
  const int ok = read_inputs(argv[6], &p, &b) && run(p, &b) && write_outputs(argv[7], &p, &b);
  case_release(&b);
  return !ok;
}
