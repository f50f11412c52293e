/* How many ways lead through a frontier, without making a diagram of it. */
#include "count.h"
#include "frontier.h"

#include <string.h>

/* The ways from each node of a level, from those of the nodes below; false: more limbs are needed. */
static bool sum_level(const struct frontier_level *l, const uint64_t *below, uint64_t *ways, uint32_t limbs) {
  memset(ways, 0, (size_t)l->nodes * limbs * sizeof *ways);
  uint64_t carry = 0;
  for (uint32_t i = 0; i < l->nodes && !carry; i++) {
    uint64_t *sum = ways + (size_t)i * limbs;
    for (uint32_t e = l->begin[i]; e < l->begin[i + 1]; e++)
      carry |= mpn_add_n(sum, sum, below + (size_t)l->child[e] * limbs, limbs);
  }
  return !carry;
}

static uint32_t widest(const struct frontier *x) {
  uint32_t most = x->width;
  for (uint32_t i = 0; i < x->levels; i++)
    if (x->level[i].nodes > most) most = x->level[i].nodes;
  return most;
}

/* 1: more limbs are needed. */
static int tally(const struct frontier *x, uint32_t limbs, mpz_ptr total) {
  size_t words = ((size_t)widest(x) + 1) * limbs;
  uint64_t *below = budget_alloc(x->b, words * sizeof *below), *ways = budget_alloc(x->b, words * sizeof *ways);
  int result = x->b->stopped;
  for (uint32_t i = 0; i < x->width && result == CI_OK; i++) below[(size_t)i * limbs] = 1;
  for (uint32_t level = x->levels; level-- > 0 && result == CI_OK;) {
    result = !sum_level(&x->level[level], below, ways, limbs);
    uint64_t *spare = below;
    below = ways;
    ways = spare;
    if (budget_poll(x->b)) result = x->b->stopped;
  }
  mpz_t part;
  mpz_init(part);
  if (result == CI_OK) count_to_mpz(part, below, limbs), mpz_mul(total, total, part);
  mpz_clear(part);
  budget_free(x->b, below, words * sizeof *below);
  budget_free(x->b, ways, words * sizeof *ways);
  return result;
}

int frontier_tally(const struct frontier *x, mpz_ptr total) {
  int result = 1;
  for (uint32_t limbs = 1; result == 1; limbs++) result = tally(x, limbs, total);
  return result;
}
