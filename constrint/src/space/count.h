/* Exact counts of a part, on numbers of 64-bit limbs. */
#ifndef CI_SPACE_COUNT_H
#define CI_SPACE_COUNT_H

#include <gmp.h>

#include "diagram.h"

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t) && GMP_NAIL_BITS == 0, "GMP's limbs are 64 bits");

/* The counts of all nodes: *count is malloc'd, nodes * *limbs words. */
int count_nodes(const struct draft_part *p, uint64_t **count, uint32_t *limbs);
/* The sums of the counts under earlier edges, from the counts of the nodes. */
void count_before(const struct draft_part *p, const uint64_t *count, uint32_t limbs, uint64_t *before);

/* An n-limb number in decimal, malloc'd; NULL: no memory. */
char *count_text(const uint64_t *limb, size_t n);
/* The limbs of a number without leading zeros. */
static inline size_t count_size(const uint64_t *limb, size_t n) {
  while (n > 0 && limb[n - 1] == 0) n--;
  return n;
}
/* z = the n-limb number. */
static inline void count_to_mpz(mpz_ptr z, const uint64_t *limb, size_t n) { mpz_import(z, n, -1, sizeof *limb, 0, 0, limb); }

#endif
