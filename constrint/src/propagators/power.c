/* z = x ** y, y >= 0, 0 ** 0 = 1: bounds at the corners, roots and logarithms,
 * and value by value where there are few. */
#include "pairs.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct power {
  propagator super;
  term z, x, y;
};

/* ---- Bounds of z ---- */

/* x ** y is monotone in x on either side of 0 and, for even and odd exponents
 * apart, in y: its extremes lie at these bases and exponents. */
static interval powers(interval x, interval y) {
  wide base[] = {x.lo, x.hi, -1, 0, 1}, exponent[] = {y.lo, wide_add(y.lo, 1), y.hi - 1, y.hi};
  interval all = {WIDE_MAX, WIDE_MIN};
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 4; j++) {
      if (!interval_has(x, base[i]) || !interval_has(y, exponent[j])) continue;
      wide v = wide_pow(base[i], exponent[j]);
      all.lo = wide_min(all.lo, v);
      all.hi = wide_max(all.hi, v);
    }
  return all;
}

/* ---- Bounds of x: roots ---- */

static interval sizes(interval a) {
  wide most = wide_max(wide_abs(a.lo), wide_abs(a.hi));
  return (interval){interval_has(a, 0) ? 0 : wide_min(wide_abs(a.lo), wide_abs(a.hi)), most};
}

/* |x| <= the y.lo-th root of |z|, and >= the y.hi-th. */
static bool narrow_base(store *s, const struct power *p) {
  reason why = &p->super;
  interval y = term_interval(s, p->y), z = sizes(term_interval(s, p->z));
  if (y.lo < 1) return true; /* any base will do */
  if (z.hi < WIDE_MAX) {
    wide most = wide_root(z.hi, y.lo);
    if (!term_within(s, p->x, (interval){-most, most}, why)) return false;
  }
  if (z.lo < 1 || wide_saturated(z.lo)) return true;
  wide least = z.lo == 1 ? 1 : wide_root(z.lo - 1, y.hi) + 1;
  if (term_lo(s, p->x) > -least) return term_ge(s, p->x, least, why);
  return term_hi(s, p->x) >= least || term_le(s, p->x, -least, why);
}

/* ---- Bounds of y: logarithms ---- */

/* The y with least..most ** y in z, for least >= 2 and z >= 1. */
static interval exponents(interval base, interval z, interval y) {
  while (y.lo <= y.hi && y.lo <= 127 && wide_pow(base.hi, y.lo) < z.lo) y.lo++;
  if (z.hi >= WIDE_MAX) return y;
  y.hi = wide_min(y.hi, 128);
  while (y.lo <= y.hi && wide_pow(base.lo, y.hi) > z.hi) y.hi--;
  return y;
}

static bool narrow_exponent(store *s, const struct power *p) {
  interval base = sizes(term_interval(s, p->x)), z = sizes(term_interval(s, p->z));
  if (base.lo < 2) return true;
  z.lo = wide_max(z.lo, 1);
  return term_within(s, p->y, exponents(base, z, term_interval(s, p->y)), &p->super);
}

/* A base of -1, 0 or 1 leaves the exponent's parity, or whether it is 0. */
static bool narrow_small_base(store *s, const struct power *p) {
  if (!term_known(s, p->x) || !term_known(s, p->z)) return true;
  wide x = term_value(s, p->x), z = term_value(s, p->z);
  if (x == -1) return (z == 1 || z == -1) && term_congruent(s, p->y, 2, z == -1, &p->super);
  if (x == 0) return z == 1 ? term_fix(s, p->y, 0, &p->super) : z == 0 && term_ge(s, p->y, 1, &p->super);
  return true;
}

/* ---- The propagator ---- */

static enum pair raise_to(wide x, wide y, wide *z) {
  if (y < 0) return PAIR_NONE;
  *z = wide_pow(x, y);
  return wide_saturated(*z) ? PAIR_BEYOND : PAIR_VALUE;
}

/* Every power that is left is the value of z. */
static bool entailed(const store *s, const struct power *p) {
  if (!term_known(s, p->z) || term_lo(s, p->y) < 0) return false;
  interval all = powers(term_interval(s, p->x), term_interval(s, p->y));
  if (all.lo == all.hi) return all.lo == term_value(s, p->z);
  return term_is(s, p->x, -1) && is_multiple(term_step(s, p->y), 2) && !wide_saturated(term_lo(s, p->y));
}

static enum outcome propagate(store *s, propagator *super) {
  struct power *p = (struct power *)super;
  uint64_t changes = store_changes(s);
  if (!term_ge(s, p->y, 0, super)) return FAILED;
  if (!term_within(s, p->z, powers(term_interval(s, p->x), term_interval(s, p->y)), super)) return FAILED;
  if (!narrow_base(s, p) || !narrow_exponent(s, p) || !narrow_small_base(s, p)) return FAILED;
  if (entailed(s, p)) return SUBSUMED;
  if (store_changes(s) != changes) return AGAIN;
  if (pairs_few(s, p->x, p->y)) return pairs_narrow(s, p->z, p->x, p->y, raise_to, super);
  return FIXPOINT;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct power *self = (const struct power *)p;
  if (z != self->z || term_lo(s, self->y) < 0) return false;
  return image_is(powers(term_interval(s, self->x), term_interval(s, self->y)), lo, hi);
}

/* A box of z, x, y. */
static bool refuted(const void *data, const interval *box) {
  (void)data;
  interval y = interval_meet(box[2], (interval){0, WIDE_MAX});
  return interval_empty(y) || interval_empty(interval_meet(powers(box[1], y), box[0]));
}

static bool explain(struct because *b, const propagator *super, struct fact what) {
  const struct power *p = (const struct power *)super;
  return because_of_box(b, (term[]){p->z, p->x, p->y}, 3, what, refuted, p);
}

static const struct propagator_class class = {"power", propagate, explain, 1, image};

/* z = 1, z = x and z = x*x, where y says so. */
static int post_special(store *s, term z, term x, wide y) {
  wide a[] = {1, -1};
  term zx[] = {z, x};
  switch ((int)y) {
    case 0: return post_linear(s, a, zx, 1, REL_EQ, 1);
    case 1: return post_linear(s, a, zx, 2, REL_EQ, 0);
    default: return post_times(s, z, x, x);
  }
}

int post_power(store *s, term z, term x, term y) {
  if (term_known(s, y) && term_value(s, y) >= 0 && term_value(s, y) <= 2) return post_special(s, z, x, term_value(s, y));
  struct power *p = store_alloc(s, sizeof *p);
  if (!p) return ci_fail(CI_ENOMEM, "out of memory");
  p->z = z;
  p->x = x;
  p->y = y;
  return store_post(s, &p->super, &class, (term[]){z, x, y}, 3, ON_ANY);
}
