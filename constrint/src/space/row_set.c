/* A set of rows by open addressing; rows are compared in full. */
#include "row_set.h"

#include <stdlib.h>
#include <string.h>

bool row_set_new(struct row_set *s, const int64_t *rows, size_t width, size_t n) {
  size_t slots = 16;
  while (slots < 2 * n) slots *= 2;
  *s = (struct row_set){rows, width, slots - 1, calloc(slots, sizeof *s->slot)};
  return s->slot != NULL;
}

void row_set_free(struct row_set *s) { free(s->slot); }

static uint64_t hash_of(const struct row_set *s, size_t row) {
  const int64_t *cell = s->rows + row * s->width;
  uint64_t h = 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < s->width; i++) {
    h = (h ^ (uint64_t)cell[i]) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  return h;
}

/* Rows are below 2^ROW_BITS; the bits above tell most unequal rows apart without a look at them. */
enum { ROW_BITS = 40 };
static const uint64_t row_mask = ((uint64_t)1 << ROW_BITS) - 1;

static uint64_t slot_of(uint64_t hash, size_t row) { return (hash & ~row_mask) | (row + 1); }
static size_t row_in(uint64_t slot) { return (size_t)(slot & row_mask) - 1; }

static bool equal_rows(const struct row_set *s, size_t a, size_t b) {
  return memcmp(s->rows + a * s->width, s->rows + b * s->width, s->width * sizeof *s->rows) == 0;
}

bool row_set_add(struct row_set *s, size_t row) {
  uint64_t hash = hash_of(s, row);
  size_t i = (size_t)hash & s->mask;
  for (; s->slot[i]; i = (i + 1) & s->mask)
    if (((s->slot[i] ^ hash) & ~row_mask) == 0 && equal_rows(s, row_in(s->slot[i]), row)) return false;
  s->slot[i] = slot_of(hash, row);
  return true;
}

/* What follows in the chain moves up, so that no gap ends a search too soon. */
void row_set_remove(struct row_set *s, size_t row) {
  uint64_t hash = hash_of(s, row);
  size_t i = (size_t)hash & s->mask;
  while (s->slot[i] != slot_of(hash, row)) i = (i + 1) & s->mask;
  for (size_t j = (i + 1) & s->mask; s->slot[j]; j = (j + 1) & s->mask) {
    size_t home = (size_t)hash_of(s, row_in(s->slot[j])) & s->mask;
    if (((j - home) & s->mask) < ((j - i) & s->mask)) continue;
    s->slot[i] = s->slot[j];
    i = j;
  }
  s->slot[i] = 0;
}
