/* xoshiro256** (Blackman and Vigna), and a draw below a bound without bias. */
#include "random.h"

static uint64_t splitmix(uint64_t *x) {
  uint64_t z = *x += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void random_seed(struct random *r, uint64_t seed) {
  for (int i = 0; i < 4; i++) r->word[i] = splitmix(&seed);
}

static uint64_t rotate(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

uint64_t random_next(struct random *r) {
  uint64_t *w = r->word;
  uint64_t result = rotate(w[1] * 5, 7) * 9, shifted = w[1] << 17;
  w[2] ^= w[0];
  w[3] ^= w[1];
  w[1] ^= w[2];
  w[0] ^= w[3];
  w[2] ^= shifted;
  w[3] = rotate(w[3], 45);
  return result;
}

uint64_t random_below(struct random *r, uint64_t n) {
  /* 2^64 mod n numbers at the bottom would make some results more likely */
  uint64_t refused = -n % n, x;
  do x = random_next(r);
  while (x < refused);
  return x % n;
}
