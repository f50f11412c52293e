/* Structures recognised at the root: random models that have them, and near
 * misses, against brute force; and what is proved without any search. */
#include "solver_test.h"

enum { VARS = 10, RELATIONS = 16, ROUNDS = 150, ITEMS = 12 };

/* SUM_IS, SUM_IS_NOT: a . x against c.  APART: x + a[0] <= y or y + a[1] <= x.
 * ITEM: x is the variable number from..from+n-1 at y.  CHOICE: z is a constant
 * item at a . x + c, as far as there are items. */
enum kind { SUM_IS, SUM_IS_NOT, APART, ITEM, CHOICE };
struct relation { enum kind kind; int a[VARS], c, x, y, z, from, n, item[ITEMS]; };
struct problem { int n, lo[VARS], hi[VARS], relations; struct relation relation[RELATIONS]; };

/* ---- the models ---- */

static struct relation *add(struct problem *p, enum kind kind) {
  struct relation *r = &p->relation[p->relations++];
  *r = (struct relation){.kind = kind};
  return r;
}

static void add_variables(struct problem *p, int n, int lo, int hi) {
  *p = (struct problem){.n = n};
  for (int i = 0; i < n; i++) {
    p->lo[i] = lo;
    p->hi[i] = hi;
  }
}

/* Equations that some assignment fulfils, mostly, and one over fewer terms. */
static void draw_system(struct problem *p) {
  int v[VARS];
  add_variables(p, draw(7, 9), draw(-2, 0), 1);
  for (int i = 0; i < p->n; i++) v[i] = draw(p->lo[i], p->hi[i]);
  for (int e = draw(1, 4); e > 0; e--) {
    struct relation *r = add(p, SUM_IS);
    int used = draw(0, 3) ? p->n : p->n - 1;
    for (int i = 0; i < used; i++) r->c += (r->a[i] = draw(-40, 40)) * v[i];
    r->c += draw(0, 5) == 0;
  }
  add(p, SUM_IS_NOT)->a[0] = 1; /* what the system is not alone to say */
}

/* Pairs of tasks, of which some may be missing or take no time. */
static void draw_machine(struct problem *p) {
  int duration[VARS], missing = draw(0, 2);
  add_variables(p, 4, 0, draw(4, 7));
  for (int i = 0; i < p->n; i++) duration[i] = draw(0, 4) ? draw(1, 3) : draw(-1, 0);
  for (int i = 0; i < p->n; i++)
    for (int k = 0; k < i; k++) {
      if (missing && draw(0, 4) == 0) continue;
      struct relation *r = add(p, APART);
      r->x = i;
      r->y = k;
      r->a[0] = duration[i] + (draw(0, 5) == 0);
      r->a[1] = duration[k];
    }
}

/* The first variables are indices into the others. */
static void draw_inverse(struct problem *p) {
  int n = draw(2, 3), extra = draw(0, 1), repeated = draw(0, 3) == 0, gap = draw(0, 3) == 0;
  add_variables(p, 2 * n + extra, 0, n - 1 + extra);
  for (int i = n; i < p->n; i++) p->hi[i] = draw(n - 1, n);
  for (int k = 0; k < n; k++) {
    struct relation *r = add(p, ITEM);
    *r = (struct relation){.kind = ITEM, .y = k, .from = n, .n = n + extra};
    r->c = repeated && k ? draw(0, n - 1) : k + (gap && k == n - 1);
    if (draw(0, 4) == 0) p->lo[k] = 1;
  }
}

static void draw_steps(struct problem *p) {
  add_variables(p, 5, 0, draw(1, 4));
  for (int k = 0; k < 2; k++) {
    struct relation *r = add(p, CHOICE);
    *r = (struct relation){.kind = CHOICE, .c = draw(-1, 2), .n = draw(4, ITEMS), .z = k + 2 + draw(0, 1)};
    r->a[k] = draw(1, 3);
    r->a[k + 2] = draw(-2, 3);
    if (draw(0, 2) == 0) r->a[4] = draw(-1, 2);
    for (int i = 0; i < r->n; i++) r->item[i] = draw(-1, 4);
  }
}

/* x0..x3, and names x4... for some of their differences; sums over the first. */
static void draw_names(struct problem *p) {
  int width = draw(2, 5);
  add_variables(p, 4, 0, width);
  for (int i = 0; i < 4; i++)
    for (int k = 0; k < i && p->n < VARS - 1; k++) {
      if (draw(0, 3) == 0) continue;
      struct relation *r = add(p, SUM_IS);
      int d = p->n++, offset = draw(0, 3) ? 0 : draw(-1, 1);
      p->lo[d] = -width - 1;
      p->hi[d] = width + 1;
      r->a[i] = 1;
      r->a[k] = -1;
      r->a[d] = draw(0, 4) ? -1 : 1;
      r->c = offset;
    }
  for (int e = draw(1, 6); e > 0; e--) {
    struct relation *r = add(p, SUM_IS_NOT);
    for (int k = 0; k < 2; k++) {
      r->a[draw(0, 3)]++;
      r->a[draw(0, 3)]--;
    }
    if (draw(0, 3) == 0) r->a[draw(0, 3)]++;
    r->c = draw(0, 2) ? 0 : draw(-1, 1);
  }
}

/* ---- brute force ---- */

static int sum_of(const struct problem *p, const struct relation *r, const int *v) {
  int sum = 0;
  for (int i = 0; i < p->n; i++) sum += r->a[i] * v[i];
  return sum;
}

static bool holds(const struct problem *p, const struct relation *r, const int *v) {
  int at;
  switch (r->kind) {
  case SUM_IS: return sum_of(p, r, v) == r->c;
  case SUM_IS_NOT: return sum_of(p, r, v) != r->c;
  case APART: return v[r->x] + r->a[0] <= v[r->y] || v[r->y] + r->a[1] <= v[r->x];
  case ITEM: return v[r->y] >= 0 && v[r->y] < r->n && v[r->from + v[r->y]] == r->c;
  default:
    at = sum_of(p, r, v) + r->c;
    return at >= 0 && at < r->n && v[r->z] == r->item[at];
  }
}

static bool allowed(const struct problem *p, const int *v) {
  for (int i = 0; i < p->relations; i++)
    if (!holds(p, &p->relation[i], v)) return false;
  return true;
}

/* A sum whose last variable this is must be right by now: names cost nothing. */
static bool may_be(const struct problem *p, const int *v, int n) {
  for (int e = 0; e < p->relations; e++) {
    const struct relation *r = &p->relation[e];
    bool known = r->kind == SUM_IS;
    for (int i = n; i < p->n; i++) known = known && r->a[i] == 0;
    if (known && !holds(p, r, v)) return false;
  }
  return true;
}

static uint64_t by_force(const struct problem *p, int *v, int i) {
  uint64_t n = 0;
  for (int k = i; k < p->n; k++) v[k] = 0;
  if (!may_be(p, v, i)) return 0;
  if (i == p->n) return allowed(p, v);
  for (int at = p->lo[i]; at <= p->hi[i]; at++) {
    v[i] = at;
    n += by_force(p, v, i + 1);
  }
  return n;
}

/* ---- the same in the solver's words ---- */

static ci_expr sum_expr(ci_builder *b, const struct problem *p, const struct relation *r, const ci_expr *x) {
  ci_expr sum = ci_int(b, 0);
  for (int i = 0; i < p->n; i++)
    if (r->a[i]) sum = ci_apply2(b, CI_ADD, sum, ci_apply2(b, CI_MUL, ci_int(b, r->a[i]), x[i]));
  return sum;
}

static ci_expr before(ci_builder *b, ci_expr x, ci_expr y, int gap) {
  return ci_apply2(b, CI_LE, ci_apply2(b, CI_ADD, x, ci_int(b, gap)), y);
}

static ci_expr relation_expr(ci_builder *b, const struct problem *p, const struct relation *r, const ci_expr *x) {
  ci_expr e[ITEMS + 1];
  switch (r->kind) {
  case SUM_IS: return ci_apply2(b, CI_EQ, sum_expr(b, p, r, x), ci_int(b, r->c));
  case SUM_IS_NOT: return ci_apply2(b, CI_NE, sum_expr(b, p, r, x), ci_int(b, r->c));
  case APART: return ci_apply2(b, CI_OR, before(b, x[r->x], x[r->y], r->a[0]), before(b, x[r->y], x[r->x], r->a[1]));
  case ITEM:
    e[0] = x[r->y];
    for (int i = 0; i < r->n; i++) e[i + 1] = x[r->from + i];
    return ci_apply2(b, CI_EQ, ci_apply(b, CI_ELEMENT, e, (size_t)r->n + 1), ci_int(b, r->c));
  default:
    e[0] = ci_apply2(b, CI_ADD, sum_expr(b, p, r, x), ci_int(b, r->c));
    for (int i = 0; i < r->n; i++) e[i + 1] = ci_int(b, r->item[i]);
    return ci_apply2(b, CI_EQ, ci_apply(b, CI_ELEMENT, e, (size_t)r->n + 1), x[r->z]);
  }
}

static ci_solver *solver_for(const struct problem *p, ci_learning learning, ci_model **m) {
  ci_builder *b;
  ci_expr x[VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < p->n; i++) x[i] = variable(b, i, p->lo[i], p->hi[i], 1);
  for (int i = 0; i < p->relations; i++)
    CHECK(ci_constrain(b, relation_expr(b, p, &p->relation[i], x), NULL, NULL) == CI_OK);
  return solver_of(b, learning, m);
}

/* ---- the checks ---- */

static void check_count(const struct problem *p, uint64_t wanted) {
  ci_model *m;
  ci_solver *s = solver_for(p, CI_LEARN_AUTO, &m);
  check_counted(s, wanted);
  release(s, m);
}

static void check_solve(const struct problem *p, bool wanted) {
  for (int learning = CI_LEARN_OFF; learning <= CI_LEARN_ON; learning++) {
    ci_model *m;
    ci_solver *s = solver_for(p, (ci_learning)learning, &m);
    int64_t values[VARS];
    ci_answer answer;
    int v[VARS];
    CHECK(ci_solve(s, values, &answer) == CI_OK);
    CHECKF((answer == CI_FOUND) == wanted, "ci_solve says %d, and there is %d", answer, wanted);
    for (int i = 0; i < p->n && wanted; i++) v[i] = (int)values[i];
    CHECK(!wanted || allowed(p, v));
    release(s, m);
  }
}

static void check_random(void (*draw_problem)(struct problem *p)) {
  for (int round = 0; round < ROUNDS; round++) {
    struct problem p;
    int v[VARS];
    draw_problem(&p);
    uint64_t n = by_force(&p, v, 0);
    check_count(&p, n);
    check_solve(&p, n > 0);
  }
}

static void test_systems(void) { check_random(draw_system); }
static void test_machines(void) { check_random(draw_machine); }
static void test_inverses(void) { check_random(draw_inverse); }
static void test_steps(void) { check_random(draw_steps); }
static void test_names(void) { check_random(draw_names); }

/* Without search: nodes. */
static void check_root(const struct problem *p) {
  ci_model *m;
  ci_solver *s = solver_for(p, CI_LEARN_OFF, &m);
  int64_t values[VARS];
  ci_answer answer;
  ci_stats stats;
  CHECK(ci_solve(s, values, &answer) == CI_OK && answer == CI_NONE);
  ci_solver_stats(s, &stats);
  CHECKF(stats.nodes == 0, "%" PRIu64 " nodes", stats.nodes);
  release(s, m);
}

/* 4 tasks of 3 between 0 and 11. */
static void test_crowded_machine(void) {
  struct problem p;
  add_variables(&p, 4, 0, 8);
  for (int i = 0; i < 4; i++)
    for (int k = 0; k < i; k++) {
      struct relation *r = add(&p, APART);
      r->x = i;
      r->y = k;
      r->a[0] = r->a[1] = 3;
    }
  check_root(&p);
}

/* Three indices of two items. */
static void test_crowded_items(void) {
  struct problem p;
  add_variables(&p, 7, 0, 5);
  for (int k = 0; k < 3; k++) {
    struct relation *r = add(&p, ITEM);
    *r = (struct relation){.kind = ITEM, .y = k, .from = 3, .n = 4, .c = k + 1};
    p.lo[k] = 1;
    p.hi[k] = 2;
  }
  check_root(&p);
}

/* Three differences of two values, and the sums that say that they differ. */
static void test_crowded_names(void) {
  struct problem p;
  add_variables(&p, 9, 0, 9);
  for (int d = 0; d < 3; d++) {
    struct relation *r = add(&p, SUM_IS);
    r->a[2 * d + 1] = 1;
    r->a[2 * d] = r->a[6 + d] = -1;
    p.lo[6 + d] = 1;
    p.hi[6 + d] = 2;
    for (int e = 0; e < d; e++) {
      r = add(&p, SUM_IS_NOT);
      r->a[2 * d + 1] = r->a[2 * e] = 1;
      r->a[2 * d] = r->a[2 * e + 1] = -1;
    }
  }
  check_root(&p);
}

/* No sum of ten of these is 0 but by a search of all. */
static void test_hard_system(void) {
  static const int a[2][10] = {{87, 31, 63, 15, 77, 93, 49, 21, 55, 39}, {12, 86, 34, 71, 95, 27, 53, 68, 41, 79}};
  struct problem p;
  int v[VARS];
  add_variables(&p, 10, 0, 2);
  for (int e = 0; e < 2; e++) {
    struct relation *r = add(&p, SUM_IS);
    for (int i = 0; i < 10; i++) r->a[i] = a[e][i];
    r->c = 501 + e;
  }
  while (by_force(&p, v, 0) > 0) p.relation[1].c++;
  check_root(&p);
}

static const struct test_case cases[] = {
  {"systems of equations", test_systems},
  {"machines", test_machines},
  {"inverses", test_inverses},
  {"steps", test_steps},
  {"names of differences", test_names},
  {"a machine with too much to do", test_crowded_machine},
  {"more indices than items", test_crowded_items},
  {"more names than values", test_crowded_names},
  {"a system without solution", test_hard_system},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  draw_seed("RECOGNISE_SEED");
  return test_main(cases, argc, argv);
}
