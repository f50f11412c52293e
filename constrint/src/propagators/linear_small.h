/* Sums whose every partial sum 64 bits hold, whatever values the terms take:
 * nearly all there are, and several times faster than the general case. */
#ifndef CI_LINEAR_SMALL_H
#define CI_LINEAR_SMALL_H

#include "linear.h"

/* The ends of the sum, and how far the widest part reaches. */
struct small_total { int64_t lo, hi, widest; };

/* Is it such a sum?  Found out at the root, whose domains only shrink. */
bool linear_is_small(const store *s, struct linear_sum *l);
struct small_total small_total_of(const store *s, const struct linear_sum *l);
/* Every part within what the others leave it; false: none is left. */
bool small_narrow(store *s, struct linear_sum *l, const struct small_total *t, enum sum_relation rel, reason why);
/* sum <= c, or >= c. */
enum outcome small_narrow_order(store *s, struct linear_sum *l, enum sum_relation rel, reason why);
/* sum != c, during search. */
enum outcome small_narrow_unequal(store *s, struct linear_sum *l, reason why);
/* x + y or x - y of two terms without holes: bounds say all there is to say of values. */
bool small_is_dense(const store *s, const struct linear_sum *l);

#endif
