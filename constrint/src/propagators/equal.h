/* Two terms that are equal, or may be. */
#ifndef CI_EQUAL_H
#define CI_EQUAL_H

#include "interval.h"

/* Make x and y have the same domain, as far as their representations allow. */
bool terms_equate(store *s, term x, term y, reason why);
/* May they be equal?  Exact where one of them is small. */
bool terms_meet(const store *s, term x, term y);
/* Are both fixed to one number, or the same term? */
static inline bool terms_equal(const store *s, term x, term y) {
  return x == y || (term_fixed(s, x) && term_is(s, y, term_value(s, x)));
}
/* Keep the values of x that data accepts, if x is explicit. */
bool term_filter(store *s, term x, bool (*accepts)(const store *s, const void *data, wide v), const void *data, reason why);

#endif
