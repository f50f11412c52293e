/* Differences: x - y <= c, as edges from y to x.  Round a cycle the constants
 * add up; below 0 there is no solution, though bounds alone would take a step
 * for every value to find out.  Without such a cycle shortest paths from the
 * bounds are the bounds that those constraints leave.
 *
 * Bellman and Ford's passes, to and fro (Yen), which follow a chain posted in
 * either order in one or two; a cycle among the parents is a negative one. */
#include "propagators/linear.h"
#include "solver.h"

/* Ends and constants within this never add up to a saturated number. */
#define SMALL ((wide)1 << 90)

struct edge { term from, to; wide c; };

struct differences {
  store *s;
  struct edge *edges;
  size_t n, capacity;
  wide *end;        /* per term: the least upper end known */
  int32_t *parent;  /* per term: the edge that gave it; -1: its own */
  uint32_t *seen;   /* per term: the walk that came by last */
};

/* ---- the edges ---- */

static bool add_edge(struct differences *d, term from, term to, wide c) {
  if (!budget_grow(d->s->budget, &d->edges, &d->capacity, d->n + 1, sizeof *d->edges)) return false;
  d->edges[d->n++] = (struct edge){from, to, c};
  return true;
}

static bool is_difference(const struct linear_sum *l) {
  return l->n == 2 && l->a[0] == -l->a[1] && (l->a[0] == 1 || l->a[0] == -1) && l->c < SMALL && l->c > -SMALL;
}

static bool add_constraint(struct differences *d, const propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  if (!l || rel == SUM_NE || !is_difference(l)) return true;
  term x = l->x[l->a[0] < 0], y = l->x[l->a[0] > 0]; /* x - y against c */
  return (rel == SUM_GE || add_edge(d, y, x, l->c)) && (rel == SUM_LE || add_edge(d, x, y, -l->c));
}

/* ---- shortest paths ---- */

static bool relax(struct differences *d, size_t i) {
  const struct edge *e = &d->edges[i];
  if (d->end[e->from] >= SMALL || d->end[e->from] + e->c >= d->end[e->to]) return false;
  d->end[e->to] = d->end[e->from] + e->c;
  d->parent[e->to] = (int32_t)i;
  return true;
}

static bool pass(struct differences *d, bool backwards) {
  bool changed = false;
  for (size_t i = 0; i < d->n; i++) changed |= relax(d, backwards ? d->n - 1 - i : i);
  return changed;
}

/* Every term is walked over once: a walk that meets itself is a cycle. */
static bool has_cycle(struct differences *d) {
  size_t terms = store_terms(d->s);
  for (size_t x = 0; x < terms; x++) d->seen[x] = 0;
  for (uint32_t i = 0; i < d->n; i++) {
    term x = d->edges[i].to;
    while (d->parent[x] >= 0 && !d->seen[x]) {
      d->seen[x] = i + 1;
      x = d->edges[d->parent[x]].from;
    }
    if (d->parent[x] >= 0 && d->seen[x] == i + 1) return true;
  }
  return false;
}

static void start(struct differences *d, bool upper) {
  for (size_t x = 0; x < store_terms(d->s); x++) {
    d->end[x] = upper ? term_hi(d->s, (term)x) : -term_lo(d->s, (term)x);
    if (d->end[x] <= -SMALL) d->end[x] = SMALL;
    d->parent[x] = -1;
  }
}

static bool tighten(struct differences *d, bool upper) {
  for (size_t x = 0; x < store_terms(d->s); x++) {
    if (d->parent[x] < 0) continue;
    if (upper ? !term_le(d->s, (term)x, d->end[x], NULL) : !term_ge(d->s, (term)x, -d->end[x], NULL)) return false;
  }
  return true;
}

/* False: no solution, or the budget is spent. */
static bool shortest_paths(struct differences *d, bool upper) {
  start(d, upper);
  for (bool backwards = false; pass(d, backwards); backwards = !backwards)
    if (has_cycle(d) || store_stop(d->s)) return false;
  return tighten(d, upper);
}

/* Lower ends are upper ends of the negated terms: every edge turns round. */
static void turn_edges(struct differences *d) {
  for (size_t i = 0; i < d->n; i++) {
    struct edge e = d->edges[i];
    d->edges[i] = (struct edge){e.to, e.from, e.c};
  }
}

static bool run(struct differences *d) {
  if (d->n == 0) return true;
  if (!shortest_paths(d, true)) return false;
  turn_edges(d);
  return shortest_paths(d, false);
}

int narrow_differences(store *s) {
  size_t terms = store_terms(s);
  struct differences d = {.s = s};
  d.end = budget_alloc(s->budget, terms * sizeof *d.end);
  d.parent = budget_alloc(s->budget, terms * sizeof *d.parent);
  d.seen = budget_alloc(s->budget, terms * sizeof *d.seen);
  bool ok = !s->budget->stopped;
  for (size_t i = 0; i < s->propagators && ok; i++) ok = add_constraint(&d, s->posted[i].p);
  if (ok && !run(&d)) store_fail(s);
  budget_free(s->budget, d.edges, d.capacity * sizeof *d.edges);
  budget_free(s->budget, d.end, terms * sizeof *d.end);
  budget_free(s->budget, d.parent, terms * sizeof *d.parent);
  budget_free(s->budget, d.seen, terms * sizeof *d.seen);
  return s->budget->stopped;
}
