/* The vector functions against libm in double: a few units in the last place
 * over their range, and a NaN stays one.  Compiled once an instruction set. */
#include "test.h"
#include "vmath.h"

#include <math.h>

static double exact_exp(double x) { return exp(x); }
static double exact_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double exact_logsigmoid(double x) { return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x)); }
static double exact_tanh(double x) { return tanh(x); }

static vf got_exp(vf x) { return v_exp(x); }
static vf got_sigmoid(vf x) { return v_sigmoid(x); }
static vf got_logsigmoid(vf x) { return v_logsigmoid(x); }
static vf got_tanh(vf x) { return v_tanh(x); }

/* The largest error over [low, high] in units of the exact value's last place. */
static double worst(vf (*got)(vf), double (*exact)(double), float low, float high) {
  double most = 0;
  const int count = 400000;
  for (int i = 0; i < count; i += LANES) {
    float x[LANES], y[LANES];
    for (int k = 0; k < LANES; k++) x[k] = low + (high - low) * (float)(i + k) / (float)count;
    v_store(y, got(v_load(x)));
    for (int k = 0; k < LANES; k++) {
      const double want = exact(x[k]), unit = want == 0 ? 0x1p-149 : ldexp(1, ilogb(want) - 23);
      const double error = fabs(y[k] - want) / unit;
      if (!(error <= most)) most = error;
    }
  }
  return most;
}

static void check(const char *name, vf (*got)(vf), double (*exact)(double), float low, float high) {
  const double error = worst(got, exact, low, high);
  CHECKF(error <= 4, "%s over %g..%g: %g units", name, low, high, error);
  const uint32_t nans[] = {0x7fc00000, 0xffffffff, 0x7fffffff, 0xffc00001, 0x7fc0ff80};
  for (size_t i = 0; i < sizeof nans / sizeof *nans; i++) {
    float nan, y[LANES];
    memcpy(&nan, &nans[i], sizeof nan);
    v_store(y, got(v_set(nan)));
    for (int k = 0; k < LANES; k++) CHECKF(isnan(y[k]), "%s of the NaN %08x", name, (unsigned)nans[i]);
  }
}

static void exponential(void) { check("exp", got_exp, exact_exp, -86, 88); }
static void logistic(void) { check("sigmoid", got_sigmoid, exact_sigmoid, -80, 40); }
static void log_logistic(void) { check("logsigmoid", got_logsigmoid, exact_logsigmoid, -100, 15); }

static void hyperbolic(void) {
  check("tanh", got_tanh, exact_tanh, -20, 20);
  check("tanh", got_tanh, exact_tanh, -1, 1);
  check("tanh", got_tanh, exact_tanh, -1e-3f, 1e-3f);
}

static const struct test_case cases[] = {{"exp", exponential}, {"sigmoid", logistic},
                                         {"log sigmoid", log_logistic}, {"tanh", hyperbolic}, {NULL, NULL}};

int main(int argc, char **argv) {
#if defined(__x86_64__)
  if (LANES == 16 && !__builtin_cpu_supports("avx512f")) return TEST_SKIP;
  if (LANES == 8 && !__builtin_cpu_supports("avx2")) return TEST_SKIP;
#endif
  return test_main(cases, argc, argv);
}
