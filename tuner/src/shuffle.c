/* Fisher and Yates on an array that is only imagined: of its places those are
 * kept that do not hold their own number. */
#include "shuffle.h"
#include "strategy.h"

void shuffle_open(struct shuffle *s, uint64_t n) { *s = (struct shuffle){.n = n}; }

static uint64_t at(const struct shuffle *s, uint64_t place) {
  const union map_value *moved = map_find(&s->moved, place);
  return moved ? moved->number : place;
}

int64_t shuffle_next(struct shuffle *s, struct random *r) {
  if (s->drawn == s->n) return STRATEGY_END;
  uint64_t place = s->drawn + random_below(r, s->n - s->drawn), picked = at(s, place), first = at(s, s->drawn);
  union map_value *moved = map_put(&s->moved, place);
  if (!moved) return STRATEGY_NOMEM;
  moved->number = first; /* the first of the rest takes its place */
  s->drawn++;
  return (int64_t)picked;
}

void shuffle_close(struct shuffle *s) { map_free(&s->moved); }
