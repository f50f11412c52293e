/* Limits: time, memory, cancel, and an allocation that fails at every place;
 * overflow; deep expressions. */
#include <constrint.h>
#include <time.h>

#include "solver.h"
#include "test.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* n queens: columns, and both diagonals. */
static ci_model *queens(int n) {
  ci_builder *b;
  ci_model *m;
  ci_expr column[32], up[32], down[32];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < n; i++) {
    char name[16];
    snprintf(name, sizeof name, "q%d", i);
    column[i] = ci_var_range(b, name, 0, n - 1, 1);
    up[i] = ci_apply2(b, CI_ADD, column[i], ci_int(b, i));
    down[i] = ci_apply2(b, CI_SUB, column[i], ci_int(b, i));
  }
  ci_constrain(b, ci_apply(b, CI_ALLDIFFERENT, column, (size_t)n), NULL, NULL);
  ci_constrain(b, ci_apply(b, CI_ALLDIFFERENT, up, (size_t)n), NULL, NULL);
  ci_constrain(b, ci_apply(b, CI_ALLDIFFERENT, down, (size_t)n), NULL, NULL);
  ci_objective(b, ci_apply2(b, CI_ADD, column[0], column[1]), 1);
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

static ci_solver *limited(const ci_model *m, ci_limits limits) {
  ci_solver *s;
  ci_options options = {.limits = limits};
  CHECK(ci_solver_new(&s, m, &options) == CI_OK);
  return s;
}

static void test_time_limit(void) {
  ci_model *m = queens(20);
  ci_solver *s = limited(m, (ci_limits){.seconds = 0.2});
  char *decimal;
  double start = now();
  CHECK(ci_count(s, &decimal) == CI_ELIMIT);
  CHECK(now() - start < 2 && strstr(ci_error(), "time limit"));
  ci_solver_free(s);
  ci_model_free(m);
}

static int cancel_after(void *data) { return --*(int *)data <= 0; }

static void test_cancel(void) {
  ci_model *m = queens(20);
  int polls = 10;
  ci_solver *s = limited(m, (ci_limits){.cancel = cancel_after, .cancel_data = &polls});
  char *decimal;
  CHECK(ci_count(s, &decimal) == CI_ECANCEL);
  CHECK(polls == 0 && strstr(ci_error(), "cancel"));
  ci_solver_free(s);
  ci_model_free(m);
}

static void test_memory_limit(void) {
  ci_model *m = queens(12);
  ci_solver *s = limited(m, (ci_limits){.memory_bytes = 4096});
  int64_t values[32];
  ci_answer answer;
  CHECK(ci_solve(s, values, &answer) == CI_ENOMEM && strstr(ci_error(), "memory limit"));
  ci_solver_free(s);
  s = limited(m, (ci_limits){.memory_bytes = 4 << 20});
  CHECK(ci_solve(s, values, &answer) == CI_OK && answer == CI_FOUND);
  ci_stats stats;
  ci_solver_stats(s, &stats);
  CHECK(stats.peak_bytes > 4096 && stats.peak_bytes <= 4 << 20);
  ci_solver_free(s);
  ci_model_free(m);
}

/* An interrupted enumeration goes on where it stopped, and loses nothing. */
static int cancel_now_and_then(void *data) { return ++*(int *)data % 3 == 0; }

static void test_enumeration_goes_on(void) {
  ci_model *m = queens(8);
  int polls = 0, stops = 0, found = 0, error;
  ci_solver *s = limited(m, (ci_limits){.cancel = cancel_now_and_then, .cancel_data = &polls});
  int64_t values[32];
  ci_answer answer = CI_FOUND;
  do {
    error = ci_next(s, values, &answer);
    CHECK(error == CI_OK || error == CI_ECANCEL);
    stops += error == CI_ECANCEL;
    found += error == CI_OK && answer == CI_FOUND;
  } while (error == CI_ECANCEL || answer == CI_FOUND);
  CHECKF(found == 92 && stops > 0, "%d solutions, %d stops", found, stops);
  ci_solver_free(s);
  ci_model_free(m);
}

static void test_incumbent(void) {
  ci_model *m = queens(6);
  ci_solver *s;
  int64_t values[32];
  ci_answer answer;
  CHECK(ci_solver_new(&s, m, NULL) == CI_OK);
  CHECK(ci_optimize(s, values, &answer, NULL, NULL) == CI_OK && answer == CI_FOUND);
  CHECK(values[0] + values[1] == 7);
  ci_solver_free(s);
  ci_model_free(m);
}

/* ---- every allocation fails once ---- */

typedef int question(ci_solver *s);

static int ask_solve(ci_solver *s) {
  int64_t values[32];
  ci_answer answer;
  return ci_solve(s, values, &answer);
}
static int ask_count(ci_solver *s) {
  char *decimal = NULL;
  int error = ci_count(s, &decimal);
  if (error == CI_OK) CHECK(strcmp(decimal, "4") == 0);
  free(decimal);
  return error;
}
static int ask_optimize(ci_solver *s) {
  int64_t values[32];
  ci_answer answer;
  int error = ci_optimize(s, values, &answer, NULL, NULL);
  if (error == CI_OK) CHECK(answer == CI_INCUMBENT || values[0] + values[1] == 7);
  return error;
}
static int ask_propagate(ci_solver *s) {
  ci_answer answer;
  return ci_propagate(s, &answer);
}

static void fail_everywhere(question *ask) {
  ci_model *m = queens(6);
  for (uint64_t at = 1;; at++) {
    ci_solver *s;
    CHECK(ci_solver_new(&s, m, NULL) == CI_OK);
    s->budget.fail_at = at;
    int error = ask(s);
    bool reached = s->budget.allocations >= at;
    CHECKF(error == CI_OK || (error == CI_ENOMEM && reached), "allocation %d: %d", (int)at, error);
    s->budget.fail_at = 0;
    CHECKF(ask(s) == CI_OK, "after allocation %d had failed", (int)at);
    ci_solver_free(s);
    if (!reached) break;
  }
  ci_model_free(m);
}

static void test_failed_allocation_solve(void) { fail_everywhere(ask_solve); }
static void test_failed_allocation_count(void) { fail_everywhere(ask_count); }
static void test_failed_allocation_optimize(void) { fail_everywhere(ask_optimize); }
static void test_failed_allocation_propagate(void) { fail_everywhere(ask_propagate); }

/* ---- numbers and sizes ---- */

struct model_in_hand {
  ci_builder *b;
  ci_model *m;
  ci_solver *s;
};

static void build(struct model_in_hand *h) {
  CHECK(ci_build(h->b, &h->m) == CI_OK && ci_solver_new(&h->s, h->m, NULL) == CI_OK);
}
static void discard(struct model_in_hand *h) {
  ci_solver_free(h->s);
  ci_model_free(h->m);
  ci_builder_free(h->b);
}

/* chuffed#157, or-tools#5293: overflow gave a wrong answer. */
static void test_overflow_is_no_answer(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  ci_expr x = ci_var_range(h.b, "x", INT64_MAX - 3, INT64_MAX, 1);
  ci_expr cube = ci_apply2(h.b, CI_MUL, ci_apply2(h.b, CI_MUL, x, x), x);
  ci_constrain(h.b, ci_apply2(h.b, CI_EQ, ci_apply2(h.b, CI_MOD, cube, ci_int(h.b, 10)), ci_int(h.b, 3)), NULL, NULL);
  build(&h);
  int64_t v;
  ci_answer answer;
  char *decimal;
  CHECK(ci_solve(h.s, &v, &answer) == CI_EOVERFLOW && strstr(ci_error(), "x * x"));
  CHECK(ci_count(h.s, &decimal) == CI_EOVERFLOW && strstr(ci_error(), "128 bits"));
  v = INT64_MAX;
  CHECK(ci_check(h.m, &v, NULL, NULL, NULL) == CI_EOVERFLOW);
  discard(&h);
}

/* What saturated bounds decide is an answer. */
static void test_overflow_decided_by_bounds(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  ci_expr x = ci_var_range(h.b, "x", 2, 1000, 1), y = ci_var_range(h.b, "y", 1, 1000, 1);
  ci_constrain(h.b, ci_apply2(h.b, CI_LE, ci_apply2(h.b, CI_POW, x, ci_int(h.b, 180)), y), NULL, NULL);
  build(&h);
  int64_t v[2];
  ci_answer answer;
  CHECK(ci_solve(h.s, v, &answer) == CI_OK && answer == CI_NONE);
  discard(&h);
}

static void test_ends_of_int64(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  ci_expr x = ci_var_range(h.b, "x", INT64_MIN, INT64_MAX, 1), y = ci_var_range(h.b, "y", INT64_MIN, INT64_MAX, 1);
  ci_constrain(h.b, ci_apply2(h.b, CI_EQ, ci_apply2(h.b, CI_SUB, x, y), ci_apply2(h.b, CI_SUB, ci_int(h.b, INT64_MAX), ci_int(h.b, INT64_MIN))), NULL, NULL);
  build(&h);
  int64_t v[2];
  ci_answer answer;
  char *decimal;
  CHECK(ci_solve(h.s, v, &answer) == CI_OK && answer == CI_FOUND && v[0] == INT64_MAX && v[1] == INT64_MIN);
  CHECK(ci_count(h.s, &decimal) == CI_OK && strcmp(decimal, "1") == 0);
  free(decimal);
  discard(&h);
}

/* Free variables multiply, beyond any machine word. */
static void test_huge_count(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  for (int i = 0; i < 3; i++) {
    char name[4] = {'x', (char)('0' + i), 0};
    ci_var_range(h.b, name, INT64_MIN, INT64_MAX, 1);
  }
  build(&h);
  char *decimal;
  CHECK(ci_count(h.s, &decimal) == CI_OK);
  CHECKF(strcmp(decimal, "6277101735386680763835789423207666416102355444464034512896") == 0, "%s", decimal);
  free(decimal);
  discard(&h);
}

/* A sum of 100,000 terms, and as deep a tower of other operations. */
static void test_deep_expression(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  ci_expr x = ci_var_range(h.b, "x", 0, 3, 1), y = ci_var_range(h.b, "y", 0, 3, 1), sum = x, tower = y;
  for (int i = 0; i < 100000; i++) sum = ci_apply2(h.b, CI_ADD, sum, i % 2 ? x : y);
  for (int i = 0; i < 100000; i++) tower = ci_apply2(h.b, i % 2 ? CI_MIN : CI_MAX, tower, i % 3 ? x : y);
  ci_constrain(h.b, ci_apply2(h.b, CI_EQ, sum, ci_int(h.b, 100001 + 50000)), NULL, NULL);
  ci_constrain(h.b, ci_apply2(h.b, CI_LE, tower, ci_int(h.b, 2)), NULL, NULL);
  build(&h);
  int64_t v[2];
  ci_answer answer;
  CHECK(ci_solve(h.s, v, &answer) == CI_OK && answer == CI_FOUND && v[0] == 1 && v[1] == 2);
  discard(&h);
}

/* A model in the native language; its answer must come within a second. */
static void read_model(struct model_in_hand *h, const char *text) {
  *h = (struct model_in_hand){0};
  CHECKF(ci_read(&h->m, "native", text, strlen(text), "test", NULL, 0) == CI_OK, "%s", ci_error());
  CHECK(ci_solver_new(&h->s, h->m, NULL) == CI_OK);
}

static void check_none_at_once(const char *text) {
  struct model_in_hand h;
  read_model(&h, text);
  int64_t v[8];
  ci_answer answer = CI_FOUND;
  char *decimal = NULL;
  double start = now();
  CHECKF(ci_solve(h.s, v, &answer) == CI_OK && answer == CI_NONE, "%s", text);
  CHECK(ci_count(h.s, &decimal) == CI_OK && strcmp(decimal, "0") == 0);
  CHECKF(now() - start < 1, "%s", text);
  free(decimal);
  discard(&h);
}

/* libminizinc#497: unbounded reasoning never ended. */
static void test_slow_convergence_ends(void) {
  check_none_at_once("var x in 1..1000000000; var y in 1..1000000000; x < y; y < x;");
  check_none_at_once("var x in 1..9223372036854775807; var y in 1..9223372036854775807; x < y; y < x;");
  check_none_at_once("var x in 1..9223372036854775807; var y in 1..9223372036854775807;"
                     "var z in 1..9223372036854775807; x < y; y < z; z <= x + 1;");
  check_none_at_once("var x in -9223372036854775807..9223372036854775807; var y in -9223372036854775807..0;"
                     "var z in 1..9223372036854775807; x - y == 7; z >= x; 2 * z <= 2 * y + 12;");
}

/* Differences that have a solution keep it, and their bounds come at once: a
 * chain of 2000 variables, posted from its end, is tight. */
static void test_chain_of_differences(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  enum { N = 2000 };
  ci_expr x[N];
  for (int i = 0; i < N; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(h.b, name, 1, N, 1);
  }
  for (int i = N - 1; i > 0; i--) ci_constrain(h.b, ci_apply2(h.b, CI_LT, x[i - 1], x[i]), NULL, NULL);
  build(&h);
  int64_t v[N];
  ci_answer answer;
  double start = now();
  CHECK(ci_solve(h.s, v, &answer) == CI_OK && answer == CI_FOUND && now() - start < 2);
  for (int i = 0; i < N; i++) CHECK(v[i] == i + 1);
  discard(&h);
}

/* The same with products and parity. */
static void test_slow_convergence_is_limited(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  ci_expr x = ci_var_range(h.b, "x", 1, INT64_MAX, 1), y = ci_var_range(h.b, "y", 1, INT64_MAX, 1);
  ci_expr two = ci_int(h.b, 2);
  ci_constrain(h.b, ci_apply2(h.b, CI_EQ, ci_apply2(h.b, CI_MUL, two, x), ci_apply2(h.b, CI_ADD, ci_apply2(h.b, CI_MUL, two, y), ci_int(h.b, 1))), NULL, NULL);
  ci_constrain(h.b, ci_apply2(h.b, CI_NE, ci_apply2(h.b, CI_MUL, x, y), x), NULL, NULL);
  build(&h);
  h.s->budget.limits.seconds = 0.3;
  int64_t v[2];
  ci_answer answer;
  double start = now();
  int error = ci_solve(h.s, v, &answer);
  CHECK(error == CI_ELIMIT || (error == CI_OK && answer == CI_NONE));
  CHECK(now() - start < 3);
  discard(&h);
}

/* ---- what nobody reads any more ---- */

static void check_count_at_once(const char *text, const char *wanted) {
  struct model_in_hand h;
  read_model(&h, text);
  char *decimal = NULL;
  double start = now();
  CHECKF(ci_count(h.s, &decimal) == CI_OK, "%s: %s", text, ci_error());
  CHECKF(decimal && strcmp(decimal, wanted) == 0, "%s: %s", text, decimal ? decimal : "");
  CHECKF(now() - start < 1, "%s", text);
  free(decimal);
  discard(&h);
}

#define WIDE_X "var x in 1..4611686018427387904; "

/* At the root, saturated bounds included. */
static void test_unread_terms_are_free(void) {
  check_count_at_once(WIDE_X "x * x * x >= 1;", "4611686018427387904");
  check_count_at_once(WIDE_X "x // 3 >= 0;", "4611686018427387904");
  check_count_at_once(WIDE_X "x % 7 >= 0;", "4611686018427387904");
  check_count_at_once(WIDE_X "var y in 0..3; abs(x - 5) >= 0 or y == 1;", "18446744073709551616");
}

/* Below decisions: y decides whether anybody asks about x. */
static void test_terms_become_unread(void) {
  check_count_at_once(WIDE_X "x * x * x >= 1000;", "4611686018427387895");
  check_count_at_once(WIDE_X "max(x, 5) >= 9;", "4611686018427387896");
  check_count_at_once(WIDE_X "var y in 0..3; x // 3 >= 5 or y == 1;", "18446744073709551574");
  check_count_at_once(WIDE_X "var y in 0..3; abs(x - 5) >= 1000 or y == 1;", "18446744073709548604");
  check_count_at_once(WIDE_X "var y in 0..3; x // 3 >= y or y == 1;", "18446744073709551603");
}

/* ---- the seed ---- */

static void solve_seeded(const ci_model *m, uint64_t seed, int64_t *values) {
  ci_solver *s;
  ci_answer answer;
  char *decimal = NULL;
  ci_options options = {.seed = seed};
  CHECK(ci_solver_new(&s, m, &options) == CI_OK);
  CHECK(ci_solve(s, values, &answer) == CI_OK && answer == CI_FOUND);
  CHECK(ci_count(s, &decimal) == CI_OK && strcmp(decimal, "92") == 0);
  free(decimal);
  ci_solver_free(s);
}

/* The same seed gives the same solution; some other seed gives another. */
static void test_seed(void) {
  ci_model *m = queens(8);
  int64_t first[32] = {0}, again[32] = {0}, other[32] = {0};
  int different = 0;
  solve_seeded(m, 0, first);
  for (uint64_t seed = 0; seed < 8; seed++) {
    solve_seeded(m, seed, again);
    solve_seeded(m, seed, other);
    CHECK(memcmp(again, other, sizeof again) == 0);
    different += memcmp(first, again, sizeof first) != 0;
  }
  CHECK(different > 0);
  ci_model_free(m);
}

/* ---- a search that is stopped ---- */

struct stopper { int improvements; };

static void count_improvement(void *data, const int64_t *values) {
  (void)values;
  ((struct stopper *)data)->improvements++;
}
static int stop_once_improved(void *data) { return ((struct stopper *)data)->improvements > 0; }

/* A ring of neighbours' products: a weak bound, that no search proves in time. */
static ci_model *ring(int n) {
  ci_builder *b;
  ci_model *m;
  ci_expr x[32], product[32];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < n; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 1, n, 1);
  }
  for (int i = 0; i < n; i++) product[i] = ci_apply2(b, CI_MUL, x[i], x[(i + 1) % n]);
  ci_constrain(b, ci_apply(b, CI_ALLDIFFERENT, x, (size_t)n), NULL, NULL);
  ci_objective(b, ci_apply(b, CI_ADD, product, (size_t)n), 0);
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

/* Cancelled after its first improvement, it keeps that: a solution, not proven best. */
static void test_incumbent_after_cancel(void) {
  ci_model *m = ring(20);
  struct stopper stopper = {0};
  ci_solver *s = limited(m, (ci_limits){.cancel = stop_once_improved, .cancel_data = &stopper});
  int64_t values[32];
  size_t *broken = NULL, nbroken = 1;
  int outside = 0;
  ci_answer answer = CI_NONE;
  CHECK(ci_optimize(s, values, &answer, count_improvement, &stopper) == CI_OK);
  CHECKF(answer == CI_INCUMBENT && stopper.improvements >= 1, "answer %d, %d improvements", (int)answer, stopper.improvements);
  CHECK(ci_check(m, values, &broken, &nbroken, &outside) == CI_OK && nbroken == 0 && outside == -1);
  free(broken);
  ci_solver_free(s);
  ci_model_free(m);
}

static void test_misuse(void) {
  struct model_in_hand h;
  CHECK(ci_builder_new(&h.b) == CI_OK);
  ci_expr x = ci_var_range(h.b, "x", 0, 3, 1);
  CHECK(ci_var_range(h.b, "x", 0, 1, 1) == CI_EINVAL && ci_var_range(h.b, "y", 3, 0, 1) == CI_EINVAL);
  CHECK(ci_var_range(h.b, "y", 0, 3, 0) == CI_EINVAL && ci_var_values(h.b, "y", NULL, 0) == CI_EINVAL);
  CHECK(ci_apply2(h.b, CI_ADD, x, 12345) == CI_EINVAL && ci_apply2(h.b, CI_ADD, x, CI_ESYNTAX) == CI_ESYNTAX);
  CHECK(ci_apply1(h.b, CI_SUB, x) == CI_EINVAL && ci_apply2(h.b, (ci_op)999, x, x) == CI_EINVAL);
  CHECK(ci_order(h.b, ci_int(h.b, 3), 0) == CI_EINVAL && ci_order(h.b, x, 0) == CI_OK && ci_order(h.b, x, 0) == CI_EINVAL);
  build(&h);
  int64_t v;
  ci_answer answer;
  CHECK(ci_optimize(h.s, &v, &answer, NULL, NULL) == CI_EINVAL);
  discard(&h);
}

static const struct test_case cases[] = {
    {"time_limit", test_time_limit},
    {"cancel", test_cancel},
    {"memory_limit", test_memory_limit},
    {"enumeration_goes_on", test_enumeration_goes_on},
    {"optimum", test_incumbent},
    {"failed_allocation_solve", test_failed_allocation_solve},
    {"failed_allocation_count", test_failed_allocation_count},
    {"failed_allocation_optimize", test_failed_allocation_optimize},
    {"failed_allocation_propagate", test_failed_allocation_propagate},
    {"overflow_is_no_answer_chuffed157_ortools5293", test_overflow_is_no_answer},
    {"overflow_decided_by_bounds", test_overflow_decided_by_bounds},
    {"ends_of_int64", test_ends_of_int64},
    {"huge_count", test_huge_count},
    {"deep_expression", test_deep_expression},
    {"slow_convergence_ends_libminizinc497", test_slow_convergence_ends},
    {"chain_of_differences", test_chain_of_differences},
    {"slow_convergence_is_limited", test_slow_convergence_is_limited},
    {"unread_terms_are_free", test_unread_terms_are_free},
    {"terms_become_unread", test_terms_become_unread},
    {"incumbent_after_cancel", test_incumbent_after_cancel},
    {"seed", test_seed},
    {"misuse", test_misuse},
    {NULL, NULL},
};
TEST_MAIN(cases)
