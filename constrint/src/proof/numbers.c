/* Numbers that a proof gives to what it names, however large: what each stands for. */
#include "check.h"

static size_t slot_of(const struct numbers *t, size_t number) {
  size_t mask = t->nslots - 1, i = (size_t)((uint64_t)number * 0x9e3779b97f4a7c15u >> 20) & mask;
  while (t->slots[i].place && t->slots[i].number != number) i = (i + 1) & mask;
  return i;
}

static bool grow(struct network *w, struct numbers *t) {
  struct numbers more = {.nslots = t->nslots ? 2 * t->nslots : 64, .n = t->n};
  more.slots = budget_alloc(&w->budget, more.nslots * sizeof *more.slots);
  if (!more.slots) return !(w->spent = true);
  for (size_t i = 0; i < t->nslots; i++)
    if (t->slots[i].place) more.slots[slot_of(&more, t->slots[i].number)] = t->slots[i];
  budget_free(&w->budget, t->slots, t->nslots * sizeof *t->slots);
  *t = more;
  return true;
}

bool numbers_find(const struct numbers *t, size_t number, size_t *place) {
  if (!t->nslots) return false;
  const struct number_of *slot = &t->slots[slot_of(t, number)];
  if (slot->place) *place = slot->place - 1;
  return slot->place != 0;
}

bool numbers_add(struct network *w, struct numbers *t, size_t number, size_t place) {
  if (2 * (t->n + 1) > t->nslots && !grow(w, t)) return false;
  t->slots[slot_of(t, number)] = (struct number_of){number, place + 1};
  t->n++;
  return true;
}
