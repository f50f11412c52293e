/* Counts of sub-problems that were solved before, by signature. */
#ifndef CI_CACHE_H
#define CI_CACHE_H

#include <gmp.h>

#include "budget.h"
#include "signature.h"

struct cache_entry {
  signature key;
  bool used;
  bool large;     /* the count is in `limbs` */
  uint64_t small;
  mp_limb_t *limbs;
  size_t nlimbs;
};

typedef struct cache {
  budget *budget;
  struct cache_entry *entries; /* open addressing */
  size_t slots, n;
  uint64_t most; /* bytes; it is emptied when it would grow beyond */
  uint64_t bytes;
} cache;

void cache_init(cache *c, budget *b);
void count_cache_free(cache *c);
/* True: *count is set. */
bool count_cache_get(const cache *c, signature key, mpz_t count);
/* May forget instead: a full cache is no error. */
void count_cache_put(cache *c, signature key, const mpz_t count);

#endif
