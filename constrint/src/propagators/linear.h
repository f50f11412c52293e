/* A weighted sum of terms: what linear constraints and their reified forms share. */
#ifndef CI_LINEAR_H
#define CI_LINEAR_H

#include "interval.h"
#include "verdict.h"
#include "../learn/fact.h"
#include "../post.h"

enum sum_relation { SUM_EQ, SUM_NE, SUM_LE, SUM_GE };

struct linear_sum {
  size_t n;
  wide c;         /* sum a[i]*x[i] against c */
  wide *a;        /* none 0 */
  term *x;        /* all different */
  interval *part; /* a[i]*x[i], renewed by every run */
  uint32_t patience;
  bool small;     /* 64 bits hold it (linear_small.h) */
};

/* Merge equal terms, fold fixed ones and divide by the common divisor.
 * *verdict says whether the relation is decided by that alone. */
int linear_normalise(store *s, struct linear_sum *l, const wide *a, const term *x, size_t n,
                     enum sum_relation *rel, wide c, enum verdict *verdict);
/* Post an open, normalised sum. */
int linear_post(store *s, const struct linear_sum *l, enum sum_relation rel);
/* Make the relation hold. */
enum outcome linear_narrow(store *s, struct linear_sum *l, enum sum_relation rel, reason why);
/* The sum and relation of a linear constraint; NULL: p is none. */
const struct linear_sum *linear_of(const propagator *p, enum sum_relation *rel);
/* b <-> the relation: what holds where b is 0, and where it is 1 (rel, c); the sum's own c means nothing. */
struct linear_reified_view {
  const struct linear_sum *sum;
  term b;
  const enum sum_relation *rel;
  const wide *c;
};
/* False: p is no such constraint. */
bool linear_reified_of(const propagator *p, struct linear_reified_view *out);
/* Why the relation, which must hold, left no more: as propagator_class.explain. */
bool linear_explain(struct because *b, const struct linear_sum *l, enum sum_relation rel, struct fact what);
/* Do the domains decide the relation? */
enum verdict linear_verdict(const store *s, struct linear_sum *l, enum sum_relation rel);

#endif
