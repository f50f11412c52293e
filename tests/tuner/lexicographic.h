/* Recordings list the configurations by their values, so that they outlive the
 * order of indices. */
#ifndef LEXICOGRAPHIC_H
#define LEXICOGRAPHIC_H

#include <stdlib.h>
#include "space.h"

static inline int lexicographic_compare(const void *a, const void *b, void *space) {
  int64_t x[256], y[256];
  space_values(space, *(const size_t *)a, x);
  space_values(space, *(const size_t *)b, y);
  for (size_t i = 0; i < space_parameters(space); i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

/* All indices, by ascending values. The caller frees; NULL: no memory. */
static inline size_t *lexicographic(struct space *s) {
  size_t n = space_size(s), *all = malloc((n + 1) * sizeof *all);
  for (size_t i = 0; all && i < n; i++) all[i] = i;
  if (all) qsort_r(all, n, sizeof *all, lexicographic_compare, s);
  return all;
}

#endif
