/* Steps through a part: what all the questions share. */
#ifndef CI_SPACE_WALK_H
#define CI_SPACE_WALK_H

#include <gmp.h>

#include "diagram.h"

/* The first edge of a node whose position is >= `position`; edge[node + 1] if there is none. */
static inline uint32_t edge_from(const struct diagram *d, uint32_t node, uint32_t position) {
  uint32_t lo = d->edge[node], hi = d->edge[node + 1];
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (d->value[mid] < position) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* The edge of a node with this position, or UINT32_MAX. */
static inline uint32_t edge_find(const struct diagram *d, uint32_t node, uint32_t position) {
  uint32_t e = edge_from(d, node, position);
  return e < d->edge[node + 1] && d->value[e] == position ? e : UINT32_MAX;
}

/* For counts of one limb: the edge under which the rank-th configuration below a node lies. */
static inline uint32_t edge_of_rank(const struct diagram *d, uint32_t node, uint64_t rank) {
  uint32_t e = d->edge[node];
  for (uint32_t n = d->edge[node + 1] - e; n > 1;) {
    uint32_t half = n / 2;
    e = d->before[e + half] <= rank ? e + half : e;
    n -= half;
  }
  return e;
}

/* The i-th limb of a node's count is node_count(d, node)[i]. */
static inline const uint64_t *node_count(const struct diagram *d, uint32_t node) { return d->count + (size_t)node * d->limbs; }
static inline const uint64_t *edge_before(const struct diagram *d, uint32_t e) { return d->before + (size_t)e * d->limbs; }

/* Where each part stands while the order is walked. */
enum { PLACES_INLINE = 32 };
struct places {
  uint32_t *node; /* a part */
  uint32_t few[PLACES_INLINE];
};
/* All at their roots; false: no memory. */
bool places_new(struct places *p, const ci_space *s);
void places_free(struct places *p);

/* ci_space_at for an index of any size. */
int space_at_mpz(const ci_space *s, mpz_srcptr index, int64_t *values);

#endif
