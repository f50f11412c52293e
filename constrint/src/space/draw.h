/* Exactly uniform draws, many at a time. */
#ifndef CI_SPACE_DRAW_H
#define CI_SPACE_DRAW_H

#include "../budget.h"
#include "random.h"
#include "walk.h"

/* How samples are drawn: each part by itself, whose rank is uniform. */
struct drawer {
  const ci_space *s;
  struct stream random;
  uint64_t *rank;     /* DRAW_BATCH * the most limbs of a part */
  uint32_t *node;     /* DRAW_BATCH */
  budget *limits;     /* time and cancel; NULL: none */
};
enum { DRAW_BATCH = 128 };

int drawer_new(struct drawer *w, const ci_space *s, uint64_t seed);
void drawer_free(struct drawer *w);
/* CI_OK, or why to stop. */
static inline int drawer_stopped(const struct drawer *w) { return w->limits ? budget_check(w->limits) : CI_OK; }
/* n independent, uniform configurations of a space that is not empty; or why it stopped. */
int draw_rows(struct drawer *w, size_t n, int64_t *rows);
/* The configurations with these ranks, where the parts count one after
 * another, the last fastest.  Only for spaces below 2^64. */
int draw_ranks(struct drawer *w, const uint64_t *ranks, size_t n, int64_t *rows);
/* n rows into random order. */
void shuffle_rows(struct stream *r, int64_t *rows, size_t n, size_t width);

#endif
