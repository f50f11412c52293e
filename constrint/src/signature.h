/* A 128-bit signature of a sequence of numbers: the key of sub-problems. */
#ifndef CI_SIGNATURE_H
#define CI_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct signature { uint64_t a, b; } signature;

static inline uint64_t signature_fold(uint64_t x, uint64_t y) {
  unsigned __int128 p = (unsigned __int128)x * y;
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline void signature_add(signature *s, uint64_t v) {
  s->a = signature_fold(s->a ^ v, 0x9e3779b97f4a7c15u) + 0x2545f4914f6cdd1du;
  s->b = signature_fold((s->b << 7 | s->b >> 57) ^ v ^ 0xd1b54a32d192ed03u, 0xaef17502108ef2d9u) ^ s->a;
}

static inline void signature_add_wide(signature *s, __int128 v) {
  signature_add(s, (uint64_t)v);
  signature_add(s, (uint64_t)(v >> 64));
}

static inline bool signature_equal(signature x, signature y) { return x.a == y.a && x.b == y.b; }

#endif
