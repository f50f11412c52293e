/* x comes before y in lexicographic order, or strictly so: bounds of the first
 * pair that may differ, with a look at what the pairs behind it allow. */
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct lex {
  propagator super;
  size_t n;
  const term *x, *y;
  bool strict;
};

/* Can the pairs from i on be in order? */
static bool tail_possible(const store *s, const struct lex *l, size_t i) {
  for (; i < l->n; i++) {
    if (l->x[i] == l->y[i]) continue;
    if (term_lo(s, l->x[i]) > term_hi(s, l->y[i])) return false;
    if (term_lo(s, l->x[i]) < term_hi(s, l->y[i])) return true;
  }
  return !l->strict;
}

static bool equal(const store *s, term x, term y) {
  return x == y || (term_known(s, x) && term_is(s, y, term_value(s, x)));
}

/* x <= y (x < y), on the ends. */
static bool order(store *s, term x, term y, bool strictly, reason why) {
  if (x == y) return !strictly;
  wide hi = term_hi(s, y), lo = term_lo(s, x);
  if (hi < WIDE_MAX && !term_le(s, x, hi - strictly, why)) return false;
  return lo <= WIDE_MIN || term_ge(s, y, lo + strictly, why);
}

static enum outcome propagate(store *s, propagator *p) {
  const struct lex *l = (const struct lex *)p;
  size_t i = 0;
  uint64_t changes = store_changes(s);
  while (i < l->n && equal(s, l->x[i], l->y[i])) i++;
  if (i == l->n) return l->strict ? FAILED : SUBSUMED;
  if (!order(s, l->x[i], l->y[i], !tail_possible(s, l, i + 1), p)) return FAILED;
  if (term_hi(s, l->x[i]) < term_lo(s, l->y[i])) return SUBSUMED;
  return settled(s, changes);
}

/* ---- Explanations: x was surely not before y in some pairs ---- */

/* Name that x was at least y, or more than that; false: it was not. */
static bool name_after(struct because *b, term x, term y, bool strictly) {
  if (x == y) return !strictly;
  wide lo = because_interval(b, x).lo;
  if (wide_saturated(lo) || because_interval(b, y).hi > lo - strictly) return false;
  because_at_least(b, x, lo);
  because_at_most(b, y, lo - strictly);
  return true;
}

/* In the pairs before `to` x was at least y. */
static bool name_prefix(struct because *b, const struct lex *l, size_t to) {
  for (size_t i = 0; i < to; i++)
    if (!name_after(b, l->x[i], l->y[i], false)) return false;
  return true;
}

/* The pairs from i on could not be in order. */
static bool name_tail(struct because *b, const struct lex *l, size_t i) {
  for (; i < l->n; i++) {
    if (name_after(b, l->x[i], l->y[i], true)) return true;
    if (!name_after(b, l->x[i], l->y[i], false)) return false;
  }
  return l->strict;
}

/* x[i] <= v, or y[i] >= v. */
static bool explain_pair(struct because *b, const struct lex *l, size_t i, struct fact what) {
  bool upper = what.kind == AT_MOST;
  interval other = because_interval(b, upper ? l->y[i] : l->x[i]);
  bool strictly = upper ? other.hi > what.v : other.lo < what.v;
  if (!name_prefix(b, l, i)) return false;
  if (upper) because_at_most(b, l->y[i], what.v + strictly);
  else because_at_least(b, l->x[i], what.v - strictly);
  if (upper ? other.hi > what.v + strictly : other.lo < what.v - strictly) return false;
  return !strictly || name_tail(b, l, i + 1);
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct lex *l = (const struct lex *)p;
  size_t n = b->n;
  if (what.x < 0) return name_tail(b, l, 0);
  if (what.kind == IS_NOT) return false;
  for (size_t i = 0; i < l->n; i++) {
    if ((what.kind == AT_MOST ? l->x[i] : l->y[i]) == what.x && explain_pair(b, l, i, what)) return true;
    b->n = n;
  }
  return false;
}

static const struct propagator_class class = {"lex", propagate, explain, 1, NULL};

int post_lex(store *s, const term *x, const term *y, size_t n, bool strict) {
  struct lex *l = store_alloc(s, sizeof *l);
  term *all = store_alloc(s, (2 * n + 1) * sizeof *all);
  if (!l || !all) return ci_fail(CI_ENOMEM, "out of memory");
  if (n == 0) {
    if (strict) store_fail(s);
    return CI_OK;
  }
  memcpy(all, x, n * sizeof *all);
  memcpy(all + n, y, n * sizeof *all);
  *l = (struct lex){.n = n, .x = all, .y = all + n, .strict = strict};
  return store_post(s, &l->super, &class, all, 2 * n, ON_BOUNDS);
}
