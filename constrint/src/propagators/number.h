/* Number theory for propagators: division with a fast path for 64 bits,
 * greatest common divisors, congruences, roots, powers and divisors. */
#ifndef CI_NUMBER_H
#define CI_NUMBER_H

#include <stddef.h>
#include "../integer.h"

static inline wide wide_abs(wide a) { return a < 0 ? -a : a; }
static inline wide wide_min(wide a, wide b) { return a < b ? a : b; }
static inline wide wide_max(wide a, wide b) { return a > b ? a : b; }

static inline bool both_fit64(wide a, wide b) {
  return (int64_t)a == a && (int64_t)b == b && (int64_t)a != INT64_MIN;
}

/* a / b rounded down and up, b != 0: the hardware's division where it can. */
static inline wide floor_div(wide a, wide b) {
  if (!both_fit64(a, b)) return wide_floordiv(a, b);
  int64_t n = (int64_t)a, d = (int64_t)b, q = n / d;
  return q - (n - q * d != 0 && (n < 0) != (d < 0));
}
static inline wide ceil_div(wide a, wide b) {
  if (!both_fit64(a, b)) return wide_ceildiv(a, b);
  int64_t n = (int64_t)a, d = (int64_t)b, q = n / d;
  return q + (n - q * d != 0 && (n < 0) == (d < 0));
}
/* The remainder with the sign of b. */
static inline wide floor_mod(wide a, wide b) {
  if (!both_fit64(a, b)) return wide_floormod(a, b);
  int64_t n = (int64_t)a, d = (int64_t)b, r = n % d;
  return r != 0 && (r < 0) != (d < 0) ? r + d : r;
}
static inline bool is_multiple(wide a, wide b) { return floor_mod(a, b) == 0; }

wide wide_gcd(wide a, wide b); /* >= 0; gcd(0, 0) = 0 */

/* All x with a*x = r modulo m (m >= 1), as x = *residue modulo *modulus.
 * False: there is none.  A modulus that is too large to compute with gives the
 * weaker *modulus = 1. */
bool solve_congruence(wide a, wide r, wide m, wide *residue, wide *modulus);

/* base ** exponent, exponent >= 0, 0 ** 0 = 1, saturating. */
wide wide_pow(wide base, wide exponent);
/* The largest r >= 0 with r**k <= v, for v >= 0 and k >= 1. */
wide wide_root(wide v, wide k);

/* The positive divisors of v != 0, ascending, into out; 0 if there are more
 * than cap, or if v has two prime factors greater than trial. */
size_t wide_divisors(wide v, uint32_t trial, wide *out, size_t cap);

/* Sort ascending and drop doubles; the new count. */
size_t wide_sort_unique(wide *v, size_t n);

#endif
