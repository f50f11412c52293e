/* Number theory for propagators. */
#include "number.h"
#include <stdlib.h>

static uint64_t gcd64(uint64_t a, uint64_t b) {
  if (!a || !b) return a | b;
  int shift = __builtin_ctzll(a | b);
  a >>= __builtin_ctzll(a);
  while (b) {
    b >>= __builtin_ctzll(b);
    uint64_t low = a < b ? a : b;
    b = a < b ? b - a : a - b;
    a = low;
  }
  return a << shift;
}

wide wide_gcd(wide a, wide b) {
  a = wide_abs(a);
  b = wide_abs(b);
  while (b > UINT64_MAX || (a > UINT64_MAX && b)) {
    wide r = a % b;
    a = b;
    b = r;
  }
  return b ? (wide)gcd64((uint64_t)a, (uint64_t)b) : a;
}

bool solve_congruence(wide a, wide r, wide m, wide *residue, wide *modulus) {
  wide g = wide_gcd(a, m);
  *residue = 0;
  *modulus = 1;
  if (floor_mod(r, g) != 0) return false;
  wide reduced = m / g;
  if (reduced == 1 || reduced >> 62) return true;
  *modulus = reduced;
  *residue = floor_mod(floor_mod(r / g, reduced) * wide_inverse(a / g, reduced), reduced);
  return true;
}

wide wide_pow(wide base, wide exponent) {
  if (base >= -1 && base <= 1) {
    if (exponent == 0 || base == 1) return 1;
    return base == 0 ? 0 : exponent % 2 ? -1 : 1;
  }
  if (exponent > 127) return base > 0 || exponent % 2 == 0 ? WIDE_MAX : WIDE_MIN;
  wide power = 1;
  for (int i = 0; i < (int)exponent; i++) power = wide_mul(power, base);
  return power;
}

wide wide_root(wide v, wide k) {
  if (k == 1 || v < 2) return v;
  if (k > 126) return 1;
  int bits = 0;
  while (v >> bits) bits++;
  wide low = 1, high = (wide)1 << (bits / (int)k + 1);
  while (high - low > 1) { /* low**k <= v < high**k */
    wide mid = low + (high - low) / 2;
    if (wide_pow(mid, k) <= v) low = mid;
    else high = mid;
  }
  return low;
}

/* Every divisor so far times p**1 ... p**count is one more. */
static size_t multiply_in(wide *out, size_t n, size_t cap, wide p, int count) {
  size_t old = n;
  wide power = 1;
  for (int k = 1; k <= count; k++) {
    power *= p;
    if (old > cap - n) return 0;
    for (size_t i = 0; i < old; i++) out[n++] = out[i] * power;
  }
  return n;
}

size_t wide_divisors(wide v, uint32_t trial, wide *out, size_t cap) {
  v = wide_abs(v);
  if (v > UINT64_MAX || cap == 0) return 0;
  uint64_t rest = (uint64_t)v;
  size_t n = 1;
  out[0] = 1;
  for (uint64_t p = 2; n && p <= trial && p * p <= rest; p += 1 + (p > 2)) {
    int count = 0;
    for (; rest % p == 0; rest /= p) count++;
    if (count) n = multiply_in(out, n, cap, (wide)p, count);
  }
  if (rest > (uint64_t)trial * trial) return 0; /* perhaps composite */
  if (n && rest > 1) n = multiply_in(out, n, cap, (wide)rest, 1);
  return n ? wide_sort_unique(out, n) : 0;
}

static int ascending(const void *a, const void *b) {
  wide x = *(const wide *)a, y = *(const wide *)b;
  return (x > y) - (x < y);
}

/* Few values, which are often in order already. */
static void insertion_sort(wide *v, size_t n) {
  for (size_t i = 1; i < n; i++) {
    wide x = v[i];
    size_t k = i;
    for (; k > 0 && v[k - 1] > x; k--) v[k] = v[k - 1];
    v[k] = x;
  }
}

size_t wide_sort_unique(wide *v, size_t n) {
  if (n == 0) return 0;
  if (n <= 64) insertion_sort(v, n);
  else qsort(v, n, sizeof *v, ascending);
  size_t kept = 1;
  for (size_t i = 1; i < n; i++)
    if (v[i] != v[kept - 1]) v[kept++] = v[i];
  return kept;
}
