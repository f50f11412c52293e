/* Number theory on 128-bit integers, exact: what several files need. */
#ifndef CI_INTEGER_H
#define CI_INTEGER_H

#include <stddef.h>

#include "wide.h"

typedef unsigned __int128 uwide;

/* The longest decimal text of a 128-bit number, sign and end included. */
enum { WIDE_TEXT = 44 };

uwide uwide_gcd(uwide a, uwide b);
/* The x in 0..m-1 with a*x = 1 modulo m; a and m coprime, 1 <= m < 2^62. */
wide wide_inverse(wide a, wide m);
/* Exact arithmetic: false if the result does not fit (WIDE_MIN < r < WIDE_MAX). */
bool exact_add(wide a, wide b, wide *r);
bool exact_mul(wide a, wide b, wide *r);
bool exact_pow(wide a, wide exponent, wide *r); /* exponent >= 0 */
/* Decimal text; returns its length. */
size_t wide_text(char text[WIDE_TEXT], wide v);

#endif
