/* A set of rows that lie one after another in an array: which of them are new. */
#ifndef CI_ROW_SET_H
#define CI_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_set {
  const int64_t *rows;
  size_t width, mask;
  uint64_t *slot; /* row + 1, and above it some bits of its hash; 0: free */
};

/* For at most n rows; false: no memory. */
bool row_set_new(struct row_set *s, const int64_t *rows, size_t width, size_t n);
void row_set_free(struct row_set *s);
/* Put the row in; false: an equal one is there. */
bool row_set_add(struct row_set *s, size_t row);
/* Take a row out that is in. */
void row_set_remove(struct row_set *s, size_t row);

#endif
