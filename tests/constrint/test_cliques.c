/* Cliques of disequalities: counts against brute force, and what they prove. */
#include "solver_test.h"

enum { VARS = 6, MAX_EDGES = 40, ROUNDS = 1500 };

struct edge { int x, y, c; };
struct problem { int n, lo[VARS], hi[VARS], edges; struct edge edge[MAX_EDGES]; };

/* Offsets that mostly agree, so that cliques there are. */
static void draw_problem(struct problem *p) {
  int offsets = draw(0, 2), potential[VARS];
  p->n = draw(2, VARS);
  p->edges = draw(1, MAX_EDGES);
  for (int i = 0; i < p->n; i++) {
    p->lo[i] = draw(-2, 2);
    p->hi[i] = p->lo[i] + draw(0, 4);
    potential[i] = draw(-offsets, offsets);
  }
  for (int i = 0; i < p->edges; i++) {
    struct edge *e = &p->edge[i];
    e->x = draw(0, p->n - 1);
    do e->y = draw(0, p->n - 1);
    while (e->y == e->x);
    e->c = draw(0, 9) ? potential[e->y] - potential[e->x] : draw(-2, 2);
  }
}

static bool allowed(const struct problem *p, const int *v) {
  for (int i = 0; i < p->edges; i++)
    if (v[p->edge[i].x] - v[p->edge[i].y] == p->edge[i].c) return false;
  return true;
}

static uint64_t by_force(const struct problem *p, int *v, int i) {
  uint64_t n = 0;
  if (i == p->n) return allowed(p, v);
  for (v[i] = p->lo[i]; v[i] <= p->hi[i]; v[i]++) n += by_force(p, v, i + 1);
  return n;
}

static void differ(ci_builder *b, ci_expr x, ci_expr y, int c) {
  ci_expr e = ci_apply2(b, CI_NE, ci_apply2(b, CI_SUB, x, y), ci_int(b, c));
  CHECK(ci_constrain(b, e, NULL, NULL) == CI_OK);
}

static ci_builder *builder_of(const struct problem *p) {
  ci_builder *b;
  ci_expr x[VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < p->n; i++) x[i] = variable(b, i, p->lo[i], p->hi[i], 1);
  for (int i = 0; i < p->edges; i++) differ(b, x[p->edge[i].x], x[p->edge[i].y], p->edge[i].c);
  return b;
}

static void check_count(const struct problem *p, uint64_t wanted) {
  ci_model *m;
  ci_solver *s = solver_of(builder_of(p), CI_LEARN_AUTO, &m);
  check_counted(s, wanted);
  release(s, m);
}

/* With learning from the first failure, and without. */
static void check_solve(const struct problem *p, bool wanted) {
  for (int learning = CI_LEARN_OFF; learning <= CI_LEARN_ON; learning++) {
    ci_model *m;
    ci_solver *s = solver_of(builder_of(p), (ci_learning)learning, &m);
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

static void test_brute_force(void) {
  for (int round = 0; round < ROUNDS; round++) {
    struct problem p;
    int v[VARS];
    draw_problem(&p);
    uint64_t n = by_force(&p, v, 0);
    check_count(&p, n);
    check_solve(&p, n > 0);
  }
}

/* n terms of n - 1 values, each two of them apart: no search is needed. */
static void test_pigeons(void) {
  enum { N = 30 };
  ci_builder *b;
  ci_model *m;
  ci_stats stats;
  ci_answer answer;
  ci_expr x[N];
  int64_t values[N];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < N; i++) x[i] = variable(b, i, 1, N - 1, 1);
  for (int i = 0; i < N; i++)
    for (int k = 0; k < i; k++) differ(b, x[i], x[k], 0);
  ci_solver *s = solver_of(b, CI_LEARN_OFF, &m);
  CHECK(ci_solve(s, values, &answer) == CI_OK && answer == CI_NONE);
  ci_solver_stats(s, &stats);
  CHECK(stats.nodes == 0);
  release(s, m);
}

static void test_queens(void) {
  enum { N = 8 };
  ci_builder *b;
  ci_model *m;
  ci_expr x[N];
  char *decimal;
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < N; i++) x[i] = variable(b, i, 0, N - 1, 1);
  for (int i = 0; i < N; i++)
    for (int k = 0; k < i; k++)
      for (int c = -1; c <= 1; c++) differ(b, x[i], x[k], c * (i - k));
  ci_solver *s = solver_of(b, CI_LEARN_AUTO, &m);
  CHECK(ci_count(s, &decimal) == CI_OK);
  CHECKF(strcmp(decimal, "92") == 0, "%s", decimal);
  free(decimal);
  release(s, m);
}

/* Many edges and no clique: found out in time linear in their number. */
static void test_sparse(void) {
  enum { SIDE = 250 };
  static ci_expr x[2 * SIDE];
  static int64_t values[2 * SIDE];
  ci_builder *b;
  ci_model *m;
  ci_answer answer;
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < 2 * SIDE; i++) x[i] = variable(b, i, 0, 5, 1);
  for (int i = 0; i < SIDE; i++)
    for (int k = 0; k < SIDE; k++) differ(b, x[i], x[SIDE + k], 0);
  ci_solver *s = solver_of(b, CI_LEARN_OFF, &m);
  clock_t start = clock();
  CHECK(ci_solve(s, values, &answer) == CI_OK && answer == CI_FOUND);
  CHECK((double)(clock() - start) < 5.0 * CLOCKS_PER_SEC);
  release(s, m);
}

static const struct test_case cases[] = {
  {"cliques against brute force", test_brute_force},
  {"pigeons", test_pigeons},
  {"queens", test_queens},
  {"no cliques", test_sparse},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  draw_seed("CLIQUES_SEED");
  return test_main(cases, argc, argv);
}
