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
  wide base, last, stride; /* the first and the last value */
  const int32_t *place; /* per number from base to last: the first position whose value is no less; NULL: too many */
  int32_t n;
  uint64_t *words;
};

static inline wide set_value(const struct set *e, int32_t position) {
  return e->values ? e->values[position] : e->base + e->stride * position;
}
int32_t set_lower_any(const struct set *e, wide v);
static inline bool set_is_plain(const struct set *e) { return !e->values && e->stride == 1; }
/* The first position whose value is >= v; n if there is none. */
static inline int32_t set_lower(const struct set *e, wide v) {
  if (v <= e->base) return 0;
  if (v > e->last) return e->n;
  if (e->place) return e->place[(int32_t)(v - e->base)];
  return set_is_plain(e) ? (int32_t)(v - e->base) : set_lower_any(e, v);
}
/* The position of v, or -1. */
static inline int32_t set_find(const struct set *e, wide v) {
  int32_t position = set_lower(e, v);
  return position < e->n && set_value(e, position) == v ? position : -1;
}
static inline bool set_bit(const struct set *e, int32_t position) {
  return e->words[position >> 6] >> (position & 63) & 1;
}
/* The nearest live position >= from (<= from); -1 if there is none within the table. */
int32_t set_up_far(const struct set *e, int32_t from);
int32_t set_down_far(const struct set *e, int32_t from);
static inline int32_t set_up(const struct set *e, int32_t from) {
  return from >= 0 && from < e->n && set_bit(e, from) ? from : set_up_far(e, from);
}
static inline int32_t set_down(const struct set *e, int32_t from) {
  return from >= 0 && from < e->n && set_bit(e, from) ? from : set_down_far(e, from);
}
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
