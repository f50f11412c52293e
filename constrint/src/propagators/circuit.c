/* Successors that make one circuit through all nodes: they differ, no chain of
 * them closes before its time, and from every node there is a way to every other
 * one: from node 0 to all, and from all to it. */
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct circuit {
  propagator super;
  size_t n;
  wide first; /* the number of node 0 */
  const term *next;
  bool *entered; /* scratch: has a predecessor that is known; or, there is a way from it or to it */
  int32_t *stack;
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

/* ---- Ways ---- */

/* May next[i] be j: now, or as an explanation sees it. */
typedef bool (*arc)(const void *view, const struct circuit *c, size_t i, size_t j);

static bool has_arc(const void *view, const struct circuit *c, size_t i, size_t j) {
  return term_has(view, c->next[i], (wide)j + c->first);
}

/* Mark what can be reached from node 0, or (backwards) what can reach it; how many. */
static size_t reach(const struct circuit *c, arc may, const void *view, bool backwards) {
  size_t seen = 1, top = 0;
  memset(c->entered, 0, c->n);
  c->entered[0] = true;
  c->stack[top++] = 0;
  while (top) {
    size_t i = (size_t)c->stack[--top];
    for (size_t j = 0; j < c->n && seen < c->n; j++) {
      if (c->entered[j] || !(backwards ? may(view, c, j, i) : may(view, c, i, j))) continue;
      c->entered[j] = true;
      c->stack[top++] = (int32_t)j;
      seen++;
    }
  }
  return seen;
}

enum { REACH_MOST = 512 }; /* nodes: it looks at every pair of them */

static bool is_connected(const struct circuit *c, arc may, const void *view) {
  return c->n > REACH_MOST || (reach(c, may, view, false) == c->n && reach(c, may, view, true) == c->n);
}

static enum outcome propagate(store *s, propagator *p) {
  const struct circuit *c = (const struct circuit *)p;
  uint64_t changes = store_changes(s);
  size_t seen;
  mark_entered(s, c);
  if (!close_chains(s, c, &seen)) return FAILED;
  if (seen == 0) return one_circle(s, c) ? SUBSUMED : FAILED;
  if (seen < c->n) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  return s->proof || is_connected(c, has_arc, s) ? FIXPOINT : FAILED; /* a proof's checker would have to try all circuits */
}

/* ---- Explanations: the arcs of a chain, or of a circle ---- */

static bool knew(const struct because *b, const struct circuit *c, size_t i, size_t *next) {
  wide v;
  if (!because_fixed(b, c->next[i], &v)) return false;
  *next = (size_t)(v - c->first);
  return true;
}

static void name_arc(struct because *b, const struct circuit *c, size_t i, size_t next) {
  because_is(b, c->next[i], (wide)next + c->first);
}

/* Name the arcs from one node to another; *length: how many nodes were left. */
static bool name_chain(struct because *b, const struct circuit *c, size_t from, size_t to, size_t *length) {
  for (*length = 0; from != to || *length == 0; ++*length) {
    size_t next;
    if (*length == c->n || !knew(b, c, from, &next)) return false;
    name_arc(b, c, from, next);
    from = next;
  }
  return true;
}

static bool explain_circle(struct because *b, const struct circuit *c) {
  size_t n = b->n, length;
  for (size_t i = 0; i < c->n; i++) {
    if (name_chain(b, c, i, i, &length) && length < c->n) return true;
    b->n = n;
  }
  return false;
}

static bool had_arc(const void *view, const struct circuit *c, size_t i, size_t j) {
  return because_has(view, c->next[i], (wide)j + c->first);
}

/* No arc led from the nodes that node 0 reached to the others; or the other way round. */
static bool explain_cut(struct because *b, const struct circuit *c) {
  if (c->n > REACH_MOST) return false;
  bool backwards = reach(c, had_arc, b, false) == c->n;
  if (backwards && reach(c, had_arc, b, true) == c->n) return false;
  for (size_t i = 0; i < c->n; i++)
    for (size_t j = 0; j < c->n; j++)
      if (c->entered[i] != backwards && c->entered[j] == backwards) because_is_not(b, c->next[i], (wide)j + c->first);
  return true;
}

/* A value that would close a chain too early. */
static bool explain_gap(struct because *b, const struct circuit *c, size_t end, wide v) {
  size_t begin = (size_t)(v - c->first), length = 0;
  if (v < c->first || v - c->first >= (wide)c->n) return true;
  return begin == end ? c->n > 1 : name_chain(b, c, begin, end, &length) && length + 1 < c->n;
}

/* All the others were known. */
static bool explain_closing(struct because *b, const struct circuit *c, size_t end) {
  for (size_t i = 0; i < c->n; i++) {
    size_t next;
    if (i == end) continue;
    if (!knew(b, c, i, &next)) return false;
    name_arc(b, c, i, next);
  }
  return true;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct circuit *c = (const struct circuit *)p;
  if (what.x < 0) return explain_circle(b, c) || explain_cut(b, c);
  size_t end = 0;
  while (c->next[end] != what.x) end++;
  return what.kind == IS_NOT ? explain_gap(b, c, end, what.v) : explain_closing(b, c, end);
}

static const struct propagator_class class = {"circuit", propagate, explain, 1, NULL};

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
  int32_t *stack = store_alloc(s, n * sizeof *stack);
  if (!c || !all || !entered || !stack) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, next, n * sizeof *all);
  *c = (struct circuit){.n = n, .first = first, .next = all, .entered = entered, .stack = stack};
  int error = post_alldifferent(s, all, n);
  return error < 0 ? error : store_post(s, &c->super, &class, all, n, ON_ANY);
}
