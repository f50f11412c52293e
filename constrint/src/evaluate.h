/* The evaluator: the values of all nodes for one assignment, exactly. */
#ifndef CI_EVALUATE_H
#define CI_EVALUATE_H

#include "calculate.h"

typedef struct evaluation {
  const struct graph *graph;
  struct value *values; /* one a node */
  struct value *args;   /* room for the longest list of arguments */
} evaluation;

int evaluation_new(evaluation *e, const struct graph *g); /* CI_OK or CI_ENOMEM, with its message */
void evaluation_free(evaluation *e);
/* values: one per variable. */
void evaluation_run(evaluation *e, const int64_t *values);
/* The first node in the order of evaluation, among those that `root` rests on,
 * that does not fit 128 bits though its arguments do; -1: none. */
ci_expr evaluation_overflow(const evaluation *e, ci_expr root);
/* The message for a root whose value is not known; returns CI_EOVERFLOW. */
int evaluation_fail(const evaluation *e, ci_expr root, const char *what);

#endif
