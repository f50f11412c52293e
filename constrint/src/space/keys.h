/* Sets of fixed-width keys, numbered in the order of their arrival. */
#ifndef CI_KEYS_H
#define CI_KEYS_H

#include <stdbool.h>
#include <string.h>

#include "../budget.h"

#define KEYS_FULL UINT32_MAX

struct keys {
  budget *b;
  uint32_t width; /* 64-bit words of a key, at least 1 */
  uint32_t n;
  uint64_t *at;   /* n * width */
  size_t capacity;
  uint32_t *slots; /* number + 1; 0: empty */
  size_t nslots;
};

void keys_init(struct keys *k, budget *b, uint32_t width);
void keys_free(struct keys *k);
/* Empty, for keys of another width; keeps its memory. */
void keys_reset(struct keys *k, uint32_t width);
/* The number of a key, which is added if it is new; KEYS_FULL: out of memory. */
uint32_t keys_add_wide(struct keys *k, const uint64_t *key);
bool keys_make_room(struct keys *k);

static inline uint64_t keys_hash(uint64_t x) {
  x *= 0x9e3779b97f4a7c15u;
  return x ^ x >> 32;
}

/* The same for keys of one word. */
static inline uint32_t keys_add(struct keys *k, uint64_t key) {
  if (2 * (size_t)k->n >= k->nslots && !keys_make_room(k)) return KEYS_FULL;
  size_t i = keys_hash(key) & (k->nslots - 1);
  for (; k->slots[i]; i = (i + 1) & (k->nslots - 1))
    if (k->at[k->slots[i] - 1] == key) return k->slots[i] - 1;
  k->at[k->n] = key;
  k->slots[i] = ++k->n;
  return k->n - 1;
}

static inline const uint64_t *keys_at(const struct keys *k, uint32_t i) { return k->at + (size_t)i * k->width; }

#endif
