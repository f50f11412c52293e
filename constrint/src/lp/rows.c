/* Which constraints have a linear part, and what it is. */
#include "rows.h"

#include <string.h>

#include "../integer.h"
#include "../propagators/linear.h"
#include "../propagators/logic.h"
#include "relax.h"

void lp_rows_free(struct lp_rows *r) {
  budget *b = r->b;
  if (!b) return;
  budget_free(b, r->term_of, r->term_of_capacity * sizeof *r->term_of);
  budget_free(b, r->col_of, r->terms * sizeof *r->col_of);
  budget_free(b, r->root_lo, r->root_lo_capacity * sizeof *r->root_lo);
  budget_free(b, r->root_hi, r->root_hi_capacity * sizeof *r->root_hi);
  budget_free(b, r->lo, r->lo_capacity * sizeof *r->lo);
  budget_free(b, r->hi, r->hi_capacity * sizeof *r->hi);
  budget_free(b, r->start, r->start_capacity * sizeof *r->start);
  budget_free(b, r->col, r->col_capacity * sizeof *r->col);
  budget_free(b, r->a, r->a_capacity * sizeof *r->a);
  *r = (struct lp_rows){0};
}

static bool is_small(wide v) { return v < LP_SMALL && v > -LP_SMALL; }

static bool can_be_column(const store *s, term x) { return is_small(term_lo(s, x)) && is_small(term_hi(s, x)); }

/* The term's column, made if it is new; < 0: out of memory. */
static int32_t column(struct lp_rows *r, term x) {
  if (r->col_of[x] >= 0) return r->col_of[x];
  size_t n = r->cols;
  if (!budget_grow(r->b, &r->term_of, &r->term_of_capacity, n + 1, sizeof *r->term_of) ||
      !budget_grow(r->b, &r->root_lo, &r->root_lo_capacity, n + 1, sizeof *r->root_lo) ||
      !budget_grow(r->b, &r->root_hi, &r->root_hi_capacity, n + 1, sizeof *r->root_hi))
    return CI_ENOMEM;
  r->term_of[n] = x;
  r->root_lo[n] = term_lo(r->s, x);
  r->root_hi[n] = term_hi(r->s, x);
  r->cols = n + 1;
  return r->col_of[x] = (int32_t)n;
}

static bool fits(const struct lp_rows *r, const wide *a, const term *x, size_t n, wide lo, wide hi) {
  bool ok = r->entries + n <= LP_ENTRIES && (lo <= WIDE_MIN || is_small(lo)) && (hi >= WIDE_MAX || is_small(hi));
  for (size_t i = 0; i < n && ok; i++) ok = is_small(a[i]) && can_be_column(r->s, x[i]);
  return ok;
}

static bool make_room(struct lp_rows *r, size_t n) {
  return budget_grow(r->b, &r->lo, &r->lo_capacity, r->n + 1, sizeof *r->lo) &&
         budget_grow(r->b, &r->hi, &r->hi_capacity, r->n + 1, sizeof *r->hi) &&
         budget_grow(r->b, &r->start, &r->start_capacity, r->n + 2, sizeof *r->start) &&
         budget_grow(r->b, &r->col, &r->col_capacity, r->entries + n, sizeof *r->col) &&
         budget_grow(r->b, &r->a, &r->a_capacity, r->entries + n, sizeof *r->a);
}

int lp_rows_add(struct lp_rows *r, const wide *a, const term *x, size_t n, wide lo, wide hi) {
  if (!fits(r, a, x, n, lo, hi)) {
    r->whole = false;
    return CI_OK;
  }
  if (!make_room(r, n)) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) {
    int32_t col = column(r, x[i]);
    if (col < 0) return CI_ENOMEM;
    r->col[r->entries] = col;
    r->a[r->entries++] = a[i];
  }
  r->lo[r->n] = lo;
  r->hi[r->n] = hi;
  r->start[++r->n] = r->entries;
  return CI_OK;
}

static bool belongs(const struct lp_rows *r, const ci_solver *s, const struct posted *posted) {
  for (uint32_t i = 0; i < posted->n; i++)
    if (s->component[posted->scope[i]] == r->component) return true;
  return false;
}

int lp_rows_gather(struct lp_rows *r, const ci_solver *s, int32_t component) {
  store *st = s->store;
  *r = (struct lp_rows){.s = st, .b = st->budget, .component = component, .whole = true};
  r->terms = st->terms;
  r->col_of = budget_alloc(r->b, r->terms * sizeof *r->col_of);
  if (!r->col_of || !make_room(r, 0)) return CI_ENOMEM;
  memset(r->col_of, 0xff, r->terms * sizeof *r->col_of);
  r->start[0] = 0;
  for (size_t i = 0; i < st->propagators; i++) {
    const struct posted *posted = &st->posted[i];
    if (posted->p->dead || posted->p == s->bound || !belongs(r, s, posted)) continue;
    int error = lp_relax(r, posted->p);
    if (error < 0) return error;
  }
  return CI_OK;
}
