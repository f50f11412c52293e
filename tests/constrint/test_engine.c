/* The engine against enumeration with the evaluator, on random models: count,
 * enumeration, the first in the order, the optimum, propagation. */
#include "random_model.h"
#include "test.h"

#include <time.h>

/* What enumeration says. */
struct truth {
  uint64_t count;
  int64_t best[2], optimum[MOST_VARS];
  bool has_optimum, overflow;
};

static bool satisfied(const ci_model *m, const int64_t *values, bool *overflow) {
  size_t *broken, n;
  int outside, error = ci_check(m, values, &broken, &n, &outside);
  *overflow = *overflow || error == CI_EOVERFLOW;
  if (error < 0) return false;
  free(broken);
  return n == 0;
}

/* Is the objective vector better than the best so far?  -1: undefined. */
static int better(const ci_model *m, const int64_t *values, const struct truth *t, int64_t *objective) {
  int order = 0;
  for (size_t k = 0; k < ci_model_objectives(m); k++) {
    int error = ci_eval_objective(m, k, values, &objective[k]);
    if (error == CI_EOVERFLOW) return -2;
    if (error < 0) return -1;
    int64_t x = objective[k], y = t->best[k];
    if (order == 0 && t->has_optimum && x != y) order = (x > y) == (ci_model_maximizes(m, k) != 0) ? 1 : -1;
  }
  return !t->has_optimum || order > 0;
}

static void consider(const ci_model *m, const int64_t *values, struct truth *t) {
  int64_t objective[2];
  t->count++;
  int is_better = better(m, values, t, objective);
  if (is_better == -2) t->overflow = true;
  if (is_better != 1) return;
  t->has_optimum = true;
  memcpy(t->best, objective, sizeof objective);
}

static struct truth enumerate(const ci_model *m) {
  struct truth t = {0};
  struct assignments a;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a))
    if (satisfied(m, a.values, &t.overflow)) consider(m, a.values, &t);
  assignments_end(&a);
  return t;
}

static ci_solver *solver_for(const ci_model *m) {
  ci_solver *s;
  CHECK(ci_solver_new(&s, m, NULL) == CI_OK);
  return s;
}

static void explain(const ci_model *m, uint64_t seed) {
  fprintf(stderr, "seed %llu:\n", (unsigned long long)seed);
  for (size_t i = 0; i < ci_model_vars(m); i++) {
    const int64_t *values;
    int64_t lo, hi, step;
    size_t n = ci_model_listed(m, i, &values, &lo, &hi, &step);
    fprintf(stderr, "  %s:", ci_model_var_name(m, i));
    for (size_t k = 0; k < n; k++) fprintf(stderr, " %lld", (long long)(values ? values[k] : lo + (int64_t)k * step));
    fputc('\n', stderr);
  }
  for (size_t i = 0; i < ci_model_constraints(m); i++) fprintf(stderr, "  %s;\n", ci_model_constraint_name(m, i));
}

static bool count_agrees(const ci_model *m, uint64_t expected) {
  ci_solver *s = solver_for(m);
  char *decimal = NULL, text[32];
  int error = ci_count(s, &decimal);
  snprintf(text, sizeof text, "%llu", (unsigned long long)expected);
  bool same = error == CI_OK && strcmp(decimal, text) == 0;
  if (!same) fprintf(stderr, "count: %s, expected %s (%d %s)\n", decimal ? decimal : "-", text, error, error ? ci_error() : "");
  free(decimal);
  ci_solver_free(s);
  return same;
}

/* Each solution is one, all of them come, and none twice (they are compared
 * with the bits of their positions). */
static bool enumeration_agrees(const ci_model *m, uint64_t expected) {
  static int64_t seen[4096][MOST_VARS];
  ci_solver *s = solver_for(m);
  size_t n = 0, vars = ci_model_vars(m);
  ci_answer answer = CI_NONE;
  bool overflow = false, good = true;
  while (n < 4096 && ci_next(s, seen[n], &answer) == CI_OK && answer == CI_FOUND) {
    good = good && satisfied(m, seen[n], &overflow);
    for (size_t i = 0; i < n && n < 256; i++) good = good && memcmp(seen[i], seen[n], vars * sizeof(int64_t)) != 0;
    n++;
  }
  if (!good || (n < 4096 && n != expected)) fprintf(stderr, "enumerate: %zu, expected %llu\n", n, (unsigned long long)expected);
  ci_solver_free(s);
  return good && (n == 4096 || n == expected);
}

static bool optimum_agrees(const ci_model *m, const struct truth *t) {
  if (ci_model_objectives(m) == 0) return true;
  ci_solver *s = solver_for(m);
  int64_t values[MOST_VARS], objective;
  ci_answer answer;
  int error = ci_optimize(s, values, &answer, NULL, NULL);
  bool good = error == CI_OK && answer == (t->has_optimum ? CI_FOUND : CI_NONE);
  for (size_t k = 0; good && t->has_optimum && k < ci_model_objectives(m); k++)
    good = ci_eval_objective(m, k, values, &objective) == CI_OK && objective == t->best[k];
  if (!good) fprintf(stderr, "optimize: %d %d %s\n", error, (int)answer, error ? ci_error() : "");
  ci_solver_free(s);
  return good;
}

static bool in_ranges(const ci_solver *s, size_t var, int64_t v) {
  for (size_t i = 0; i < ci_domain_ranges(s, var); i++) {
    int64_t lo, hi, step;
    if (ci_domain_range(s, var, i, &lo, &hi, &step) == CI_OK && v >= lo && v <= hi && (v - lo) % step == 0) return true;
  }
  return false;
}

/* No solution is propagated away. */
static bool propagation_agrees(const ci_model *m, const struct truth *t) {
  ci_solver *s = solver_for(m);
  struct assignments a;
  ci_answer answer;
  bool good = ci_propagate(s, &answer) == CI_OK && (answer == CI_FOUND || t->count == 0), overflow = false;
  for (assignments_begin(&a, m); good && answer == CI_FOUND && !a.done; assignments_next(&a)) {
    if (!satisfied(m, a.values, &overflow)) continue;
    for (size_t i = 0; i < a.n; i++) good = good && in_ranges(s, i, a.values[i]);
  }
  assignments_end(&a);
  if (!good) fprintf(stderr, "propagate removed a solution\n");
  ci_solver_free(s);
  return good;
}

static bool engine_agrees(const ci_model *m) {
  struct truth t = enumerate(m);
  if (t.overflow) return true; /* the overflow tests are elsewhere */
  return count_agrees(m, t.count) && enumeration_agrees(m, t.count) && optimum_agrees(m, &t) && propagation_agrees(m, &t);
}

static uint64_t fresh_seed(void) {
  const char *given = getenv("CONSTRINT_SEED");
  return given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 1000003u;
}

static void run_random(const struct recipe *r, int models) {
  uint64_t seed = fresh_seed();
  for (int i = 0; i < models; i++) {
    uint64_t state = seed + (uint64_t)i, name = state;
    ci_model *m = random_model(&state, r);
    CHECK(m != NULL);
    bool good = engine_agrees(m);
    if (!good) explain(m, name);
    ci_model_free(m);
    CHECKF(good, "CONSTRINT_SEED=%llu", (unsigned long long)name);
  }
}

static void test_shallow(void) {
  run_random(&(struct recipe){.vars = 3, .values = 6, .constraints = 2, .depth = 2, .objective = true}, 6000);
}
static void test_deep(void) {
  run_random(&(struct recipe){.vars = 3, .values = 4, .constraints = 2, .depth = 4, .objective = true}, 3000);
}
static void test_many_parts(void) {
  run_random(&(struct recipe){.vars = 5, .values = 4, .constraints = 4, .depth = 2, .objective = true}, 3000);
}
static void test_ordered(void) {
  run_random(&(struct recipe){.vars = 4, .values = 4, .constraints = 2, .depth = 2, .order = true}, 3000);
}
static void test_big_constants(void) {
  run_random(&(struct recipe){.vars = 3, .values = 4, .constraints = 2, .depth = 3, .big = true}, 3000);
}

/* Equal to one of its own arguments by way of other equations. */
static void test_own_arguments(void) {
  static const char *const operations[] = {
    "element([1, b, z], a)", "element([a, b, z], z)", "ite(a, b, z)", "ite(z, a, b)", "a + b - z", "a * b", "z // a", "b % a",
    "min(a, z)", "max(z, a, b)", "abs(a)", "a ** z", "bitxor(a, b)", "ceildiv(a, b)", "b / a",
  };
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    char text[160];
    ci_model *m;
    int len = snprintf(text, sizeof text, "var a, b in -2..4; var z in 0..3; b == %s; b == a;", operations[i]);
    CHECKF(ci_read(&m, "native", text, (size_t)len, "own", NULL, 0) == CI_OK, "%s", ci_error());
    CHECKF(engine_agrees(m), "%s", text);
    ci_model_free(m);
  }
}

/* The first solution in a random order is the least in that order. */
static bool precedes(const size_t *vars, const int *largest, size_t n, const int64_t *x, const int64_t *y) {
  for (size_t i = 0; i < n; i++) {
    int64_t u = x[vars[i]], v = y[vars[i]];
    if (u != v) return (u > v) == (largest[i] != 0);
  }
  return false;
}

static ci_model *ordered_model(uint64_t *state, size_t *vars, int *largest) {
  static const char *const names[3] = {"x", "y", "z"};
  ci_builder *b;
  ci_expr e[3];
  ci_model *m = NULL;
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < 3; i++) e[i] = ci_var_range(b, names[i], 0, 6, 1);
  ci_expr sum = ci_apply(b, CI_ADD, e, 3), product = ci_apply2(b, CI_MUL, e[0], e[1]);
  ci_constrain(b, ci_apply2(b, CI_GE, sum, ci_int(b, random_below(state, 12))), NULL, NULL);
  ci_constrain(b, ci_apply2(b, CI_LE, product, ci_apply2(b, CI_MUL, e[2], ci_int(b, 1 + random_below(state, 4)))), NULL, NULL);
  size_t first = (size_t)random_below(state, 3), second = (first + 1 + (size_t)random_below(state, 2)) % 3;
  vars[0] = first, vars[1] = second, vars[2] = 3 - first - second;
  largest[0] = random_below(state, 2), largest[1] = random_below(state, 2), largest[2] = 0;
  ci_order(b, e[first], largest[0]);
  ci_order(b, e[second], largest[1]);
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

static void test_first_in_order(void) {
  uint64_t state = fresh_seed();
  for (int i = 0; i < 200; i++) {
    size_t vars[3];
    int largest[3];
    ci_model *m = ordered_model(&state, vars, largest);
    ci_solver *s = solver_for(m);
    int64_t first[3], previous[3];
    ci_answer answer;
    bool overflow = false;
    struct assignments a;
    CHECK(ci_solve(s, first, &answer) == CI_OK);
    for (assignments_begin(&a, m); !a.done; assignments_next(&a))
      if (satisfied(m, a.values, &overflow)) CHECK(answer == CI_FOUND && !precedes(vars, largest, 3, a.values, first));
    assignments_end(&a);
    memcpy(previous, first, sizeof first);
    for (int n = 0; ci_next(s, first, &answer) == CI_OK && answer == CI_FOUND; n++) {
      CHECK(n == 0 || precedes(vars, largest, 3, previous, first));
      memcpy(previous, first, sizeof first);
    }
    ci_solver_free(s);
    ci_model_free(m);
  }
}

/* The same seed, the same answers and the same work. */
static void test_deterministic(void) {
  uint64_t seed = fresh_seed();
  for (int i = 0; i < 100; i++) {
    struct recipe r = {.vars = 4, .values = 4, .constraints = 2, .depth = 3};
    uint64_t state = seed + (uint64_t)i;
    ci_model *m = random_model(&state, &r);
    ci_solver *s[2] = {solver_for(m), solver_for(m)};
    int64_t values[2][MOST_VARS] = {{0}};
    ci_answer answer[2] = {CI_NONE, CI_NONE};
    ci_stats stats[2];
    for (int k = 0; k < 2; k++) {
      ci_solve(s[k], values[k], &answer[k]);
      ci_solver_stats(s[k], &stats[k]);
      ci_solver_free(s[k]);
    }
    CHECK(answer[0] == answer[1] && memcmp(values[0], values[1], sizeof values[0]) == 0);
    CHECK(stats[0].nodes == stats[1].nodes && stats[0].propagations == stats[1].propagations);
    ci_model_free(m);
  }
}

/* The comparison with enumeration must be able to fail. */
static void test_checkers_can_fail(void) {
  ci_builder *b;
  ci_model *m;
  CHECK(ci_builder_new(&b) == CI_OK);
  ci_expr x = ci_var_range(b, "x", 0, 9, 1);
  ci_constrain(b, ci_apply2(b, CI_LE, x, ci_int(b, 4)), NULL, NULL);
  ci_objective(b, x, 1);
  CHECK(ci_build(b, &m) == CI_OK);
  struct truth t = enumerate(m), wrong = t;
  wrong.best[0]++;
  CHECK(t.count == 5 && t.best[0] == 4 && engine_agrees(m));
  fprintf(stderr, "(three complaints follow, and belong here)\n");
  CHECK(!count_agrees(m, 6) && !enumeration_agrees(m, 4) && !optimum_agrees(m, &wrong));
  ci_model_free(m);
  ci_builder_free(b);
}

static const struct test_case cases[] = {
    {"shallow", test_shallow},
    {"deep", test_deep},
    {"many_parts", test_many_parts},
    {"ordered", test_ordered},
    {"big_constants", test_big_constants},
    {"own_arguments", test_own_arguments},
    {"first_in_order", test_first_in_order},
    {"deterministic", test_deterministic},
    {"checkers_can_fail", test_checkers_can_fail},
    {NULL, NULL},
};
TEST_MAIN(cases)
