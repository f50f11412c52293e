/* z = f(x, y) value by value, for small x and y: domain consistency. */
#ifndef CI_PAIRS_H
#define CI_PAIRS_H

#include "interval.h"

/* f(x, y), exact: PAIR_NONE where it is undefined (such a pair is excluded),
 * PAIR_BEYOND where it fits no wide. */
enum pair { PAIR_VALUE, PAIR_NONE, PAIR_BEYOND };
typedef enum pair (*pair_function)(wide x, wide y, wide *z);

/* Are there few enough pairs? */
bool pairs_few(const store *s, term x, term y);
/* SUBSUMED: one pair is left, and z has its value. */
enum outcome pairs_narrow(store *s, term z, term x, term y, pair_function f, reason why);

#endif
