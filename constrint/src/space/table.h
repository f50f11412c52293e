/* Conditions that are tables. */
#ifndef CI_TABLE_H
#define CI_TABLE_H

#include "frontier.h"

/* A diagram of its own. */
struct table_diagram {
  struct diagram diagram; /* levels 0: no row is left */
  uint32_t *arrays[4];
  size_t bytes[4];
};

/* Is it a table over plain variables? */
bool table_is(const struct plan *p, const struct condition *c);
/* Drop the values that its columns lack; a variable that is not listed is, then. */
int table_filter(struct plan *p, const struct condition *c);
/* The rows that the domains allow as a diagram; vars: the condition's, in the order of the part's levels, and
 * kept.  Free it whatever the result. */
int table_make(struct table_diagram *d, struct plan *p, const struct condition *c, const uint32_t *vars);
void table_diagram_free(struct table_diagram *d, budget *b);

#endif
