/* Inequalities that pruned something, kept as long as the log may ask for them. */
#ifndef CI_LP_REASONS_H
#define CI_LP_REASONS_H

#include "../propagators/linear.h"
#include "combine.h"

struct lp_reason {
  propagator super;
  struct linear_sum sum; /* <= c */
  size_t capacity;
};

struct lp_reasons {
  budget *b;
  struct lp_reason **list;
  size_t capacity, made; /* list[0 .. made) exist */
  uint64_t n;            /* are in use: restored by backtracking */
};

void lp_reasons_free(struct lp_reasons *l);
/* The combiner's inequality as a reason; it is in use after lp_reasons_keep(). NULL: out of memory. */
struct lp_reason *lp_reasons_put(struct lp_reasons *l, const struct combiner *c);
bool lp_reasons_keep(struct lp_reasons *l, store *s);

#endif
