/* fp16 by integers: not every compiler has the type. */
#ifndef FP16_H
#define FP16_H

#include <math.h>
#include <string.h>

/* Rounded to nearest, ties to even. */
static inline unsigned short fp16_from(float x) {
  unsigned u, size, sign;
  memcpy(&u, &x, 4);
  size = u & 0x7FFFFFFF, sign = u >> 16 & 0x8000;
  if (size > 0x7F800000) return (unsigned short)(sign | 0x7E00);
  if (size >= 0x477FF000) return (unsigned short)(sign | 0x7C00); /* 65520: infinite */
  if (size < 0x38800000) return (unsigned short)(sign | (unsigned)rintf(fabsf(x) * 0x1p24f));
  return (unsigned short)(sign | (size + 0xFFF + (size >> 13 & 1) - 0x38000000) >> 13);
}

static inline float fp16_to(unsigned short h) {
  const unsigned sign = (h & 0x8000u) << 16, e = h >> 10 & 31, m = h & 1023;
  const float small = (float)m * 0x1p-24f;
  const unsigned u = sign | (e == 31 ? 0x7F800000 : (e + 112) << 23) | m << 13;
  float x;
  if (e == 0) return sign ? -small : small;
  memcpy(&x, &u, 4);
  return x;
}

#endif
