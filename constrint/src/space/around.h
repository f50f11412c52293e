/* What each variable may be, for the kinds of neighbours. */
#ifndef CI_SPACE_AROUND_H
#define CI_SPACE_AROUND_H

#include "diagram.h"

/* Positions lo..hi, or lo and hi only; lo > hi: none. */
struct around {
  uint32_t centre; /* the position that costs nothing; UINT32_MAX: the value does not occur */
  uint32_t lo, hi;
  bool ends;
};

struct around around_any(const struct space_var *v, int64_t value);
struct around around_adjacent(const struct space_var *v, int64_t value);
struct around around_strict(const struct space_var *v, int64_t value);

static inline bool around_has(const struct around *a, uint32_t position) {
  return position >= a->lo && position <= a->hi && (!a->ends || position == a->lo || position == a->hi);
}

#endif
