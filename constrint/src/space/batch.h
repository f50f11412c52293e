/* Working a tape out for many entries at once, column by column. */
#ifndef CI_BATCH_H
#define CI_BATCH_H

#include "exact.h"
#include "tape.h"

enum { BATCH = 256 }; /* entries at a time */

/* Columns of BATCH numbers, one a node of the tape; two where bounds are
 * worked out. */
struct batch {
  budget *b;
  int64_t *columns;
  size_t capacity;
  struct exact exact; /* for TAPE_EXACT */
};

static inline int64_t *batch_column(const struct batch *x, uint32_t node) { return x->columns + (size_t)node * BATCH; }

/* Get ready for a tape: room, and its constants in place. */
int batch_begin(struct batch *x, const struct tape *t);
void batch_free(struct batch *x);
/* The nodes of a level, variable excepted, for n entries. */
void batch_level(struct batch *x, const struct tape *t, uint32_t level, size_t n);

/* reach.c: the same for bounds. Columns 2 * node and 2 * node + 1 hold the lower and upper ends. */
int reach_begin(struct batch *x, const struct tape *t);
static inline int64_t *reach_low(const struct batch *x, uint32_t node) { return x->columns + (size_t)node * 2 * BATCH; }
static inline int64_t *reach_high(const struct batch *x, uint32_t node) { return reach_low(x, node) + BATCH; }
/* All nodes above a level, from words whose two ends are equal. */
void reach_above(struct batch *x, const struct tape *t, uint32_t level, size_t n);

#endif
