/* A form in the making: what building and restricting share. */
#ifndef CI_FORM_H
#define CI_FORM_H

#include "diagram.h"
#include "part.h"

struct build {
  budget b;
  const struct graph *g;       /* of the model */
  const ci_space *base;        /* the form that is restricted; NULL: none */
  struct plan plan;
  struct workshop workshop;
  uint32_t *wanted;            /* all variables in the order of the form; NULL: free */
  uint32_t *members;           /* scratch: the variables of one part */
  struct part_result *parts;   /* nparts + 1 */
  size_t nparts;
  const struct diagram **kept; /* parts of the base that stay as they are; their owner frees them */
  size_t nkept;
  mpz_ptr total;               /* the number of configurations is all that is wanted; NULL: a form */
  bool empty, unknown;         /* no configuration; some that cannot be judged, such as example */
  int64_t *example;            /* by variable */
  const void *task;            /* the caller's own */
};

/* Run the building, and make the form of what it left in u; all of u is freed. */
int form_make(struct build *u, ci_space **out, const ci_limits *limits, int (*run)(struct build *u));
/* Run the building for u->total alone, 1 to begin with. */
int form_count(struct build *u, const ci_limits *limits, int (*run)(struct build *u));
/* The only assignment that there is, judged by the evaluator. */
int form_judge_constant(struct build *u);

#endif
