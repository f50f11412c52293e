/* Variables that an equation gives a value to: x occurs once in it, below
 * sums, differences and products that can be turned round. */
#include "plan.h"

struct turning {
  struct plan *p;
  uint32_t var;
  bool *holds; /* per node: x occurs in it */
};

static pool_id apply1(struct turning *w, int32_t op, pool_id x) { return x < 0 ? x : pool_make(&w->p->pool, op, &x, 1, 0); }
static pool_id apply2(struct turning *w, int32_t op, pool_id x, pool_id y) {
  pool_id both[2] = {x, y};
  return x < 0 ? x : y < 0 ? y : pool_make(&w->p->pool, op, both, 2, 0);
}

static pool_id argument(const struct turning *w, pool_id e, int32_t i) {
  return pool_args(&w->p->pool, &w->p->pool.nodes[e])[i];
}

/* The only argument that x occurs in, or -1: it occurs in several. */
static int32_t only_holder(const struct turning *w, pool_id e) {
  int32_t found = -1;
  for (int32_t i = 0; i < w->p->pool.nodes[e].n; i++) {
    if (!w->holds[argument(w, e, i)]) continue;
    if (found >= 0) return -1;
    found = i;
  }
  return found;
}

/* All arguments but one, summed up or multiplied; < 0: out of memory. */
static pool_id others(struct turning *w, pool_id e, int32_t but) {
  int32_t op = w->p->pool.nodes[e].op, n = w->p->pool.nodes[e].n;
  pool_id all = pool_int(&w->p->pool, op == CI_MUL);
  for (int32_t i = 0; i < n; i++)
    if (i != but) all = apply2(w, op, all, argument(w, e, i));
  return all;
}

static bool is_never_zero(const struct plan *p, pool_id e) {
  const struct pool_node *x = &p->pool.nodes[e];
  return !x->undefined && (x->lo > 0 || x->hi < 0);
}

enum { IMPOSSIBLE = INT32_MIN };

/* e == value, x in e: what x equals; or IMPOSSIBLE, or CI_ENOMEM. */
static pool_id turn(struct turning *w, pool_id e, pool_id value) {
  while (value >= 0 && w->p->pool.nodes[e].op != NODE_VAR) {
    int32_t op = w->p->pool.nodes[e].op, holder = only_holder(w, e);
    if (holder < 0 || (op != CI_ADD && op != CI_MUL && op != CI_NEG)) return IMPOSSIBLE;
    pool_id inner = argument(w, e, holder);
    if (op == CI_NEG) value = apply1(w, CI_NEG, value);
    if (op == CI_ADD) value = apply2(w, CI_SUB, value, others(w, e, holder));
    if (op == CI_MUL) {
      pool_id divisor = others(w, e, holder);
      if (divisor >= 0 && !is_never_zero(w->p, divisor)) return IMPOSSIBLE;
      value = apply2(w, CI_EXACTDIV, value, divisor);
    }
    e = inner;
  }
  return value >= 0 && w->p->pool.nodes[value].wild ? IMPOSSIBLE : value;
}

static void find_holders(struct turning *w, pool_id root) {
  const struct pool *pool = &w->p->pool;
  for (pool_id e = 0; e <= root; e++) {
    const struct pool_node *x = &pool->nodes[e];
    w->holds[e] = x->op == NODE_VAR && x->data == (int32_t)w->var;
    for (int32_t i = 0; i < x->n; i++) w->holds[e] = w->holds[e] || w->holds[pool_args(pool, x)[i]];
  }
}

static int define(struct plan *p, uint32_t condition, uint32_t var) {
  pool_id root = p->conditions[condition].root;
  if (p->pool.nodes[root].op != CI_EQ || p->conditions[condition].n < 2 || p->conditions[condition].whole >= 0) return CI_OK;
  struct turning w = {p, var, budget_alloc(p->b, (size_t)root + 1)};
  if (!w.holds) return CI_ENOMEM;
  find_holders(&w, root);
  int32_t side = only_holder(&w, root);
  pool_id value = side < 0 ? IMPOSSIBLE : turn(&w, argument(&w, root, side), argument(&w, root, 1 - side));
  budget_free(p->b, w.holds, (size_t)root + 1);
  if (value == IMPOSSIBLE) return CI_OK;
  if (value < 0 || !budget_grow(p->b, &p->definitions, &p->definition_capacity, p->ndefinitions + 1, sizeof *p->definitions))
    return CI_ENOMEM;
  p->definitions[p->ndefinitions++] = (struct definition){var, condition, value};
  return CI_OK;
}

int plan_define(struct plan *p) {
  for (uint32_t c = 0; c < p->nconditions; c++) {
    for (uint32_t i = 0; i < p->conditions[c].n; i++) {
      uint32_t var = p->scope[p->conditions[c].first + i];
      int error = p->vars[var].values ? CI_OK : define(p, c, var);
      if (error < 0) return error;
    }
  }
  return CI_OK;
}
