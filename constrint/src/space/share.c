/* Conditions over some of another's variables that reckon with the same sums or
 * products are judged together with it: the work is done once, and what the
 * one rules out the other need not follow. */
#include "plan.h"

enum { CONDITIONS_MAX = 200 }; /* of a model: with more, pairs are too many to look at */

struct sharing {
  struct plan *p;
  pool_id *chains;     /* sums and products, condition by condition */
  size_t nchains, chain_capacity;
  uint32_t *first;     /* per condition, and one more */
  bool *reads;         /* per variable: the host reads it */
};

static bool is_shareable(const struct pool_node *x) { return x->op == CI_ADD || x->op == CI_MUL; }

static int gather_chains(struct sharing *s, const struct condition *c) {
  struct plan *p = s->p;
  size_t depth = 0;
  p->mark++;
  p->stack[depth++] = c->root;
  while (depth > 0) {
    pool_id e = p->stack[--depth];
    const struct pool_node *x = &p->pool.nodes[e];
    if (!budget_grow(p->b, &s->chains, &s->chain_capacity, s->nchains + 1, sizeof *s->chains)) return CI_ENOMEM;
    if (is_shareable(x)) s->chains[s->nchains++] = e;
    for (int32_t i = 0; i < x->n; i++) {
      pool_id a = pool_args(&p->pool, x)[i];
      if (p->seen[a] == p->mark) continue;
      p->seen[a] = p->mark;
      p->stack[depth++] = a;
    }
  }
  return CI_OK;
}

static int gather_all(struct sharing *s) {
  for (size_t c = 0; c < s->p->nconditions; c++) {
    s->first[c] = (uint32_t)s->nchains;
    int error = gather_chains(s, &s->p->conditions[c]);
    if (error < 0) return error;
  }
  s->first[s->p->nconditions] = (uint32_t)s->nchains;
  return CI_OK;
}

/* All terms of x, constants aside, are terms of y. */
static bool is_part_of(const struct pool *pool, pool_id x, pool_id y) {
  const struct pool_node *a = &pool->nodes[x], *b = &pool->nodes[y];
  bool all = a->op == b->op;
  for (int32_t i = 0; i < a->n && all; i++) {
    pool_id term = pool_args(pool, a)[i];
    all = pool_is_int(pool, term);
    for (int32_t k = 0; k < b->n && !all; k++) all = pool_args(pool, b)[k] == term;
  }
  return all;
}

/* The sum or product that a condition compares with a constant; -1: it is not like that. */
static pool_id compared(const struct plan *p, const struct condition *c) {
  const struct pool_node *x = &p->pool.nodes[c->root];
  if (x->op != CI_EQ && x->op != CI_NE && x->op != CI_LT && x->op != CI_LE) return -1;
  const pool_id *sides = pool_args(&p->pool, x);
  for (int i = 0; i < 2; i++)
    if (pool_is_int(&p->pool, sides[1 - i]) && is_shareable(&p->pool.nodes[sides[i]])) return sides[i];
  return -1;
}

/* The guest is about a sum or product of which the host's conditions hold all terms. */
static bool share_work(const struct sharing *s, size_t guest, size_t host) {
  pool_id chain = compared(s->p, &s->p->conditions[guest]);
  for (uint32_t k = s->first[host]; k < s->first[host + 1] && chain >= 0; k++)
    if (is_part_of(&s->p->pool, chain, s->chains[k])) return true;
  return false;
}

static bool is_within(struct sharing *s, const struct condition *guest, const struct condition *host) {
  const uint32_t *scope = s->p->scope;
  bool within = guest->n <= host->n;
  for (uint32_t i = 0; i < host->n; i++) s->reads[scope[host->first + i]] = true;
  for (uint32_t i = 0; i < guest->n && within; i++) within = s->reads[scope[guest->first + i]];
  for (uint32_t i = 0; i < host->n; i++) s->reads[scope[host->first + i]] = false;
  return within;
}

static bool may_join(const struct condition *c) { return c->n >= 2 && c->whole < 0 && c->defines < 0; }

/* The narrowest condition that this one may be judged with, or itself. */
static size_t find_host(struct sharing *s, size_t guest) {
  const struct condition *all = s->p->conditions, *c = &all[guest];
  size_t host = guest;
  for (size_t i = 0; i < s->p->nconditions; i++) {
    if (i == guest || !may_join(&all[i]) || (all[i].n == c->n && i < guest)) continue;
    if (host != guest && all[i].n >= all[host].n) continue;
    if (is_within(s, c, &all[i]) && share_work(s, guest, i)) host = i;
  }
  return host;
}

static int join(struct plan *p, size_t guest, size_t host) {
  pool_id both[2] = {p->conditions[guest].root, p->conditions[host].root};
  pool_id e = pool_make(&p->pool, CI_AND, both, 2, 0);
  if (e < 0) return e;
  p->conditions[host].root = e;
  p->conditions[guest].n = 0; /* gone */
  return CI_OK;
}

/* From the narrowest on: a host may be a guest in turn. */
static int join_all(struct sharing *s) {
  struct plan *p = s->p;
  for (uint32_t n = 2; n <= p->graph->nvars; n++) {
    for (size_t c = 0; c < p->nconditions; c++) {
      if (p->conditions[c].n != n || !may_join(&p->conditions[c])) continue;
      size_t host = find_host(s, c);
      int error = host == c ? CI_OK : join(p, c, host);
      if (error < 0) return error;
    }
  }
  size_t kept = 0;
  for (size_t c = 0; c < p->nconditions; c++)
    if (p->conditions[c].n) p->conditions[kept++] = p->conditions[c];
  p->nconditions = kept;
  return CI_OK;
}

int plan_share(struct plan *p) {
  if (p->constant || p->nconditions > CONDITIONS_MAX || p->ndefinitions) return CI_OK;
  struct sharing s = {.p = p};
  size_t n = p->nconditions, nvars = p->graph->nvars + 1;
  s.first = budget_alloc(p->b, (n + 1) * sizeof *s.first);
  s.reads = budget_alloc(p->b, nvars);
  int error = p->b->stopped ? p->b->stopped : gather_all(&s);
  if (error == CI_OK) error = join_all(&s);
  budget_free(p->b, s.first, (n + 1) * sizeof *s.first);
  budget_free(p->b, s.reads, nvars);
  budget_free(p->b, s.chains, s.chain_capacity * sizeof *s.chains);
  return error;
}
