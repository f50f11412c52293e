/* Intervals of wide numbers.  An upper end of WIDE_MAX is infinity and so is a
 * lower end of WIDE_MIN; a lower end of WIDE_MAX says ">= WIDE_MAX" and an upper
 * end of WIDE_MIN says "<= WIDE_MIN", which stay true whatever is rounded off.
 * Every operation returns an interval that holds all true results. */
#ifndef CI_INTERVAL_H
#define CI_INTERVAL_H

#include "../store.h"
#include "number.h"

typedef struct interval { wide lo, hi; } interval; /* empty when lo > hi */

#define INTERVAL_ALL ((interval){WIDE_MIN, WIDE_MAX})
#define INTERVAL_NONE ((interval){1, 0})

static inline bool interval_empty(interval a) { return a.lo > a.hi; }
static inline bool interval_has(interval a, wide v) { return a.lo <= v && v <= a.hi; }
static inline interval interval_neg(interval a) { return (interval){-a.hi, -a.lo}; }

static inline interval interval_meet(interval a, interval b) {
  return (interval){wide_max(a.lo, b.lo), wide_min(a.hi, b.hi)};
}
static inline interval interval_hull(interval a, interval b) {
  if (interval_empty(a)) return b;
  if (interval_empty(b)) return a;
  return (interval){wide_min(a.lo, b.lo), wide_max(a.hi, b.hi)};
}

/* Ends that may be infinite: infinity plus anything is infinity. */
static inline wide lower_add(wide a, wide b) {
  return a <= WIDE_MIN || b <= WIDE_MIN ? WIDE_MIN : wide_add(a, b);
}
static inline wide upper_add(wide a, wide b) { return -lower_add(-a, -b); }

static inline interval interval_add(interval a, interval b) {
  return (interval){lower_add(a.lo, b.lo), upper_add(a.hi, b.hi)};
}
static inline interval interval_sub(interval a, interval b) { return interval_add(a, interval_neg(b)); }

interval interval_mul(interval a, interval b);
/* { floor(x / y) } for y >= 1. */
interval interval_floordiv(interval x, interval y);
/* The x with x * y in z for some y >= 1 in y. */
interval interval_factor(interval z, interval y);

/* ---- Terms as intervals ---- */
static inline interval term_interval(const store *s, term x) {
  return (interval){term_lo(s, x), term_hi(s, x)};
}
/* Fixed to a number, not to "beyond 128 bits". */
static inline bool term_known(const store *s, term x) {
  return term_fixed(s, x) && !wide_saturated(term_lo(s, x));
}
static inline bool term_is(const store *s, term x, wide v) {
  return term_fixed(s, x) && term_value(s, x) == v;
}
static inline bool terms_fixed(const store *s, const term *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!term_fixed(s, x[i])) return false;
  return true;
}
/* The divisor that all values share: 0 for the value 0. */
static inline wide term_divisor(const store *s, term x) {
  return wide_saturated(term_lo(s, x)) ? 1 : wide_gcd(term_lo(s, x), term_step(s, x));
}
/* The part above 0 and the part below. */
static inline interval interval_above(interval a) { return interval_meet(a, (interval){1, WIDE_MAX}); }
static inline interval interval_below(interval a) { return interval_meet(a, (interval){WIDE_MIN, -1}); }
/* The same of a term's values. */
interval term_positive(const store *s, term x);
interval term_negative(const store *s, term x);

/* The least and greatest |v|, v != 0, of the values; WIDE_MAX: unbounded, or none. */
wide term_least_abs(const store *s, term x);
wide term_greatest_abs(const store *s, term x);

static inline bool term_within(store *s, term x, interval a, reason why) {
  if (interval_empty(a)) return false;
  if (a.lo > WIDE_MIN && a.lo > term_lo(s, x) && !term_ge(s, x, a.lo, why)) return false;
  return a.hi >= WIDE_MAX || a.hi >= term_hi(s, x) || term_le(s, x, a.hi, why);
}

/* Only values congruent to r modulo m; cheap where the stride says so already. */
bool term_congruent(store *s, term x, wide m, wide r, reason why);

/* Propagators that move the ends of wide domains a little at a time could go on
 * for 2^62 rounds (x < y, y < x): a propagator has patience for so many moves
 * of less than a thousandth of a wide domain, and leaves the rest to the search.
 * What is fixed, emptied or narrow is never left. */
enum { PATIENCE = 1000 };
bool term_within_patiently(store *s, term x, interval a, uint32_t *patience, reason why);

/* An image, as propagator_class has it. */
static inline bool image_is(interval a, wide *lo, wide *hi) {
  *lo = a.lo;
  *hi = a.hi;
  return true;
}

/* Was anything changed since then?  The outcome that says so. */
static inline enum outcome settled(const store *s, uint64_t changes) {
  return store_changes(s) != changes ? AGAIN : FIXPOINT;
}

#endif
