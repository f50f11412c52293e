/* The linear relaxation against enumeration: every inequality that it adds up,
 * from whatever multipliers, holds in every solution; answers stay right
 * whatever the simplex says; and the simplex keeps to itself. */
#include "lp/combine.h"
#include "lp/simplex.h"
#include "lp/lp.h"
#include "learn/learn.h"
#include "random_model.h"
#include "test.h"

#include <glpk.h>
#include <math.h>
#include <pthread.h>
#include <time.h>

enum { VARS = 5, MOST = 4096 };

static uint64_t seed_of_run(void) {
  const char *text = getenv("LP_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "LP_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

static int rounds(int few) { return getenv("LP_ROUNDS") ? atoi(getenv("LP_ROUNDS")) : few; }

/* ---- models ---- */

struct kind { bool big, pure, objective; };

static ci_expr coefficient(ci_builder *b, uint64_t *state, bool big) {
  int64_t v = random_below(state, 19) - 9;
  if (big && random_below(state, 3) == 0) v *= (int64_t)1 << random_below(state, 58);
  return ci_int(b, v);
}

static ci_expr random_sum(ci_builder *b, const ci_expr *x, uint64_t *state, bool big) {
  ci_expr part[VARS];
  for (int i = 0; i < VARS; i++) part[i] = ci_apply2(b, CI_MUL, coefficient(b, state, big), x[i]);
  return ci_apply(b, CI_ADD, part, VARS);
}

static ci_expr random_row(ci_builder *b, const ci_expr *x, uint64_t *state, bool big) {
  static const ci_op ops[] = {CI_LE, CI_GE, CI_LE, CI_GE, CI_EQ};
  return ci_apply2(b, ops[random_below(state, 5)], random_sum(b, x, state, big), ci_int(b, random_below(state, 21) - 6));
}

/* Rows; unless pure also rows under conditions, choices and maxima. */
static ci_model *random_linear(uint64_t *state, struct kind k) {
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < VARS; i++) {
    int lo = random_below(state, 4) - 2;
    x[i] = ci_var_range(b, names[i], lo, lo + 1 + random_below(state, 3), 1);
  }
  for (int i = 0; i < 2 + random_below(state, 3); i++) ci_constrain(b, random_row(b, x, state, k.big), NULL, NULL);
  for (int i = 0; i < 2 && !k.pure; i++) {
    ci_expr p = random_row(b, x, state, k.big), q = random_row(b, x, state, k.big), r = random_row(b, x, state, false);
    ci_expr most = ci_apply(b, random_below(state, 2) ? CI_MAX : CI_MIN, x, 3);
    ci_constrain(b, ci_apply2(b, CI_OR, p, ci_apply2(b, random_below(state, 2) ? CI_AND : CI_OR, q, r)), NULL, NULL);
    ci_constrain(b, ci_apply2(b, CI_LE, most, ci_apply2(b, CI_ADD, x[3], x[4])), NULL, NULL);
  }
  if (k.objective) ci_objective(b, random_sum(b, x, state, k.big), random_below(state, 2));
  ci_build(b, &m);
  ci_builder_free(b);
  return m;
}

struct solutions {
  size_t n;
  int64_t values[MOST][MOST_VARS];
};

static void enumerate(const ci_model *m, struct solutions *all) {
  struct assignments a;
  all->n = 0;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a)) {
    size_t *broken, n;
    int outside, error = ci_check(m, a.values, &broken, &n, &outside);
    CHECK(error == CI_OK);
    free(broken);
    if (n == 0 && all->n < MOST) memcpy(all->values[all->n++], a.values, sizeof a.values);
  }
  assignments_end(&a);
}

/* ---- inequalities ---- */

/* The combiner's inequality in the solution that the store holds. */
static bool holds(const store *s, const struct combiner *c) {
  wide sum = 0;
  for (size_t i = 0; i < c->n; i++) {
    term x = c->r->term_of[c->col[i]];
    CHECK(term_fixed(s, x));
    sum += c->a[i] * term_value(s, x);
  }
  return sum <= c->c;
}

static double wild(uint64_t *state) {
  double unit = (double)(random_next(state) >> 11) / 0x1p53 - 0.5;
  switch (random_below(state, 12)) {
  case 0: return random_below(state, 8) ? unit / 3 : ldexp(unit, random_below(state, 200) - 100);
  case 1: return random_below(state, 16) ? 1 : random_below(state, 2) ? NAN : INFINITY;
  case 2: case 3: return 0;
  case 4: case 5: case 6: return unit;
  case 7: return (random_below(state, 9) - 4) / 7.0;
  default: return random_below(state, 9) - 4;
  }
}

static size_t check_inequality(const ci_solver *s, const struct solutions *all, const struct combiner *c) {
  size_t broken = 0;
  for (size_t i = 0; i < all->n; i++) {
    CHECK(store_push(s->store) == CI_OK);
    for (size_t v = 0; v < VARS; v++) CHECK(term_fix(s->store, s->program.vars[v], all->values[i][v], NULL));
    CHECK(store_propagate(s->store) == 1);
    broken += !holds(s->store, c);
    store_pop(s->store);
  }
  return broken;
}

/* With `spoilt`, one less on the right: then some must be broken. */
static size_t inequalities(const ci_model *m, const struct solutions *all, uint64_t *state, int spoilt, size_t *checked) {
  struct lp_rows r;
  struct combiner c;
  ci_solver *s;
  double y[200];
  size_t broken = 0;
  CHECK(ci_solver_new(&s, m, NULL) == CI_OK && solver_begin(s) == CI_OK && solver_prepare(s, true) == CI_OK);
  for (int32_t part = 0; s->root == 1 && part < 3; part++) {
    CHECK(lp_rows_gather(&r, s, part) == CI_OK && combiner_init(&c, &r) && r.n < 200);
    for (int k = 0; k < 8; k++) {
      for (size_t i = 0; i < r.n; i++) y[i] = wild(state);
      if (!combine(&c, y)) continue;
      c.c -= spoilt;
      broken += check_inequality(s, all, &c);
      ++*checked;
    }
    combiner_free(&c);
    lp_rows_free(&r);
  }
  ci_solver_free(s);
  return broken;
}

static void test_inequalities(void) {
  static struct solutions all;
  uint64_t seed = seed_of_run();
  size_t checked = 0, spoilt = 0, twice = 0;
  for (int i = 0; i < rounds(400); i++) {
    uint64_t state = seed + (uint64_t)i;
    ci_model *m = random_linear(&state, (struct kind){.big = i % 4 == 0, .pure = i % 3 == 0, .objective = i % 2});
    enumerate(m, &all);
    CHECKF(inequalities(m, &all, &state, 0, &checked) == 0, "model %d", i);
    if (i % 8 == 1) spoilt += inequalities(m, &all, &state, 12, &twice);
    ci_model_free(m);
  }
  fprintf(stderr, "%zu inequalities held\n", checked);
  CHECK(checked > (size_t)rounds(400) && spoilt > 0);
}

/* ---- answers ---- */

static int64_t best_of(const ci_model *m, const struct solutions *all) {
  int64_t best = 0, v;
  for (size_t i = 0; i < all->n; i++) {
    CHECK(ci_eval_objective(m, 0, all->values[i], &v) == CI_OK);
    if (i == 0 || (ci_model_maximizes(m, 0) ? v > best : v < best)) best = v;
  }
  return best;
}

static void check_answer(const ci_model *m, const struct solutions *all, ci_options options, double disturb) {
  int64_t values[VARS], got;
  ci_answer answer;
  ci_solver *s;
  CHECK(ci_solver_new(&s, m, &options) == CI_OK);
  s->lp_eager = true;
  s->lp_disturb = disturb;
  if (!ci_model_objectives(m)) {
    CHECK(ci_solve(s, values, &answer) == CI_OK && (answer == CI_FOUND) == (all->n > 0));
  } else {
    CHECK(ci_optimize(s, values, &answer, NULL, NULL) == CI_OK && (answer == CI_FOUND) == (all->n > 0));
    if (all->n) CHECK(ci_eval_objective(m, 0, values, &got) == CI_OK && got == best_of(m, all));
  }
  if (all->n) {
    size_t *broken, n;
    CHECK(ci_check(m, values, &broken, &n, NULL) == CI_OK && n == 0);
    free(broken);
  }
  ci_solver_free(s);
}

static void answers(int few, double disturb) {
  static struct solutions all;
  static const ci_learning how[] = {CI_LEARN_OFF, CI_LEARN_ON, CI_LEARN_AUTO};
  uint64_t seed = seed_of_run();
  for (int i = 0; i < rounds(few); i++) {
    uint64_t state = seed + (uint64_t)i * 7919;
    struct kind k = {.big = i % 5 == 0, .pure = i % 2, .objective = i % 3 > 0};
    ci_model *m = random_linear(&state, k);
    enumerate(m, &all);
    for (int h = 0; h < 3; h++) check_answer(m, &all, (ci_options){.learn = how[h], .seed = state, .free_search = i % 4 == 0}, disturb);
    ci_model_free(m);
  }
}

static void test_answers(void) { answers(500, 0); }

/* Wrong by a little, by much, by anything. */
static void test_wrong_guesses(void) {
  answers(200, 1e-3);
  answers(200, 0.5);
  answers(200, 1e6);
}

/* ---- GLPK ---- */

/* Takes the relaxation. */
static const struct knapsack hard = {5, 100, 900, 275};

static void test_pays(void) {
  uint64_t state = seed_of_run();
  ci_stats with, without, again;
  ci_model *m = random_knapsack(&state, 18, &hard);
  int64_t best = optimum(m, (ci_options){.learn = CI_LEARN_AUTO}, &with);
  CHECK(optimum(m, (ci_options){.no_relaxation = 1}, &without) == best);
  CHECK(optimum(m, (ci_options){.learn = CI_LEARN_AUTO}, &again) == best);
  CHECK(with.failures < without.failures);
  CHECK(again.failures == with.failures && again.nodes == with.nodes);
  ci_model_free(m);
}

/* A host's own programme in the same thread is not touched, and neither is its terminal. */
static void test_host(void) {
  uint64_t state = seed_of_run();
  ci_stats stats;
  ci_model *m = random_knapsack(&state, 16, &hard);
  int before, after;
  glp_prob *own = glp_create_prob();
  glp_add_rows(own, 3);
  glp_mem_usage(&before, NULL, NULL, NULL);
  optimum(m, (ci_options){.learn = CI_LEARN_AUTO}, &stats);
  glp_mem_usage(&after, NULL, NULL, NULL);
  CHECK(before == after && glp_get_num_rows(own) == 3);
  CHECK(glp_term_out(GLP_OFF) == GLP_ON);
  glp_term_out(GLP_ON);
  glp_delete_prob(own);
  glp_free_env();
  ci_model_free(m);
}

/* GLPK's aborts: a number that it refuses. */
static void test_abort(void) {
  wide one = 1, lo[] = {0}, hi[] = {10};
  size_t start[] = {0, 1};
  int32_t col = 0;
  struct lp_rows r = {.n = 1, .cols = 1, .lo = lo, .hi = hi, .start = start, .col = &col, .a = &one, .entries = 1};
  struct simplex *x = simplex_new(&r, 0, 1);
  CHECK(x != NULL);
  simplex_bounds(x, 0, 1, 5);
  CHECK(simplex_solve(x, 100, 1) == SIMPLEX_BEST && fabs(simplex_values(x)[0] - 1) < 1e-9);
  col = 7; /* there is no such column */
  CHECK(!simplex_add_row(x, &r, 0));
  CHECK(simplex_solve(x, 100, 1) == SIMPLEX_BROKEN);
  simplex_free(x);
  CHECK(simplex_new(&r, 0, 1) == NULL);
  col = 0;
  x = simplex_new(&r, 0, 1);
  simplex_bounds(x, 0, 2, 5);
  CHECK(x && simplex_solve(x, 100, 1) == SIMPLEX_BEST && fabs(simplex_values(x)[0] - 2) < 1e-9);
  simplex_free(x);
}

/* The k-th allocation fails: an error or the answer, and no crash. */
static void test_starvation(void) {
  uint64_t state = seed_of_run();
  ci_stats stats;
  ci_model *m = random_knapsack(&state, 14, &hard);
  int64_t best = optimum(m, (ci_options){.learn = CI_LEARN_AUTO}, &stats), got, values[64];
  for (uint64_t k = 1; k < 400; k += 1 + k / 12) {
    ci_solver *s;
    ci_answer answer;
    CHECK(ci_solver_new(&s, m, NULL) == CI_OK);
    s->lp_eager = true;
    s->budget.fail_at = k;
    int error = ci_optimize(s, values, &answer, NULL, NULL);
    CHECK(error == CI_OK || error == CI_ENOMEM);
    if (error == CI_OK && answer == CI_FOUND) CHECK(ci_eval_objective(m, 0, values, &got) == CI_OK && got == best);
    ci_solver_free(s);
  }
  ci_model_free(m);
}

static void *solve_in_thread(void *data) {
  ci_stats stats;
  int64_t *best = malloc(sizeof *best);
  *best = optimum(data, (ci_options){.learn = CI_LEARN_AUTO}, &stats);
  return best;
}

static void test_threads(void) {
  uint64_t state = seed_of_run();
  pthread_t thread[4];
  ci_stats stats;
  ci_model *m = random_knapsack(&state, 16, &hard);
  int64_t best = optimum(m, (ci_options){.learn = CI_LEARN_AUTO}, &stats);
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&thread[i], NULL, solve_in_thread, m) == 0);
  for (int i = 0; i < 4; i++) {
    void *got;
    CHECK(pthread_join(thread[i], &got) == 0 && *(int64_t *)got == best);
    free(got);
  }
  ci_model_free(m);
}

static const struct test_case cases[] = {
  {"inequalities hold in every solution", test_inequalities},
  {"answers", test_answers},
  {"wrong guesses", test_wrong_guesses},
  {"it pays", test_pays},
  {"a host's own GLPK", test_host},
  {"aborts", test_abort},
  {"starvation", test_starvation},
  {"threads", test_threads},
  {NULL, NULL},
};
TEST_MAIN(cases)
