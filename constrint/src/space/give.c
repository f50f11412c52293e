/* A variable that is given its value by an equation is but a name for an
 * expression: in all other conditions the expression stands in its place, so
 * that they can be judged as early as its terms are known. */
#include "plan.h"

#include <string.h>

struct giving {
  struct plan *p;
  int32_t part;
  const uint32_t *position;
  bool leave_out;
  bool *given; /* per variable */
  const struct definition **chosen; /* in this order */
  size_t nchosen;
  pool_id *to; /* per node: what stands in its place */
  size_t to_capacity;
  pool_id *args;
  size_t arg_capacity;
};

/* ---- one expression in place of a variable ---- */

/* < 0: out of memory. */
static pool_id replace_node(struct giving *g, pool_id e) {
  struct pool *pool = &g->p->pool;
  const struct pool_node x = pool->nodes[e];
  bool changed = false;
  if (!budget_grow(g->p->b, &g->args, &g->arg_capacity, (size_t)x.n + 1, sizeof *g->args)) return CI_ENOMEM;
  for (int32_t i = 0; i < x.n; i++) {
    pool_id a = pool_args(pool, &x)[i];
    g->args[i] = g->to[a];
    changed = changed || g->to[a] != a;
  }
  return changed ? pool_make(pool, x.op, g->args, (size_t)x.n, x.data) : e;
}

/* The root with all that is below it; the same root: the variable is not in it. */
static pool_id replace(struct giving *g, pool_id root, uint32_t var, pool_id value) {
  struct pool *pool = &g->p->pool;
  if (!budget_grow(g->p->b, &g->to, &g->to_capacity, (size_t)root + 1, sizeof *g->to)) return CI_ENOMEM;
  for (pool_id e = 0; e <= root; e++) {
    const struct pool_node *x = &pool->nodes[e];
    g->to[e] = x->op == NODE_VAR && x->data == (int32_t)var ? value : replace_node(g, e);
    if (g->to[e] < 0) return g->to[e];
  }
  return g->to[root];
}

static bool reads(const struct plan *p, const struct condition *c, uint32_t var) {
  for (uint32_t i = 0; i < c->n; i++)
    if (p->scope[c->first + i] == var) return true;
  return false;
}

/* What became of a condition: decided, or with other variables. */
static int change(struct plan *p, struct condition *c, pool_id root) {
  c->root = root;
  if (!pool_is_int(&p->pool, root)) return plan_scope(p, c);
  p->empty = p->empty || pool_value(&p->pool, root) == 0;
  c->part = -1;
  return CI_OK;
}

/* In all conditions but those that give values. */
static int replace_everywhere(struct giving *g, const struct definition *d) {
  struct plan *p = g->p;
  for (size_t i = 0; i < p->nconditions; i++) {
    struct condition *c = &p->conditions[i];
    if (c->defines >= 0 || c->part != g->part || c->whole >= 0 || !reads(p, c, d->var)) continue;
    pool_id root = replace(g, c->root, d->var, d->value);
    if (root < 0) return root;
    int error = p->pool.nodes[root].wild ? CI_OK : change(p, c, root);
    if (error < 0) return error;
  }
  return CI_OK;
}

/* ---- variables that need not be there ---- */

static pool_id make2(struct pool *pool, int32_t op, pool_id x, pool_id y) {
  pool_id both[2] = {x, y};
  return x < 0 ? x : y < 0 ? y : pool_make(pool, op, both, 2, 0);
}

/* Does another condition keep it from leaving the variable's range on that side: value <= x, x never beyond the range? */
static bool is_kept_within(const struct giving *g, const struct definition *d, bool above) {
  const struct plan *p = g->p;
  const struct plan_var *v = &p->vars[d->var];
  for (size_t i = 0; i < p->nconditions; i++) {
    const struct condition *c = &p->conditions[i];
    const struct pool_node *x = &p->pool.nodes[c->root];
    if (i == d->condition || c->part != g->part || c->whole >= 0 || x->wild || (x->op != CI_LE && x->op != CI_LT)) continue;
    const pool_id *sides = pool_args(&p->pool, x);
    const struct pool_node *other = &p->pool.nodes[sides[above]];
    if (sides[!above] == d->value && (above ? other->hi <= v->hi : other->lo >= v->lo)) return true;
  }
  return false;
}

/* That what an equation gives a variable is one of its values. */
static pool_id make_check(const struct giving *g, const struct definition *d) {
  struct pool *pool = &g->p->pool;
  const struct plan_var *v = &g->p->vars[d->var];
  const struct pool_node x = pool->nodes[d->value];
  bool below = (x.undefined || x.lo < v->lo) && !is_kept_within(g, d, false);
  bool above = x.hi > v->hi && !is_kept_within(g, d, true);
  pool_id all = pool_int(pool, 1), lo = pool_int(pool, v->lo);
  if (below) all = make2(pool, CI_AND, all, make2(pool, CI_LE, lo, d->value));
  if (above) all = make2(pool, CI_AND, all, make2(pool, CI_LE, d->value, pool_int(pool, v->hi)));
  if (v->step == 1) return all;
  pool_id rest = make2(pool, CI_MOD, make2(pool, CI_SUB, d->value, lo), pool_int(pool, v->step));
  return make2(pool, CI_AND, all, make2(pool, CI_EQ, rest, pool_int(pool, 0)));
}

/* An equation over more variables is left as it is: with what is known of its variable, it is judged sooner than
 * bounds of the expression. */
enum { FEW = 5 };

static bool is_read(const struct giving *g, const struct definition *d) {
  const struct plan *p = g->p;
  for (size_t i = 0; i < p->nconditions; i++)
    if (i != d->condition && p->conditions[i].part == g->part && reads(p, &p->conditions[i], d->var)) return true;
  return false;
}

/* The variable goes, what its equation asks of the others stays. */
static int leave_out(struct giving *g, const struct definition *d) {
  struct plan *p = g->p;
  if (is_read(g, d) || p->conditions[d->condition].n > FEW) return CI_OK;
  pool_id check = make_check(g, d);
  if (check < 0 || p->pool.nodes[check].wild) return check < 0 ? check : CI_OK;
  p->conditions[d->condition].defines = -1;
  p->vars[d->var].left_out = true;
  return change(p, &p->conditions[d->condition], check);
}

/* ---- choosing ---- */

/* Is all that the definition's condition reads beside its variable known, and known before it? */
static bool is_ready(const struct giving *g, const struct definition *d) {
  const struct plan *p = g->p;
  const struct condition *c = &p->conditions[d->condition];
  if (c->part != g->part || c->defines >= 0 || p->vars[d->var].values || g->given[d->var]) return false;
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t x = p->scope[c->first + i];
    if (x == d->var) continue;
    if ((!p->vars[x].values && !g->given[x]) || (g->position && g->position[x] > g->position[d->var])) return false;
  }
  return true;
}

/* From here on the condition reads: the variable is that expression. */
static int give(struct giving *g, const struct definition *d) {
  struct plan *p = g->p;
  struct condition *c = &p->conditions[d->condition];
  pool_id sides[2] = {pool_node(&p->pool, NODE_VAR, NULL, 0, (int32_t)d->var), d->value};
  c->root = sides[0] < 0 ? sides[0] : pool_node(&p->pool, CI_EQ, sides, 2, 0);
  if (c->root < 0) return c->root;
  c->defines = (int32_t)d->var;
  g->given[d->var] = true;
  g->chosen[g->nchosen++] = d;
  return CI_OK;
}

static const struct definition *find_ready(const struct giving *g) {
  for (size_t i = 0; i < g->p->ndefinitions; i++)
    if (is_ready(g, &g->p->definitions[i])) return &g->p->definitions[i];
  return NULL;
}

/* The one with the fewest values that nothing gives, or the number of variables. */
static size_t find_open(const struct giving *g) {
  const struct plan *p = g->p;
  size_t n = p->graph->nvars, best = n;
  for (size_t i = 0; i < n; i++) {
    if (p->vars[i].part != g->part || p->vars[i].values || g->given[i]) continue;
    if (best == n || p->vars[i].log_size < p->vars[best].log_size) best = i;
  }
  return best;
}

static int choose(struct giving *g) {
  int error = CI_OK;
  while (error == CI_OK && !g->p->empty && (error = budget_check(g->p->b)) == CI_OK) {
    const struct definition *d = find_ready(g);
    size_t open = d ? 0 : find_open(g);
    if (!d && open == g->p->graph->nvars) break;
    error = d ? give(g, d) : plan_list(g->p, (uint32_t)open);
  }
  /* the last first: their expressions may read those before */
  while (g->nchosen > 0 && error == CI_OK && !g->p->empty && (error = budget_check(g->p->b)) == CI_OK) {
    const struct definition *d = g->chosen[--g->nchosen];
    error = replace_everywhere(g, d);
    if (error == CI_OK && g->leave_out && !g->p->empty) error = leave_out(g, d);
  }
  return error;
}

int plan_give(struct plan *p, int32_t part, const uint32_t *position, bool leave_out) {
  struct giving g = {.p = p, .part = part, .position = position, .leave_out = leave_out};
  size_t bytes = p->graph->nvars + 1;
  g.given = budget_alloc(p->b, bytes);
  g.chosen = budget_alloc(p->b, bytes * sizeof *g.chosen);
  int error = p->b->stopped ? p->b->stopped : choose(&g);
  budget_free(p->b, g.given, bytes);
  budget_free(p->b, g.chosen, bytes * sizeof *g.chosen);
  budget_free(p->b, g.to, g.to_capacity * sizeof *g.to);
  budget_free(p->b, g.args, g.arg_capacity * sizeof *g.args);
  return error;
}
