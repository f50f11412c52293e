/* A hash table with open addressing, at most half full. */
#include "map.h"
#include <stdlib.h>

/* Where the key stands, or the free place where it would. room > 0. */
static struct map_entry *slot(const struct map *m, uint64_t key) {
  size_t mask = m->room - 1, i = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & mask;
  while (m->at[i].key && m->at[i].key != key + 1) i = (i + 1) & mask;
  return &m->at[i];
}

const union map_value *map_find(const struct map *m, uint64_t key) {
  struct map_entry *e = m->room ? slot(m, key) : NULL;
  return e && e->key ? &e->value : NULL;
}

static int grow(struct map *m) {
  struct map bigger = {NULL, m->n, m->room ? 2 * m->room : 64};
  bigger.at = calloc(bigger.room, sizeof *bigger.at);
  if (!bigger.at) return 0;
  for (size_t i = 0; i < m->room; i++)
    if (m->at[i].key) *slot(&bigger, m->at[i].key - 1) = m->at[i];
  free(m->at);
  *m = bigger;
  return 1;
}

union map_value *map_put(struct map *m, uint64_t key) {
  if (2 * (m->n + 1) > m->room && !grow(m)) return NULL;
  struct map_entry *e = slot(m, key);
  if (!e->key) m->n++;
  e->key = key + 1;
  return &e->value;
}

void map_free(struct map *m) {
  free(m->at);
  *m = (struct map){0};
}
