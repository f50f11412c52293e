/* z = x - y*floor(x / y), 0 not in y: bounds, a divisor's positive and negative
 * values apart (the latter as -(-x mod -y)), strides, and value by value. */
#include "divisor_list.h"
#include "pairs.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct mod {
  propagator super;
  term z, x, y;
  struct divisor_list divisors; /* of the last fixed x - z */
  uint32_t patience;
};

/* ---- For y >= 1 ---- */

struct part { interval z, x, y; };

static bool single(interval y) { return y.lo == y.hi && !wide_saturated(y.lo); }

/* All x have one quotient by the only y: z = x - q*y. */
static bool one_quotient(interval x, interval y, wide *base) {
  if (!single(y) || wide_saturated(x.lo) || wide_saturated(x.hi)) return false;
  wide q = floor_div(x.lo, y.lo);
  return q == floor_div(x.hi, y.lo) && exact_mul(q, y.lo, base);
}

static interval remainders(interval x, interval y) {
  wide base;
  if (one_quotient(x, y, &base)) return (interval){x.lo - base, x.hi - base};
  interval z = {0, upper_add(y.hi, -1)};
  if (x.lo < 0) return z;
  z.hi = wide_min(z.hi, x.hi);
  if (x.hi < y.lo) z.lo = x.lo;
  return z;
}

/* The first x >= v whose remainder by y lies in z, 0 <= z.lo <= z.hi < y. */
static wide first_dividend(wide v, wide y, interval z) {
  wide r = floor_mod(v, y);
  if (r < z.lo) return wide_add(v, z.lo - r);
  return r > z.hi ? wide_add(v, y - r + z.lo) : v;
}
static wide last_dividend(wide v, wide y, interval z) {
  return -first_dividend(wide_sub(y - 1, v), y, (interval){y - 1 - z.hi, y - 1 - z.lo}) + (y - 1);
}

static interval dividends(interval z, interval x, interval y) {
  if (single(y)) { /* z lies within 0..y-1 */
    if (!wide_saturated(x.lo)) x.lo = first_dividend(x.lo, y.lo, z);
    if (!wide_saturated(x.hi)) x.hi = last_dividend(x.hi, y.lo, z);
    return x;
  }
  if (x.lo >= 0) x.lo = wide_max(x.lo, z.lo);
  return x;
}

static struct part narrow_part(interval z, interval x, interval y) {
  struct part none = {INTERVAL_NONE, INTERVAL_NONE, INTERVAL_NONE};
  if (interval_empty(y)) return none;
  struct part p = {.z = interval_meet(remainders(x, y), z)};
  if (interval_empty(p.z)) return none;
  p.x = dividends(p.z, x, y);
  p.y = interval_meet((interval){wide_add(p.z.lo, 1), WIDE_MAX}, y);
  return interval_empty(p.x) || interval_empty(p.y) ? none : p;
}

/* ---- The propagator ---- */

static bool narrow_bounds(store *s, struct mod *m) {
  reason why = &m->super;
  interval iz = term_interval(s, m->z), ix = term_interval(s, m->x);
  struct part above = narrow_part(iz, ix, term_positive(s, m->y));
  struct part below = narrow_part(interval_neg(iz), interval_neg(ix), interval_neg(term_negative(s, m->y)));
  interval z = interval_hull(above.z, interval_neg(below.z));
  interval x = interval_hull(above.x, interval_neg(below.x)), y = interval_hull(above.y, interval_neg(below.y));
  return term_within_patiently(s, m->z, z, &m->patience, why) && term_within_patiently(s, m->x, x, &m->patience, why) &&
         term_within_patiently(s, m->y, y, &m->patience, why);
}

/* x and z agree modulo whatever divides every y. */
static bool narrow_strides(store *s, const struct mod *m) {
  reason why = &m->super;
  wide shared = term_divisor(s, m->y);
  if (shared <= 1) return true;
  wide g = wide_saturated(term_lo(s, m->x)) ? 1 : wide_gcd(term_step(s, m->x), shared);
  if (g > 1 && !term_congruent(s, m->z, g, floor_mod(term_lo(s, m->x), g), why)) return false;
  g = wide_saturated(term_lo(s, m->z)) ? 1 : wide_gcd(term_step(s, m->z), shared);
  return g <= 1 || term_congruent(s, m->x, g, floor_mod(term_lo(s, m->z), g), why);
}

/* x and z fixed: y divides their difference. */
static bool narrow_divisor(store *s, struct mod *m) {
  if (!term_known(s, m->x) || !term_known(s, m->z) || term_fixed(s, m->y)) return true;
  wide difference = wide_sub(term_value(s, m->x), term_value(s, m->z));
  if (difference == 0 || wide_saturated(difference)) return true;
  return divisor_list_keep(s, &m->divisors, m->y, difference, &m->super);
}

/* |z| = |x| < |y|, all of one sign. */
static bool below_divisor(const store *s, const struct mod *m) {
  if (!term_known(s, m->x) || term_lo(s, m->x) != term_lo(s, m->z)) return false;
  wide v = term_value(s, m->x);
  return v == 0 || (v > 0 ? term_lo(s, m->y) > v : term_hi(s, m->y) < v);
}

static bool entailed(const store *s, const struct mod *m) {
  if (!term_known(s, m->z) || term_has(s, m->y, 0)) return false;
  if (below_divisor(s, m)) return true;
  if (!term_known(s, m->y) || wide_saturated(term_lo(s, m->x))) return false;
  wide y = term_value(s, m->y), z = term_value(s, m->z);
  return is_multiple(term_step(s, m->x), y) && floor_mod(term_lo(s, m->x), y) == z;
}

static enum pair remainder_of(wide x, wide y, wide *z) {
  if (y == 0) return PAIR_NONE;
  *z = floor_mod(x, y);
  return PAIR_VALUE;
}

static enum outcome propagate(store *s, propagator *p) {
  struct mod *m = (struct mod *)p;
  uint64_t changes = store_changes(s);
  if (!term_remove(s, m->y, 0, p) || !narrow_bounds(s, m)) return FAILED;
  if (!narrow_strides(s, m)) return FAILED;
  if (entailed(s, m)) return SUBSUMED;
  if (store_changes(s) != changes) return AGAIN;
  if (pairs_few(s, m->x, m->y)) return pairs_narrow(s, m->z, m->x, m->y, remainder_of, p);
  return narrow_divisor(s, m) ? settled(s, changes) : FAILED;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct mod *m = (const struct mod *)p;
  if (z != m->z || term_has(s, m->y, 0)) return false;
  interval x = term_interval(s, m->x), above = term_positive(s, m->y), below = interval_neg(term_negative(s, m->y));
  interval r = INTERVAL_NONE;
  if (!interval_empty(above)) r = remainders(x, above);
  if (!interval_empty(below)) r = interval_hull(r, interval_neg(remainders(interval_neg(x), below)));
  return image_is(r, lo, hi);
}

/* A box of z, x, y: neither sign of the divisor leaves anything. */
static bool refuted(const void *data, const interval *box) {
  (void)data;
  struct part above = narrow_part(box[0], box[1], interval_above(box[2]));
  struct part below = narrow_part(interval_neg(box[0]), interval_neg(box[1]), interval_neg(interval_below(box[2])));
  return interval_empty(above.z) && interval_empty(below.z);
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct mod *m = (const struct mod *)p;
  return because_of_box(b, (term[]){m->z, m->x, m->y}, 3, what, refuted, m);
}

static const struct propagator_class class = {"mod", propagate, explain, 1, image};

int post_mod(store *s, term z, term x, term y) {
  struct mod *m = store_alloc(s, sizeof *m);
  if (!m) return ci_fail(CI_ENOMEM, "out of memory");
  m->z = z;
  m->x = x;
  m->y = y;
  m->patience = PATIENCE;
  term all[] = {z, x, y};
  return store_post(s, &m->super, &class, all, 3, ON_ANY);
}
