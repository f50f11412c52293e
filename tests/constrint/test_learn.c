/* The learning search against enumeration with the evaluator, on random models:
 * status, first solution in the order, optimum; and every nogood that it learns
 * against every solution. */
#include "learn/learn.h"
#include "random_model.h"
#include "test.h"

#include <time.h>

enum { MOST = 4096 };

/* All solutions by brute force, in the model's order. */
struct solutions {
  size_t n;
  bool usable; /* nothing overflowed, and there was room */
  int64_t values[MOST][MOST_VARS];
  int64_t objective[MOST];
};

static bool satisfied(const ci_model *m, const int64_t *values, bool *usable) {
  size_t *broken, n;
  int outside, error = ci_check(m, values, &broken, &n, &outside);
  if (error == CI_EOVERFLOW) *usable = false;
  if (error < 0) return false;
  free(broken);
  return n == 0;
}

static void keep(const ci_model *m, const int64_t *values, struct solutions *all) {
  if (all->n == MOST) {
    all->usable = false;
    return;
  }
  if (ci_model_objectives(m)) {
    int error = ci_eval_objective(m, 0, values, &all->objective[all->n]);
    if (error == CI_EOVERFLOW) all->usable = false;
    if (error < 0) return; /* an objective that is undefined: no solution of ci_optimize */
  }
  memcpy(all->values[all->n++], values, ci_model_vars(m) * sizeof *values);
}

static void enumerate(const ci_model *m, struct solutions *all) {
  struct assignments a;
  all->n = 0;
  all->usable = true;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a))
    if (satisfied(m, a.values, &all->usable)) keep(m, a.values, all);
  assignments_end(&a);
}

static uint64_t seed_of_run(void) {
  const char *text = getenv("LEARN_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "LEARN_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

static int rounds(int few) { return getenv("LEARN_ROUNDS") ? atoi(getenv("LEARN_ROUNDS")) : few; }

static ci_solver *learning(const ci_model *m, bool free_search, uint64_t seed) {
  ci_solver *s;
  ci_options options = {.seed = seed, .learn = CI_LEARN_ON, .free_search = free_search};
  CHECK(ci_solver_new(&s, m, &options) == CI_OK);
  return s;
}

/* ---- one solution ---- */

static void check_solve(const ci_model *m, const struct solutions *all, bool free_search, uint64_t seed) {
  int64_t values[MOST_VARS] = {0}, first[MOST_VARS] = {0};
  ci_answer answer, other;
  ci_solver *s = learning(m, free_search, seed), *plain;
  int error = ci_solve(s, values, &answer);
  if (error < 0 || !all->usable) {
    CHECK(error == CI_OK || (error == CI_EOVERFLOW && !all->usable));
    ci_solver_free(s);
    return;
  }
  CHECK((answer == CI_FOUND) == (all->n > 0));
  bool usable = true;
  CHECK(answer == CI_NONE || satisfied(m, values, &usable));
  if (!free_search && ci_model_order(m, 0, NULL, NULL)) { /* the first in the order */
    CHECK(ci_solver_new(&plain, m, NULL) == CI_OK);
    CHECK(ci_solve(plain, first, &other) == CI_OK && other == answer);
    CHECK(!memcmp(first, values, sizeof values));
    ci_solver_free(plain);
  }
  ci_solver_free(s);
}

static void test_solve(void) {
  static struct solutions all;
  uint64_t seed = seed_of_run();
  for (int i = 0; i < rounds(2500); i++) {
    uint64_t state = seed + (uint64_t)i;
    struct recipe r = {.vars = 2 + i % 3, .values = 6, .constraints = 2 + i % 4, .depth = 1 + i % 3, .order = i % 2, .big = i % 16 == 0};
    ci_model *m = random_model(&state, &r);
    if (!m) continue;
    enumerate(m, &all);
    check_solve(m, &all, i % 3 == 0, state);
    ci_model_free(m);
  }
}

/* ---- the optimum ---- */

static void check_optimum(const ci_model *m, const struct solutions *all, bool free_search, uint64_t seed) {
  int64_t values[MOST_VARS], got;
  ci_answer answer;
  ci_solver *s = learning(m, free_search, seed);
  int error = ci_optimize(s, values, &answer, NULL, NULL);
  ci_solver_free(s);
  if (error < 0 || !all->usable) {
    CHECK(error == CI_OK || (error == CI_EOVERFLOW && !all->usable));
    return;
  }
  CHECK((answer == CI_FOUND) == (all->n > 0));
  if (answer != CI_FOUND) return;
  CHECK(ci_eval_objective(m, 0, values, &got) == CI_OK);
  int64_t best = all->objective[0];
  for (size_t i = 1; i < all->n; i++)
    if ((all->objective[i] > best) == (ci_model_maximizes(m, 0) != 0) && all->objective[i] != best) best = all->objective[i];
  CHECKF(got == best, "%lld, but %lld is possible", (long long)got, (long long)best);
}

static void test_optimize(void) {
  static struct solutions all;
  uint64_t seed = seed_of_run();
  for (int i = 0; i < rounds(2500); i++) {
    uint64_t state = seed + (uint64_t)i;
    struct recipe r = {.vars = 2 + i % 3, .values = 6, .constraints = 1 + i % 4, .depth = 1 + i % 3, .order = i % 2, .objective = true};
    ci_model *m = random_model(&state, &r);
    if (!m) continue;
    if (ci_model_objectives(m) == 1) {
      enumerate(m, &all);
      check_optimum(m, &all, i % 3 == 0, state);
    }
    ci_model_free(m);
  }
}

/* ---- nogoods ---- */

static ci_expr random_sum(ci_builder *b, const ci_expr *x, uint64_t *state) {
  ci_expr parts[3];
  for (int i = 0; i < 3; i++) {
    int a = random_below(state, 4) - 2;
    parts[i] = ci_apply2(b, CI_MUL, ci_int(b, a < 0 ? a : a + 1), x[random_below(state, MOST_VARS)]);
  }
  return ci_apply(b, CI_ADD, parts, 3);
}

static ci_expr random_relation(ci_builder *b, const ci_expr *x, uint64_t *state) {
  static const ci_op ops[] = {CI_EQ, CI_LE, CI_GE, CI_NE};
  return ci_apply2(b, ops[random_below(state, 4)], random_sum(b, x, state), ci_int(b, random_below(state, 13) - 3));
}

/* Small, with few solutions: the search fails often before it finds one. */
static ci_model *tight_model(uint64_t *state) {
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[MOST_VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < MOST_VARS; i++) x[i] = ci_var_range(b, names[i], 0, 4, 1);
  for (int i = 0; i < 2; i++) ci_constrain(b, random_relation(b, x, state), NULL, NULL);
  for (int i = 0; i < 3; i++) {
    ci_expr c = random_relation(b, x, state);
    ci_constrain(b, ci_apply2(b, CI_OR, c, random_relation(b, x, state)), NULL, NULL);
  }
  ci_expr product = ci_apply2(b, CI_MUL, x[random_below(state, 5)], x[random_below(state, 5)]);
  ci_constrain(b, ci_apply2(b, CI_LE, product, x[random_below(state, 5)]), NULL, NULL);
  ci_constrain(b, ci_apply(b, CI_ALLDIFFERENT, x + random_below(state, 3), 3), NULL, NULL);
  ci_objective(b, random_sum(b, x, state), random_below(state, 2));
  ci_build(b, &m);
  ci_builder_free(b);
  return m;
}

static bool holds_in(const store *s, const struct nogood *n) {
  for (uint32_t i = 0; i < n->n; i++)
    if (!fact_false(s, n->fact[i])) return true;
  return false;
}

/* No nogood excludes a solution that is better than the incumbent. */
static void check_nogoods(const ci_solver *s, const struct solutions *all, const int64_t *incumbent, size_t *checked) {
  const ci_model *m = s->model;
  ci_solver *plain;
  int64_t bound = 0;
  if (incumbent) CHECK(ci_eval_objective(m, 0, incumbent, &bound) == CI_OK);
  CHECK(ci_solver_new(&plain, m, NULL) == CI_OK && solver_prepare(plain, true) == CI_OK);
  for (size_t i = 0; i < all->n; i++) {
    if (incumbent && (all->objective[i] == bound || (all->objective[i] > bound) != (ci_model_maximizes(m, 0) != 0))) continue;
    CHECK(store_push(plain->store) == CI_OK);
    for (size_t v = 0; v < m->graph.nvars; v++) CHECK(term_fix(plain->store, plain->program.vars[v], all->values[i][v], NULL));
    CHECK(store_propagate(plain->store) == 1);
    for (size_t k = 0; k < s->learner->nogoods; k++, ++*checked) CHECK(holds_in(plain->store, s->learner->nogood[k]));
    store_pop(plain->store);
  }
  ci_solver_free(plain);
}

static void check_learned(const ci_model *m, const struct solutions *all, bool free_search, uint64_t seed, size_t *checked) {
  int64_t values[MOST_VARS];
  ci_solver *s = learning(m, free_search, seed);
  CHECK(solver_begin(s) == CI_OK && solver_prepare(s, true) == CI_OK);
  if (s->root == 1) {
    CHECK(learner_new(s) == CI_OK);
    int found;
    while ((found = learn_next(s)) == 0 && !s->learner->exhausted) {}
    CHECK(found >= 0 || found == CI_EOVERFLOW);
    if (found == 1) solver_values(s, values);
    check_nogoods(s, all, NULL, checked); /* no incumbent was known while it learned these */
    learner_free(s);
  }
  ci_solver_free(s);
}

static void test_nogoods(void) {
  static struct solutions all;
  uint64_t seed = seed_of_run();
  size_t checked = 0;
  for (int i = 0; i < rounds(400); i++) {
    uint64_t state = seed + (uint64_t)i;
    ci_model *m = tight_model(&state);
    CHECK(m != NULL);
    enumerate(m, &all);
    if (all.usable) check_learned(m, &all, i % 2, state, &checked);
    if (all.usable) check_optimum(m, &all, i % 2, state);
    ci_model_free(m);
  }
  fprintf(stderr, "%zu nogoods held\n", checked);
  CHECK(checked > 0 || rounds(400) < 100);
}

/* ---- turns, memory, time ---- */

/* The plain search fails some thousand times. */
static const struct knapsack hard = {3, 5, 50, 14};

/* The two searches take turns from a thousand failures on. */
static void test_turns(void) {
  uint64_t state = seed_of_run();
  uint64_t most = 0;
  for (int i = 0; i < 4; i++) {
    ci_stats stats;
    ci_model *m = random_knapsack(&state, 17 + i % 2, &hard);
    int64_t best = optimum(m, (ci_options){.learn = CI_LEARN_OFF}, &stats);
    CHECK(optimum(m, (ci_options){.learn = CI_LEARN_AUTO, .no_relaxation = 1}, &stats) == best);
    most = stats.failures > most ? stats.failures : most;
    CHECK(optimum(m, (ci_options){.learn = CI_LEARN_ON}, &stats) == best);
    CHECK(optimum(m, (ci_options){.learn = CI_LEARN_ON, .free_search = 1, .seed = state}, &stats) == best);
    ci_model_free(m);
  }
  CHECKF(most > 1000, "%llu failures at most", (unsigned long long)most);
}

static void test_same_seed(void) {
  uint64_t state = seed_of_run();
  ci_stats one, two;
  ci_model *m = random_knapsack(&state, 16, &hard);
  optimum(m, (ci_options){.learn = CI_LEARN_ON, .seed = 5}, &one);
  optimum(m, (ci_options){.learn = CI_LEARN_ON, .seed = 5}, &two);
  CHECK(one.nodes == two.nodes && one.failures == two.failures && one.propagations == two.propagations);
  ci_model_free(m);
}

/* The k-th allocation fails, for many k: an error or the answer, and no crash. */
static void test_starvation(void) {
  uint64_t state = seed_of_run();
  ci_model *m = tight_model(&state);
  for (uint64_t k = 1; k < 400; k += 1 + k / 16) {
    int64_t values[MOST_VARS];
    ci_answer answer;
    ci_solver *s = learning(m, k % 2, k);
    s->budget.fail_at = k;
    int error = ci_optimize(s, values, &answer, NULL, NULL);
    CHECK(error == CI_OK || error == CI_ENOMEM);
    s->budget.fail_at = 0;
    CHECK(ci_optimize(s, values, &answer, NULL, NULL) == CI_OK);
    ci_solver_free(s);
  }
  ci_model_free(m);
}

/* Too little memory to learn: the answer comes all the same. */
static void test_without_memory(void) {
  uint64_t state = seed_of_run();
  ci_model *m = random_knapsack(&state, 17, &hard);
  ci_stats stats;
  int64_t best = optimum(m, (ci_options){.learn = CI_LEARN_OFF}, &stats);
  CHECK(optimum(m, (ci_options){.limits.memory_bytes = stats.peak_bytes + 20000}, &stats) == best);
  ci_model_free(m);
}

static void test_time(void) {
  uint64_t state = seed_of_run();
  ci_model *m = random_knapsack(&state, 24, &hard);
  int64_t values[24];
  ci_answer answer;
  ci_solver *s;
  ci_stats stats;
  ci_options options = {.learn = CI_LEARN_ON, .limits.seconds = 0.05};
  CHECK(ci_solver_new(&s, m, &options) == CI_OK);
  int error = ci_optimize(s, values, &answer, NULL, NULL);
  CHECK(error == CI_OK || error == CI_ELIMIT);
  ci_solver_stats(s, &stats);
  CHECKF(stats.seconds < 1, "%g s", stats.seconds);
  ci_solver_free(s);
  ci_model_free(m);
}

/* ---- conflicts ---- */

/* Is there a solution of the constraints of the set but the k-th? */
static bool solvable_without(const ci_model *m, const size_t *set, size_t n, size_t k) {
  struct assignments a;
  bool found = false;
  for (assignments_begin(&a, m); !a.done && !found; assignments_next(&a)) {
    size_t *broken, nbroken;
    int outside;
    if (ci_check(m, a.values, &broken, &nbroken, &outside) < 0) continue;
    found = true;
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < nbroken && i != k; j++) found = found && broken[j] != set[i];
    free(broken);
  }
  assignments_end(&a);
  return found;
}

static void check_conflict(const ci_model *m, const struct solutions *all, size_t *largest) {
  size_t *set, n;
  ci_answer answer;
  CHECK(ci_conflict(m, NULL, &set, &n, &answer) == CI_OK);
  CHECK((answer == CI_FOUND) == (all->n > 0) && (answer == CI_NONE || n == 0));
  if (answer == CI_NONE) {
    CHECK(n > 0 && !solvable_without(m, set, n, n));
    for (size_t k = 0; k < n; k++) CHECK(solvable_without(m, set, n, k));
  }
  *largest = n > *largest ? n : *largest;
  free(set);
}

static void test_conflicts(void) {
  static struct solutions all;
  uint64_t seed = seed_of_run();
  size_t largest = 0;
  for (int i = 0; i < 150; i++) {
    uint64_t state = seed + (uint64_t)i;
    struct recipe r = {.vars = 3, .values = 5, .constraints = 6, .depth = 1 + i % 2};
    ci_model *m = i % 3 ? random_model(&state, &r) : tight_model(&state);
    if (!m) continue;
    enumerate(m, &all);
    if (all.usable) check_conflict(m, &all, &largest);
    ci_model_free(m);
  }
  CHECKF(largest > 1, "%zu constraints at most", largest);
}

static const struct test_case cases[] = {
  {"one solution", test_solve},
  {"the optimum", test_optimize},
  {"nogoods exclude no solution", test_nogoods},
  {"turns", test_turns},
  {"the same seed", test_same_seed},
  {"starvation", test_starvation},
  {"without memory to learn", test_without_memory},
  {"time", test_time},
  {"conflicts", test_conflicts},
  {NULL, NULL},
};

TEST_MAIN(cases)
