/* Making a domain explicit, at the root. */
#include <string.h>

#include "store_internal.h"

enum { CLOSE = 8 /* numbers a value */ };

static struct set *new_set(store *s, size_t n) {
  struct set *e = arena_alloc(&s->arena, sizeof *e);
  size_t words = (n + 63) / 64;
  if (!e || !(e->words = arena_alloc(&s->arena, words * sizeof *e->words))) return NULL;
  memset(e->words, 0xff, words * sizeof *e->words);
  if (n % 64) e->words[words - 1] = ~(uint64_t)0 >> (64 - n % 64);
  e->n = (int32_t)n;
  return e;
}

static void adopt(store *s, term x, struct set *e) {
  struct domain *d = &s->domains[x];
  d->low = 0;
  d->high = e->n - 1;
  d->count = (uint64_t)e->n;
  d->lo = set_value(e, 0);
  d->hi = set_value(e, e->n - 1);
  e->base = d->lo;
  e->last = d->hi;
  s->explicit[x] = e;
}

bool explicit_range(store *s, term x) {
  struct domain *d = &s->domains[x];
  struct set *e = new_set(s, range_size(d->lo, d->hi, d->step));
  if (!e) return false;
  e->base = d->lo;
  e->stride = d->step;
  adopt(s, x, e);
  return true;
}

/* Where the values lie close together, who looks one up need not search. */
static bool note_places(store *s, struct set *e) {
  uint64_t span = range_size(e->values[0], e->values[e->n - 1], 1);
  if (span > CLOSE * (uint64_t)e->n) return true;
  int32_t *place = arena_alloc(&s->arena, span * sizeof *place), position = 0;
  if (!place) return false;
  for (uint64_t i = 0; i < span; i++) {
    place[i] = position;
    if (e->values[position] == e->values[0] + (wide)i) position++;
  }
  e->place = place;
  return true;
}

bool explicit_table(store *s, term x, const wide *values, size_t n) {
  struct domain *d = &s->domains[x];
  d->step = set_stride(values, n);
  d->lo = values[0];
  d->hi = values[n - 1];
  if (range_size(d->lo, d->hi, d->step) == n) return explicit_range(s, x); /* no holes: no table */
  struct set *e = new_set(s, n);
  wide *copy = arena_alloc(&s->arena, n * sizeof *copy);
  if (!e || !copy) return false;
  memcpy(copy, values, n * sizeof *copy);
  e->values = copy;
  if (!note_places(s, e)) return false;
  adopt(s, x, e);
  return true;
}
