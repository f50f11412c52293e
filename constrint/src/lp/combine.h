/* From guessed multipliers to one exact inequality: rows times integers, added
 * up in 128 bits.  Whatever the multipliers are, the result is implied. */
#ifndef CI_LP_COMBINE_H
#define CI_LP_COMBINE_H

#include "rows.h"

struct combiner {
  const struct lp_rows *r;
  wide *k;        /* per row: the multiplier as an integer */
  wide *sum;      /* per column */
  int32_t *used;  /* columns whose sum may not be 0 */
  bool *is_used;
  size_t rows, cols, nused;
  /* the inequality: sum a[i] * term_of[col[i]] <= c */
  wide *a;
  int32_t *col;
  size_t n;
  wide c;
};

bool combiner_init(struct combiner *c, const struct lp_rows *r);
void combiner_free(struct combiner *c);
/* sum of multipliers[i] * row i; a sign that a row has no side for leaves it out.
 * False: nothing comes of it, or it does not fit. */
bool combine(struct combiner *c, const double *multipliers);

#endif
