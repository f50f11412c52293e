/* The store: making and freeing it, its terms and constants, reading domains. */
#include <string.h>

#include "integer.h"
#include "store_internal.h"

store *store_new(budget *b) {
  store *s = budget_alloc(b, sizeof *s);
  if (!s) return NULL;
  s->budget = b;
  arena_init(&s->arena, b);
  for (int i = 0; i < PRIORITIES; i++) s->queue[i] = (struct fifo){-1, -1};
  s->stamp = s->last_stamp = 1;
  return s;
}

void store_free(store *s) {
  if (!s) return;
  budget *b = s->budget;
  budget_free(b, s->domains, s->term_capacity * sizeof *s->domains);
  budget_free(b, s->explicit, s->explicit_capacity * sizeof(struct set *));
  budget_free(b, s->stamps, s->stamp_capacity * sizeof *s->stamps);
  budget_free(b, s->watchers, s->watch_capacity * sizeof *s->watchers);
  budget_free(b, s->constants, s->constant_slots * sizeof *s->constants);
  budget_free(b, s->posted, s->posted_capacity * sizeof *s->posted);
  budget_free(b, s->domain_trail, s->domain_trail_capacity * sizeof *s->domain_trail);
  budget_free(b, s->word_trail, s->word_trail_capacity * sizeof *s->word_trail);
  budget_free(b, s->dead_trail, s->dead_trail_capacity * sizeof *s->dead_trail);
  budget_free(b, s->levels, s->level_capacity * sizeof *s->levels);
  arena_free(&s->arena);
  budget_free(b, s, sizeof *s);
}

void *store_alloc(store *s, size_t bytes) { return arena_alloc(&s->arena, bytes); }

void store_fail(store *s) { s->failed = true; }

bool store_stop(store *s) { return budget_poll(s->budget) != CI_OK; }

uint64_t store_changes(const store *s) { return s->changes; }

size_t store_terms(const store *s) { return s->terms; }

/* ---- terms ---- */

static term new_term(store *s) {
  size_t n = s->terms + 1;
  if (n > INT32_MAX || !budget_grow(s->budget, &s->domains, &s->term_capacity, n, sizeof *s->domains) ||
      !budget_grow(s->budget, &s->explicit, &s->explicit_capacity, n, sizeof(struct set *)) ||
      !budget_grow(s->budget, &s->stamps, &s->stamp_capacity, n, sizeof *s->stamps) ||
      !budget_grow(s->budget, &s->watchers, &s->watch_capacity, n, sizeof *s->watchers)) {
    s->budget->stopped = CI_ENOMEM;
    return CI_ENOMEM;
  }
  term x = (term)s->terms++;
  s->explicit[x] = NULL;
  s->stamps[x] = 0;
  memset(&s->watchers[x], 0, sizeof s->watchers[x]);
  return x;
}

term store_new_term(store *s, wide lo, wide hi) {
  term x = new_term(s);
  if (x < 0) return x;
  if (hi < lo) {
    s->failed = true;
    hi = lo;
  }
  s->domains[x] = (struct domain){.lo = lo, .hi = hi, .step = 1};
  if (lo != hi && range_size(lo, hi, 1) <= EXPLICIT_MAX && !explicit_range(s, x)) return CI_ENOMEM;
  return x;
}

term store_new_set(store *s, const wide *values, size_t n) {
  term x = new_term(s);
  if (x < 0) return x;
  s->domains[x] = (struct domain){.lo = values[0], .hi = values[n - 1], .step = 1};
  if (n > 1 && !explicit_table(s, x, values, n)) return CI_ENOMEM;
  return x;
}

/* ---- constants ---- */

static size_t constant_slot(const store *s, wide v) {
  uint64_t h = ((uint64_t)v ^ (uint64_t)(v >> 64) * 31) * 0x9e3779b97f4a7c15u;
  size_t slot = (h >> 32) & (s->constant_slots - 1);
  while (s->constants[slot] >= 0 && s->domains[s->constants[slot]].lo != v) slot = (slot + 1) & (s->constant_slots - 1);
  return slot;
}

static bool grow_constants(store *s) {
  size_t old_slots = s->constant_slots, slots = old_slots ? 2 * old_slots : 64;
  term *old = s->constants, *table = budget_alloc(s->budget, slots * sizeof *table);
  if (!table) return false;
  memset(table, 0xff, slots * sizeof *table);
  s->constants = table;
  s->constant_slots = slots;
  for (size_t i = 0; i < old_slots; i++)
    if (old[i] >= 0) table[constant_slot(s, s->domains[old[i]].lo)] = old[i];
  budget_free(s->budget, old, old_slots * sizeof *old);
  return true;
}

term store_constant(store *s, wide v) {
  if (2 * (s->constant_count + 1) > s->constant_slots && !grow_constants(s)) return CI_ENOMEM;
  size_t slot = constant_slot(s, v);
  if (s->constants[slot] >= 0) return s->constants[slot];
  term x = store_new_term(s, v, v);
  if (x < 0) return x;
  s->constants[slot] = x;
  s->constant_count++;
  return x;
}

/* ---- reading ---- */

wide term_lo(const store *s, term x) { return s->domains[x].lo; }
wide term_hi(const store *s, term x) { return s->domains[x].hi; }

bool term_fixed(const store *s, term x) {
  const struct domain *d = &s->domains[x];
  return d->lo == d->hi && !wide_saturated(d->lo);
}

wide term_value(const store *s, term x) { return s->domains[x].lo; }

bool term_explicit(const store *s, term x) { return s->explicit[x] || term_fixed(s, x); }

wide term_step(const store *s, term x) {
  return term_fixed(s, x) ? 0 : s->domains[x].step;
}

uint64_t term_size(const store *s, term x) {
  const struct domain *d = &s->domains[x];
  if (s->explicit[x]) return d->count;
  if (wide_saturated(d->lo) || wide_saturated(d->hi)) return UINT64_MAX; /* beyond counting, even if the ends are equal */
  return range_size(d->lo, d->hi, d->step);
}

bool term_has(const store *s, term x, wide v) {
  const struct domain *d = &s->domains[x];
  if (v < d->lo || v > d->hi) return false;
  const struct set *e = s->explicit[x];
  if (!e) return d->step == 1 || ((uwide)v - (uwide)d->lo) % (uwide)d->step == 0;
  int32_t position = set_find(e, v);
  return position >= 0 && set_bit(e, position);
}

wide term_next(const store *s, term x, wide v) {
  const struct domain *d = &s->domains[x];
  if (v < d->lo) return d->lo;
  if (v >= d->hi) return v;
  const struct set *e = s->explicit[x];
  if (e) return set_value(e, set_up(e, set_lower(e, v + 1)));
  return range_up(d->lo, d->step, v + 1);
}

wide term_prev(const store *s, term x, wide v) {
  const struct domain *d = &s->domains[x];
  if (v > d->hi) return d->hi;
  if (v <= d->lo) return v;
  const struct set *e = s->explicit[x];
  if (e) return set_value(e, set_down(e, set_lower(e, v) - 1));
  return range_down(d->lo, d->step, v - 1);
}
