/* The independent parts of a problem: terms that no living propagator joins. */
#include "solver.h"

static int32_t find(int32_t *up, int32_t x) {
  while (up[x] != x) {
    up[x] = up[up[x]];
    x = up[x];
  }
  return x;
}

static void join_scope(const store *s, const struct posted *p, int32_t *up) {
  int32_t first = -1;
  for (uint32_t i = 0; i < p->n; i++) {
    if (term_fixed(s, p->scope[i])) continue;
    int32_t root = find(up, p->scope[i]);
    if (first < 0) first = root;
    else if (root != first) up[root] = first;
  }
}

int find_components(ci_solver *s) {
  const store *st = s->store;
  size_t n = store_terms(st);
  for (size_t x = 0; x < n; x++) s->component[x] = (int32_t)x;
  for (size_t i = 0; i < st->propagators; i++)
    if (!st->posted[i].p->dead) join_scope(st, &st->posted[i], s->component);
  for (size_t x = 0; x < n; x++) s->component[x] = find(s->component, (int32_t)x);
  return CI_OK;
}
