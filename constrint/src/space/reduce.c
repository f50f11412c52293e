/* From the last level to the first: edges into the void go, equal nodes merge. */
#include "frontier.h"

#include <string.h>

static const uint32_t NOWHERE = UINT32_MAX;

struct reduction {
  struct frontier_level *l;
  uint32_t *slots; /* number + 1; 0: empty */
  size_t nslots;
  uint32_t kept;   /* nodes so far */
};

static uint64_t hash_edges(const uint32_t *value, const uint32_t *child, size_t n) {
  uint64_t h = n;
  for (size_t i = 0; i < n; i++) h = (h ^ (value[i] | (uint64_t)child[i] << 32)) * 0x9e3779b97f4a7c15u, h ^= h >> 31;
  return h;
}

/* Drop dead edges of a node, and move the others to where kept edges end. */
static size_t gather(struct frontier_level *l, uint32_t from, uint32_t to, size_t end, const uint32_t *map) {
  size_t n = 0;
  for (uint32_t e = from; e < to; e++) {
    uint32_t child = map[l->child[e]];
    if (child == NOWHERE) continue;
    l->value[end + n] = l->value[e];
    l->child[end + n++] = child;
  }
  return n;
}

/* The number of the node whose n edges stand at `end`, just kept or older. */
static uint32_t merge(struct reduction *r, size_t end, size_t n) {
  struct frontier_level *l = r->l;
  size_t i = hash_edges(l->value + end, l->child + end, n) & (r->nslots - 1);
  for (; r->slots[i]; i = (i + 1) & (r->nslots - 1)) {
    uint32_t node = r->slots[i] - 1, begin = l->begin[node];
    if (l->begin[node + 1] - begin == n && !memcmp(l->value + begin, l->value + end, n * sizeof *l->value) &&
        !memcmp(l->child + begin, l->child + end, n * sizeof *l->child))
      return node;
  }
  r->slots[i] = ++r->kept;
  return r->kept - 1;
}

/* map: of the nodes below on the way in, of this level's on the way out. */
static void reduce_level(struct reduction *r, const uint32_t *below, uint32_t *map) {
  struct frontier_level *l = r->l;
  size_t end = 0;
  uint32_t from = l->begin[0];
  for (uint32_t node = 0; node < l->nodes; node++) {
    uint32_t to = l->begin[node + 1];
    size_t n = gather(l, from, to, end, below);
    from = to;
    map[node] = NOWHERE;
    if (n == 0) continue;
    uint32_t kept = r->kept;
    map[node] = merge(r, end, n);
    if (r->kept == kept) continue;
    end += n;
    l->begin[r->kept] = (uint32_t)end;
  }
  l->nodes = r->kept;
  l->edges = end;
}

static size_t slots_for(uint32_t nodes) {
  size_t n = 16;
  while (n < 2 * (size_t)nodes) n *= 2;
  return n;
}

int frontier_reduce(struct frontier *x) {
  uint32_t most = x->width;
  for (uint32_t i = 0; i < x->levels; i++)
    if (x->level[i].nodes > most) most = x->level[i].nodes;
  size_t bytes = (most + 1) * sizeof(uint32_t), nslots = slots_for(most);
  uint32_t *below = budget_alloc(x->b, bytes), *map = budget_alloc(x->b, bytes);
  uint32_t *slots = budget_alloc(x->b, nslots * sizeof *slots);
  for (uint32_t level = x->levels; level-- > 0 && !x->b->stopped;) {
    struct reduction r = {.l = &x->level[level], .slots = slots, .nslots = slots_for(x->level[level].nodes)};
    memset(slots, 0, r.nslots * sizeof *slots);
    reduce_level(&r, below, map);
    uint32_t *spare = below;
    below = map;
    map = spare;
    budget_poll(x->b);
  }
  budget_free(x->b, below, bytes);
  budget_free(x->b, map, bytes);
  budget_free(x->b, slots, nslots * sizeof *slots);
  return x->b->stopped;
}
