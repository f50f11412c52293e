/* Machines: "x before y or y before x" between each two of some starts is one
 * machine that does a task at a time.  The clauses stay, for their truth values
 * belong to the model; that the tasks together take their time is added. */
#include <stdlib.h>

#include "recognise.h"
#include "../propagators/linear.h"
#include "../propagators/logic.h"

#define SMALL ((wide)1 << 60)
enum { LEAST = 3, EFFORT = 100 };

/* Where x comes before y, x + gap <= y; each pair stands here both ways round. */
struct pair { term x, y; wide gap; bool covered; };

struct task { term x; wide duration; };

struct machines {
  store *s;
  propagator **reified; /* per term: a comparison that it is the truth of */
  struct pair *pair;
  size_t n, capacity;
  struct task *task;
  size_t tasks, task_capacity;
  size_t effort;
};

/* ---- pairs ---- */

/* The literal says x + gap <= y. */
static bool says_before(const struct machines *q, struct literal l, struct pair *out) {
  struct linear_reified_view r;
  const propagator *p = q->reified[l.x];
  if (!p || !linear_reified_of(p, &r)) return false;
  const struct linear_sum *sum = r.sum;
  enum sum_relation rel = r.rel[l.when];
  wide c = r.c[l.when];
  if (sum->n != 2 || sum->a[0] != -sum->a[1] || wide_abs(sum->a[0]) != 1 || wide_abs(c) >= SMALL) return false;
  if (rel != SUM_LE && rel != SUM_GE) return false;
  bool first = (sum->a[0] > 0) == (rel == SUM_LE); /* x is the first of the two */
  *out = (struct pair){sum->x[!first], sum->x[first], rel == SUM_LE ? -c : c, false};
  return out->gap > 0;
}

static bool add_pair(struct machines *q, struct pair p) {
  if (!budget_grow(q->s->budget, &q->pair, &q->capacity, q->n + 1, sizeof *q->pair)) return false;
  q->pair[q->n++] = p;
  return true;
}

static bool add_clause(struct machines *q, const propagator *p) {
  size_t n;
  struct pair one, other;
  const struct literal *l = clause_of(p, &n);
  if (!l || p->dead || n != 2 || !says_before(q, l[0], &one) || !says_before(q, l[1], &other)) return true;
  if (one.x != other.y || one.y != other.x) return true;
  return add_pair(q, one) && add_pair(q, other);
}

static int by_ends(const void *a, const void *b) {
  const struct pair *one = a, *other = b;
  if (one->x != other->x) return one->x < other->x ? -1 : 1;
  if (one->y != other->y) return one->y < other->y ? -1 : 1;
  return (one->gap > other->gap) - (one->gap < other->gap);
}

/* The first pair from x to y, or where it would be: (x, -1) is where x's begin. */
static size_t place(const struct machines *q, term x, term y) {
  size_t from = 0, to = q->n;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    const struct pair *m = &q->pair[middle];
    if (m->x < x || (m->x == x && m->y < y)) from = middle + 1;
    else to = middle;
  }
  return from;
}

static struct pair *between(const struct machines *q, term x, term y) {
  size_t i = place(q, x, y);
  return i < q->n && q->pair[i].x == x && q->pair[i].y == y ? &q->pair[i] : NULL;
}

/* ---- one machine ---- */

static bool join(struct machines *q, term x) {
  if (!budget_grow(q->s->budget, &q->task, &q->task_capacity, q->tasks + 1, sizeof *q->task)) return false;
  q->task[q->tasks++] = (struct task){x, WIDE_MAX};
  return true;
}

static bool fits(struct machines *q, term x) {
  for (size_t i = 0; i < q->tasks; i++) {
    q->effort++;
    if (q->task[i].x == x || !between(q, x, q->task[i].x)) return false;
  }
  return true;
}

static bool grow(struct machines *q, const struct pair *p) {
  q->tasks = 0;
  if (!join(q, p->x) || !join(q, p->y)) return false;
  for (size_t i = place(q, p->x, -1); i < q->n && q->pair[i].x == p->x; i++)
    if (fits(q, q->pair[i].y) && !join(q, q->pair[i].y)) return false;
  return true;
}

/* A task takes as long as it keeps the nearest other one waiting. */
static void cover(struct machines *q) {
  for (size_t i = 0; i < q->tasks; i++)
    for (size_t k = 0; k < q->tasks; k++) {
      if (i == k) continue;
      struct pair *p = between(q, q->task[i].x, q->task[k].x);
      p->covered = true;
      q->task[i].duration = wide_min(q->task[i].duration, p->gap);
    }
}

static int post(struct machines *q) {
  term *x = store_alloc(q->s, q->tasks * sizeof *x), *duration = store_alloc(q->s, q->tasks * sizeof *duration);
  if (!x || !duration) return CI_ENOMEM;
  for (size_t i = 0; i < q->tasks; i++) {
    x[i] = q->task[i].x;
    duration[i] = store_constant(q->s, q->task[i].duration);
    if (duration[i] < 0) return CI_ENOMEM;
  }
  return post_disjunctive(q->s, x, duration, q->tasks);
}

static int cover_pairs(struct machines *q) {
  for (size_t i = 0; i < q->n && q->effort < EFFORT * q->n; i++) {
    if (q->pair[i].covered) continue;
    if (!grow(q, &q->pair[i])) return CI_ENOMEM;
    if (q->tasks < LEAST) continue;
    cover(q);
    int error = post(q);
    if (error < 0) return error;
  }
  return CI_OK;
}

static void note_reified(struct machines *q, propagator *p) {
  struct linear_reified_view r;
  if (!p->dead && linear_reified_of(p, &r)) q->reified[r.b] = p;
}

int recognise_machines(store *s) {
  size_t terms = store_terms(s);
  struct machines q = {.s = s};
  q.reified = budget_alloc(s->budget, terms * sizeof *q.reified);
  if (!q.reified) return CI_ENOMEM;
  bool ok = true;
  for (size_t i = 0; i < s->propagators; i++) note_reified(&q, s->posted[i].p);
  for (size_t i = 0; i < s->propagators && ok; i++) ok = add_clause(&q, s->posted[i].p);
  int error = ok ? CI_OK : CI_ENOMEM;
  if (ok && q.n) {
    qsort(q.pair, q.n, sizeof *q.pair, by_ends);
    error = cover_pairs(&q);
  }
  budget_free(s->budget, q.reified, terms * sizeof *q.reified);
  budget_free(s->budget, q.pair, q.capacity * sizeof *q.pair);
  budget_free(s->budget, q.task, q.task_capacity * sizeof *q.task);
  return error;
}
