/* Arrays of the native language: names for boxes of expressions.  They live in
 * the builder, so that a later text of the same model knows them. */
#ifndef CI_ARRAYS_H
#define CI_ARRAYS_H

#include <stddef.h>
#include <stdint.h>
#include "constrint.h"

enum { MAX_DIMENSIONS = 8 };

/* Indices lo[d] .. lo[d] + size[d] - 1, the last one running fastest. */
typedef struct box {
  int n;
  int64_t lo[MAX_DIMENSIONS];
  size_t size[MAX_DIMENSIONS];
} box;

struct array {
  struct array *next; /* in the order declared */
  char *name;
  box shape;
  ci_expr *items;
};

/* The number of elements. */
size_t shape_total(const box *s);
/* Takes the name and the items over once it succeeds. */
int arrays_add(ci_builder *b, char *name, const box *s, ci_expr *items);
const struct array *arrays_find(const ci_builder *b, const char *name, size_t len);
const struct array *arrays_first(const ci_builder *b);
void arrays_free(ci_builder *b);

#endif
