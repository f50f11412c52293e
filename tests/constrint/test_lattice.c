/* Systems of linear equations over the integers: counts against brute force, and
 * what they decide without search. */
#include "solver_test.h"

enum { VARS = 6, EQUATIONS = 5, ROUNDS = 6000, WIDTH = 5 };

/* x[i] = base[i] + step[i] * (0..width[i]) */
struct problem {
  int n, equations;
  int64_t base[VARS], step[VARS], width[VARS];
  bool fixed[VARS]; /* to the base, which the first round of propagation finds out */
  int64_t a[EQUATIONS][VARS], c[EQUATIONS];
};

static int64_t sum_of(const struct problem *p, int e, const int64_t *v) {
  int64_t sum = 0;
  for (int i = 0; i < p->n; i++) sum += p->a[e][i] * v[i];
  return sum;
}

static int64_t any_of(const struct problem *p, int i) { return p->base[i] + p->step[i] * draw(0, (int)p->width[i]); }

/* Mostly with a solution, sometimes one off. */
static void draw_problem(struct problem *p) {
  int64_t v[VARS];
  int reach = draw(0, 3) ? 4 : 1000, most = draw(1, 4) * 3;
  p->n = draw(2, VARS);
  p->equations = draw(1, EQUATIONS);
  int zero = draw(0, 2);
  bool blocks = draw(0, 1);
  for (int i = 0; i < p->n; i++) {
    p->base[i] = draw(-reach, reach);
    p->step[i] = draw(0, 2) ? 1 : draw(2, 4);
    p->width[i] = draw(0, WIDTH);
    p->fixed[i] = !draw(0, 4);
    v[i] = p->fixed[i] ? p->base[i] : any_of(p, i);
  }
  for (int e = 0; e < p->equations; e++) {
    int from = blocks ? draw(0, 1) * p->n / 2 : 0, to = blocks && !from ? p->n / 2 : p->n; /* the others' coefficients stay 0 */
    for (int i = 0; i < p->n; i++) p->a[e][i] = i >= from && i < to && draw(0, 3) >= zero ? draw(-most, most) : 0;
    p->c[e] = sum_of(p, e, v) + (draw(0, 3) ? 0 : draw(-2, 2));
  }
}

static bool allowed(const struct problem *p, const int64_t *v) {
  for (int i = 0; i < p->n; i++)
    if (p->fixed[i] && v[i] != p->base[i]) return false;
  for (int e = 0; e < p->equations; e++)
    if (sum_of(p, e, v) != p->c[e]) return false;
  return true;
}

static bool within(const ci_solver *s, size_t var, int64_t v) {
  for (size_t k = 0; k < ci_domain_ranges(s, var); k++) {
    int64_t lo, hi, step;
    CHECK(ci_domain_range(s, var, k, &lo, &hi, &step) == CI_OK);
    if (lo <= v && v <= hi && (v - lo) % step == 0) return true;
  }
  return false;
}

/* How many solutions; all of them within the domains that propagation left. */
static uint64_t by_force(const struct problem *p, const ci_solver *s, int64_t *v, int i) {
  uint64_t n = 0;
  if (i == p->n) {
    if (!allowed(p, v)) return 0;
    for (int k = 0; k < p->n; k++) CHECK(within(s, (size_t)k, v[k]));
    return 1;
  }
  for (int64_t k = 0; k <= (p->fixed[i] ? 0 : p->width[i]); k++) {
    v[i] = p->base[i] + k * p->step[i];
    n += by_force(p, s, v, i + 1);
  }
  return n;
}

static ci_expr scaled(ci_builder *b, int64_t a, ci_expr x) { return ci_apply2(b, CI_MUL, ci_int(b, a), x); }

static void equate(ci_builder *b, const ci_expr *x, const int64_t *a, int n, int64_t c, ci_expr only_if) {
  ci_expr part[16];
  for (int i = 0; i < n; i++) part[i] = scaled(b, a[i], x[i]);
  ci_expr e = ci_apply2(b, CI_EQ, ci_apply(b, CI_ADD, part, (size_t)n), ci_int(b, c));
  if (only_if >= 0) e = ci_apply2(b, CI_EQ, only_if, e);
  CHECK(ci_constrain(b, e, NULL, NULL) == CI_OK);
}

/* (x - v)^2 <= 0 */
static void fix_late(ci_builder *b, ci_expr x, int64_t v) {
  ci_expr off = ci_apply2(b, CI_SUB, x, ci_int(b, v));
  CHECK(ci_constrain(b, ci_apply2(b, CI_LE, ci_apply2(b, CI_MUL, off, off), ci_int(b, 0)), NULL, NULL) == CI_OK);
}

/* Some equations as truth values that the first round of propagation decides. */
static ci_solver *solver_for(const struct problem *p, ci_learning learning, ci_model **m) {
  ci_builder *b;
  ci_expr x[VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < p->n; i++) x[i] = variable(b, i, p->base[i], p->base[i] + p->step[i] * p->width[i], p->step[i]);
  for (int i = 0; i < p->n; i++)
    if (p->fixed[i]) fix_late(b, x[i], p->base[i]);
  ci_expr truth = ci_var_range(b, "truth", 0, 1, 1);
  CHECK(ci_constrain(b, ci_apply2(b, CI_EQ, truth, ci_int(b, 1)), NULL, NULL) == CI_OK);
  for (int e = 0; e < p->equations; e++) equate(b, x, p->a[e], p->n, p->c[e], draw(0, 2) ? -1 : truth);
  return solver_of(b, learning, m);
}

static uint64_t check_count(const struct problem *p) {
  ci_model *m;
  ci_solver *s = solver_for(p, CI_LEARN_AUTO, &m);
  ci_answer answer;
  int64_t v[VARS];
  char *decimal;
  CHECK(ci_propagate(s, &answer) == CI_OK);
  uint64_t n = by_force(p, s, v, 0);
  CHECK(answer != CI_NONE || n == 0);
  CHECK(ci_count(s, &decimal) == CI_OK);
  CHECKF(strtoull(decimal, NULL, 10) == n, "%s solutions, and %" PRIu64 " by brute force", decimal, n);
  free(decimal);
  release(s, m);
  return n;
}

static void check_solve(const struct problem *p, bool wanted) {
  for (int learning = CI_LEARN_OFF; learning <= CI_LEARN_ON; learning++) {
    ci_model *m;
    ci_solver *s = solver_for(p, (ci_learning)learning, &m);
    int64_t values[VARS + 1];
    ci_answer answer;
    CHECK(ci_solve(s, values, &answer) == CI_OK);
    CHECKF((answer == CI_FOUND) == wanted, "ci_solve says %d, and there is %d", answer, wanted);
    CHECK(!wanted || allowed(p, values));
    release(s, m);
  }
}

static void test_brute_force(void) {
  for (int round = 0; round < ROUNDS; round++) {
    struct problem p;
    draw_problem(&p);
    check_solve(&p, check_count(&p) > 0);
  }
}

/* ---- decided without search ---- */

static ci_answer solve_at_root(ci_builder *b, int64_t *values) {
  ci_model *m;
  ci_stats stats;
  ci_answer answer;
  ci_solver *s = solver_of(b, CI_LEARN_OFF, &m);
  CHECK(ci_solve(s, values, &answer) == CI_OK);
  ci_solver_stats(s, &stats);
  CHECKF(stats.failures == 0, "%" PRIu64 " failures", (uint64_t)stats.failures);
  release(s, m);
  return answer;
}

static ci_builder *wide_variables(ci_expr *x, int n) {
  ci_builder *b;
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < n; i++) x[i] = variable(b, i, -1000000000, 1000000000, 1);
  return b;
}

/* Each equation has solutions, and together they have rational ones only. */
static void test_infeasible(void) {
  static const int64_t a[2][3] = {{1, 1, 1}, {1, -1, 1}}, c[3][4] = {{2, 3, 5, 7}, {1, 1, 2, 3}, {3, 4, 7, 10}};
  ci_expr x[4];
  int64_t values[4];
  ci_builder *b = wide_variables(x, 3);
  equate(b, x, a[0], 3, 0, -1);
  equate(b, x, a[1], 3, 1, -1);
  CHECK(solve_at_root(b, values) == CI_NONE);
  b = wide_variables(x, 4);
  for (int e = 0; e < 3; e++) equate(b, x, c[e], 4, e == 2, -1); /* the third is the sum of the others, but for the 1 */
  CHECK(solve_at_root(b, values) == CI_NONE);
}

/* As many independent equations as variables: their only solution. */
static void test_unique(void) {
  enum { N = 12 };
  ci_expr x[N];
  int64_t a[N][N], wanted[N], values[N];
  ci_builder *b = wide_variables(x, N);
  for (int i = 0; i < N; i++) wanted[i] = draw(-1000000, 1000000);
  for (int e = 0; e < N; e++) {
    int64_t c = 0;
    for (int i = 0; i < N; i++) {
      a[e][i] = draw(-9, 9) + (i == e ? 100 : 0); /* the diagonal outweighs the others */
      c += a[e][i] * wanted[i];
    }
    equate(b, x, a[e], N, c, -1);
  }
  CHECK(solve_at_root(b, values) == CI_FOUND);
  for (int i = 0; i < N; i++) CHECK(values[i] == wanted[i]);
}

/* 6x + 10y + 15z = c and x = y modulo 7 (and so on): residues of single variables. */
static void test_residues(void) {
  static const int64_t sums[2][4] = {{6, 10, 15, 0}, {1, 0, 0, -30}};
  ci_expr x[4];
  ci_model *m;
  ci_answer answer;
  int64_t lo, hi, step;
  ci_builder *b = wide_variables(x, 4);
  equate(b, x, sums[0], 4, 7, -1); /* with x = 30w + 4: 10y + 15z = -17 modulo 180 */
  equate(b, x, sums[1], 4, 4, -1);
  ci_solver *s = solver_of(b, CI_LEARN_OFF, &m);
  CHECK(ci_propagate(s, &answer) == CI_OK && answer == CI_NONE);
  release(s, m);
  b = wide_variables(x, 4);
  equate(b, x, sums[0], 4, 4, -1); /* 10y + 15z = -20 modulo 180: y a multiple of 3 less 2, z even */
  equate(b, x, sums[1], 4, 4, -1);
  s = solver_of(b, CI_LEARN_OFF, &m);
  CHECK(ci_propagate(s, &answer) == CI_OK && answer == CI_FOUND);
  CHECK(ci_domain_ranges(s, 2) == 1 && ci_domain_range(s, 2, 0, &lo, &hi, &step) == CI_OK);
  CHECKF(step == 2 && lo % 2 == 0, "%" PRId64 "..%" PRId64 " by %" PRId64, lo, hi, step);
  CHECK(ci_domain_ranges(s, 1) == 1 && ci_domain_range(s, 1, 0, &lo, &hi, &step) == CI_OK);
  CHECKF(step == 3 && (lo + 2) % 3 == 0, "%" PRId64 "..%" PRId64 " by %" PRId64, lo, hi, step);
  release(s, m);
}

static const struct test_case cases[] = {
  {"systems against brute force", test_brute_force},
  {"infeasible over the integers", test_infeasible},
  {"one solution", test_unique},
  {"residues", test_residues},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  draw_seed("LATTICE_SEED");
  return test_main(cases, argc, argv);
}
