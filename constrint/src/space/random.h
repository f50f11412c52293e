/* A stream of random bits (xoshiro256++, seeded by splitmix64), and exactly
 * uniform numbers below a bound: by rejection, so that no residue is favoured. */
#ifndef CI_SPACE_RANDOM_H
#define CI_SPACE_RANDOM_H

#include <stdint.h>

struct stream { uint64_t s[4]; };

static inline uint64_t rotate_left(uint64_t x, int k) { return x << k | x >> (64 - k); }

static inline uint64_t stream_next(struct stream *r) {
  uint64_t *s = r->s, result = rotate_left(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

static inline void stream_seed(struct stream *r, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    r->s[i] = z ^ z >> 31;
  }
}

/* 0 .. n-1, n >= 1.  Of the 2^64 draws, those that would make the first
 * 2^64 mod n results likelier than the rest are drawn again. */
static inline uint64_t stream_below(struct stream *r, uint64_t n) {
  unsigned __int128 m = (unsigned __int128)stream_next(r) * n;
  if ((uint64_t)m < n)
    for (uint64_t surplus = -n % n; (uint64_t)m < surplus;) m = (unsigned __int128)stream_next(r) * n;
  return (uint64_t)(m >> 64);
}

/* The same for numbers of `limbs` limbs; n's top limb is not 0. */
void stream_below_limbs(struct stream *r, const uint64_t *n, uint32_t limbs, uint64_t *out);

#endif
