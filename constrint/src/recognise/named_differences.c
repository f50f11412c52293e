/* Differences with names: where d = x - y and e = z - t are terms of their own,
 * x - y - z + t != 0 says d != e, and x - z and y - t differ too: one sum over
 * four terms that all but wait for the last is two disequalities of two, of
 * which cliques (cliques.c) make all-different constraints (Golomb rulers). */
#include <stdlib.h>

#include "recognise.h"
#include "../propagators/linear.h"

#define SMALL ((wide)1 << 60)
enum { ZERO = -1 /* in place of a term: the number 0 */, EFFORT = 1 << 20 };

/* x - y = d + k */
struct name { term x, y, d; wide k; };

struct names {
  store *s;
  struct name *name;
  size_t n, capacity;
  size_t effort;
  bool renamed; /* some sum was */
};

static bool is_small(const struct linear_sum *l) { return l->c < SMALL && l->c > -SMALL; }

/* ---- the names ---- */

static bool add_name(struct names *q, term x, term y, term d, wide k) {
  if (!budget_grow(q->s->budget, &q->name, &q->capacity, q->n + 1, sizeof *q->name)) return false;
  q->name[q->n++] = (struct name){x, y, d, k};
  return true;
}

/* The one of three terms whose sign is not the others'; 3: there is none. */
static size_t odd_one(const struct linear_sum *l) {
  wide sum = 0;
  for (size_t i = 0; i < 3; i++) {
    if (l->a[i] != 1 && l->a[i] != -1) return 3;
    sum += l->a[i];
  }
  size_t odd = 0;
  while (odd < 3 && l->a[odd] != -sum) odd++;
  return odd;
}

/* u + v = w + c: w - v is u - c, and w - u is v - c. */
static bool add_names(struct names *q, const propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  if (!l || p->dead || rel != SUM_EQ || l->n != 3 || !is_small(l)) return true;
  size_t odd = odd_one(l);
  if (odd == 3) return true;
  term w = l->x[odd], u = l->x[(odd + 1) % 3], v = l->x[(odd + 2) % 3];
  wide c = l->a[odd] < 0 ? l->c : -l->c;
  return add_name(q, w, v, u, -c) && add_name(q, w, u, v, -c);
}

static int by_ends(const void *a, const void *b) {
  const struct name *one = a, *other = b;
  if (one->x != other->x) return one->x < other->x ? -1 : 1;
  if (one->y != other->y) return one->y < other->y ? -1 : 1;
  if (one->d != other->d) return one->d < other->d ? -1 : 1;
  return (one->k > other->k) - (one->k < other->k);
}

/* The first name of x - y. */
static bool look_up(const struct names *q, term x, term y, struct name *out) {
  size_t from = 0, to = q->n;
  *out = (struct name){x, y, x, 0};
  if (y == ZERO) return x != ZERO;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    const struct name *m = &q->name[middle];
    if (m->x < x || (m->x == x && m->y < y)) from = middle + 1;
    else to = middle;
  }
  if (from == q->n || q->name[from].x != x || q->name[from].y != y) return false;
  *out = q->name[from];
  return true;
}

/* ---- the sums ---- */

/* p[0] + p[1] - m[0] - m[1] != c */
struct four { term p[2], m[2]; wide c; };

/* As four terms, of which some may be one, and at most one 0. */
static bool is_four(const struct linear_sum *l, struct four *f) {
  size_t np = 0, nm = 0;
  *f = (struct four){{ZERO, ZERO}, {ZERO, ZERO}, l->c};
  for (size_t i = 0; i < l->n; i++) {
    wide size = wide_abs(l->a[i]);
    size_t *n = l->a[i] > 0 ? &np : &nm;
    if (size > 2 || *n + (size_t)size > 2) return false;
    for (wide k = 0; k < size; k++) (l->a[i] > 0 ? f->p : f->m)[(*n)++] = l->x[i];
  }
  return np + nm >= 3;
}

/* (a - b) - (c - d) != v in other words, where both differences have names that
 * point the same way: posted; 0: they have none. */
static int rename_pair(struct names *q, term a, term b, term c, term d, wide v) {
  struct name one, other;
  wide sign = 1;
  if (!look_up(q, a, b, &one) || !look_up(q, c, d, &other)) {
    if (!look_up(q, b, a, &one) || !look_up(q, d, c, &other)) return 0;
    sign = -1;
  }
  int error = post_linear(q->s, (wide[]){1, -1}, (term[]){one.d, other.d}, 2, REL_NE, sign * v - one.k + other.k);
  return error < 0 ? error : 1;
}

static int rename_sum(struct names *q, propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  struct four f;
  if (!l || p->dead || rel != SUM_NE || !is_small(l) || !is_four(l, &f)) return CI_OK;
  int one = rename_pair(q, f.p[0], f.m[0], f.m[1], f.p[1], f.c);
  if (one < 0) return one;
  bool same = f.p[0] == f.p[1] || f.m[0] == f.m[1];
  int other = same ? 0 : rename_pair(q, f.p[0], f.m[1], f.m[0], f.p[1], f.c);
  if (other < 0) return other;
  if (one || other) p->dead = q->renamed = true;
  return CI_OK;
}

/* ---- differences with an end in common ---- */

static int differ(struct names *q, term x, term y, wide c) {
  return post_linear(q->s, (wide[]){1, -1}, (term[]){x, y}, 2, REL_NE, c);
}

/* x - z != c: so x - y and z - y differ, and y - x and y - z. */
static int share_end(struct names *q, term x, term z, wide c) {
  int error = CI_OK;
  for (size_t i = 0; i < q->n && error == CI_OK; i++) {
    struct name one = q->name[i], other;
    if (one.x == x && one.y != z && look_up(q, z, one.y, &other))
      error = differ(q, one.d, other.d, c - one.k + other.k);
    else if (one.y == x && one.x != z && look_up(q, one.x, z, &other))
      error = differ(q, other.d, one.d, c - other.k + one.k);
  }
  q->effort += q->n;
  return error;
}

static int share_ends(struct names *q, const propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  if (!l || p->dead || rel != SUM_NE || l->n != 2 || !is_small(l)) return CI_OK;
  if (l->a[0] != -l->a[1] || wide_abs(l->a[0]) != 1) return CI_OK;
  return share_end(q, l->x[l->a[0] < 0], l->x[l->a[0] > 0], l->c);
}

/* x = d + y + k: where y + k is never 0, x is not d. */
static int leave_ends(struct names *q) {
  int error = CI_OK;
  for (size_t i = 0; i < q->n && error == CI_OK; i++) {
    const struct name *m = &q->name[i];
    if (!term_has(q->s, m->y, -m->k)) error = differ(q, m->x, m->d, 0);
  }
  return error;
}

/* What completes cliques, only where there may be some. */
static int complete(struct names *q, size_t n) {
  int error = q->renamed ? leave_ends(q) : CI_OK;
  for (size_t i = 0; i < n && q->renamed && q->effort < EFFORT && error == CI_OK; i++)
    error = share_ends(q, q->s->posted[i].p);
  return error;
}

int recognise_named_differences(store *s) {
  struct names q = {.s = s};
  bool ok = true;
  size_t n = s->propagators;
  int error = CI_OK;
  for (size_t i = 0; i < n && ok; i++) ok = add_names(&q, s->posted[i].p);
  if (!ok) error = CI_ENOMEM;
  if (q.n) qsort(q.name, q.n, sizeof *q.name, by_ends);
  for (size_t i = 0; i < n && q.n && error == CI_OK; i++) error = rename_sum(&q, s->posted[i].p);
  if (error == CI_OK) error = complete(&q, n);
  budget_free(s->budget, q.name, q.capacity * sizeof *q.name);
  return error;
}
