/* The domains that propagation alone leaves, as ranges with a step. */
#include "error.h"
#include "solver.h"

static int add_range(ci_solver *s, struct range r) {
  if (!budget_grow(&s->budget, &s->ranges, &s->range_capacity, s->nranges + 1, sizeof r)) return CI_ENOMEM;
  s->ranges[s->nranges++] = r;
  return CI_OK;
}

/* The longest run of equal steps from lo on; its end. */
static wide run_end(const store *s, term x, wide lo, wide *step) {
  wide hi = term_next(s, x, lo);
  *step = hi == lo ? 1 : hi - lo;
  for (wide next = term_next(s, x, hi); next != hi && next - hi == *step; next = term_next(s, x, hi)) hi = next;
  return hi;
}

static int list_explicit(ci_solver *s, term x) {
  const store *st = s->store;
  for (wide lo = term_lo(st, x);;) {
    wide step, hi = run_end(st, x, lo, &step);
    int error = add_range(s, (struct range){(int64_t)lo, (int64_t)hi, (int64_t)step});
    if (error < 0 || hi == term_hi(st, x)) return error;
    lo = term_next(st, x, hi);
  }
}

static int list_domain(ci_solver *s, term x) {
  const store *st = s->store;
  if (term_explicit(st, x)) return list_explicit(s, x);
  return add_range(s, (struct range){(int64_t)term_lo(st, x), (int64_t)term_hi(st, x), (int64_t)term_step(st, x)});
}

static int list_all(ci_solver *s) {
  size_t n = s->model->graph.nvars;
  int error = CI_OK;
  if (!s->first_range) s->first_range = budget_alloc(&s->budget, (n + 1) * sizeof *s->first_range);
  if (!s->first_range) return CI_ENOMEM;
  s->nranges = 0;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    s->first_range[i] = s->nranges;
    if (s->root == 1) error = list_domain(s, s->program.vars[i]);
  }
  s->first_range[n] = s->nranges;
  return error;
}

static int propagate(ci_solver *s, ci_answer *answer) {
  search_reset(s);
  int error = solver_prepare(s, false);
  if (error == CI_OK) error = list_all(s);
  if (error == CI_OK) *answer = s->root == 1 ? CI_FOUND : CI_NONE;
  return error;
}

int ci_propagate(ci_solver *s, ci_answer *answer) {
  int error = solver_begin(s);
  if (error == CI_OK) error = propagate(s, answer);
  return solver_end(s, error);
}

size_t ci_domain_ranges(const ci_solver *s, size_t var) {
  if (!s->first_range || var >= s->model->graph.nvars) return 0;
  return s->first_range[var + 1] - s->first_range[var];
}

int ci_domain_range(const ci_solver *s, size_t var, size_t i, int64_t *lo, int64_t *hi, int64_t *step) {
  if (i >= ci_domain_ranges(s, var)) return ci_fail(CI_EINVAL, "variable %zu has no range %zu", var, i);
  const struct range *r = &s->ranges[s->first_range[var] + i];
  *lo = r->lo;
  *hi = r->hi;
  *step = r->step;
  return CI_OK;
}
