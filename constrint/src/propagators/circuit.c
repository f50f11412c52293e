/* Successors that make one circuit through all nodes: they differ, and no chain
 * of them closes before its time. */
#include <string.h>
#include "interval.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct circuit {
  propagator super;
  size_t n;
  wide first; /* the number of node 0 */
  const term *next;
  bool *entered; /* scratch: has a predecessor that is known */
};

static bool known(const store *s, const struct circuit *c, size_t i, size_t *next) {
  if (!term_fixed(s, c->next[i])) return false;
  *next = (size_t)(term_value(s, c->next[i]) - c->first);
  return true;
}

static void mark_entered(const store *s, const struct circuit *c) {
  size_t next;
  memset(c->entered, 0, c->n);
  for (size_t i = 0; i < c->n; i++)
    if (known(s, c, i, &next)) c->entered[next] = true;
}

/* From a node that nobody enters to the end of its chain; how many nodes. */
static size_t follow(const store *s, const struct circuit *c, size_t *at) {
  size_t length = 1, next;
  while (length <= c->n && known(s, c, *at, &next)) {
    *at = next;
    length++;
  }
  return length;
}

/* The end of a chain must not lead to its beginning, unless all nodes are on it. */
static bool close_chain(store *s, const struct circuit *c, size_t begin, size_t end, size_t length) {
  wide v = (wide)begin + c->first;
  if (length == c->n) return term_fix(s, c->next[end], v, &c->super);
  return term_remove(s, c->next[end], v, &c->super);
}

/* All chains; *seen: the nodes on them: the others stand in circles. */
static bool close_chains(store *s, const struct circuit *c, size_t *seen) {
  *seen = 0;
  for (size_t i = 0; i < c->n; i++) {
    size_t end = i;
    if (c->entered[i]) continue;
    size_t length = follow(s, c, &end);
    if (length > c->n || !close_chain(s, c, i, end, length)) return false;
    *seen += length;
  }
  return true;
}

/* Is there one circle through all nodes? */
static bool one_circle(const store *s, const struct circuit *c) {
  size_t at = 0, length = 0;
  do {
    if (!known(s, c, at, &at) || ++length > c->n) return false;
  } while (at != 0);
  return length == c->n;
}

static enum outcome propagate(store *s, propagator *p) {
  const struct circuit *c = (const struct circuit *)p;
  uint64_t changes = store_changes(s);
  size_t seen;
  mark_entered(s, c);
  if (!close_chains(s, c, &seen)) return FAILED;
  if (seen == 0) return one_circle(s, c) ? SUBSUMED : FAILED;
  if (seen < c->n) return FAILED;
  return settled(s, changes);
}

static const struct propagator_class class = {"circuit", propagate, NULL, 1, NULL};

int post_circuit(store *s, const term *next, size_t n, wide first) {
  if (n == 0) return CI_OK;
  for (size_t i = 0; i < n; i++)
    if (!term_within(s, next[i], (interval){first, first + (wide)n - 1}, NULL)) {
      store_fail(s);
      return CI_OK;
    }
  struct circuit *c = store_alloc(s, sizeof *c);
  term *all = store_alloc(s, n * sizeof *all);
  bool *entered = store_alloc(s, n);
  if (!c || !all || !entered) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, next, n * sizeof *all);
  *c = (struct circuit){.n = n, .first = first, .next = all, .entered = entered};
  int error = post_alldifferent(s, all, n);
  return error < 0 ? error : store_post(s, &c->super, &class, all, n, ON_ANY);
}
