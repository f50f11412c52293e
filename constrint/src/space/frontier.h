/* One part of the problem, level by level: a node of the frontier is a state of
 * each condition that is under way. */
#ifndef CI_FRONTIER_H
#define CI_FRONTIER_H

#include <gmp.h>

#include "factor.h"

/* The nodes of a level and their edges.  value: positions in the variable's values. */
struct frontier_level {
  uint32_t nodes;
  uint32_t *begin;  /* nodes + 1 */
  size_t begin_capacity;
  uint32_t *value, *child;
  size_t edges, value_capacity, child_capacity;
  struct keys given; /* the values of a variable that is not listed: value is a number of these */
};

struct frontier {
  budget *b;
  struct plan *plan;
  uint32_t levels;
  const uint32_t *vars;    /* levels */
  struct factor *factors;
  size_t nfactors;
  struct frontier_level *level; /* levels */
  uint32_t width;               /* nodes after the last level */
  uint64_t effort;              /* transitions worked out and edges made */
  uint64_t effort_limit;        /* 0: none */
  bool *unknown;                /* of those: some condition takes more than 128 bits */
};

/* The factors' variables come in the order of vars.  CI_OK, 1: given up, see effort_limit, or an error.  Free it
 * whatever the result. */
int frontier_run(struct frontier *x, struct workshop *w);
void frontier_free(struct frontier *x);

/* reduce.c: drop what leads nowhere, merge what is equal; the root may be gone: then level[0].nodes is 0. */
int frontier_reduce(struct frontier *x);

/* tally.c: multiply total by the number of ways from the root to the end.  CI_OK or an error. */
int frontier_tally(const struct frontier *x, mpz_ptr total);

#endif
