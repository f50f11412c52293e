/* The plan: domains, conditions, parts. */
#include "plan.h"

#include "narrow.h"

#include <math.h>
#include <string.h>

enum { WIDE_DOMAIN = 64 }; /* a range of more values is narrowed by bounds first */

/* ---- domains ---- */

static uint64_t steps(const struct plan_var *v) { return ((uint64_t)v->hi - (uint64_t)v->lo) / (uint64_t)v->step; }

int plan_list(struct plan *p, uint32_t var) {
  struct plan_var *v = &p->vars[var];
  if (steps(v) >= LISTED_MAX) return p->b->stopped = CI_ENOMEM;
  v->n = (uint32_t)steps(v) + 1;
  v->capacity = v->n;
  v->values = budget_alloc(p->b, v->n * sizeof *v->values);
  if (!v->values) return CI_ENOMEM;
  for (uint32_t i = 0; i < v->n; i++) v->values[i] = (int64_t)((uint64_t)v->lo + (uint64_t)i * (uint64_t)v->step);
  return CI_OK;
}

void plan_keep(struct plan *p, uint32_t var, const bool *alive) {
  struct plan_var *v = &p->vars[var];
  uint32_t n = 0;
  for (uint32_t i = 0; i < v->n; i++)
    if (alive[i]) v->values[n++] = v->values[i];
  v->n = n;
  v->log_size = n ? log2((double)n) : 0;
  p->empty = p->empty || n == 0;
  if (n == 0) return;
  v->lo = v->hi = v->values[0];
  for (uint32_t i = 1; i < n; i++) {
    if (v->values[i] < v->lo) v->lo = v->values[i];
    if (v->values[i] > v->hi) v->hi = v->values[i];
  }
  p->domains[var] = (struct pool_domain){v->lo, v->hi};
}

static int copy_list(struct plan *p, struct plan_var *v, const struct var *from) {
  const struct pool_domain *d = &p->domains[from - p->graph->vars];
  v->capacity = (uint32_t)from->n;
  v->values = budget_alloc(p->b, from->n * sizeof *v->values);
  if (!v->values) return CI_ENOMEM;
  for (size_t i = 0; i < from->n; i++)
    if (from->values[i] >= d->lo && from->values[i] <= d->hi) v->values[v->n++] = from->values[i];
  v->lo = v->hi = v->n ? v->values[0] : 0;
  for (uint32_t i = 0; i < v->n; i++) {
    if (v->values[i] < v->lo) v->lo = v->values[i];
    if (v->values[i] > v->hi) v->hi = v->values[i];
  }
  return CI_OK;
}

/* A range cut to the bounds that are known, at values of its own. */
static bool cut_range(struct plan_var *v, const struct var *from, const struct pool_domain *d) {
  wide lo = from->lo + wide_ceildiv(d->lo - from->lo, from->step) * from->step;
  wide hi = from->lo + wide_floordiv(d->hi - from->lo, from->step) * from->step;
  if (lo > hi) return false;
  *v = (struct plan_var){.lo = (int64_t)lo, .hi = (int64_t)hi, .step = from->step};
  return true;
}

static int make_domain(struct plan *p, size_t i) {
  const struct var *from = &p->graph->vars[i];
  struct plan_var *v = &p->vars[i];
  int error = CI_OK;
  if (from->values) error = copy_list(p, v, from);
  else if (!cut_range(v, from, &p->domains[i])) p->empty = true;
  else if (steps(v) < LISTED_SMALL) error = plan_list(p, (uint32_t)i);
  if (v->values && v->n == 0) p->empty = true;
  if (p->empty || error < 0) return error;
  v->part = -1;
  v->log_size = log2(v->values ? (double)v->n : (double)steps(v) + 1);
  p->domains[i] = (struct pool_domain){v->lo, v->hi};
  return CI_OK;
}

bool plan_has(const struct plan_var *v, int64_t value) {
  return value >= v->lo && value <= v->hi && ((uint64_t)value - (uint64_t)v->lo) % (uint64_t)v->step == 0;
}

/* ---- conditions ---- */

enum { POLL = 256 }; /* conditions between looks at the clock */

static int add_condition(struct plan *p, pool_id root, ci_expr whole) {
  if (pool_is_int(&p->pool, root)) {
    if (pool_value(&p->pool, root) == 0) p->empty = true;
    return CI_OK;
  }
  for (size_t i = 0; i < p->nconditions; i++)
    if (p->conditions[i].root == root) return CI_OK;
  if (p->nconditions % POLL == 0 && budget_check(p->b)) return p->b->stopped;
  if (!budget_grow(p->b, &p->conditions, &p->condition_capacity, p->nconditions + 1, sizeof *p->conditions)) return CI_ENOMEM;
  p->conditions[p->nconditions++] = (struct condition){.root = root, .whole = whole, .part = -1, .defines = -1};
  return CI_OK;
}

static int split(struct plan *p, pool_id root, ci_expr whole) {
  root = pool_make(&p->pool, POOL_TRUTH, &root, 1, 0);
  if (root < 0) return root;
  if (p->pool.nodes[root].wild) return add_condition(p, root, whole);
  if (p->pool.nodes[root].op != CI_AND) return add_condition(p, root, -1);
  int error = CI_OK;
  for (int32_t i = 0; i < p->pool.nodes[root].n && error == CI_OK; i++)
    error = add_condition(p, pool_args(&p->pool, &p->pool.nodes[root])[i], -1);
  return error;
}

/* Which nodes of the graph the conditions rest on. */
static void find_used(const struct graph *g, char *used) {
  for (size_t c = 0; c < g->nconstraints; c++) used[g->constraints[c].condition] = 1;
  for (size_t e = g->nnodes; e-- > 0;) {
    const struct node *node = &g->nodes[e];
    for (int32_t k = 0; used[e] && k < node->n; k++) used[node_args(g, node)[k]] = 1;
  }
}

static pool_id convert_var(struct plan *p, int32_t var) {
  const struct pool_domain *d = &p->domains[var];
  return d->lo == d->hi ? pool_int(&p->pool, d->lo) : pool_node(&p->pool, NODE_VAR, NULL, 0, var);
}

static int convert(struct plan *p, pool_id *to, const char *used, pool_id *args) {
  const struct graph *g = p->graph;
  for (size_t e = 0; e < g->nnodes; e++) {
    const struct node *node = &g->nodes[e];
    if (!used[e]) continue;
    for (int32_t k = 0; k < node->n; k++) args[k] = to[node_args(g, node)[k]];
    to[e] = node->op == NODE_VAR ? convert_var(p, node->data)
                                 : pool_make(&p->pool, node->op, args, (size_t)node->n, node->data);
    if (to[e] < 0) return to[e];
  }
  for (size_t c = 0; c < g->nconstraints; c++) {
    int error = split(p, to[g->constraints[c].condition], g->constraints[c].condition);
    if (error < 0) return error;
  }
  return CI_OK;
}

/* (Re)make the pool and the conditions from the graph and the domains. */
static int make_conditions(struct plan *p) {
  const struct graph *g = p->graph;
  size_t longest = 1;
  for (size_t e = 0; e < g->nnodes; e++)
    if ((size_t)g->nodes[e].n > longest) longest = (size_t)g->nodes[e].n;
  pool_free(&p->pool);
  pool_init(&p->pool, p->b, g, p->domains);
  p->nconditions = 0;
  pool_id *to = budget_alloc(p->b, (g->nnodes + 1) * sizeof *to), *args = budget_alloc(p->b, longest * sizeof *args);
  char *used = budget_alloc(p->b, g->nnodes + 1);
  int error = p->b->stopped;
  if (error == CI_OK) {
    find_used(g, used);
    error = convert(p, to, used, args);
  }
  budget_free(p->b, to, (g->nnodes + 1) * sizeof *to);
  budget_free(p->b, args, longest * sizeof *args);
  budget_free(p->b, used, g->nnodes + 1);
  return error;
}

/* ---- narrowing ---- */

static bool has_wide_domain(const struct plan *p) {
  for (size_t i = 0; i < p->graph->nvars; i++) {
    const struct var *v = &p->graph->vars[i];
    if (!v->values && v->n > WIDE_DOMAIN) return true;
  }
  return false;
}

static int narrow_once(struct plan *p) {
  pool_id *roots = budget_alloc(p->b, (p->nconditions + 1) * sizeof *roots);
  if (!roots) return CI_ENOMEM;
  for (size_t i = 0; i < p->nconditions; i++) roots[i] = p->conditions[i].root;
  int result = narrow(&p->pool, p->domains, roots, p->nconditions);
  budget_free(p->b, roots, (p->nconditions + 1) * sizeof *roots);
  if (result == 0) p->empty = true;
  return result < 0 ? result : CI_OK;
}

/* The same at the end, for the nodes alone: what is expected of them, not what they may come to. */
static int tighten(struct plan *p) {
  size_t n = p->pool.n, nvars = p->graph->nvars + 1;
  struct pool_domain *domains = budget_alloc(p->b, nvars * sizeof *domains);
  struct pool_node *nodes = budget_alloc(p->b, (n + 1) * sizeof *nodes);
  p->tight = budget_alloc(p->b, (n + 1) * sizeof *p->tight);
  p->ntight = n + 1;
  int error = p->b->stopped;
  if (error == CI_OK) {
    memcpy(domains, p->domains, nvars * sizeof *domains);
    memcpy(nodes, p->pool.nodes, n * sizeof *nodes);
    error = narrow_once(p);
    for (size_t e = 0; e < n; e++) p->tight[e] = (struct pool_domain){p->pool.nodes[e].lo, p->pool.nodes[e].hi};
    memcpy(p->pool.nodes, nodes, n * sizeof *nodes);
    memcpy(p->domains, domains, nvars * sizeof *domains);
  }
  budget_free(p->b, domains, nvars * sizeof *domains);
  budget_free(p->b, nodes, (n + 1) * sizeof *nodes);
  return error;
}

/* ---- the variables of each condition ---- */

/* The pool may have grown. */
static int make_marks(struct plan *p) {
  if (p->pool.n < p->seen_capacity && p->pool.n < p->stack_capacity) return CI_OK;
  size_t n = 2 * p->pool.n + 1;
  if (!budget_grow(p->b, &p->seen, &p->seen_capacity, n, sizeof *p->seen) ||
      !budget_grow(p->b, &p->stack, &p->stack_capacity, n, sizeof *p->stack))
    return CI_ENOMEM;
  memset(p->seen, 0, p->seen_capacity * sizeof *p->seen);
  p->mark = 0;
  return CI_OK;
}

int plan_scope(struct plan *p, struct condition *c) {
  struct pool *pool = &p->pool;
  size_t depth = 0;
  int error = make_marks(p);
  if (error < 0) return error;
  p->mark++;
  p->stack[depth++] = c->root;
  p->seen[c->root] = p->mark;
  c->first = (uint32_t)p->nscope;
  while (depth > 0) {
    const struct pool_node *x = &pool->nodes[p->stack[--depth]];
    if (x->op == NODE_VAR) {
      if (!budget_grow(p->b, &p->scope, &p->scope_capacity, p->nscope + 1, sizeof *p->scope)) return CI_ENOMEM;
      p->scope[p->nscope++] = (uint32_t)x->data;
    }
    for (int32_t i = 0; i < x->n; i++) {
      pool_id a = pool_args(pool, x)[i];
      if (p->seen[a] == p->mark) continue;
      p->seen[a] = p->mark;
      p->stack[depth++] = a;
    }
  }
  c->n = (uint32_t)p->nscope - c->first;
  return CI_OK;
}

/* What only constants beyond 64 bits decide is handed to any variable's part. */
static int adopt(struct plan *p, struct condition *c) {
  size_t var = 0;
  while (var < p->graph->nvars && p->domains[var].lo == p->domains[var].hi) var++;
  if (var == p->graph->nvars) {
    p->constant = true;
    return CI_OK;
  }
  if (!budget_grow(p->b, &p->scope, &p->scope_capacity, p->nscope + 1, sizeof *p->scope)) return CI_ENOMEM;
  p->scope[p->nscope++] = (uint32_t)var;
  c->n = 1;
  return CI_OK;
}

static int find_scopes(struct plan *p) {
  p->nscope = 0;
  for (size_t i = 0; i < p->nconditions; i++) {
    int error = plan_scope(p, &p->conditions[i]);
    if (error == CI_OK && p->conditions[i].n == 0) error = adopt(p, &p->conditions[i]);
    if (error < 0) return error;
  }
  return CI_OK;
}

/* ---- parts ---- */

static uint32_t find_root(uint32_t *up, uint32_t x) {
  while (up[x] != x) x = up[x] = up[up[x]];
  return x;
}

static void join_all(const struct plan *p, uint32_t *up) {
  for (size_t i = 0; i < p->nconditions; i++) {
    const struct condition *c = &p->conditions[i];
    for (uint32_t k = 1; k < c->n; k++) {
      uint32_t x = find_root(up, p->scope[c->first]), y = find_root(up, p->scope[c->first + k]);
      if (x < y) up[y] = x;
      else up[x] = y;
    }
  }
}

static void number_parts(struct plan *p, uint32_t *up) {
  size_t n = p->graph->nvars;
  for (size_t i = 0; i < n; i++) {
    uint32_t root = find_root(up, (uint32_t)i);
    if (p->domains[i].lo == p->domains[i].hi) continue;
    if (p->vars[root].part < 0) p->vars[root].part = p->nparts++;
    p->vars[i].part = p->vars[root].part;
  }
  for (size_t i = 0; i < p->nconditions; i++)
    if (p->conditions[i].n) p->conditions[i].part = p->vars[p->scope[p->conditions[i].first]].part;
}

static int find_parts(struct plan *p) {
  size_t n = p->graph->nvars;
  uint32_t *up = budget_alloc(p->b, (n + 1) * sizeof *up);
  if (!up) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) up[i] = (uint32_t)i;
  join_all(p, up);
  number_parts(p, up);
  budget_free(p->b, up, (n + 1) * sizeof *up);
  return CI_OK;
}

/* ---- the whole ---- */

int plan_make(struct plan *p, budget *b, const struct graph *g) {
  *p = (struct plan){.b = b, .graph = g};
  p->vars = budget_alloc(b, (g->nvars + 1) * sizeof *p->vars);
  p->domains = budget_alloc(b, (g->nvars + 1) * sizeof *p->domains);
  if (b->stopped) return b->stopped;
  for (size_t i = 0; i < g->nvars; i++) p->domains[i] = (struct pool_domain){g->vars[i].lo, g->vars[i].hi};
  int error = make_conditions(p);
  if (error == CI_OK && !p->empty && has_wide_domain(p)) error = narrow_once(p);
  for (size_t i = 0; i < g->nvars && error == CI_OK && !p->empty; i++) error = make_domain(p, i);
  if (error == CI_OK && !p->empty && has_wide_domain(p)) error = make_conditions(p);
  if (error == CI_OK && !p->empty && p->pool.n) error = tighten(p);
  if (error == CI_OK && !p->empty) error = find_scopes(p);
  if (error == CI_OK && !p->empty) error = find_parts(p);
  if (error == CI_OK && !p->empty) error = plan_define(p);
  if (error == CI_OK && !p->empty) error = plan_share(p);
  return error;
}

void plan_free(struct plan *p) {
  size_t n = p->graph->nvars;
  for (size_t i = 0; p->vars && i < n; i++) budget_free(p->b, p->vars[i].values, p->vars[i].capacity * sizeof(int64_t));
  pool_free(&p->pool);
  budget_free(p->b, p->vars, (n + 1) * sizeof *p->vars);
  budget_free(p->b, p->tight, p->ntight * sizeof *p->tight);
  budget_free(p->b, p->domains, (n + 1) * sizeof *p->domains);
  budget_free(p->b, p->conditions, p->condition_capacity * sizeof *p->conditions);
  budget_free(p->b, p->definitions, p->definition_capacity * sizeof *p->definitions);
  budget_free(p->b, p->scope, p->scope_capacity * sizeof *p->scope);
  budget_free(p->b, p->seen, p->seen_capacity * sizeof *p->seen);
  budget_free(p->b, p->stack, p->stack_capacity * sizeof *p->stack);
}
