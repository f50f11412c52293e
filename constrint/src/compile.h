/* From the graph of a model to terms and propagators. */
#ifndef CI_COMPILE_H
#define CI_COMPILE_H

#include "graph.h"
#include "store.h"

/* What the search works on. */
struct program {
  const struct graph *graph;
  store *store;
  term *vars;       /* one per declared variable; equal ones may share a term */
  term *objectives; /* one per objective, or NULL when they were not asked for */
};

/* Fill *p over an empty store.  The arrays live as long as the store. */
int compile(struct program *p, const struct graph *g, store *s, struct budget *b, bool with_objectives);

#endif
