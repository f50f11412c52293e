/* Global constraints that a model holds as one node each: their meaning on
 * values, and how they are posted.  One line each in global.c's table. */
#ifndef CI_GLOBAL_H
#define CI_GLOBAL_H

#include <stddef.h>

#include "post.h"

struct global {
  const char *name;
  /* Do n arguments and these parameters make sense together? */
  bool (*fits)(const int64_t *p, size_t np, size_t n);
  bool (*holds)(const int64_t *p, const wide *v, size_t n);
  int (*post)(store *s, const int64_t *p, const term *x, size_t n);
};

/* NULL: there is no such kind. */
const struct global *global_of(int64_t kind);

/* b <-> the constraint, decided when all of x are fixed. */
int post_global_reified(store *s, const struct global *g, const int64_t *p, size_t np, const term *x, size_t n, term b);

#endif
