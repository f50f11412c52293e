/* One condition for one assignment, in 128 bits and by the evaluator's rules:
 * for those whose numbers may not fit 64 bits. */
#ifndef CI_EXACT_H
#define CI_EXACT_H

#include "pool.h"

struct exact {
  budget *b;
  const struct pool *pool;
  bool whole;           /* nodes are the graph's, not the pool's */
  int32_t root;
  int32_t *nodes;       /* those that matter, ascending */
  size_t n, capacity;
  struct value *values; /* by node */
  size_t value_capacity;
  struct value *args;
  size_t arg_capacity;
  int64_t *assigned;    /* by variable */
  size_t assigned_capacity;
};

/* whole: the condition of the graph that is to be judged; -1: the pool's condition. */
int exact_begin(struct exact *x, const struct pool *p, pool_id condition, ci_expr whole);
void exact_free(struct exact *x);
static inline void exact_set(struct exact *x, int32_t var, int64_t value) { x->assigned[var] = value; }
/* 0, 1, or 2: it takes more than 128 bits to tell. */
int64_t exact_truth(struct exact *x);

#endif
