/* Sums in 64 bits: read the ends, and touch a term only where it loses some. */
#include "linear_small.h"

#include "../store_internal.h"

/* Sums and constants this small can be subtracted from each other without looking. */
#define LIMIT ((wide)1 << 61)

static bool fits(const store *s, const struct linear_sum *l) {
  wide sum = 0;
  if (wide_abs(l->c) >= LIMIT) return false;
  for (size_t i = 0; i < l->n; i++) {
    const struct domain *d = &s->domains[l->x[i]];
    wide most = wide_max(wide_abs(d->lo), wide_abs(d->hi));
    if (most >= LIMIT || wide_abs(l->a[i]) >= LIMIT) return false;
    sum = wide_add(sum, wide_mul(wide_abs(l->a[i]), most));
  }
  return sum < LIMIT;
}

bool linear_is_small(const store *s, struct linear_sum *l) {
  if (!l->small && s->level == 0) l->small = fits(s, l);
  return l->small;
}

struct small_total small_total_of(const store *s, const struct linear_sum *l) {
  struct small_total t = {0};
  for (size_t i = 0; i < l->n; i++) {
    const struct domain *d = &s->domains[l->x[i]];
    int64_t a = (int64_t)l->a[i], p = a * (int64_t)d->lo, q = a * (int64_t)d->hi;
    int64_t lo = p < q ? p : q, hi = p < q ? q : p;
    t.lo += lo;
    t.hi += hi;
    if (hi - lo > t.widest) t.widest = hi - lo;
  }
  return t;
}

static int64_t floor_of(int64_t n, int64_t d) { return n / d - (n % d != 0 && (n < 0) != (d < 0)); }

/* a*x may rise by `above` from its least and fall by `below` from its greatest. */
static bool narrow_part(store *s, struct linear_sum *l, size_t i, int64_t above, int64_t below, reason why) {
  const struct domain *d = &s->domains[l->x[i]];
  int64_t a = (int64_t)l->a[i], lo = (int64_t)d->lo, hi = (int64_t)d->hi;
  int64_t size = a < 0 ? -a : a, width = (hi - lo) * size;
  if (width <= above && width <= below) return true;
  int64_t up = a < 0 ? below : above, down = a < 0 ? above : below;
  interval v = {lo, hi};
  if (width > up) v.hi = lo + floor_of(up, size);
  if (width > down) v.lo = hi - floor_of(down, size);
  return term_within_patiently(s, l->x[i], v, &l->patience, why);
}

bool small_narrow(store *s, struct linear_sum *l, const struct small_total *t, enum sum_relation rel, reason why) {
  int64_t c = (int64_t)l->c, all = t->hi - t->lo;
  int64_t above = rel == SUM_GE ? all : c - t->lo, below = rel == SUM_LE ? all : t->hi - c;
  if (above < 0 || below < 0) return false;
  if (t->widest <= above && t->widest <= below) return true;
  for (size_t i = 0; i < l->n; i++)
    if (!narrow_part(s, l, i, above, below, why)) return false;
  return true;
}

/* What it takes away are ends that do not count in what it takes away next:
 * one run is enough, but where patience left something. */
enum outcome small_narrow_order(store *s, struct linear_sum *l, enum sum_relation rel, reason why) {
  struct small_total t = small_total_of(s, l);
  uint64_t changes = store_changes(s);
  if (rel == SUM_LE ? t.hi <= l->c : t.lo >= l->c) return SUBSUMED;
  return small_narrow(s, l, &t, rel, why) ? settled(s, changes) : FAILED;
}

enum outcome small_narrow_unequal(store *s, struct linear_sum *l, reason why) {
  int64_t rest = (int64_t)l->c;
  size_t last = l->n;
  for (size_t i = 0; i < l->n; i++) {
    const struct domain *d = &s->domains[l->x[i]];
    if (d->lo == d->hi) rest -= (int64_t)l->a[i] * (int64_t)d->lo;
    else if (last < l->n) return FIXPOINT;
    else last = i;
  }
  if (last == l->n) return rest ? SUBSUMED : FAILED;
  int64_t a = (int64_t)l->a[last];
  if (rest % a) return SUBSUMED;
  if (!term_remove(s, l->x[last], rest / a, why)) return FAILED;
  return term_has(s, l->x[last], rest / a) ? FIXPOINT : SUBSUMED;
}

static bool has_holes(const store *s, term x) {
  const struct domain *d = &s->domains[x];
  if (d->lo == d->hi) return false;
  return s->explicit[x] ? d->count != (uint64_t)(d->hi - d->lo) + 1 : d->step != 1;
}

bool small_is_dense(const store *s, const struct linear_sum *l) {
  if (!l->small || l->n != 2) return false;
  for (size_t i = 0; i < 2; i++)
    if (wide_abs(l->a[i]) != 1 || has_holes(s, l->x[i])) return false;
  return true;
}
