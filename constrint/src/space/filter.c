/* Before an order is chosen: values of wide variables that a condition, taken
 * together with all that speak of no other variables, rules out. */
#include "part.h"

#include <string.h>

enum {
  WIDE = 64,            /* only variables of so many values are worth the work */
  MEMBERS_MAX = 4,      /* variables of a condition */
  EFFORT_MAX = 1 << 20  /* transitions and edges spent on one */
};

struct filtering {
  struct workshop *w;
  struct plan *p;
  int32_t part;
  bool *done;    /* per condition */
  bool *member;  /* per variable: the condition at hand reads it */
};

static bool is_worth_it(const struct filtering *x, const struct condition *c) {
  bool found = false;
  for (uint32_t i = 0; i < c->n; i++) {
    const struct plan_var *v = &x->p->vars[x->p->scope[c->first + i]];
    if (!v->values) return false;
    found = found || v->n >= WIDE;
  }
  return found && c->n <= MEMBERS_MAX;
}

static double cost_of(const struct plan *p, const struct condition *c) {
  double sum = 0;
  for (uint32_t i = 0; i < c->n; i++) sum += p->vars[p->scope[c->first + i]].log_size;
  return sum;
}

/* The cheapest of those that are left, or NULL. */
static const struct condition *take_next(struct filtering *x) {
  size_t best = SIZE_MAX;
  double least = 0;
  for (size_t i = 0; i < x->p->nconditions; i++) {
    const struct condition *c = &x->p->conditions[i];
    if (c->part != x->part || x->done[i] || c->n > MEMBERS_MAX) continue;
    double cost = cost_of(x->p, c);
    if (best != SIZE_MAX && !(cost < least)) continue;
    best = i;
    least = cost;
  }
  if (best == SIZE_MAX) return NULL;
  x->done[best] = true;
  return &x->p->conditions[best];
}

/* Narrow variables first. */
static void sort_by_size(const struct plan *p, uint32_t *vars, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint32_t x = vars[i], k = i;
    for (; k > 0 && p->vars[vars[k - 1]].n > p->vars[x].n; k--) vars[k] = vars[k - 1];
    vars[k] = x;
  }
}

/* c's variables, in the given order. */
static int add_factor(struct filtering *x, struct frontier *f, const struct condition *c) {
  uint32_t vars[MEMBERS_MAX], n = 0;
  for (uint32_t i = 0; i < f->levels; i++)
    for (uint32_t k = 0; k < c->n; k++)
      if (x->p->scope[c->first + k] == f->vars[i]) vars[n++] = f->vars[i];
  struct factor *factor = &f->factors[f->nfactors++];
  int error = factor_init(factor, x->p, c, vars);
  factor->live = true;
  return error;
}

static bool is_within(const struct filtering *x, const struct condition *c) {
  for (uint32_t i = 0; i < c->n; i++)
    if (!x->member[x->p->scope[c->first + i]]) return false;
  return true;
}

static int add_factors(struct filtering *x, struct frontier *f, const struct condition *c) {
  int error = add_factor(x, f, c);
  for (size_t i = 0; i < x->p->nconditions && error == CI_OK; i++) {
    const struct condition *other = &x->p->conditions[i];
    if (other != c && other->part == x->part && other->n <= MEMBERS_MAX && is_within(x, other)) error = add_factor(x, f, other);
  }
  return error;
}

static int keep_occurring(struct filtering *x, struct frontier *f) {
  for (uint32_t level = 0; level < f->levels; level++) {
    const struct frontier_level *l = &f->level[level];
    uint32_t n = x->p->vars[f->vars[level]].n;
    bool *alive = budget_alloc(x->w->b, n);
    if (!alive) return CI_ENOMEM;
    for (size_t e = 0; e < l->edges; e++) alive[l->value[e]] = true;
    plan_keep(x->p, f->vars[level], alive);
    budget_free(x->w->b, alive, n);
  }
  return CI_OK;
}

static bool has_unknown(const struct frontier *f) {
  for (uint32_t i = 0; i < f->width; i++)
    if (f->unknown[i]) return true;
  return false;
}

static int project(struct filtering *x, const struct condition *c) {
  budget *b = x->w->b;
  uint32_t vars[MEMBERS_MAX];
  struct frontier f = {.b = b, .plan = x->p, .levels = c->n, .vars = vars, .effort_limit = EFFORT_MAX};
  size_t bytes = (x->p->nconditions + 1) * sizeof *f.factors;
  memcpy(vars, x->p->scope + c->first, c->n * sizeof *vars);
  sort_by_size(x->p, vars, c->n);
  for (uint32_t i = 0; i < c->n; i++) x->member[vars[i]] = true;
  f.factors = budget_alloc(b, bytes);
  int error = f.factors ? add_factors(x, &f, c) : CI_ENOMEM;
  if (error == CI_OK) error = frontier_run(&f, x->w);
  if (error == CI_OK && !has_unknown(&f)) {
    error = frontier_reduce(&f);
    if (error == CI_OK) error = keep_occurring(x, &f);
  }
  for (uint32_t i = 0; i < c->n; i++) x->member[vars[i]] = false;
  for (size_t i = 0; i < f.nfactors; i++) factor_free(&f.factors[i]);
  budget_free(b, f.factors, bytes);
  frontier_free(&f);
  return error < 0 ? error : CI_OK;
}

int part_filter(struct workshop *w, int32_t part) {
  struct filtering x = {.w = w, .p = w->plan, .part = part};
  size_t n = x.p->nconditions + 1, nvars = x.p->graph->nvars + 1;
  x.done = budget_alloc(w->b, n);
  x.member = budget_alloc(w->b, nvars);
  int error = w->b->stopped;
  const struct condition *c;
  while (error == CI_OK && !x.p->empty && (c = take_next(&x)))
    if (is_worth_it(&x, c)) error = project(&x, c);
  budget_free(w->b, x.done, n);
  budget_free(w->b, x.member, nvars);
  return error;
}
