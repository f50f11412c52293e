/* The open variables as a binary heap, the most active first. */
#include "learn.h"

#include <string.h>

enum { FIRST = 1000000 /* an activity to begin with is less than its part of a failure's */ };

static size_t room(const struct learner *l) { return (l->solver->norder + 1) * sizeof(int32_t); }

/* Before anything failed: few values first, from where the seed says. */
static void begin(struct learner *l) {
  const ci_solver *s = l->solver;
  for (size_t i = 0; i < s->norder; i++) {
    size_t turn = (i + s->norder - s->options.seed % s->norder) % s->norder;
    double size = (double)term_size(l->s, s->order[i]);
    l->heap.place[s->order[i]] = (int32_t)i;
    l->activity[s->order[i]] = (1 / size - 1e-9 * (double)turn / (double)s->norder) / FIRST;
  }
}

bool heap_init(struct learner *l) {
  struct heap *h = &l->heap;
  h->at = budget_alloc(l->budget, room(l));
  h->where = budget_alloc(l->budget, room(l));
  h->place = budget_alloc(l->budget, l->log->terms * sizeof *h->place);
  if (l->budget->stopped) return false;
  memset(h->where, 0xff, room(l));
  memset(h->place, 0xff, l->log->terms * sizeof *h->place);
  begin(l);
  return true;
}

void heap_free(struct learner *l) {
  budget_free(l->budget, l->heap.at, room(l));
  budget_free(l->budget, l->heap.where, room(l));
  budget_free(l->budget, l->heap.place, l->log->terms * sizeof *l->heap.place);
}

static double worth(const struct learner *l, int32_t position) { return l->activity[l->solver->order[position]]; }

static void set(struct heap *h, size_t i, int32_t position) {
  h->at[i] = position;
  h->where[position] = (int32_t)i;
}

static void rise(struct learner *l, size_t i) {
  struct heap *h = &l->heap;
  int32_t mine = h->at[i];
  for (; i > 0 && worth(l, mine) > worth(l, h->at[(i - 1) / 2]); i = (i - 1) / 2) set(h, i, h->at[(i - 1) / 2]);
  set(h, i, mine);
}

static void sink(struct learner *l, size_t i) {
  struct heap *h = &l->heap;
  int32_t mine = h->at[i];
  for (size_t child; (child = 2 * i + 1) < h->n; i = child) {
    if (child + 1 < h->n && worth(l, h->at[child + 1]) > worth(l, h->at[child])) child++;
    if (!(worth(l, h->at[child]) > worth(l, mine))) break;
    set(h, i, h->at[child]);
  }
  set(h, i, mine);
}

void heap_put(struct learner *l, term x) {
  struct heap *h = &l->heap;
  int32_t position = h->place[x];
  if (position < 0 || h->where[position] >= 0) return;
  set(h, h->n, position);
  rise(l, h->n++);
}

void heap_raise(struct learner *l, term x) {
  int32_t position = l->heap.place[x];
  if (position >= 0 && l->heap.where[position] >= 0) rise(l, (size_t)l->heap.where[position]);
}

void heap_drop(struct learner *l) {
  struct heap *h = &l->heap;
  h->where[h->at[0]] = -1;
  if (--h->n == 0) return;
  set(h, 0, h->at[h->n]);
  sink(l, 0);
}
