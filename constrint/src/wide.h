/* 128-bit integers with saturating arithmetic: the numbers of the search.
 *
 * WIDE_MAX and WIDE_MIN stand for "at least / at most that much": an interval
 * with such an end is unbounded there, never wrapped. */
#ifndef CI_WIDE_H
#define CI_WIDE_H

#include <stdbool.h>
#include <stdint.h>

typedef __int128 wide;

#define WIDE_MAX ((wide)(~(unsigned __int128)0 >> 1))
#define WIDE_MIN (-WIDE_MAX) /* symmetric, so that negation never overflows */

static inline bool wide_saturated(wide a) { return a >= WIDE_MAX || a <= WIDE_MIN; }
static inline bool wide_fits64(wide a) { return a >= INT64_MIN && a <= INT64_MAX; }

static inline wide wide_clamp(wide a) { return a < WIDE_MIN ? WIDE_MIN : a; }

static inline wide wide_add(wide a, wide b) {
  wide r;
  if (__builtin_add_overflow(a, b, &r)) return a > 0 ? WIDE_MAX : WIDE_MIN;
  return wide_clamp(r);
}

static inline wide wide_sub(wide a, wide b) { return wide_add(a, -b); }

static inline wide wide_mul(wide a, wide b) {
  wide r;
  if (__builtin_mul_overflow(a, b, &r)) return (a > 0) == (b > 0) ? WIDE_MAX : WIDE_MIN;
  return wide_clamp(r);
}

/* Division by b != 0, rounding down and up. */
static inline wide wide_floordiv(wide a, wide b) {
  wide q = a / b;
  return q - (a % b != 0 && (a < 0) != (b < 0));
}
static inline wide wide_ceildiv(wide a, wide b) {
  wide q = a / b;
  return q + (a % b != 0 && (a < 0) == (b < 0));
}
/* Remainder with the sign of b != 0. */
static inline wide wide_floormod(wide a, wide b) {
  wide r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

#endif
