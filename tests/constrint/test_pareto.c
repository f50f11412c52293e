/* The Pareto front against enumeration with the evaluator, on random models. */
#include <time.h>

#include "random_model.h"
#include "test.h"

enum { MOST = 4096, OBJECTIVES = 3 };

/* Every solution's objectives, to be minimised. */
struct solutions {
  size_t n;
  bool usable;
  int64_t point[MOST][OBJECTIVES];
};

static uint64_t seed_of_run(void) {
  const char *text = getenv("MODES_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "MODES_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

static bool satisfied(const ci_model *m, const int64_t *values, bool *usable) {
  size_t *broken, n;
  int outside, error = ci_check(m, values, &broken, &n, &outside);
  if (error < 0) {
    *usable = false;
    return false;
  }
  free(broken);
  return n == 0 && outside < 0;
}

static bool point_of(const ci_model *m, const int64_t *values, int64_t *point) {
  for (size_t k = 0; k < ci_model_objectives(m); k++) {
    if (ci_eval_objective(m, k, values, &point[k]) < 0) return false;
    if (ci_model_maximizes(m, k)) point[k] = -point[k];
  }
  return true;
}

static void enumerate(const ci_model *m, struct solutions *all) {
  struct assignments a;
  all->n = 0;
  all->usable = true;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a))
    if (satisfied(m, a.values, &all->usable)) {
      if (all->n < MOST && point_of(m, a.values, all->point[all->n])) all->n++;
      else all->usable = false;
    }
  assignments_end(&a);
}

/* Is a at least as good as b in everything? */
static bool dominates(const int64_t *a, const int64_t *b, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (a[k] > b[k]) return false;
  return true;
}

/* Exactly the points that no other dominates, each once, in order. */
static void check_front(const ci_model *m, const struct solutions *all, ci_options options, size_t *largest) {
  int64_t *values, point[MOST_VARS], last[OBJECTIVES];
  size_t n, objectives = ci_model_objectives(m), vars = ci_model_vars(m);
  ci_answer answer;
  CHECK(ci_pareto(m, &options, &values, &n, &answer, NULL, NULL) == CI_OK);
  CHECK(answer == (all->n ? CI_FOUND : CI_NONE) && (n > 0) == (all->n > 0));
  for (size_t i = 0; i < n; i++) {
    bool usable = true, less = i == 0;
    CHECK(satisfied(m, values + i * vars, &usable) && usable && point_of(m, values + i * vars, point));
    for (size_t j = 0; j < all->n; j++)
      CHECK(!dominates(all->point[j], point, objectives) || !memcmp(all->point[j], point, objectives * sizeof *point));
    for (size_t k = 0; k < objectives && !less; k++) {
      CHECK(point[k] >= last[k]);
      less = point[k] > last[k];
    }
    CHECK(less);
    memcpy(last, point, sizeof last);
  }
  for (size_t j = 0; j < all->n; j++) { /* each solution is dominated by one of them, or is one */
    bool covered = false;
    for (size_t i = 0; i < n && !covered; i++)
      covered = point_of(m, values + i * vars, point) && dominates(point, all->point[j], objectives);
    CHECK(covered);
  }
  *largest = n > *largest ? n : *largest;
  free(values);
}

static ci_expr random_sum(ci_builder *b, const ci_expr *x, uint64_t *state) {
  ci_expr parts[3];
  for (int i = 0; i < 3; i++)
    parts[i] = ci_apply2(b, random_below(state, 4) ? CI_MUL : CI_MOD, x[random_below(state, 5)], ci_int(b, 1 + random_below(state, 5)));
  return ci_apply(b, CI_ADD, parts, 3);
}

static ci_model *random_front(uint64_t *state, int objectives) {
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  static const ci_op ops[] = {CI_LE, CI_GE, CI_NE};
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[5];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < 5; i++) x[i] = ci_var_range(b, names[i], 0, 4, 1);
  for (int i = random_below(state, 4); i > 0; i--)
    ci_constrain(b, ci_apply2(b, ops[random_below(state, 3)], random_sum(b, x, state), ci_int(b, random_below(state, 25))), NULL, NULL);
  if (random_below(state, 2)) ci_constrain(b, ci_apply(b, CI_ALLDIFFERENT, x, 3), NULL, NULL);
  for (int k = 0; k < objectives; k++) {
    ci_expr e = random_below(state, 4) ? random_sum(b, x, state) : x[random_below(state, 5)];
    ci_objective(b, e, random_below(state, 2));
  }
  ci_build(b, &m);
  ci_builder_free(b);
  return m;
}

static void test_fronts(void) {
  static struct solutions all;
  uint64_t seed = seed_of_run();
  size_t largest = 0;
  int rounds = getenv("MODES_ROUNDS") ? atoi(getenv("MODES_ROUNDS")) : 90;
  for (int i = 0; i < rounds; i++) {
    uint64_t state = seed + (uint64_t)i;
    ci_model *m = random_front(&state, 1 + i % OBJECTIVES);
    CHECK(m != NULL);
    enumerate(m, &all);
    for (int learn = CI_LEARN_AUTO; all.usable && learn <= CI_LEARN_ON; learn++)
      check_front(m, &all, (ci_options){.learn = (ci_learning)learn, .seed = state, .free_search = i % 2}, &largest);
    ci_model_free(m);
  }
  CHECKF(largest > 5, "%zu points at most", largest);
}

static int after_some(void *left) { return --*(int *)left < 0; }

static void count(void *data, const int64_t *values) {
  (void)values;
  ++*(int *)data;
}

/* Cancelled at any moment: nothing, or points of which none dominates another. */
static void test_cancelled(void) {
  uint64_t state = seed_of_run();
  ci_model *m = random_front(&state, 2);
  for (int left = 0; left < 20; left++) {
    int polls = left, seen = 0;
    int64_t *values = NULL;
    size_t n = 0;
    ci_answer answer;
    ci_options options = {.limits = {.cancel = after_some, .cancel_data = &polls}};
    int rc = ci_pareto(m, &options, &values, &n, &answer, count, &seen);
    CHECK(rc == CI_OK || rc == CI_ECANCEL);
    CHECK(rc == CI_ECANCEL || n <= (size_t)seen);
    free(values);
  }
  ci_model_free(m);
}

static const struct test_case cases[] = {
  {"fronts", test_fronts},
  {"cancelled", test_cancelled},
  {NULL, NULL},
};

TEST_MAIN(cases)
