/* The divisors of a number, kept from one run of a propagator to the next. */
#ifndef CI_DIVISOR_LIST_H
#define CI_DIVISOR_LIST_H

#include "interval.h"

enum { DIVISOR_LIMIT = 1536 }; /* of either sign */

struct divisor_list {
  wide of;    /* 0: none yet */
  size_t n;   /* of the list; 0: too many, or too hard to find */
  wide *list; /* of either sign, ascending */
};

/* Keep the divisors of v != 0 in x, where they can be found; false: none is left. */
bool divisor_list_keep(store *s, struct divisor_list *d, term x, wide v, reason why);

#endif
