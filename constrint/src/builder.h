/* What the readers may ask of a builder beyond the public interface. */
#ifndef CI_BUILDER_H
#define CI_BUILDER_H

#include <stdbool.h>

#include "graph.h"

struct array;

struct ci_builder {
  struct graph graph;
  struct array *arrays, **last_array; /* the native language's (frontend/arrays.h), in the order declared */
  void *arrays_by_name;               /* a tree of tsearch() */
};

/* A declared variable or a named expression; negative when there is none. */
ci_expr builder_find(const ci_builder *b, const char *name, size_t length);
/* Is e a constant that fits 64 bits? */
bool builder_constant(const ci_builder *b, ci_expr e, int64_t *value);
/* All names of variables and expressions, in the order given. */
size_t builder_names(const ci_builder *b);
const char *builder_name_at(const ci_builder *b, size_t i);
/* The same model with another search order: n variables' indices. */
int model_with_order(ci_model **out, const ci_model *m, const size_t *vars, const int *largest_first, size_t n);

#endif
