/* Number theory on 128-bit integers. */
#include "integer.h"

uwide uwide_gcd(uwide a, uwide b) {
  while (b) {
    if (!(a >> 64)) { /* 64-bit remainders are several times faster */
      uint64_t x = (uint64_t)a, y = (uint64_t)b;
      if (b >> 64) return uwide_gcd(b, a);
      while (y) {
        uint64_t r = x % y;
        x = y;
        y = r;
      }
      return x;
    }
    uwide r = a % b;
    a = b;
    b = r;
  }
  return a;
}

wide wide_inverse(wide a, wide m) {
  wide r0 = m, r1 = wide_floormod(a, m), t0 = 0, t1 = 1;
  while (r1) {
    wide q = r0 / r1, r = r0 - q * r1, t = t0 - q * t1;
    r0 = r1, r1 = r;
    t0 = t1, t1 = t;
  }
  return wide_floormod(t0, m);
}

bool exact_add(wide a, wide b, wide *r) {
  wide sum = wide_add(a, b);
  *r = sum;
  return !wide_saturated(sum);
}

bool exact_mul(wide a, wide b, wide *r) {
  wide product = wide_mul(a, b);
  *r = product;
  return !wide_saturated(product);
}

bool exact_pow(wide a, wide exponent, wide *r) {
  *r = 1;
  if (a == 0 || a == 1 || a == -1) {
    if (exponent > 0 && (a == 0 || exponent % 2 == 1)) *r = a;
    return true;
  }
  if (exponent > 127) return false;
  for (wide i = 0; i < exponent; i++)
    if (!exact_mul(*r, a, r)) return false;
  return true;
}

size_t wide_text(char text[WIDE_TEXT], wide v) {
  char digits[WIDE_TEXT];
  size_t n = 0, length = 0;
  uwide rest = v < 0 ? -(uwide)v : (uwide)v;
  do {
    digits[n++] = (char)('0' + (int)(rest % 10));
    rest /= 10;
  } while (rest);
  if (v < 0) text[length++] = '-';
  while (n) text[length++] = digits[--n];
  text[length] = '\0';
  return length;
}
