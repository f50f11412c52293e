/* Two terms that are equal, or may be. */
#include "equal.h"

enum { LOOK_LIMIT = 1024 };

bool term_filter(store *s, term x, bool (*accepts)(const store *s, const void *data, wide v), const void *data, reason why) {
  if (!term_explicit(s, x) || term_size(s, x) > LOOK_LIMIT) return true;
  wide kept[LOOK_LIMIT];
  size_t n = 0, refused = 0;
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    if (accepts(s, data, v)) kept[n++] = v;
    else refused++;
    if (v == term_hi(s, x)) break;
  }
  return refused == 0 || (n > 0 && term_keep(s, x, kept, n, why));
}

static bool other_has(const store *s, const void *data, wide v) { return term_has(s, *(const term *)data, v); }

/* x's stride from y's. */
static bool equate_stride(store *s, term x, term y, reason why) {
  wide step = term_step(s, y);
  return step < 2 || wide_saturated(term_lo(s, y)) || term_congruent(s, x, step, term_lo(s, y), why);
}

bool terms_equate(store *s, term x, term y, reason why) {
  if (x == y) return true;
  return term_within(s, x, term_interval(s, y), why) && term_within(s, y, term_interval(s, x), why) &&
         equate_stride(s, x, y, why) && equate_stride(s, y, x, why) &&
         term_filter(s, x, other_has, &y, why) && term_filter(s, y, other_has, &x, why);
}

bool terms_meet(const store *s, term x, term y) {
  if (x == y) return true;
  if (interval_empty(interval_meet(term_interval(s, x), term_interval(s, y)))) return false;
  if (term_size(s, y) < term_size(s, x)) {
    term swap = x;
    x = y;
    y = swap;
  }
  if (term_size(s, x) > LOOK_LIMIT) return true;
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    if (term_has(s, y, v)) return true;
    if (v == term_hi(s, x)) return false;
  }
}
