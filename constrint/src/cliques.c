/* Disequalities x - y != c that hold between each two of some terms: they all
 * differ, up to offsets, and one constraint says so better than thousands.
 *
 * Greedily: the neighbours of an edge's end that has fewer join, in the order of
 * their edges, if edges to all members are there (a hash table knows).  The
 * effort is bounded by a multiple of the number of edges. */
#include <string.h>

#include "post.h"
#include "propagators/linear.h"
#include "solver.h"

#define SMALL ((wide)1 << 60)
enum { LEAST = 3, EFFORT = 100, NONE = -1 };

/* x - y != c: with offsets of a clique, y's is x's and c. */
struct edge { term x, y; wide c; propagator *p; bool covered; };

struct member { term x; wide offset; };

struct cliques {
  store *s;
  struct edge *edge;
  size_t n, capacity;
  int32_t *slot;        /* of edges by ends and c; NONE: empty */
  size_t slots;
  uint32_t *first;      /* per term, and one more: its edges in `at` */
  int32_t *at;
  uint32_t *seen;       /* per term: the clique that it came into last */
  struct member *member;
  size_t members, member_capacity;
  size_t effort;
};

/* ---- edges ---- */

static bool is_disequality(const struct linear_sum *l) {
  return l->n == 2 && l->a[0] == -l->a[1] && (l->a[0] == 1 || l->a[0] == -1) && l->c < SMALL && l->c > -SMALL;
}

static bool add_edge(struct cliques *q, propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  if (!l || p->dead || rel != SUM_NE || !is_disequality(l)) return true;
  if (!budget_grow(q->s->budget, &q->edge, &q->capacity, q->n + 1, sizeof *q->edge)) return false;
  q->edge[q->n++] = (struct edge){l->x[l->a[0] < 0], l->x[l->a[0] > 0], l->c, p, false};
  return true;
}

/* Where the edge stands, or would: its smaller term first. */
static size_t slot_of(const struct cliques *q, term x, term y, wide c) {
  if (x > y) {
    term z = x;
    x = y;
    y = z;
    c = -c;
  }
  uint64_t h = ((uint64_t)x << 32 | (uint32_t)y) ^ (uint64_t)c * 0x9e3779b97f4a7c15u;
  h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
  size_t i = (h >> 31) & (q->slots - 1);
  for (;; i = (i + 1) & (q->slots - 1)) {
    if (q->slot[i] == NONE) return i;
    const struct edge *e = &q->edge[q->slot[i]];
    if (e->x == x ? e->y == y && e->c == c : e->x == y && e->y == x && e->c == -c) return i;
  }
}

static void drop(struct edge *e) {
  e->covered = true;
  e->p->dead = true;
}

/* The same edge twice is one too many. */
static void fill_slots(struct cliques *q) {
  memset(q->slot, 0xff, q->slots * sizeof *q->slot);
  for (size_t i = 0; i < q->n; i++) {
    size_t slot = slot_of(q, q->edge[i].x, q->edge[i].y, q->edge[i].c);
    if (q->slot[slot] == NONE) q->slot[slot] = (int32_t)i;
    else drop(&q->edge[i]);
  }
}

static void fill_ends(struct cliques *q) {
  size_t terms = store_terms(q->s);
  for (size_t i = 0; i < q->n; i++) {
    q->first[q->edge[i].x]++;
    q->first[q->edge[i].y]++;
  }
  for (size_t x = 0, sum = 0; x <= terms; x++) {
    size_t n = x < terms ? q->first[x] : 0;
    q->first[x] = (uint32_t)(sum += n);
  }
  for (size_t i = q->n; i-- > 0;) {
    q->at[--q->first[q->edge[i].x]] = (int32_t)i;
    q->at[--q->first[q->edge[i].y]] = (int32_t)i;
  }
}

static size_t degree(const struct cliques *q, term x) { return q->first[x + 1] - q->first[x]; }

/* ---- one clique ---- */

static bool join(struct cliques *q, term x, wide offset, uint32_t mark) {
  if (!budget_grow(q->s->budget, &q->member, &q->member_capacity, q->members + 1, sizeof *q->member)) return false;
  q->member[q->members++] = (struct member){x, offset};
  q->seen[x] = mark;
  return true;
}

static struct edge *between(const struct cliques *q, const struct member *a, const struct member *b) {
  int32_t i = q->slot[slot_of(q, a->x, b->x, b->offset - a->offset)];
  return i == NONE ? NULL : &q->edge[i];
}

/* The other end of an edge of the first member, with its offset. */
static struct member across(const struct cliques *q, const struct edge *e) {
  return e->x == q->member[0].x ? (struct member){e->y, e->c} : (struct member){e->x, -e->c};
}

static bool fits(struct cliques *q, const struct member *m) {
  for (size_t i = 1; i < q->members; i++) {
    q->effort++;
    if (!between(q, &q->member[i], m)) return false;
  }
  return true;
}

static bool grow(struct cliques *q, const struct edge *e, uint32_t mark) {
  bool from_x = degree(q, e->x) <= degree(q, e->y);
  q->members = 0;
  if (!join(q, from_x ? e->x : e->y, 0, mark)) return false;
  struct member second = across(q, e);
  if (!join(q, second.x, second.offset, mark)) return false;
  term first = q->member[0].x;
  for (size_t k = q->first[first]; k < q->first[first + 1]; k++) {
    struct member m = across(q, &q->edge[q->at[k]]);
    q->effort++;
    if (q->seen[m.x] != mark && fits(q, &m) && !join(q, m.x, m.offset, mark)) return false;
  }
  return true;
}

/* How many edges between members no clique has yet. */
static size_t uncovered(const struct cliques *q) {
  size_t n = 0;
  for (size_t i = 0; i < q->members; i++)
    for (size_t k = i + 1; k < q->members; k++) n += !between(q, &q->member[i], &q->member[k])->covered;
  return n;
}

static void cover(const struct cliques *q) {
  for (size_t i = 0; i < q->members; i++)
    for (size_t k = i + 1; k < q->members; k++) drop(between(q, &q->member[i], &q->member[k]));
}

/* So few values for so many terms, without offsets, that Hall intervals are near. */
static bool is_tight(const struct cliques *q) {
  interval all = INTERVAL_NONE;
  for (size_t i = 0; i < q->members; i++) {
    if (q->member[i].offset != 0) return false;
    all = interval_hull(all, term_interval(q->s, q->member[i].x));
  }
  return wide_sub(all.hi, all.lo) < 2 * (wide)q->members;
}

static int post_clique(struct cliques *q) {
  term *x = store_alloc(q->s, q->members * sizeof *x);
  wide *offset = store_alloc(q->s, q->members * sizeof *offset);
  if (!x || !offset) return CI_ENOMEM;
  for (size_t i = 0; i < q->members; i++) {
    x[i] = q->member[i].x;
    offset[i] = q->member[i].offset;
  }
  return is_tight(q) ? post_alldifferent(q->s, x, q->members) : post_apart(q->s, x, offset, q->members);
}

/* ---- all ---- */

static int cover_edges(struct cliques *q) {
  uint32_t mark = 0;
  for (size_t i = 0; i < q->n && q->effort < EFFORT * q->n; i++) {
    if (q->edge[i].covered) continue;
    if (!grow(q, &q->edge[i], ++mark)) return CI_ENOMEM;
    if (q->members < LEAST || uncovered(q) < q->members) continue;
    cover(q);
    int error = post_clique(q);
    if (error < 0) return error;
  }
  return CI_OK;
}

static int run(struct cliques *q) {
  store *s = q->s;
  size_t terms = store_terms(s);
  q->slots = 16;
  while (q->slots < 2 * q->n) q->slots *= 2;
  q->slot = budget_alloc(s->budget, q->slots * sizeof *q->slot);
  q->first = budget_alloc(s->budget, (terms + 1) * sizeof *q->first);
  q->at = budget_alloc(s->budget, 2 * q->n * sizeof *q->at);
  q->seen = budget_alloc(s->budget, terms * sizeof *q->seen);
  int error = s->budget->stopped;
  if (error == CI_OK) {
    fill_slots(q);
    fill_ends(q);
    error = cover_edges(q);
  }
  budget_free(s->budget, q->slot, q->slots * sizeof *q->slot);
  budget_free(s->budget, q->first, (terms + 1) * sizeof *q->first);
  budget_free(s->budget, q->at, 2 * q->n * sizeof *q->at);
  budget_free(s->budget, q->seen, terms * sizeof *q->seen);
  return error;
}

int find_cliques(store *s) {
  struct cliques q = {.s = s};
  bool ok = true;
  for (size_t i = 0; i < s->propagators && ok; i++) ok = add_edge(&q, s->posted[i].p);
  int error = ok && q.n >= LEAST ? run(&q) : s->budget->stopped;
  budget_free(s->budget, q.edge, q.capacity * sizeof *q.edge);
  budget_free(s->budget, q.member, q.member_capacity * sizeof *q.member);
  return error;
}
