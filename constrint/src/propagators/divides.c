/* x divides y (0 is no divisor), and b <-> x divides y. */
#include "divisor_list.h"
#include "verdict.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct divides {
  propagator super;
  term x, y, b; /* b: -1 where it must hold */
  struct divisor_list divisors; /* of the last fixed y */
  uint32_t patience;
};

enum { TRY_LIMIT = 1024 }; /* values, or pairs of them, that are tried one by one */

static bool few(const store *s, term x) { return term_explicit(s, x) && term_size(s, x) <= TRY_LIMIT; }

static bool few_pairs(const store *s, const struct divides *d) {
  return few(s, d->x) && few(s, d->y) && term_size(s, d->x) * term_size(s, d->y) <= TRY_LIMIT;
}

/* The first multiple of v >= a. */
static wide multiple_from(wide v, wide a) { return wide_mul(ceil_div(a, wide_abs(v)), wide_abs(v)); }
static wide multiple_to(wide v, wide a) { return -multiple_from(v, -a); }

/* Is some (is every) value of y a multiple of v?  By bounds and stride where y
 * is too large to be looked through: then "some" errs on yes, "every" on no. */
static bool some_multiple(const store *s, term y, wide v, bool by_value) {
  interval iy = term_interval(s, y);
  if (v == 0) return false;
  if (iy.lo > WIDE_MIN && iy.hi < WIDE_MAX && multiple_from(v, iy.lo) > iy.hi) return false;
  wide g = wide_gcd(term_step(s, y), v);
  if (!wide_saturated(iy.lo) && g > 1 && !is_multiple(iy.lo, g)) return false;
  if (!by_value) return true;
  for (wide w = iy.lo;; w = term_next(s, y, w)) {
    if (is_multiple(w, v)) return true;
    if (w == iy.hi) return false;
  }
}

static bool every_multiple(const store *s, term y, wide v, bool by_value) {
  interval iy = term_interval(s, y);
  if (v == 0 || wide_saturated(iy.lo)) return false;
  if (is_multiple(iy.lo, v) && is_multiple(term_step(s, y), v)) return true;
  if (!by_value) return false;
  for (wide w = iy.lo;; w = term_next(s, y, w)) {
    if (!is_multiple(w, v)) return false;
    if (w == iy.hi) return true;
  }
}

/* ---- What the domains say ---- */

static enum verdict verdict_by_divisor(const store *s, const struct divides *d) {
  bool by_value = few_pairs(s, d), some = false, every = true;
  for (wide v = term_lo(s, d->x); !some || every; v = term_next(s, d->x, v)) {
    some = some || some_multiple(s, d->y, v, by_value);
    every = every && every_multiple(s, d->y, v, by_value);
    if (v == term_hi(s, d->x)) break;
  }
  return every ? HOLDS : some ? OPEN : REFUTED;
}

static enum verdict verdict_of(const store *s, const struct divides *d) {
  if (term_is(s, d->y, 0)) return term_has(s, d->x, 0) ? OPEN : HOLDS;
  if (few(s, d->x)) return verdict_by_divisor(s, d);
  interval iy = term_interval(s, d->y);
  return !interval_has(iy, 0) && term_least_abs(s, d->x) > term_greatest_abs(s, d->y) ? REFUTED : OPEN;
}

/* ---- It must hold ---- */

static bool filter_divisors(store *s, struct divides *d, reason why) {
  bool by_value = few_pairs(s, d);
  wide kept[TRY_LIMIT], least = WIDE_MAX, greatest = WIDE_MIN;
  interval iy = term_interval(s, d->y);
  size_t n = 0;
  for (wide v = term_lo(s, d->x);; v = term_next(s, d->x, v)) {
    if (some_multiple(s, d->y, v, by_value)) {
      kept[n++] = v;
      if (iy.lo > WIDE_MIN) least = wide_min(least, multiple_from(v, iy.lo));
      if (iy.hi < WIDE_MAX) greatest = wide_max(greatest, multiple_to(v, iy.hi));
    }
    if (v == term_hi(s, d->x)) break;
  }
  if (n == 0 || !term_keep(s, d->x, kept, n, why)) return false;
  if (iy.lo <= WIDE_MIN) least = WIDE_MIN;
  if (iy.hi >= WIDE_MAX) greatest = WIDE_MAX;
  return term_within_patiently(s, d->y, (interval){least, greatest}, &d->patience, why);
}

static bool has_divisor(const store *s, term x, wide w) {
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    if (v != 0 && is_multiple(w, v)) return true;
    if (v == term_hi(s, x)) return false;
  }
}

static bool filter_multiples(store *s, struct divides *d, reason why) {
  wide kept[TRY_LIMIT];
  size_t n = 0;
  for (wide w = term_lo(s, d->y);; w = term_next(s, d->y, w)) {
    if (has_divisor(s, d->x, w)) kept[n++] = w;
    if (w == term_hi(s, d->y)) break;
  }
  return n > 0 && term_keep(s, d->y, kept, n, why);
}

/* |x| <= |y| and |y| >= |x|, for a y that is not 0. */
static bool narrow_sizes(store *s, struct divides *d, reason why) {
  interval iy = term_interval(s, d->y);
  if (interval_has(iy, 0)) return true;
  wide most = term_greatest_abs(s, d->y), least = term_least_abs(s, d->x);
  if (!term_within(s, d->x, (interval){-most, most}, why)) return false;
  return iy.lo > 0 ? term_ge(s, d->y, least, why) : term_le(s, d->y, -least, why);
}

static bool narrow_domains(store *s, struct divides *d, reason why) {
  wide g = term_divisor(s, d->x);
  if (g > 1 && !term_congruent(s, d->y, g, 0, why)) return false;
  if (few(s, d->x) && !filter_divisors(s, d, why)) return false;
  if (few_pairs(s, d) && !filter_multiples(s, d, why)) return false;
  if (few(s, d->x) || !term_known(s, d->y) || term_value(s, d->y) == 0) return true;
  return divisor_list_keep(s, &d->divisors, d->x, term_value(s, d->y), why);
}

static enum outcome make_divide(store *s, struct divides *d) {
  reason why = &d->super;
  uint64_t changes = store_changes(s);
  if (!term_remove(s, d->x, 0, why) || !narrow_sizes(s, d, why) || !narrow_domains(s, d, why)) return FAILED;
  return verdict_of(s, d) == HOLDS ? SUBSUMED : settled(s, changes);
}

/* ---- It must not hold ---- */

/* Every value of y is a multiple of v, or v cannot be a divisor for all of them. */
static bool filter_others(store *s, struct divides *d, reason why) {
  bool by_value = few_pairs(s, d);
  wide kept[TRY_LIMIT];
  size_t n = 0;
  for (wide v = term_lo(s, d->x);; v = term_next(s, d->x, v)) {
    if (!every_multiple(s, d->y, v, by_value)) kept[n++] = v;
    if (v == term_hi(s, d->x)) break;
  }
  return n > 0 && term_keep(s, d->x, kept, n, why);
}

static bool all_divide(const store *s, term x, wide w) {
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    if (v == 0 || !is_multiple(w, v)) return false;
    if (v == term_hi(s, x)) return true;
  }
}

static bool filter_non_multiples(store *s, struct divides *d, reason why) {
  wide last = term_hi(s, d->y);
  for (wide w = term_lo(s, d->y);;) {
    wide next = term_next(s, d->y, w);
    if (all_divide(s, d->x, w) && !term_remove(s, d->y, w, why)) return false;
    if (w == last) return true;
    w = next;
  }
}

enum { FEW_STEPS = 1000 }; /* a wide y may be nothing but such values */

/* The ends of y that every value of x divides. */
static bool trim_ends(store *s, struct divides *d, reason why) {
  interval y = term_interval(s, d->y);
  for (int k = 0; k < FEW_STEPS && !wide_saturated(y.lo) && y.lo < y.hi && all_divide(s, d->x, y.lo); k++)
    y.lo = term_next(s, d->y, y.lo);
  for (int k = 0; k < FEW_STEPS && !wide_saturated(y.hi) && y.lo < y.hi && all_divide(s, d->x, y.hi); k++)
    y.hi = term_prev(s, d->y, y.hi);
  if (y.lo == y.hi && !wide_saturated(y.lo) && all_divide(s, d->x, y.lo)) return false;
  return term_within_patiently(s, d->y, y, &d->patience, why);
}

static enum outcome make_not_divide(store *s, struct divides *d) {
  reason why = &d->super;
  uint64_t changes = store_changes(s);
  enum verdict v = verdict_of(s, d);
  if (v == HOLDS) return FAILED;
  if (v == REFUTED) return SUBSUMED;
  if (!term_has(s, d->x, 0) && !term_remove(s, d->y, 0, why)) return FAILED;
  if (few(s, d->x)) {
    if (!filter_others(s, d, why)) return FAILED;
    if (few_pairs(s, d) ? !filter_non_multiples(s, d, why) : !trim_ends(s, d, why)) return FAILED;
  }
  return verdict_of(s, d) == REFUTED ? SUBSUMED : settled(s, changes);
}

/* ---- The propagator ---- */

static enum outcome propagate(store *s, propagator *p) {
  struct divides *d = (struct divides *)p;
  if (d->b < 0) return make_divide(s, d);
  if (term_fixed(s, d->b)) return term_value(s, d->b) ? make_divide(s, d) : make_not_divide(s, d);
  enum verdict v = verdict_of(s, d);
  if (v == OPEN) return FIXPOINT;
  return term_fix(s, d->b, v == HOLDS, p) ? SUBSUMED : FAILED;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct divides *d = (const struct divides *)p;
  return z == d->b && !term_has(s, d->x, 0) && image_is((interval){0, 1}, lo, hi);
}

/* ---- Explanations: by intervals of x, y and b ---- */

static wide least_size(interval a) { return interval_has(a, 0) ? 0 : wide_min(wide_abs(a.lo), wide_abs(a.hi)); }
static wide greatest_size(interval a) { return wide_max(wide_abs(a.lo), wide_abs(a.hi)); }
static bool single(interval a) { return a.lo == a.hi && !wide_saturated(a.lo); }

/* No x divides any y. */
static bool none_divides(interval x, interval y) {
  if (single(x) && x.lo == 0) return true;
  if (interval_has(y, 0)) return false;
  if (least_size(x) > greatest_size(y)) return true;
  return single(x) && !wide_saturated(y.lo) && multiple_from(x.lo, y.lo) > y.hi;
}

static bool refuted(const void *data, const interval *box) {
  const struct divides *d = data;
  if (d->b < 0 || box[2].lo > 0) return none_divides(box[0], box[1]);
  if (box[2].hi > 0 || interval_has(box[0], 0) || !single(box[1])) return false; /* it must not hold, and it does: */
  return box[1].lo == 0 || (single(box[0]) && is_multiple(box[1].lo, box[0].lo));
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct divides *d = (const struct divides *)p;
  return because_of_box(b, (term[]){d->x, d->y, d->b}, d->b < 0 ? 2 : 3, what, refuted, d);
}

static const struct propagator_class class = {"divides", propagate, explain, 1, image};

static int post(store *s, term x, term y, term b) {
  if (x == y) { /* whatever it is */
    if (!term_remove(s, x, 0, NULL) || (b >= 0 && !term_fix(s, b, 1, NULL))) store_fail(s);
    return CI_OK;
  }
  struct divides *d = store_alloc(s, sizeof *d);
  if (!d) return ci_fail(CI_ENOMEM, "out of memory");
  d->x = x;
  d->y = y;
  d->b = b;
  d->patience = PATIENCE;
  term all[] = {x, y, b};
  return store_post(s, &d->super, &class, all, b < 0 ? 2 : 3, ON_ANY);
}

int post_divides(store *s, term x, term y) { return post(s, x, y, -1); }

int post_divides_reified(store *s, term x, term y, term b) {
  return term_fixed(s, b) && term_value(s, b) ? post(s, x, y, -1) : post(s, x, y, b);
}
