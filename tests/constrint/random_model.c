/* Random small models: every operation, undefined values included. */
#include "random_model.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

uint64_t random_next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

int random_below(uint64_t *state, int n) { return (int)(random_next(state) % (uint64_t)n); }

struct maker {
  ci_builder *b;
  uint64_t *state;
  const struct recipe *r;
  ci_expr vars[MOST_VARS];
};

static ci_expr integer(struct maker *m, int depth);
static ci_expr truth(struct maker *m, int depth);

static ci_expr constant(struct maker *m) {
  int v = random_below(m->state, 14) - 4;
  if (m->r->big && random_below(m->state, 8) == 0) return ci_int(m->b, v < 0 ? INT64_MIN : INT64_MAX);
  return ci_int(m->b, v);
}

static ci_expr leaf(struct maker *m) {
  return random_below(m->state, 4) ? m->vars[random_below(m->state, m->r->vars)] : constant(m);
}

static ci_expr several(struct maker *m, ci_op op, int depth) {
  ci_expr args[4];
  size_t n = 1 + (size_t)random_below(m->state, 4);
  if (op == CI_ELEMENT && n < 2) n = 2;
  for (size_t i = 0; i < n; i++) args[i] = integer(m, depth);
  return ci_apply(m->b, op, args, n);
}

static ci_expr integer(struct maker *m, int depth) {
  static const ci_op two[] = {CI_SUB, CI_FLOORDIV, CI_MOD, CI_EXACTDIV, CI_CEILDIV, CI_POW, CI_BITXOR};
  static const ci_op many[] = {CI_ADD, CI_MUL, CI_MIN, CI_MAX, CI_ELEMENT};
  if (depth == 0) return leaf(m);
  switch (random_below(m->state, 9)) {
  case 0: return leaf(m);
  case 1: return ci_apply1(m->b, random_below(m->state, 2) ? CI_NEG : CI_ABS, integer(m, depth - 1));
  case 2: case 3: {
    ci_expr x = integer(m, depth - 1);
    return ci_apply2(m->b, two[random_below(m->state, 7)], x, integer(m, depth - 1));
  }
  case 4: {
    ci_expr args[3] = {truth(m, depth - 1), integer(m, depth - 1), integer(m, depth - 1)};
    return ci_apply(m->b, CI_ITE, args, 3);
  }
  case 5: return truth(m, depth - 1);
  default: return several(m, many[random_below(m->state, 5)], depth - 1);
  }
}

static ci_expr membership(struct maker *m, int depth) {
  int64_t values[6];
  for (int i = 0; i < 6; i++) values[i] = random_below(m->state, 9) - 2;
  if (random_below(m->state, 2)) return ci_in(m->b, integer(m, depth), values, 1 + (size_t)random_below(m->state, 6));
  ci_expr args[2] = {integer(m, depth), integer(m, depth)};
  return ci_table(m->b, args, 2, values, 3);
}

static ci_expr comparison(struct maker *m, int depth) {
  static const ci_op ops[] = {CI_EQ, CI_NE, CI_LT, CI_LE, CI_GT, CI_GE, CI_DIVIDES, CI_EQ, CI_LE};
  ci_expr x = integer(m, depth);
  if (random_below(m->state, 6) == 0)
    return ci_apply2(m->b, CI_EQ, ci_apply2(m->b, CI_MOD, x, integer(m, depth)), ci_int(m->b, 0));
  return ci_apply2(m->b, ops[random_below(m->state, 9)], x, integer(m, depth));
}

static ci_expr truth(struct maker *m, int depth) {
  static const ci_op two[] = {CI_XOR, CI_IMPLIES, CI_IFF, CI_AND, CI_OR};
  if (depth <= 1) return comparison(m, 0);
  switch (random_below(m->state, 8)) {
  case 0: return ci_apply1(m->b, CI_NOT, truth(m, depth - 1));
  case 1: case 2: {
    ci_expr x = truth(m, depth - 1);
    return ci_apply2(m->b, two[random_below(m->state, 5)], x, truth(m, depth - 1));
  }
  case 3: return several(m, random_below(m->state, 2) ? CI_AND : CI_OR, depth - 1); /* integers as truth values */
  case 4: return several(m, CI_ALLDIFFERENT, depth - 1);
  case 5: return membership(m, depth - 1);
  default: return comparison(m, depth - 1);
  }
}

static void declare(struct maker *m) {
  static const char *const names[MOST_VARS] = {"a", "b", "c", "d", "e"};
  for (int i = 0; i < m->r->vars; i++) {
    int64_t lo = random_below(m->state, 7) - 4, values[8];
    int step = 1 + random_below(m->state, 3);
    for (int k = 0; k < 8; k++) values[k] = random_below(m->state, 12) - 4;
    if (random_below(m->state, 3) == 0) {
      m->vars[i] = ci_var_values(m->b, names[i], values, 1 + (size_t)random_below(m->state, m->r->values));
    } else {
      int64_t hi = lo + (int64_t)step * random_below(m->state, m->r->values);
      m->vars[i] = ci_var_range(m->b, names[i], lo, hi, step);
    }
  }
}

ci_model *random_model(uint64_t *state, const struct recipe *r) {
  struct maker m = {.state = state, .r = r};
  ci_model *model = NULL;
  if (ci_builder_new(&m.b) < 0) return NULL;
  declare(&m);
  for (int i = 0; i < r->constraints; i++) ci_constrain(m.b, truth(&m, r->depth), NULL, NULL);
  if (r->objective) {
    for (int i = 0; i <= random_below(state, 2); i++) ci_objective(m.b, integer(&m, 1), random_below(state, 2));
  }
  for (int i = 0; i < r->vars && r->order; i++)
    if (random_below(state, 2)) ci_order(m.b, m.vars[r->vars - 1 - i], random_below(state, 2));
  ci_build(m.b, &model);
  ci_builder_free(m.b);
  return model;
}

/* ---- enumeration, last variable fastest ---- */

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

void assignments_begin(struct assignments *a, const ci_model *m) {
  *a = (struct assignments){.model = m, .n = ci_model_vars(m)};
  for (size_t i = 0; i < a->n; i++) {
    const int64_t *values;
    int64_t lo, hi, step;
    a->size[i] = ci_model_listed(m, i, &values, &lo, &hi, &step);
    a->sorted[i] = malloc(a->size[i] * sizeof(int64_t));
    for (size_t k = 0; k < a->size[i]; k++) a->sorted[i][k] = values ? values[k] : lo + (int64_t)k * step;
    qsort(a->sorted[i], a->size[i], sizeof(int64_t), by_value);
    a->values[i] = a->sorted[i][0];
  }
}

void assignments_next(struct assignments *a) {
  size_t i = a->n;
  while (i > 0 && ++a->position[i - 1] == a->size[i - 1]) a->position[--i] = 0;
  a->done = i == 0;
  for (size_t k = 0; k < a->n; k++) a->values[k] = a->sorted[k][a->position[k]];
}

void assignments_end(struct assignments *a) {
  for (size_t i = 0; i < a->n; i++) free(a->sorted[i]);
}

/* ---- knapsacks ---- */

enum { THINGS = 64 };

ci_model *random_knapsack(uint64_t *state, int n, const struct knapsack *of) {
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[THINGS], part[THINGS];
  CHECK(n <= THINGS && ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < n; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 0, 1, 1);
  }
  for (int k = 0; k <= of->sums; k++) {
    for (int i = 0; i < n; i++) part[i] = ci_apply2(b, CI_MUL, ci_int(b, of->least + random_below(state, of->range)), x[i]);
    ci_expr sum = ci_apply(b, CI_ADD, part, (size_t)n);
    if (k == of->sums) ci_objective(b, sum, 1);
    else ci_constrain(b, ci_apply2(b, CI_LE, sum, ci_int(b, of->capacity * n)), NULL, NULL);
  }
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

int64_t optimum(const ci_model *m, ci_options options, ci_stats *stats) {
  int64_t values[THINGS], best = 0;
  ci_answer answer;
  ci_solver *s;
  CHECK(ci_solver_new(&s, m, &options) == CI_OK);
  CHECK(ci_optimize(s, values, &answer, NULL, NULL) == CI_OK && answer == CI_FOUND);
  CHECK(ci_eval_objective(m, 0, values, &best) == CI_OK);
  ci_solver_stats(s, stats);
  ci_solver_free(s);
  return best;
}
