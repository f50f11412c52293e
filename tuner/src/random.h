/* Pseudo-random numbers of the tuner: xoshiro256**, seeded through splitmix64.
 * The same seed gives the same numbers on every machine. */
#ifndef TUNER_RANDOM_H
#define TUNER_RANDOM_H

#include <stdint.h>

struct random { uint64_t word[4]; };

void random_seed(struct random *r, uint64_t seed);
uint64_t random_next(struct random *r);
/* Exactly uniform over 0..n-1; n > 0. */
uint64_t random_below(struct random *r, uint64_t n);

#endif
