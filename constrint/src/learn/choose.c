/* Which variable is decided next, and how: the model's order, or the one most
 * involved in recent failures, at the value that it had last or in the best solution. */
#include "learn.h"

bool choose_init(struct learner *l) {
  size_t n = l->log->terms;
  l->activity = budget_alloc(l->budget, n * sizeof *l->activity);
  l->phase = budget_alloc(l->budget, n * sizeof *l->phase);
  l->has_phase = budget_alloc(l->budget, n * sizeof *l->has_phase);
  l->best = budget_alloc(l->budget, n * sizeof *l->best);
  l->step = 1;
  if (l->budget->stopped || !heap_init(l)) return false;
  choose_refill(l);
  return true;
}

void choose_free(struct learner *l) {
  size_t n = l->log->terms;
  budget_free(l->budget, l->activity, n * sizeof *l->activity);
  budget_free(l->budget, l->phase, n * sizeof *l->phase);
  budget_free(l->budget, l->has_phase, n * sizeof *l->has_phase);
  budget_free(l->budget, l->best, n * sizeof *l->best);
  budget_free(l->budget, l->open, l->open_capacity * sizeof *l->open);
  heap_free(l);
}

void choose_refill(struct learner *l) {
  for (size_t i = 0; i < l->solver->norder; i++) heap_put(l, l->solver->order[i]);
}

void choose_bump(struct learner *l, term x) {
  l->activity[x] += l->step;
  heap_raise(l, x);
  if (l->activity[x] < 1e100) return;
  for (size_t i = 0; i < l->log->terms; i++) l->activity[i] *= 1e-100;
  l->step *= 1e-100;
}

void choose_decay(struct learner *l) {
  l->step /= 0.95;
  l->nogood_step /= 0.999;
}

static bool is_fixed(const store *s, term x) { return s->domains[x].lo == s->domains[x].hi; }

void choose_remember(struct learner *l, size_t from) {
  for (size_t i = from; i < l->log->n; i++) {
    term x = l->log->event[i].x;
    if (!is_fixed(l->s, x)) continue;
    l->phase[x] = term_value(l->s, x);
    l->has_phase[x] = true;
    heap_put(l, x);
  }
}

void choose_solution(struct learner *l) {
  for (size_t x = 0; x < l->log->terms; x++) l->best[x] = l->s->domains[x].lo;
  l->has_best = true;
}

/* ---- rounds ---- */

enum { RESTART = 100 /* failures, times Luby's number */, FAITHFUL = 500, ADVISED = 2 };

/* A short round by domains and weights; then the model's advice, in rounds that
 * grow by a quarter, and activity, in Luby's, in turn; now and then weights again. */
static enum guide next_guide(const struct learner *l, bool advised) {
  uint64_t i = l->restarts;
  if (!l->free_search) return GUIDE_MODEL;
  if (i == 0 || i % 8 == 6) return GUIDE_WEIGHT;
  return advised && i % 2 ? GUIDE_MODEL : GUIDE_ACTIVITY;
}

/* As the model advises, twice as often as not: each such round as long as those
 * before together, that a search which needs no restarts has few. */
static uint64_t advised_round(struct learner *l) {
  uint64_t model = l->spent[GUIDE_MODEL], others = l->spent[GUIDE_ACTIVITY] + l->spent[GUIDE_WEIGHT];
  if (model <= ADVISED * others) {
    l->guide = GUIDE_MODEL;
    return model > FAITHFUL ? model : FAITHFUL;
  }
  l->guide = l->restarts % 8 == 6 ? GUIDE_WEIGHT : GUIDE_ACTIVITY;
  return RESTART * luby(l->restarts);
}

uint64_t choose_round(struct learner *l) {
  l->spent[l->guide] += l->failures - l->since;
  l->since = l->failures;
  const struct graph *g = &l->solver->model->graph;
  bool advised = g->nphases || g->norder;
  if (l->free_search && advised && !l->solver->options.free_search) return advised_round(l);
  l->guide = next_guide(l, advised);
  if (!l->free_search || !advised) return RESTART * luby(l->restarts);
  if (l->guide != GUIDE_MODEL) return RESTART * luby(l->restarts / 2);
  return l->grown = l->grown ? l->grown + l->grown / 4 : RESTART;
}

/* ---- the variable ---- */

/* What is known of the level before: earlier positions are fixed. */
static size_t first_open(struct learner *l) {
  const ci_solver *s = l->solver;
  size_t level = l->s->level, i = level > 1 && level <= l->open_capacity ? l->open[level - 1] : 0;
  while (i < s->norder && is_fixed(l->s, s->order[i])) i++;
  if (budget_grow(l->budget, &l->open, &l->open_capacity, level + 1, sizeof *l->open)) l->open[level] = i;
  return i;
}

static size_t most_active(struct learner *l) {
  const ci_solver *s = l->solver;
  while (l->heap.n && is_fixed(l->s, s->order[l->heap.at[0]])) heap_drop(l);
  return l->heap.n ? (size_t)l->heap.at[0] : s->norder;
}

/* The fewest values for the failures it took part in. */
static size_t most_constrained(const struct learner *l) {
  const ci_solver *s = l->solver;
  size_t best = s->norder;
  double least = 0;
  for (size_t i = 0; i < s->norder; i++) {
    term x = s->order[i];
    if (is_fixed(l->s, x)) continue;
    double score = (double)term_size(l->s, x) / (1 + s->weight[x]);
    if (best < s->norder && !(score < least)) continue;
    best = i;
    least = score;
  }
  return best;
}

static size_t position(struct learner *l) {
  if (!l->free_search || (l->guide == GUIDE_MODEL && l->solver->model->graph.norder)) return first_open(l);
  return l->guide == GUIDE_WEIGHT ? most_constrained(l) : most_active(l);
}

/* ---- its value ---- */

/* Bounds where they say it all, for they make the more general nogoods. */
static struct decision towards(const store *s, term x, wide v) {
  if (v <= term_lo(s, x)) return (struct decision){.x = x, .v = term_lo(s, x), .branch = BRANCH_BELOW};
  if (v >= term_hi(s, x)) return (struct decision){.x = x, .v = term_hi(s, x), .branch = BRANCH_ABOVE};
  if (term_explicit(s, x) && term_has(s, x, v)) return (struct decision){.x = x, .v = v, .branch = BRANCH_VALUE};
  return (struct decision){.x = x, .v = v, .branch = BRANCH_BELOW};
}

enum { FEW = 64 };

static struct decision split(const store *s, term x, bool largest) {
  if (term_size(s, x) <= FEW) return towards(s, x, largest ? term_hi(s, x) : term_lo(s, x));
  wide lo = term_lo(s, x), hi = term_hi(s, x), middle = lo + (hi - lo) / 2;
  if (largest) return (struct decision){.x = x, .v = middle + 1, .branch = BRANCH_ABOVE};
  return (struct decision){.x = x, .v = middle, .branch = BRANCH_BELOW};
}

/* Where the order is looked through from the level before, a level that is decided
 * otherwise must say how far it is, too: what it said in another branch is stale. */
static term decided(struct learner *l, term x) {
  if (l->guide == GUIDE_MODEL) first_open(l);
  return x;
}

term choose_decision(struct learner *l, struct decision *d) {
  const ci_solver *s = l->solver;
  if (l->s->level == 1) solver_watch_bound(l->solver);
  if (l->s->level == 1 && probe_decision(l, d)) return decided(l, d->x);
  if (l->guide == GUIDE_MODEL && phases_advise(s, HIDDEN_TOO, d)) {
    if (d->branch == BRANCH_VALUE) *d = towards(l->s, d->x, d->v);
    return decided(l, d->x);
  }
  size_t i = position(l);
  if (i >= s->norder) return -1;
  term x = s->order[i];
  if (l->free_search && l->has_best) *d = towards(l->s, x, l->best[x]);
  else if (l->free_search && l->has_phase[x]) *d = towards(l->s, x, l->phase[x]);
  else *d = split(l->s, x, s->largest[i]);
  return x;
}
