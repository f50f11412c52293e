/* Intervals of wide numbers: products and quotients, and terms as intervals. */
#include "interval.h"

interval interval_mul(interval a, interval b) {
  if (a.lo >= 0 && b.lo >= 0) return (interval){wide_mul(a.lo, b.lo), wide_mul(a.hi, b.hi)};
  wide p = wide_mul(a.lo, b.lo), q = wide_mul(a.lo, b.hi);
  wide r = wide_mul(a.hi, b.lo), t = wide_mul(a.hi, b.hi);
  return (interval){wide_min(wide_min(p, q), wide_min(r, t)), wide_max(wide_max(p, q), wide_max(r, t))};
}

/* floor(a / b) of a lower end a that may be infinite and b >= 1 that may be. */
static wide lower_floor(wide a, wide b) {
  if (a <= WIDE_MIN) return WIDE_MIN;
  if (b >= WIDE_MAX) return a < 0 ? -1 : 0;
  return floor_div(a, b);
}
static wide upper_floor(wide a, wide b) {
  if (a >= WIDE_MAX) return WIDE_MAX;
  if (b >= WIDE_MAX) return a < 0 ? -1 : 0;
  return floor_div(a, b);
}

interval interval_floordiv(interval x, interval y) {
  if (interval_empty(x) || interval_empty(y)) return INTERVAL_NONE;
  return (interval){lower_floor(x.lo, x.lo < 0 ? y.lo : y.hi), upper_floor(x.hi, x.hi < 0 ? y.hi : y.lo)};
}

interval interval_factor(interval z, interval y) {
  if (interval_empty(z) || interval_empty(y)) return INTERVAL_NONE;
  /* ceil(z.lo / y) is -floor(-z.lo / y) */
  wide lo = -upper_floor(-z.lo, z.lo > 0 ? y.hi : y.lo);
  wide hi = upper_floor(z.hi, z.hi < 0 ? y.hi : y.lo);
  return (interval){lo, hi};
}

interval term_positive(const store *s, term x) {
  interval a = term_interval(s, x);
  if (a.hi <= 0) return INTERVAL_NONE;
  if (a.lo <= 0) a.lo = term_next(s, x, 0);
  return a;
}

interval term_negative(const store *s, term x) {
  interval a = term_interval(s, x);
  if (a.lo >= 0) return INTERVAL_NONE;
  if (a.hi >= 0) a.hi = term_prev(s, x, 0);
  return a;
}

wide term_least_abs(const store *s, term x) {
  interval above = term_positive(s, x), below = term_negative(s, x);
  return wide_min(interval_empty(above) ? WIDE_MAX : above.lo, interval_empty(below) ? WIDE_MAX : -below.hi);
}

wide term_greatest_abs(const store *s, term x) {
  return wide_max(wide_abs(term_lo(s, x)), wide_abs(term_hi(s, x)));
}

enum { WIDE_DOMAIN = 1 << 20, LITTLE = 1024 };

/* Would moving one end of x by this much be too little to bother? */
static bool too_little(wide move, wide width, uint32_t *patience) {
  if (width <= WIDE_DOMAIN || move > width / LITTLE) return false;
  if (*patience == 0) return true;
  --*patience;
  return false;
}

bool term_within_patiently(store *s, term x, interval a, uint32_t *patience, reason why) {
  if (interval_empty(a)) return false;
  wide lo = term_lo(s, x), hi = term_hi(s, x), width = wide_sub(hi, lo);
  if (a.lo > lo && !too_little(wide_sub(a.lo, lo), width, patience) && !term_ge(s, x, a.lo, why)) return false;
  return a.hi >= hi || too_little(wide_sub(hi, a.hi), width, patience) || term_le(s, x, a.hi, why);
}

bool term_congruent(store *s, term x, wide m, wide r, reason why) {
  wide lo = term_lo(s, x);
  bool known = !wide_saturated(lo) && is_multiple(term_step(s, x), m) && floor_mod(lo, m) == floor_mod(r, m);
  return known || term_mod(s, x, m, r, why);
}
