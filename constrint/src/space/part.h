/* One independent part of the problem, from its conditions to its diagram. */
#ifndef CI_PART_H
#define CI_PART_H

#include "frontier.h"

/* The arrays of a diagram, ready to be copied, and the values that occur. */
struct part_draft {
  uint32_t levels, nodes, edges;
  uint32_t *var, *first, *edge, *value, *child;
};

struct part_result {
  bool empty;             /* no configuration */
  bool unknown;           /* some cannot be judged in 128 bits: example holds one */
  struct part_draft draft;
  size_t draft_bytes[5];
};

struct part_task {
  int32_t part;
  const uint32_t *vars; /* its variables */
  uint32_t n;
  bool ordered;         /* they are in the order wanted */
  const struct diagram *const *diagrams; /* parts of an older form over these variables, whose positions are kept */
  size_t ndiagrams;
  int64_t *example;     /* per variable of the model: filled if the result is unknown */
  mpz_ptr total;        /* only this is wanted, multiplied by the number of configurations; NULL: a diagram */
};

/* On return p->vars[v].values of the part's variables hold what occurs. */
int part_build(struct part_result *r, struct workshop *w, const struct part_task *task);
void part_free(struct part_result *r, budget *b);

/* filter.c: drop values of wide variables that conditions of a part rule out; p->empty if none is left. */
int part_filter(struct workshop *w, int32_t part);
/* order.c: choose the order of n variables of a part, in place. */
int part_order(struct plan *p, int32_t part, uint32_t *vars, uint32_t n);

#endif
