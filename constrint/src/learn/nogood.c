/* Nogoods: clauses of facts with two of them watched. */
#include <stdlib.h>
#include <string.h>

#include "learn.h"
#include "../proof/proof.h"

/* ---- who watches what ---- */

static struct watch_index *index_of(const struct learner *l, term x, enum fact_kind kind) {
  return &l->watched[(size_t)x * WATCH_FACTS + kind];
}

/* Does not fall as v grows. */
static uint32_t place_of(const struct learner *l, const struct watch_index *w, term x, wide v) {
  if (w->n <= 1) return 0;
  const struct set *set = l->s->explicit[x];
  int32_t position = set_lower(set, v);
  return (uint32_t)(position < set->n ? position : set->n - 1) >> w->shift;
}

static bool open_index(struct learner *l, struct watch_index *w, term x) {
  const struct set *set = l->s->explicit[x];
  uint32_t last = set ? (uint32_t)set->n - 1 : 0;
  while (last >> w->shift >= WATCH_LISTS) w->shift++;
  w->n = (last >> w->shift) + 1;
  w->list = budget_alloc(l->budget, w->n * sizeof *w->list);
  return w->list != NULL;
}

static void close_index(struct learner *l, struct watch_index *w) {
  for (uint32_t i = 0; w->list && i < w->n; i++)
    budget_free(l->budget, w->list[i].watch, w->list[i].capacity * sizeof *w->list[i].watch);
  budget_free(l->budget, w->list, w->n * sizeof *w->list);
}

static void set_blocker(struct watch *w, struct fact f) {
  bool fits = f.v >= INT32_MIN && f.v <= INT32_MAX && f.x < 1 << 29;
  w->blocker = fits ? (uint32_t)f.x << 2 | (uint32_t)f.kind : NO_BLOCKER;
  w->blocker_v = fits ? (int32_t)f.v : 0;
}

static bool is_blocked(const store *s, const struct watch *w) {
  if (w->blocker == NO_BLOCKER) return false;
  return fact_true(s, (struct fact){(term)(w->blocker >> 2), (enum fact_kind)(w->blocker & 3), w->blocker_v});
}

static bool watch(struct learner *l, struct nogood *n, struct fact f, struct fact blocker) {
  struct watch_index *w = index_of(l, f.x, f.kind);
  if (!w->list && !open_index(l, w, f.x)) return false;
  struct watch_list *list = &w->list[place_of(l, w, f.x, f.v)];
  if (!budget_grow(l->budget, &list->watch, &list->capacity, list->n + 1, sizeof *list->watch)) return false;
  struct watch one = {.v = f.v, .nogood = n};
  set_blocker(&one, blocker);
  list->watch[list->n++] = one;
  return true;
}

bool nogood_watch(struct learner *l, struct nogood *n) {
  return watch(l, n, n->fact[0], n->fact[1]) && watch(l, n, n->fact[1], n->fact[0]);
}

static size_t size_of(uint32_t n) { return sizeof(struct nogood) + n * sizeof(struct fact); }

struct nogood *nogood_new(struct learner *l, const struct fact *fact, uint32_t n) {
  struct nogood *new = budget_alloc(l->budget, size_of(n));
  if (!new) return NULL;
  *new = (struct nogood){.n = n};
  memcpy(new->fact, fact, n * sizeof *fact);
  return new;
}

void nogood_free(struct learner *l, struct nogood *n) { budget_free(l->budget, n, size_of(n->n)); }

void nogoods_free(struct learner *l) {
  for (size_t i = 0; i < l->nogoods; i++) nogood_free(l, l->nogood[i]);
  clauses_free(l);
  budget_free(l->budget, l->nogood, l->nogood_capacity * sizeof(struct nogood *));
  budget_free(l->budget, l->unit, l->unit_capacity * sizeof *l->unit);
  for (size_t i = 0; l->watched && i < l->log->terms * WATCH_FACTS; i++) close_index(l, &l->watched[i]);
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
  set_blocker(w, n->fact[0]);
  if (fact_true(l->s, n->fact[0])) return true;
  if (move_watch(l, n, &ok)) {
    *kept = false;
    return ok;
  }
  if (!fact_false(l->s, n->fact[0])) return conclude(l, n);
  l->broken = n;
  return false;
}

/* Facts of values in from..to have become false. */
static bool visit_list(struct learner *l, struct watch_list *list, struct fact watched, wide from, wide to) {
  size_t kept = 0, i = 0;
  bool ok = true;
  while (i < list->n && ok) { /* it may grow at its end meanwhile: x = 3 or x = 5 */
    struct watch one = list->watch[i++];
    bool keep = true;
    if (one.v >= from && one.v <= to && !is_blocked(l->s, &one)) {
      watched.v = one.v;
      ok = visit(l, &one, watched, &keep);
    }
    if (keep) list->watch[kept++] = one;
  }
  if (kept == i) return ok;
  while (i < list->n) list->watch[kept++] = list->watch[i++];
  list->n = kept;
  return ok;
}

static bool visit_values(struct learner *l, term x, enum fact_kind kind, wide from, wide to) {
  const struct watch_index *w = index_of(l, x, kind);
  if (!w->list || from > to) return true;
  uint32_t last = place_of(l, w, x, to);
  for (uint32_t i = place_of(l, w, x, from); i <= last; i++)
    if (w->list[i].n && !visit_list(l, &w->list[i], (struct fact){x, kind, 0}, from, to)) return false;
  return true;
}

/* x <= v is false below a new lower end, x >= v above a new upper one, x = v of
 * what went, x != v of the only value left.  The ends may have moved on since the
 * event: then this sees more, and the later events less. */
static bool visit_event(struct learner *l, size_t i) {
  const struct entry *e = &l->log->event[i];
  const term x = e->x;
  const struct watch_index *w = index_of(l, x, 0);
  if (!w[AT_LEAST].list && !w[AT_MOST].list && !w[IS].list && !w[IS_NOT].list) return true;
  const wide lo = l->s->domains[x].lo, hi = l->s->domains[x].hi, old_lo = e->lo, old_hi = e->hi, a = e->a;
  const bool hole = e->kind == CHANGE_REMOVE; /* the event may move in memory from here on */
  return visit_values(l, x, AT_MOST, old_lo, lo - 1) && visit_values(l, x, AT_LEAST, wide_add(hi, 1), old_hi) &&
         visit_values(l, x, IS, old_lo, lo - 1) && visit_values(l, x, IS, wide_add(hi, 1), old_hi) &&
         (!hole || visit_values(l, x, IS, a, a)) && (lo != hi || visit_values(l, x, IS_NOT, lo, lo));
}

int nogoods_propagate(struct learner *l) {
  l->broken = NULL;
  while (l->head < l->log->n)
    if (!visit_event(l, l->head++)) return l->budget->stopped ? l->budget->stopped : 0;
  return 1;
}

/* ---- learning and forgetting ---- */

void nogood_bump(struct learner *l, struct nogood *n) {
  if (!n->levels) return;
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

/* l->clause, watched; NULL: out of memory. */
static struct nogood *keep(struct learner *l, uint32_t levels) {
  uint32_t n = (uint32_t)l->nclause;
  if (!budget_grow(l->budget, &l->nogood, &l->nogood_capacity, l->nogoods + 1, sizeof(struct nogood *))) return NULL;
  struct nogood *new = nogood_new(l, l->clause, n);
  if (!new) return NULL;
  new->levels = levels;
  new->activity = l->nogood_step;
  l->nogood[l->nogoods++] = new;
  return nogood_watch(l, new) ? new : NULL;
}

int nogood_learn(struct learner *l, uint32_t levels) {
  if (l->nclause == 1) return learn_unit(l);
  struct nogood *new = keep(l, levels);
  if (!new) return CI_ENOMEM;
  new->id = l->clause_id;
  return conclude(l, new) ? 1 : l->budget->stopped ? l->budget->stopped : 0;
}

enum { FORGETTABLE = 3 /* levels */ };

int nogood_adopt(struct learner *l, const struct fact *fact, uint32_t n, uint32_t levels) {
  l->nclause = 0;
  if (!budget_grow(l->budget, &l->clause, &l->clause_capacity, n, sizeof *l->clause)) return CI_ENOMEM;
  for (uint32_t i = 0; i < n; i++) {
    if ((size_t)fact[i].x >= l->log->terms || fact_true(l->s, fact[i])) return 1;
    if (!fact_false(l->s, fact[i])) l->clause[l->nclause++] = fact[i];
  }
  if (l->nclause == 0) return 0;
  if (l->nclause == 1) return learn_unit(l);
  struct nogood *new = keep(l, levels < FORGETTABLE ? FORGETTABLE : levels);
  if (!new) return CI_ENOMEM;
  new->told = true;
  return 1;
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

bool nogoods_watch(struct learner *l) {
  for (size_t i = 0; i < l->log->terms * WATCH_FACTS; i++)
    for (uint32_t k = 0; l->watched[i].list && k < l->watched[i].n; k++) l->watched[i].list[k].n = 0;
  bool ok = clauses_watch(l);
  for (size_t i = 0; i < l->nogoods && ok; i++) ok = nogood_watch(l, l->nogood[i]);
  return ok;
}

int nogoods_reduce(struct learner *l) {
  size_t kept = 0;
  qsort(l->nogood, l->nogoods, sizeof(struct nogood *), by_worth);
  for (size_t i = 0; i < l->nogoods; i++) {
    bool worse = i >= l->nogoods / 2 && l->nogood[i]->levels > 2;
    if (worse || settle(l, &l->nogood[i])) {
      if (l->s->proof) proof_delete(l->s->proof, l->nogood[i]->id);
      nogood_free(l, l->nogood[i]);
    } else l->nogood[kept++] = l->nogood[i];
  }
  l->nogoods = kept;
  if (!nogoods_watch(l)) return CI_ENOMEM;
  return l->budget->stopped;
}
