/* z = floor(x / y), 0 not in y: bounds, a divisor's positive and negative
 * values apart (the latter as floor(-x / -y)), and value by value where few. */
#include "pairs.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct floordiv {
  propagator super;
  term z, x, y;
  uint32_t patience;
};

/* ---- For y >= 1 ---- */

/* The x with floor(x / y) in z: z*y .. z*y + y-1. */
static interval dividends(interval z, interval y) {
  if (interval_empty(y)) return INTERVAL_NONE;
  interval one = {1, 1};
  wide below = interval_mul(interval_add(z, one), y).hi;
  return (interval){interval_mul(z, y).lo, upper_add(below, -1)};
}

/* The y >= 1 with z*y <= x < (z+1)*y for some x and z. */
static interval divisors_of(interval x, interval z) {
  interval y = {1, WIDE_MAX};
  if (z.lo > 0 && x.hi < WIDE_MAX) y.hi = floor_div(x.hi, z.lo);
  if (z.hi < -1 && x.lo > WIDE_MIN) y.hi = wide_min(y.hi, ceil_div(-x.lo, -(z.hi + 1)) - 1);
  if (z.hi >= 0 && z.hi < WIDE_MAX && x.lo >= 0) y.lo = wide_max(1, floor_div(x.lo, z.hi + 1) + 1);
  if (z.hi < 0 && z.lo > WIDE_MIN && x.hi < 0) y.lo = wide_max(1, ceil_div(-x.hi, -z.lo));
  return y;
}

/* What one sign of y allows; the intervals of y and x are negated for y < 0. */
struct part { interval z, x, y; };

static struct part narrow_part(interval z, interval x, interval y) {
  struct part p = {interval_meet(interval_floordiv(x, y), z), interval_meet(dividends(z, y), x),
                   interval_meet(divisors_of(x, z), y)};
  if (interval_empty(p.z) || interval_empty(p.x) || interval_empty(p.y))
    p = (struct part){INTERVAL_NONE, INTERVAL_NONE, INTERVAL_NONE};
  return p;
}

/* ---- The propagator ---- */

static bool narrow_bounds(store *s, struct floordiv *d) {
  reason why = &d->super;
  interval iz = term_interval(s, d->z), ix = term_interval(s, d->x);
  struct part above = narrow_part(iz, ix, term_positive(s, d->y));
  struct part below = narrow_part(iz, interval_neg(ix), interval_neg(term_negative(s, d->y)));
  interval z = interval_hull(above.z, below.z);
  interval x = interval_hull(above.x, interval_neg(below.x)), y = interval_hull(above.y, interval_neg(below.y));
  return term_within_patiently(s, d->z, z, &d->patience, why) && term_within_patiently(s, d->x, x, &d->patience, why) &&
         term_within_patiently(s, d->y, y, &d->patience, why);
}

static interval quotients(const store *s, const struct floordiv *d) {
  interval ix = term_interval(s, d->x);
  return interval_hull(interval_floordiv(ix, term_positive(s, d->y)),
                       interval_floordiv(interval_neg(ix), interval_neg(term_negative(s, d->y))));
}

/* Every quotient that is left is the value of z. */
static bool entailed(const store *s, const struct floordiv *d) {
  if (!term_known(s, d->z)) return false;
  interval all = quotients(s, d);
  return all.lo == term_value(s, d->z) && all.hi == all.lo && !term_has(s, d->y, 0);
}

/* y fixed, and x in steps of a multiple of it. */
static bool narrow_stride(store *s, const struct floordiv *d) {
  if (!term_known(s, d->y) || wide_saturated(term_lo(s, d->x))) return true;
  wide y = wide_abs(term_value(s, d->y)), step = term_step(s, d->x);
  if (step <= y || !is_multiple(step, y)) return true;
  return term_congruent(s, d->z, step / y, floor_div(term_lo(s, d->x), term_value(s, d->y)), &d->super);
}

static enum pair divide(wide x, wide y, wide *z) {
  if (y == 0) return PAIR_NONE;
  *z = floor_div(x, y);
  return PAIR_VALUE;
}

static enum outcome propagate(store *s, propagator *p) {
  struct floordiv *d = (struct floordiv *)p;
  uint64_t changes = store_changes(s);
  if (!term_remove(s, d->y, 0, p) || !narrow_bounds(s, d)) return FAILED;
  if (entailed(s, d)) return SUBSUMED;
  if (store_changes(s) != changes) return AGAIN;
  if (!narrow_stride(s, d)) return FAILED;
  if (pairs_few(s, d->x, d->y)) return pairs_narrow(s, d->z, d->x, d->y, divide, p);
  return settled(s, changes);
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct floordiv *d = (const struct floordiv *)p;
  return z == d->z && !term_has(s, d->y, 0) && image_is(quotients(s, d), lo, hi);
}

/* A box of z, x, y: neither sign of the divisor leaves anything. */
static bool refuted(const void *data, const interval *box) {
  (void)data;
  struct part above = narrow_part(box[0], box[1], interval_above(box[2]));
  struct part below = narrow_part(box[0], interval_neg(box[1]), interval_neg(interval_below(box[2])));
  return interval_empty(above.z) && interval_empty(below.z);
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct floordiv *d = (const struct floordiv *)p;
  return because_of_box(b, (term[]){d->z, d->x, d->y}, 3, what, refuted, d);
}

static const struct propagator_class class = {"floordiv", propagate, explain, 1, image};

int post_floordiv(store *s, term z, term x, term y) {
  struct floordiv *d = store_alloc(s, sizeof *d);
  if (!d) return ci_fail(CI_ENOMEM, "out of memory");
  d->z = z;
  d->x = x;
  d->y = y;
  d->patience = PATIENCE;
  term all[] = {z, x, y};
  return store_post(s, &d->super, &class, all, 3, ON_ANY);
}
