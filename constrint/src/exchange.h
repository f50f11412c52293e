/* What searches of one program learn, on its way from one to the others: a pool of
 * short nogoods, filled between two rounds by one thread, read by all in the next. */
#ifndef CI_EXCHANGE_H
#define CI_EXCHANGE_H

#include "learn/learn.h"

struct exchanged {
  size_t from;  /* whose it is */
  size_t first; /* of its facts in the pool */
  uint32_t n, levels;
};

struct exchange {
  struct exchanged *nogood;
  struct fact *fact;
  size_t n, capacity, facts, fact_capacity;
  uint64_t *seen; /* what was ever offered, by its hash; 0: free */
  size_t nseen, seen_capacity;
};

void exchange_free(struct exchange *e);
/* A round is over: the pool is empty. */
void exchange_clear(struct exchange *e);
/* Its short nogoods that nobody has offered, the shortest first, up to a number. */
int exchange_offer(struct exchange *e, size_t from, struct learner *l);
/* At level 1, as a round begins: take what others offered.  How many, or an error. */
int exchange_take(const struct exchange *e, size_t to, struct learner *l);

#endif
