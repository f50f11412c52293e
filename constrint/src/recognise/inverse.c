/* Inverses: y[x1] = v1, y[x2] = v2, ... for different v: no two x are one, for an
 * item has one value.  As many as there are items, they are y's inverse. */
#include <stdlib.h>
#include <string.h>

#include "recognise.h"
#include "../propagators/choice.h"
#include "../propagators/interval.h"
#include "../post.h"

enum { LEAST = 3 };

/* items[index] = v */
struct place { const term *items; size_t n; term index; wide v; propagator *p; };

struct places {
  store *s;
  struct place *place;
  size_t n, capacity;
};

static bool add_place(struct places *q, propagator *p) {
  struct choice c;
  if (p->dead || !choice_of(p, &c) || !term_known(q->s, c.z)) return true;
  if (!budget_grow(q->s->budget, &q->place, &q->capacity, q->n + 1, sizeof *q->place)) return false;
  q->place[q->n++] = (struct place){c.item, c.n, c.index, term_value(q->s, c.z), p};
  return true;
}

static int by_items(const struct place *one, const struct place *other) {
  if (one->n != other->n) return one->n < other->n ? -1 : 1;
  return memcmp(one->items, other->items, one->n * sizeof *one->items);
}

static int by_items_and_value(const void *a, const void *b) {
  const struct place *one = a, *other = b;
  int order = by_items(one, other);
  if (order) return order;
  if (one->v != other->v) return one->v < other->v ? -1 : 1;
  return (one->index > other->index) - (one->index < other->index);
}

/* One place a value, of those of one list; how many. */
static size_t keep_different(struct place *p, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (!kept || p[kept - 1].v != p[i].v) p[kept++] = p[i];
  return kept;
}

/* The indices are from `lo` to `hi`, just so many, and the values one behind the other. */
static bool is_inverse(const store *s, const struct place *p, size_t n, wide *lo) {
  interval all = INTERVAL_NONE;
  for (size_t i = 0; i < n; i++) all = interval_hull(all, term_interval(s, p[i].index));
  *lo = all.lo;
  return all.lo >= 0 && all.hi < (wide)p->n && all.hi - all.lo + 1 == (wide)n && p[n - 1].v - p[0].v == (wide)n - 1;
}

static int post(store *s, const struct place *p, size_t n) {
  term *index = store_alloc(s, n * sizeof *index);
  wide lo;
  if (!index) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) index[i] = p[i].index;
  if (!is_inverse(s, p, n, &lo)) return post_alldifferent(s, index, n);
  for (size_t i = 0; i < n; i++) p[i].p->dead = true;
  return post_inverse(s, index, n, p[0].v, p->items + lo, n, lo);
}

int recognise_inverses(store *s) {
  struct places q = {.s = s};
  bool ok = true;
  int error = CI_OK;
  for (size_t i = 0; i < s->propagators && ok; i++) ok = add_place(&q, s->posted[i].p);
  if (!ok) error = CI_ENOMEM;
  if (ok && q.n) qsort(q.place, q.n, sizeof *q.place, by_items_and_value);
  for (size_t i = 0, end; i < q.n && error == CI_OK; i = end) {
    for (end = i + 1; end < q.n && by_items(&q.place[i], &q.place[end]) == 0; end++) continue;
    size_t kept = keep_different(&q.place[i], end - i);
    if (kept >= LEAST) error = post(s, &q.place[i], kept);
  }
  budget_free(s->budget, q.place, q.capacity * sizeof *q.place);
  return error;
}
