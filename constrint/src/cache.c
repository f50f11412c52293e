/* The cache of counts.  It never fails: what does not fit is forgotten. */
#include "cache.h"

#include <string.h>

enum { FIRST_SLOTS = 1024 };
#define DEFAULT_MOST ((uint64_t)256 << 20)

void cache_init(cache *c, budget *b) {
  *c = (cache){.budget = b, .most = DEFAULT_MOST};
  uint64_t limit = b->limits.memory_bytes;
  if (limit && limit / 2 < c->most) c->most = limit / 2;
}

static void forget_all(cache *c) {
  for (size_t i = 0; i < c->slots; i++)
    if (c->entries[i].large) budget_free(c->budget, c->entries[i].limbs, c->entries[i].nlimbs * sizeof(mp_limb_t));
  budget_free(c->budget, c->entries, c->slots * sizeof *c->entries);
  c->entries = NULL;
  c->slots = c->n = 0;
  c->bytes = 0;
}

void count_cache_free(cache *c) { forget_all(c); }

static size_t find(const cache *c, signature key) {
  size_t i = key.a & (c->slots - 1);
  while (c->entries[i].used && !signature_equal(c->entries[i].key, key)) i = (i + 1) & (c->slots - 1);
  return i;
}

bool count_cache_get(const cache *c, signature key, mpz_t count) {
  if (!c->slots) return false;
  const struct cache_entry *e = &c->entries[find(c, key)];
  if (!e->used) return false;
  if (e->large) mpz_import(count, e->nlimbs, -1, sizeof(mp_limb_t), 0, 0, e->limbs);
  else mpz_set_ui(count, e->small);
  return true;
}

/* Room for another table of this size, without touching the reason to stop. */
static struct cache_entry *new_table(cache *c, size_t slots) {
  int stopped = c->budget->stopped;
  struct cache_entry *table = budget_alloc(c->budget, slots * sizeof *table);
  if (!table) c->budget->stopped = stopped;
  return table;
}

static bool grow(cache *c) {
  size_t slots = c->slots ? 2 * c->slots : FIRST_SLOTS;
  if (c->bytes + slots * sizeof *c->entries > c->most) {
    forget_all(c);
    slots = FIRST_SLOTS;
  }
  struct cache_entry *old = c->entries, *table = new_table(c, slots);
  size_t old_slots = c->slots;
  if (!table) return false;
  c->entries = table;
  c->slots = slots;
  c->bytes += (slots - old_slots) * sizeof *table;
  for (size_t i = 0; i < old_slots; i++)
    if (old[i].used) table[find(c, old[i].key)] = old[i];
  budget_free(c->budget, old, old_slots * sizeof *old);
  return true;
}

static bool copy_large(cache *c, struct cache_entry *e, const mpz_t count) {
  int stopped = c->budget->stopped;
  e->nlimbs = mpz_size(count);
  e->limbs = budget_alloc(c->budget, e->nlimbs * sizeof(mp_limb_t));
  if (!e->limbs) {
    c->budget->stopped = stopped;
    return false;
  }
  memcpy(e->limbs, mpz_limbs_read(count), e->nlimbs * sizeof(mp_limb_t));
  e->large = true;
  c->bytes += e->nlimbs * sizeof(mp_limb_t);
  return true;
}

void count_cache_put(cache *c, signature key, const mpz_t count) {
  if (2 * (c->n + 1) > c->slots && !grow(c)) return;
  struct cache_entry e = {.key = key, .used = true}, *at = &c->entries[find(c, key)];
  if (at->used) return;
  if (mpz_fits_ulong_p(count)) e.small = mpz_get_ui(count);
  else if (!copy_large(c, &e, count)) return;
  *at = e;
  c->n++;
}
