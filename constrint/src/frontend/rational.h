/* Exact quotients of integer expressions: Python's numbers, lowered.
 *
 * A value is num / den with den > 0 wherever it is defined.  `defined` says
 * where that is (a division by zero is an exception in Python), so that no
 * meaning hangs on what the graph's operations do with a zero divisor. */
#ifndef CI_RATIONAL_H
#define CI_RATIONAL_H

#include "../wide.h"
#include "constrint.h"

enum { NOTHING = -1000 }; /* no expression: den is 1, defined always */

typedef struct rational {
  ci_expr num, den;  /* den NOTHING: 1 */
  ci_expr defined;   /* NOTHING: always */
  wide lo, hi;       /* of num, saturated */
  wide den_hi;       /* of den, from 1 */
  bool nonzero;      /* num is known not to be 0 */
  bool is_float;     /* Python would have a float: no bit operations */
} rational;

rational rational_int(ci_builder *b, int64_t num, int64_t den);
/* A truth value as 0 or 1. */
rational rational_truth(ci_expr truth, ci_expr defined);
rational rational_neg(ci_builder *b, rational x);
rational rational_add(ci_builder *b, rational x, rational y);
rational rational_mul(ci_builder *b, rational x, rational y);
rational rational_div(ci_builder *b, rational x, rational y);
rational rational_floordiv(ci_builder *b, rational x, rational y);
rational rational_mod(ci_builder *b, rational x, rational y);
rational rational_abs(ci_builder *b, rational x);
rational rational_floor(ci_builder *b, rational x);
rational rational_trunc(ci_builder *b, rational x);
/* To the nearest whole number, halves to the even one. */
rational rational_round(ci_builder *b, rational x);
/* min (CI_MIN) or max (CI_MAX). */
rational rational_best(ci_builder *b, ci_op op, rational x, rational y);
rational rational_choose(ci_builder *b, ci_expr condition, rational x, rational y);
/* y is an integer; where y may be negative, only a constant y is understood:
 * *why tells otherwise. */
rational rational_pow(ci_builder *b, rational x, rational y, const char **why);
/* x OP y without regard to `defined`. */
ci_expr rational_compare(ci_builder *b, ci_op op, rational x, rational y);

/* Conjunction where NOTHING is true. */
ci_expr rational_defined(ci_builder *b, ci_expr x, ci_expr y);

#endif
