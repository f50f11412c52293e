/* All terms differ: a fixed value leaves the others, and Hall intervals bound
 * them.  b <-> all differ shares both. */
#include <stdlib.h>
#include <string.h>
#include "equal.h"
#include "hall.h"
#include "../learn/because.h"
#include "verdict.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct alldifferent {
  propagator super;
  term b; /* -1: it must hold */
  size_t n;
  term *x;       /* those whose value has left all others come first */
  uint64_t done; /* how many these are (reversible; the order does not matter) */
  struct hall hall;
};

/* ---- Values ---- */

/* x[i] is fixed: its value leaves the others.  *gone: from wide domains, too. */
static bool spread(store *s, struct alldifferent *d, size_t i, bool *gone) {
  wide v = term_value(s, d->x[i]);
  *gone = true;
  for (size_t k = (size_t)d->done; k < d->n; k++) {
    if (k == i) continue;
    if (!term_remove(s, d->x[k], v, &d->super)) return false;
    *gone = *gone && !term_has(s, d->x[k], v);
  }
  return true;
}

static bool finish(store *s, struct alldifferent *d, size_t i) {
  term x = d->x[i];
  d->x[i] = d->x[d->done];
  d->x[d->done] = x;
  return store_set_word(s, &d->done, d->done + 1);
}

static bool spread_all(store *s, struct alldifferent *d) {
  for (size_t i = (size_t)d->done; i < d->n; i++) {
    bool gone;
    if (!term_fixed(s, d->x[i])) continue;
    if (!spread(s, d, i, &gone) || (gone && !finish(s, d, i))) return false;
  }
  return true;
}

/* ---- Bounds ---- */

/* False: some end is so far out that differences might not fit. */
static bool load(const store *s, struct alldifferent *d, int sign) {
  for (size_t i = 0; i < d->n; i++) {
    interval a = term_interval(s, d->x[i]);
    if (a.lo < -HALL_LIMIT || a.hi > HALL_LIMIT) return false;
    d->hall.item[i].lo = sign > 0 ? a.lo : -a.hi;
    d->hall.item[i].hi = sign > 0 ? a.hi : -a.lo;
  }
  return true;
}

static bool narrow_bounds(store *s, struct alldifferent *d) {
  for (int sign = 1; sign >= -1; sign -= 2) {
    if (!load(s, d, sign)) return true;
    if (!hall_raise(&d->hall, d->n)) return false;
    for (size_t i = 0; i < d->n; i++) {
      wide v = d->hall.item[i].lo;
      if (sign > 0 ? !term_ge(s, d->x[i], v, &d->super) : !term_le(s, d->x[i], -v, &d->super)) return false;
    }
  }
  return true;
}

/* ---- All differ, or not all ---- */

/* Do all pairs of the terms that are left differ, whatever their values? */
static bool all_apart(const store *s, const struct alldifferent *d) {
  for (size_t i = (size_t)d->done; i < d->n; i++)
    for (size_t k = i + 1; k < d->n; k++)
      if (terms_meet(s, d->x[i], d->x[k])) return false;
  return true;
}

static enum outcome make_differ(store *s, struct alldifferent *d) {
  uint64_t changes = store_changes(s);
  if (!spread_all(s, d)) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  if (!narrow_bounds(s, d)) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  return all_apart(s, d) ? SUBSUMED : FIXPOINT;
}

/* The pairs that may still be equal: up to two are counted. */
static int open_pairs(const store *s, const struct alldifferent *d, size_t pair[2]) {
  int n = 0;
  for (size_t i = 0; i < d->n; i++)
    for (size_t k = i + 1; k < d->n; k++) {
      if (!terms_meet(s, d->x[i], d->x[k])) continue;
      pair[0] = i;
      pair[1] = k;
      if (++n == 2) return n;
    }
  return n;
}

static bool some_equal(const store *s, const struct alldifferent *d) {
  for (size_t i = 0; i < d->n; i++)
    for (size_t k = i + 1; k < d->n; k++)
      if (terms_equal(s, d->x[i], d->x[k])) return true;
  return false;
}

static enum verdict verdict_of(const store *s, struct alldifferent *d) {
  size_t pair[2];
  if (some_equal(s, d)) return REFUTED;
  if (open_pairs(s, d, pair) == 0) return HOLDS;
  return load(s, d, 1) && !hall_raise(&d->hall, d->n) ? REFUTED : OPEN;
}

static enum outcome make_some_equal(store *s, struct alldifferent *d) {
  uint64_t changes = store_changes(s);
  size_t pair[2] = {0, 0};
  int pairs = open_pairs(s, d, pair);
  if (pairs != 1) return pairs ? FIXPOINT : FAILED;
  if (!terms_equate(s, d->x[pair[0]], d->x[pair[1]], &d->super)) return FAILED;
  return terms_equal(s, d->x[pair[0]], d->x[pair[1]]) ? SUBSUMED : settled(s, changes);
}

static enum outcome propagate(store *s, propagator *p) {
  struct alldifferent *d = (struct alldifferent *)p;
  bool fixed = d->b >= 0 && term_fixed(s, d->b);
  if (d->b < 0 || (fixed && term_value(s, d->b))) return make_differ(s, d);
  enum verdict v = verdict_of(s, d);
  if (v != OPEN) return term_fix(s, d->b, v == HOLDS, p) ? SUBSUMED : FAILED;
  return fixed ? make_some_equal(s, d) : FIXPOINT;
}

/* ---- Explanations ---- */

/* Some other term had the value. */
static bool taken(struct because *b, const struct alldifferent *d, struct fact what) {
  for (size_t i = 0; i < d->n; i++) {
    wide v;
    if (d->x[i] == what.x || !because_fixed(b, d->x[i], &v) || v != what.v) continue;
    because_is(b, d->x[i], v);
    return true;
  }
  return false;
}

/* The domains then, with the contrary of what is to be explained; false: there is none. */
static bool recall(const struct because *b, const struct alldifferent *d, struct fact what) {
  for (size_t i = 0; i < d->n; i++) {
    interval a = because_interval(b, d->x[i]);
    if (a.lo < -HALL_LIMIT || a.hi > HALL_LIMIT) return false;
    if (d->x[i] == what.x) {
      if (what.kind == AT_LEAST) a.hi = wide_min(a.hi, what.v - 1);
      else if (what.kind == AT_MOST) a.lo = wide_max(a.lo, what.v + 1);
      else a.lo = a.hi = what.v;
    }
    d->hall.item[i].lo = a.lo;
    d->hall.item[i].hi = a.hi;
    d->hall.by_hi[i] = &d->hall.item[i];
  }
  return true;
}

/* More terms than values between lo and some upper end, which is returned; lo - 1: nowhere. */
static wide crowded_to(const struct alldifferent *d, wide lo) {
  wide n = 0;
  for (size_t i = 0; i < d->n; i++) {
    const struct hall_item *item = d->hall.by_hi[i];
    n += item->lo >= lo;
    if (item->lo >= lo && n > item->hi - lo + 1) return item->hi;
  }
  return lo - 1;
}

/* One more than fit: that they lay within. */
static void name_crowd(struct because *b, const struct alldifferent *d, wide lo, wide hi, struct fact what) {
  wide n = hi - lo + 2;
  for (size_t i = 0; i < d->n && n > 0; i++) {
    const struct hall_item *item = d->hall.by_hi[i];
    if (item->lo < lo || item->hi > hi) continue;
    term x = d->x[item - d->hall.item];
    bool contrary = x == what.x;
    n--;
    if (!contrary && lo == hi) because_is(b, x, lo);
    else if (!contrary || what.kind == AT_LEAST) because_at_least(b, x, lo);
    if ((!contrary && lo != hi) || (contrary && what.kind == AT_MOST)) because_at_most(b, x, hi);
  }
}

static bool explain_crowd(struct because *b, const struct alldifferent *d, struct fact what) {
  if (!recall(b, d, what)) return false;
  qsort(d->hall.by_hi, d->n, sizeof *d->hall.by_hi, hall_upper_first);
  for (size_t i = 0; i < d->n; i++) {
    wide lo = d->hall.item[i].lo, hi = crowded_to(d, lo);
    if (hi < lo) continue;
    name_crowd(b, d, lo, hi, what);
    return true;
  }
  return false;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct alldifferent *d = (const struct alldifferent *)p;
  wide holds = 1;
  bool of_b = d->b >= 0 && what.x == d->b;
  if (of_b) return what.kind == AT_MOST && explain_crowd(b, d, fact_none());
  if (d->b >= 0 && (!because_fixed(b, d->b, &holds) || !holds)) return false;
  if (d->b >= 0) because_is(b, d->b, 1);
  return (what.x >= 0 && what.kind == IS_NOT && taken(b, d, what)) || explain_crowd(b, d, what);
}

static const struct propagator_class class = {"alldifferent", propagate, explain, 2, NULL};

/* ---- Posting ---- */

static bool has_double(const term *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = i + 1; k < n; k++)
      if (x[i] == x[k]) return true;
  return false;
}

static int post(store *s, const term *x, size_t n, term b) {
  bool twice = has_double(x, n);
  if (twice || n < 2) {
    if (b >= 0 ? !term_fix(s, b, !twice, NULL) : twice) store_fail(s);
    return CI_OK;
  }
  struct alldifferent *d = store_alloc(s, sizeof *d);
  term *all = store_alloc(s, (n + 1) * sizeof *all);
  if (!d || !all || !hall_init(s, &d->hall, n)) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, x, n * sizeof *all);
  all[n] = b;
  d->b = b;
  d->n = n;
  d->x = all;
  int error = store_post(s, &d->super, &class, all, n + (b >= 0), b < 0 ? ON_BOUNDS : ON_ANY);
  d->super.tells = b < 0;
  return error == CI_OK && b < 0 ? post_apart(s, all, NULL, n) : error;
}

int post_alldifferent(store *s, const term *x, size_t n) { return post(s, x, n, -1); }

int post_alldifferent_reified(store *s, const term *x, size_t n, term b) {
  return post(s, x, n, term_fixed(s, b) && term_value(s, b) ? -1 : b);
}
