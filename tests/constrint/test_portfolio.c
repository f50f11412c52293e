/* Several searches at once against one: the same answers, the same on every run. */
#include <time.h>

#include "random_model.h"
#include "test.h"

enum { VARS = 20 };

static uint64_t seed_of_run(void) {
  const char *text = getenv("MODES_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "MODES_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

/* Clauses of three, hard to satisfy, and a sum of costs. */
static ci_model *hard_model(uint64_t *state, int n, int clauses, bool objective) {
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[VARS], part[VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < n; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 0, 2, 1);
    part[i] = ci_apply2(b, CI_MUL, ci_int(b, 3 + random_below(state, 30)), x[i]);
  }
  for (int k = 0; k < clauses; k++) {
    ci_expr of[3];
    for (int i = 0; i < 3; i++)
      of[i] = ci_apply2(b, random_below(state, 2) ? CI_EQ : CI_NE, x[random_below(state, n)], ci_int(b, random_below(state, 3)));
    ci_constrain(b, ci_apply(b, CI_OR, of, 3), NULL, NULL);
  }
  if (objective) ci_objective(b, ci_apply(b, CI_ADD, part, (size_t)n), random_below(state, 2));
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

static bool satisfied(const ci_model *m, const int64_t *values) {
  size_t *broken, n;
  int outside;
  CHECK(ci_check(m, values, &broken, &n, &outside) == CI_OK);
  free(broken);
  return n == 0 && outside < 0;
}

struct run {
  ci_answer answer;
  int64_t values[VARS], objective;
  int improvements;
};

static void count(void *data, const int64_t *values) {
  (void)values;
  ++*(int *)data;
}

static void several(const ci_model *m, unsigned threads, bool optimize, struct run *out) {
  memset(out, 0, sizeof *out);
  CHECK(ci_portfolio(m, NULL, threads, optimize, out->values, &out->answer, count, &out->improvements) == CI_OK);
  if (out->answer == CI_NONE) return;
  CHECK(satisfied(m, out->values));
  if (optimize) CHECK(ci_eval_objective(m, 0, out->values, &out->objective) == CI_OK);
}

static void one(const ci_model *m, bool optimize, struct run *out) {
  ci_solver *s;
  memset(out, 0, sizeof *out);
  CHECK(ci_solver_new(&s, m, NULL) == CI_OK);
  CHECK((optimize ? ci_optimize(s, out->values, &out->answer, NULL, NULL) : ci_solve(s, out->values, &out->answer)) == CI_OK);
  if (optimize && out->answer == CI_FOUND) CHECK(ci_eval_objective(m, 0, out->values, &out->objective) == CI_OK);
  ci_solver_free(s);
}

static void compare(bool optimize) {
  uint64_t seed = seed_of_run();
  int none = 0, rounds = getenv("MODES_ROUNDS") ? atoi(getenv("MODES_ROUNDS")) : 30;
  for (int i = 0; i < rounds; i++) {
    uint64_t state = seed + (uint64_t)i;
    int n = 8 + i % 12;
    ci_model *m = hard_model(&state, n, n * (5 + i % 12), optimize);
    struct run alone, together, again;
    unsigned threads = 1 + (unsigned)i % 5;
    one(m, optimize, &alone);
    several(m, threads, optimize, &together);
    several(m, threads, optimize, &again);
    CHECKF(alone.answer == together.answer, "%d with one search, %d with %u", alone.answer, together.answer, threads);
    CHECKF(alone.objective == together.objective, "%lld, and %lld with several", (long long)alone.objective, (long long)together.objective);
    CHECK(together.answer == again.answer && together.improvements == again.improvements);
    CHECK(!memcmp(together.values, again.values, sizeof again.values));
    none += alone.answer == CI_NONE;
    ci_model_free(m);
  }
  CHECKF(rounds < 30 || (none > 0 && none < rounds), "%d of %d without a solution", none, rounds);
}

static void test_solve(void) { compare(false); }
static void test_optimize(void) { compare(true); }

/* Many rounds: a knapsack that no search proves soon; the time ends it. */
static void test_limit(void) {
  uint64_t state = seed_of_run();
  ci_builder *b;
  ci_model *m;
  ci_expr x[60], part[60];
  int64_t values[60];
  ci_answer answer;
  int improvements = 0;
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < 60; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 0, 1, 1);
  }
  for (int k = 0; k < 6; k++) {
    for (int i = 0; i < 60; i++) part[i] = ci_apply2(b, CI_MUL, ci_int(b, 1000 + random_below(&state, 9000)), x[i]);
    if (k == 5) ci_objective(b, ci_apply(b, CI_ADD, part, 60), 1);
    else ci_constrain(b, ci_apply2(b, CI_LE, ci_apply(b, CI_ADD, part, 60), ci_int(b, 60 * 1300)), NULL, NULL);
  }
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  ci_options options = {.limits.seconds = 0.5};
  int error = ci_portfolio(m, &options, 3, 1, values, &answer, count, &improvements);
  CHECK(error == CI_ELIMIT || (error == CI_OK && answer != CI_NONE && satisfied(m, values)));
  CHECK(error == CI_ELIMIT || improvements > 0);
  ci_model_free(m);
}

static const struct test_case cases[] = {
  {"solve", test_solve},
  {"optimize", test_optimize},
  {"limit", test_limit},
  {NULL, NULL},
};

TEST_MAIN(cases)
