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

static size_t home_of(const struct row_set *s, size_t row) {
  const int64_t *cell = s->rows + row * s->width;
  uint64_t h = 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < s->width; i++) {
    h = (h ^ (uint64_t)cell[i]) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  return (size_t)h & s->mask;
}

static bool equal_rows(const struct row_set *s, size_t a, size_t b) {
  return memcmp(s->rows + a * s->width, s->rows + b * s->width, s->width * sizeof *s->rows) == 0;
}

bool row_set_add(struct row_set *s, size_t row) {
  size_t i = home_of(s, row);
  for (; s->slot[i]; i = (i + 1) & s->mask)
    if (equal_rows(s, s->slot[i] - 1, row)) return false;
  s->slot[i] = row + 1;
  return true;
}

/* What follows in the chain moves up, so that no gap ends a search too soon. */
void row_set_remove(struct row_set *s, size_t row) {
  size_t i = home_of(s, row);
  while (s->slot[i] != row + 1) i = (i + 1) & s->mask;
  for (size_t j = (i + 1) & s->mask; s->slot[j]; j = (j + 1) & s->mask) {
    size_t home = home_of(s, s->slot[j] - 1);
    if (((j - home) & s->mask) < ((j - i) & s->mask)) continue;
    s->slot[i] = s->slot[j];
    i = j;
  }
  s->slot[i] = 0;
}
