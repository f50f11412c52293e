/* Open addressing over an array of keys. */
#include "keys.h"

void keys_init(struct keys *k, budget *b, uint32_t width) { *k = (struct keys){.b = b, .width = width}; }

void keys_free(struct keys *k) {
  budget_free(k->b, k->at, k->capacity * sizeof *k->at);
  budget_free(k->b, k->slots, k->nslots * sizeof *k->slots);
  keys_init(k, k->b, k->width);
}

void keys_reset(struct keys *k, uint32_t width) {
  if (k->nslots > 4096 && k->n < k->nslots / 64) { /* not worth clearing */
    keys_free(k);
  } else if (k->nslots) {
    memset(k->slots, 0, k->nslots * sizeof *k->slots);
  }
  k->n = 0;
  k->width = width;
  if (k->capacity >= (k->nslots / 2 + 1) * width) return;
  budget_free(k->b, k->slots, k->nslots * sizeof *k->slots);
  k->slots = NULL;
  k->nslots = 0;
}

static uint64_t hash_of(const struct keys *k, const uint64_t *key) {
  uint64_t h = 0;
  if (k->width == 1) return keys_hash(key[0]);
  for (uint32_t i = 0; i < k->width; i++) h = keys_hash(h ^ key[i]) + h;
  return h ^ h >> 29;
}

static bool grow_slots(struct keys *k) {
  size_t n = k->nslots ? 2 * k->nslots : 64;
  uint32_t *slots = budget_alloc(k->b, n * sizeof *slots);
  if (!slots) return false;
  for (uint32_t e = 0; e < k->n; e++) {
    size_t i = hash_of(k, keys_at(k, e)) & (n - 1);
    while (slots[i]) i = (i + 1) & (n - 1);
    slots[i] = e + 1;
  }
  budget_free(k->b, k->slots, k->nslots * sizeof *k->slots);
  k->slots = slots;
  k->nslots = n;
  return true;
}

/* For as many keys as half the slots, which is when this is called again. */
bool keys_make_room(struct keys *k) {
  if (2 * (size_t)k->n >= k->nslots && !grow_slots(k)) return false;
  size_t needed = (k->nslots / 2 + 1) * k->width;
  return k->n < UINT32_MAX / 2 && budget_grow(k->b, &k->at, &k->capacity, needed, sizeof *k->at);
}

uint32_t keys_add_wide(struct keys *k, const uint64_t *key) {
  if (k->width == 1) return keys_add(k, key[0]);
  if (2 * (size_t)k->n >= k->nslots && !keys_make_room(k)) return KEYS_FULL;
  size_t i = hash_of(k, key) & (k->nslots - 1);
  for (; k->slots[i]; i = (i + 1) & (k->nslots - 1))
    if (memcmp(keys_at(k, k->slots[i] - 1), key, k->width * sizeof *key) == 0) return k->slots[i] - 1;
  memcpy(k->at + (size_t)k->n * k->width, key, k->width * sizeof *key);
  k->slots[i] = ++k->n;
  return k->n - 1;
}
