/* Every function and pass against the double-precision reference: odd sizes,
 * every instruction set of this machine, random legal configurations, one to
 * three threads; the same bits when run again. */
#include "flashrnn_cases.h"
#include "test.h"

#include <stdint.h>

static case_random dice;

static const struct problem_size { int64_t B, T, N, D; } sizes[] = {
    {1, 1, 1, 16}, {3, 2, 3, 24}, {17, 7, 1, 72}, {3, 7, 3, 64}, {1, 7, 1, 200}, {17, 2, 3, 16},
    {3, 1, 1, 128}, {17, 7, 3, 24}, {1, 2, 3, 72}, {3, 33, 1, 40}};

static void check_one(const char *name, const float *got, const double *want, int64_t n, const char *at) {
  const double error = case_error(got, want, n);
  CHECKF(error <= 1e-5, "%s: error %g with %s", name, error, at);
}

static void check_all(const flashrnn_problem *p, const case_buffers *b, const reference_outputs *e, const char *at) {
  if (p->pass == FLASHRNN_BACKWARD) {
    check_one("dWx", b->dWx, e->dWx, reference_dwx_size(p), at);
    check_one("dR", b->dR, e->dR, reference_dr_size(p), at);
    check_one("dbias", b->dbias, e->dbias, reference_dbias_size(p), at);
    check_one("dinitial", b->dinitial, e->dinitial, reference_last_size(p), at);
    return;
  }
  check_one("states", b->states, e->states, reference_states_size(p), at);
  check_one("last", b->last, e->last, reference_last_size(p), at);
  if (p->pass == FLASHRNN_TRAINING) check_one("saved", b->saved, e->saved, reference_saved_size(p), at);
}

/* FNV-1a over every output of a pass. */
static uint64_t digest(const flashrnn_problem *p, const case_buffers *b) {
  const int back = p->pass == FLASHRNN_BACKWARD;
  const struct part { const float *x; int64_t n; } parts[] = {
      {back ? b->dWx : b->states, back ? reference_dwx_size(p) : reference_states_size(p)},
      {back ? b->dR : b->last, back ? reference_dr_size(p) : reference_last_size(p)},
      {b->dbias, back ? reference_dbias_size(p) : 0}, {b->dinitial, back ? reference_last_size(p) : 0}};
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < 4; i++)
    for (int64_t k = 0; k < parts[i].n * 4; k++)
      hash = (hash ^ ((const unsigned char *)parts[i].x)[k]) * UINT64_C(0x100000001b3);
  return hash;
}

static void describe(char *out, size_t size, const flashrnn_problem *p, const cpu_device *d, const cpu_config *c) {
  char config[256];
  cpu_config_format(c, config, sizeof config);
  snprintf(out, size, "%s %s B=%lld T=%lld N=%lld D=%lld %s %s", cpu_function_name(p->function),
           cpu_pass_name(p->pass), (long long)p->B, (long long)p->T, (long long)p->N, (long long)p->D,
           d->architecture, config);
}

static void check_configs(const flashrnn_problem *p, case_buffers *b, const reference_outputs *e) {
  for (int64_t bytes = 16; bytes <= 64; bytes *= 2)
    for (int64_t threads = 1; threads <= 3; threads++) {
      cpu_device d;
      cpu_config c;
      char at[512];
      if (!case_device(&d, threads, bytes) || !case_config(&d, p, threads, &dice, &c)) continue;
      describe(at, sizeof at, p, &d, &c);
      case_run(&d, p, &c, b);
      check_all(p, b, e, at);
      const uint64_t first = digest(p, b);
      case_run(&d, p, &c, b);
      CHECKF(digest(p, b) == first, "other bits with %s", at);
    }
}

static void give_forward(const flashrnn_problem *p, case_buffers *b, const reference_outputs *e) {
  for (int64_t i = 0; i < reference_states_size(p); i++) b->states[i] = (float)e->states[i];
  for (int64_t i = 0; i < reference_saved_size(p); i++) b->saved[i] = (float)e->saved[i];
}

static void check_problem(flashrnn_problem p) {
  case_buffers b = case_inputs(&p, &dice);
  const int bare = case_below(&dice, 4) == 0; /* what may be NULL */
  float *kept[3] = {b.initial, b.dstates, b.dlast};
  if (bare) b.initial = b.dlast = NULL;
  reference_outputs e;
  flashrnn_problem whole = p;
  whole.pass = FLASHRNN_BACKWARD;
  CHECK(reference_allocate(&e, &whole) == 0);
  const reference_inputs in = case_reference_inputs(&b);
  CHECK(reference_run(&whole, &in, &e) == 0);
  if (p.pass == FLASHRNN_BACKWARD) give_forward(&p, &b, &e);
  check_configs(&p, &b, &e);
  reference_release(&e);
  b.initial = kept[0], b.dstates = kept[1], b.dlast = kept[2];
  case_release(&b);
}

static void check_function(flashrnn_function f) {
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (int pass = 0; pass <= FLASHRNN_BACKWARD; pass++)
      check_problem((flashrnn_problem){f, (flashrnn_pass)pass, FLASHRNN_FP32, sizes[i].B, sizes[i].T, sizes[i].N,
                                       sizes[i].D});
}

static void elman(void) { check_function(FLASHRNN_ELMAN); }
static void lstm(void) { check_function(FLASHRNN_LSTM); }
static void gru(void) { check_function(FLASHRNN_GRU); }
static void slstm(void) { check_function(FLASHRNN_SLSTM); }

/* Over 64 steps: no worse than twice plain loops in the same precision. */
static void long_sequences(void) {
  for (int f = 0; f <= FLASHRNN_SLSTM; f++) {
    flashrnn_problem p = {(flashrnn_function)f, FLASHRNN_INFERENCE, FLASHRNN_FP32, 2, 300, 1, 32};
    case_buffers b = case_inputs(&p, &dice);
    const reference_inputs in = case_reference_inputs(&b);
    reference_outputs e;
    naive_outputs plain;
    cpu_device d;
    cpu_config c;
    char why[CPU_WHY];
    CHECK(!reference_allocate(&e, &p) && !reference_run(&p, &in, &e));
    CHECK(!naive_allocate(&plain, &p) && !naive_run(&p, &in, &plain));
    CHECK(!cpu_identify(&d, why) && !cpu_default(&d, &p, &c, why));
    case_run(&d, &p, &c, &b);
    const double ours = case_error(b.states, e.states, reference_states_size(&p));
    const double theirs = case_error(plain.states, e.states, reference_states_size(&p));
    CHECKF(ours <= 2 * theirs, "%s: %g against %g", cpu_function_name(p.function), ours, theirs);
    reference_release(&e);
    naive_release(&plain);
    case_release(&b);
  }
}

static const struct test_case cases[] = {{"elman", elman}, {"lstm", lstm}, {"gru", gru}, {"slstm", slstm},
                                         {"long sequences", long_sequences}, {NULL, NULL}};

int main(int argc, char **argv) {
  dice.state = case_seed();
  return test_main(cases, argc, argv);
}
