/* Nogoods: clauses of facts with two of them watched. */
#include <stdlib.h>
#include <string.h>

#include "learn.h"
#include "../proof/proof.h"

static struct watch_list *list_of(struct learner *l, struct fact f) {
  return &l->watched[(size_t)f.x * WATCH_FACTS + f.kind];
}

static bool watch(struct learner *l, struct nogood *n, struct fact f, struct fact blocker) {
  struct watch_list *w = list_of(l, f);
  if (!budget_grow(l->budget, &w->watch, &w->capacity, w->n + 1, sizeof *w->watch)) return false;
  w->watch[w->n++] = (struct watch){f.v, blocker, n};
  return true;
}

static bool watch_both(struct learner *l, struct nogood *n) {
  return watch(l, n, n->fact[0], n->fact[1]) && watch(l, n, n->fact[1], n->fact[0]);
}

static size_t size_of(uint32_t n) { return sizeof(struct nogood) + n * sizeof(struct fact); }

static void release(struct learner *l, struct nogood *n) { budget_free(l->budget, n, size_of(n->n)); }

void nogoods_free(struct learner *l) {
  for (size_t i = 0; i < l->nogoods; i++) release(l, l->nogood[i]);
  budget_free(l->budget, l->nogood, l->nogood_capacity * sizeof(struct nogood *));
  budget_free(l->budget, l->unit, l->unit_capacity * sizeof *l->unit);
  for (size_t i = 0; l->watched && i < l->log->terms * WATCH_FACTS; i++)
    budget_free(l->budget, l->watched[i].watch, l->watched[i].capacity * sizeof *l->watched[i].watch);
  budget_free(l->budget, l->watched, l->log->terms * WATCH_FACTS * sizeof *l->watched);
}

/* ---- propagation ---- */

static bool same_fact(struct fact f, struct fact g) { return f.x == g.x && f.kind == g.kind && f.v == g.v; }

/* Another fact to watch in place of fact[1]; false: there is none, and `*ok` says
 * whether that was for want of memory. */
static bool move_watch(struct learner *l, struct nogood *n, bool *ok) {
  for (uint32_t i = 2; i < n->n; i++) {
    if (fact_false(l->s, n->fact[i])) continue;
    struct fact f = n->fact[1];
    n->fact[1] = n->fact[i];
    n->fact[i] = f;
    *ok = watch(l, n, n->fact[1], n->fact[0]);
    return true;
  }
  return false;
}

static bool conclude(struct learner *l, struct nogood *n) {
  l->log->nogood = n;
  bool ok = fact_assert(l->s, n->fact[0], &l->self);
  l->log->nogood = NULL;
  return ok;
}

/* The watched fact is false.  False: the clause is broken, or memory is out. */
static bool visit(struct learner *l, struct watch *w, struct fact watched, bool *kept) {
  struct nogood *n = w->nogood;
  bool ok = true;
  if (same_fact(n->fact[0], watched)) {
    n->fact[0] = n->fact[1];
    n->fact[1] = watched;
  }
  w->blocker = n->fact[0];
  if (fact_true(l->s, n->fact[0])) return true;
  if (move_watch(l, n, &ok)) {
    *kept = false;
    return ok;
  }
  if (!fact_false(l->s, n->fact[0])) return conclude(l, n);
  l->broken = n;
  return false;
}

/* The values that went: up to below, from above on, and one. */
struct gone { wide from, below, above, to, alone; };

static bool went(const struct gone *g, enum fact_kind kind, wide v) {
  switch (kind) {
  case AT_LEAST: return v >= g->above && v <= g->to;
  case AT_MOST: return v >= g->from && v <= g->below;
  case IS: return (v >= g->from && v <= g->below) || (v >= g->above && v <= g->to) || v == g->alone;
  default: return true;
  }
}

static bool visit_list(struct learner *l, term x, enum fact_kind kind, const struct gone *gone) {
  struct watch_list *list = &l->watched[(size_t)x * WATCH_FACTS + kind];
  size_t kept = 0, i = 0;
  bool ok = true;
  while (i < list->n && ok) { /* it may grow at its end meanwhile: x = 3 or x = 5 */
    struct watch one = list->watch[i++];
    struct fact watched = {x, kind, one.v};
    bool keep = true;
    if (went(gone, kind, one.v) && fact_false(l->s, watched) && !fact_true(l->s, one.blocker)) ok = visit(l, &one, watched, &keep);
    if (keep) list->watch[kept++] = one;
  }
  while (i < list->n) list->watch[kept++] = list->watch[i++];
  list->n = kept;
  return ok;
}

/* x <= v is false below a new lower end, x >= v above a new upper one, x = v of
 * what went, x != v of the only value left.  The ends may have moved on since the
 * event: then this sees more, and the later events less. */
static bool visit_event(struct learner *l, size_t i) {
  const struct entry e = l->log->event[i];
  wide lo = l->s->domains[e.x].lo, hi = l->s->domains[e.x].hi;
  struct gone gone = {e.lo, lo - 1, wide_add(hi, 1), e.hi, e.kind == CHANGE_REMOVE ? e.a : lo - 1};
  return (lo == e.lo || visit_list(l, e.x, AT_MOST, &gone)) && (hi == e.hi || visit_list(l, e.x, AT_LEAST, &gone)) &&
         visit_list(l, e.x, IS, &gone) && (lo != hi || visit_list(l, e.x, IS_NOT, &gone));
}

int nogoods_propagate(struct learner *l) {
  l->broken = NULL;
  while (l->head < l->log->n)
    if (!visit_event(l, l->head++)) return l->budget->stopped ? l->budget->stopped : 0;
  return 1;
}

/* ---- learning and forgetting ---- */

void nogood_bump(struct learner *l, struct nogood *n) {
  n->activity += l->nogood_step;
  if (n->activity < 1e100) return;
  for (size_t i = 0; i < l->nogoods; i++) l->nogood[i]->activity *= 1e-100;
  l->nogood_step *= 1e-100;
}

static int learn_unit(struct learner *l) {
  if (!budget_grow(l->budget, &l->unit, &l->unit_capacity, l->units + 1, sizeof *l->unit)) return CI_ENOMEM;
  l->unit[l->units++] = l->clause[0];
  return fact_assert(l->s, l->clause[0], NULL) ? 1 : l->budget->stopped ? l->budget->stopped : 0;
}

int nogood_learn(struct learner *l, uint32_t levels) {
  uint32_t n = (uint32_t)l->nclause;
  if (n == 1) return learn_unit(l);
  if (!budget_grow(l->budget, &l->nogood, &l->nogood_capacity, l->nogoods + 1, sizeof(struct nogood *))) return CI_ENOMEM;
  struct nogood *new = budget_alloc(l->budget, size_of(n));
  if (!new) return CI_ENOMEM;
  new->n = n;
  new->levels = levels;
  new->id = l->clause_id;
  new->activity = l->nogood_step;
  memcpy(new->fact, l->clause, n * sizeof *new->fact);
  l->nogood[l->nogoods++] = new;
  if (!watch_both(l, new)) return CI_ENOMEM;
  return conclude(l, new) ? 1 : l->budget->stopped ? l->budget->stopped : 0;
}

/* The better first: few levels, then much used of late, then short. */
static int by_worth(const void *p, const void *q) {
  const struct nogood *a = *(struct nogood *const *)p, *b = *(struct nogood *const *)q;
  if ((a->levels <= 2) != (b->levels <= 2)) return a->levels <= 2 ? -1 : 1;
  if (a->activity != b->activity) return a->activity > b->activity ? -1 : 1;
  return (a->n > b->n) - (a->n < b->n);
}

/* Drop what is false for good; true: some fact holds for good. */
static bool settle(struct learner *l, struct nogood **which) {
  struct nogood *n = *which;
  uint32_t old = n->n, kept = 0;
  for (uint32_t i = 0; i < n->n; i++) {
    if (fact_true(l->s, n->fact[i])) return true;
    if (!fact_false(l->s, n->fact[i])) n->fact[kept++] = n->fact[i];
  }
  n->n = kept;
  struct nogood *smaller = budget_realloc(l->budget, n, size_of(old), size_of(kept));
  if (!smaller) n->n = old;
  else *which = smaller;
  return false;
}

int nogoods_reduce(struct learner *l) {
  size_t kept = 0;
  qsort(l->nogood, l->nogoods, sizeof(struct nogood *), by_worth);
  for (size_t i = 0; i < l->log->terms * WATCH_FACTS; i++) l->watched[i].n = 0;
  for (size_t i = 0; i < l->nogoods; i++) {
    bool worse = i >= l->nogoods / 2 && l->nogood[i]->levels > 2;
    if (worse || settle(l, &l->nogood[i])) {
      if (l->s->proof) proof_delete(l->s->proof, l->nogood[i]->id);
      release(l, l->nogood[i]);
    } else l->nogood[kept++] = l->nogood[i];
  }
  l->nogoods = kept;
  for (size_t i = 0; i < kept; i++)
    if (!watch_both(l, l->nogood[i])) return CI_ENOMEM;
  return l->budget->stopped;
}
