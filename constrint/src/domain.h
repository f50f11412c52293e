/* What a term's domain is made of, for the files that implement store.h.
 *
 * A domain is a range with a stride, or explicit: positions in a table that
 * never changes, with a bit a position.  Bits outside low..high mean nothing. */
#ifndef CI_DOMAIN_H
#define CI_DOMAIN_H

#include "store.h"

enum { EXPLICIT_MAX = 4096 }; /* values of a range that is made explicit */

/* The part that backtracking restores, as one piece. */
struct domain {
  wide lo, hi, step;  /* step: of the values; 0 is never stored */
  uint64_t count;     /* explicit: the values left */
  int32_t low, high;  /* explicit: the positions of lo and hi */
  reason why;         /* of the last change */
};

/* The explicit part: the values at its root, and which of them are left. */
struct set {
  const wide *values; /* ascending; NULL: base + stride * position */
  wide base, stride;
  int32_t n;
  uint64_t *words;
};

static inline wide set_value(const struct set *e, int32_t position) {
  return e->values ? e->values[position] : e->base + e->stride * position;
}
/* The first position whose value is >= v; n if there is none. */
int32_t set_lower(const struct set *e, wide v);
/* The position of v, or -1. */
int32_t set_find(const struct set *e, wide v);
static inline bool set_bit(const struct set *e, int32_t position) {
  return e->words[position >> 6] >> (position & 63) & 1;
}
/* The nearest live position >= from (<= from); -1 if there is none within the table. */
int32_t set_up(const struct set *e, int32_t from);
int32_t set_down(const struct set *e, int32_t from);
/* Live positions in from..to-1. */
uint64_t set_count(const struct set *e, int32_t from, int32_t to);
/* The greatest common step of the n values; 1 for one value. */
wide set_stride(const wide *values, size_t n);

/* Number of values of a range, saturating. */
uint64_t range_size(wide lo, wide hi, wide step);
/* The smallest value >= v (greatest <= v) congruent to lo modulo step, v >= lo. */
wide range_up(wide lo, wide step, wide v);
wide range_down(wide lo, wide step, wide v);

#endif
