/* Bounds consistency of "all different": Hall intervals, by the algorithm of
 * Lopez-Ortiz, Quimper, Tromp and van Beek (IJCAI 2003). */
#ifndef CI_HALL_H
#define CI_HALL_H

#include "interval.h"

#define HALL_LIMIT ((wide)1 << 100) /* of the ends' size */

struct hall_item {
  wide lo, hi;
  size_t lo_rank, hi_rank; /* positions of lo and hi + 1 among the bounds */
};

/* For qsort of by_hi. */
int hall_upper_first(const void *p, const void *q);

/* Room for n items. */
struct hall {
  struct hall_item *item, **by_lo, **by_hi;
  wide *bound, *spare; /* bound[k], and what bound[k-1]..bound[k] still holds */
  size_t *tree, *hall; /* paths towards free room, and out of Hall intervals */
};

/* False: out of memory. */
bool hall_init(store *s, struct hall *h, size_t n);
/* Raise the lo of the first n items; false: too few values. */
bool hall_raise(struct hall *h, size_t n);

#endif
