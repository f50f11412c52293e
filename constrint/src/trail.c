/* The trail: what backtracking restores, and the levels of the search. */
#include "learn/log.h"

bool trail_domain(store *s, term x) {
  if (s->level == 0 || s->stamps[x] == s->stamp) return true;
  size_t n = s->domain_trail_n;
  if (!budget_grow(s->budget, &s->domain_trail, &s->domain_trail_capacity, n + 1, sizeof *s->domain_trail))
    return false;
  s->domain_trail[n] = (struct saved_domain){x, s->stamps[x], s->domains[x]};
  s->domain_trail_n = n + 1;
  s->stamps[x] = s->stamp;
  return true;
}

bool trail_word(store *s, uint64_t *where) {
  if (s->level == 0) return true;
  size_t n = s->word_trail_n;
  if (!budget_grow(s->budget, &s->word_trail, &s->word_trail_capacity, n + 1, sizeof *s->word_trail)) return false;
  s->word_trail[n] = (struct saved_word){where, *where};
  s->word_trail_n = n + 1;
  return true;
}

bool trail_dead(store *s, propagator *p) {
  p->dead = true;
  if (s->level == 0) return true;
  size_t n = s->dead_trail_n;
  if (!budget_grow(s->budget, &s->dead_trail, &s->dead_trail_capacity, n + 1, sizeof *s->dead_trail)) {
    p->dead = false;
    return false;
  }
  s->dead_trail[n] = p->id;
  s->dead_trail_n = n + 1;
  return true;
}

bool store_set_word(store *s, uint64_t *where, uint64_t value) {
  if (*where == value) return true;
  if (!trail_word(s, where)) return false;
  *where = value;
  return true;
}

int store_push(store *s) {
  size_t n = s->level;
  if (!budget_grow(s->budget, &s->levels, &s->level_capacity, n + 1, sizeof *s->levels)) return CI_ENOMEM;
  if (s->log && !log_level(s)) return CI_ENOMEM;
  s->levels[n] = (struct level){s->domain_trail_n, s->word_trail_n, s->dead_trail_n, s->stamp};
  s->level = n + 1;
  s->stamp = ++s->last_stamp;
  return CI_OK;
}

void store_pop(store *s) {
  const struct level *to = &s->levels[--s->level];
  queue_clear(s);
  while (s->domain_trail_n > to->domains) {
    const struct saved_domain *old = &s->domain_trail[--s->domain_trail_n];
    s->domains[old->x] = old->domain;
    s->stamps[old->x] = old->stamp;
  }
  while (s->word_trail_n > to->words) {
    const struct saved_word *old = &s->word_trail[--s->word_trail_n];
    *old->where = old->value;
  }
  while (s->dead_trail_n > to->dead) s->posted[s->dead_trail[--s->dead_trail_n]].p->dead = false;
  s->stamp = to->stamp;
  if (s->log) log_undo(s);
}

int store_level(const store *s) { return (int)s->level; }
