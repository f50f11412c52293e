/* Depth-first search: an explicit stack of decisions, never recursion.
 *
 * The left branch of a decision opens a level; its refutation belongs to the
 * level below.  When a subtree without a solution is exhausted, only decisions
 * of the same independent part of the problem can be to blame: the others are
 * jumped over. */
#include "evaluate.h"
#include "error.h"
#include "learn/learn.h"
#include "lp/lp.h"
#include "proof/proof.h"
#include "solver.h"

#include <stdlib.h>

enum { FEW = 64 }; /* values that are tried one by one; more are halved */

/* Whom to blame: any decision, or none that was made. */
enum { ANY = -1, NOBODY = -2 };

bool decide(store *s, const struct decision *d) {
  switch (d->branch) {
  case BRANCH_VALUE: return term_fix(s, d->x, d->v, NULL);
  case BRANCH_BELOW: return term_le(s, d->x, d->v, NULL);
  default: return term_ge(s, d->x, d->v, NULL);
  }
}

bool refute(store *s, const struct decision *d) {
  switch (d->branch) {
  case BRANCH_VALUE: return term_remove(s, d->x, d->v, NULL);
  case BRANCH_BELOW: return term_ge(s, d->x, d->v + 1, NULL);
  default: return term_le(s, d->x, d->v - 1, NULL);
  }
}

struct decision split_domain(const store *s, term x, bool largest) {
  wide lo = term_lo(s, x), hi = term_hi(s, x);
  if (term_size(s, x) <= FEW) return (struct decision){.x = x, .v = largest ? hi : lo, .branch = BRANCH_VALUE};
  wide middle = lo + (hi - lo) / 2;
  if (largest) return (struct decision){.x = x, .v = middle + 1, .branch = BRANCH_ABOVE};
  return (struct decision){.x = x, .v = middle, .branch = BRANCH_BELOW};
}

/* ---- choosing ---- */

static term first_open(const ci_solver *s, bool *largest) {
  for (size_t i = 0; i < s->norder; i++) {
    if (term_fixed(s->store, s->order[i])) continue;
    *largest = s->largest[i];
    return s->order[i];
  }
  return -1;
}

/* Of the first n the one with the fewest values for the failures it took part
 * in; of equals the first in a round that begins where the seed says. */
static term most_constrained(const ci_solver *s, size_t n, bool *largest) {
  term best = -1;
  double least = 0;
  size_t i = n ? s->options.seed % n : 0;
  for (size_t k = 0; k < n; k++, i = i + 1 < n ? i + 1 : 0) {
    term x = s->order[i];
    if (term_fixed(s->store, x)) continue;
    double score = (double)term_size(s->store, x) / (1 + s->weight[x]);
    if (best >= 0 && !(score < least)) continue;
    best = x;
    least = score;
    *largest = s->largest[i];
  }
  return best;
}

static bool decide_among(const ci_solver *s, enum concealment which, struct decision *d) {
  bool largest = false;
  if (phases_decide(s, which, d)) return true;
  term x = s->model->graph.norder && !s->bound ? first_open(s, &largest)
                                                : most_constrained(s, which == SHOWN_ONLY ? s->nshown : s->norder, &largest);
  if (x >= 0) *d = split_domain(s->store, x, largest);
  return x >= 0;
}

/* Must what is shown be decided first, so that each of its values comes once? */
static bool shown_first(const ci_solver *s) { return s->concealed && !s->bound && !s->search.any; }

/* May the relaxation say where to look first? */
static bool relaxed_choice(const ci_solver *s, struct decision *d) {
  return s->lp && (s->bound || !s->model->graph.norder) && lp_choose(s->lp, d);
}

/* False: all is decided. */
static bool choose(const ci_solver *s, struct decision *d) {
  return (!shown_first(s) && relaxed_choice(s, d)) || (shown_first(s) && decide_among(s, SHOWN_ONLY, d)) || decide_among(s, HIDDEN_TOO, d);
}

/* ---- leaves ---- */

static bool is_read(const store *s, size_t x) {
  for (int kind = 0; kind < WATCH_KINDS; kind++)
    for (uint32_t k = 0; k < s->watchers[x][kind].n; k++)
      if (!s->watchers[x][kind].list[k]->dead) return true;
  return false;
}

/* All but terms that nothing rests on any more, and that surely fit. */
static bool all_fixed(const store *s) {
  for (size_t x = 0; x < s->terms; x++) {
    const struct domain *d = &s->domains[x];
    if (wide_saturated(d->lo) || wide_saturated(d->hi) || (d->lo != d->hi && is_read(s, x))) return false;
  }
  return true;
}

int confirm_leaf(ci_solver *s) {
  const struct graph *g = &s->model->graph;
  if (all_fixed(s->store)) return 1;
  evaluation e;
  int64_t *values = malloc((g->nvars + 1) * sizeof *values);
  if (!values) return CI_ENOMEM;
  int error = evaluation_new(&e, g), result = 1;
  if (error == CI_OK) {
    solver_values(s, values);
    evaluation_run(&e, values);
    for (size_t i = 0; i < g->nconstraints && result == 1; i++) {
      struct value v = e.values[g->constraints[i].condition];
      if (v.kind == UNKNOWN) result = evaluation_fail(&e, g->constraints[i].condition, g->constraints[i].name);
      else if (v.kind == UNDEFINED || (v.kind == NUMBER && v.number == 0)) result = 0;
    }
    evaluation_free(&e);
  }
  free(values);
  return error < 0 ? error : result;
}

/* ---- the loop ---- */

void search_reset(ci_solver *s) {
  while (s->store && s->store->level > 0) store_pop(s->store);
  s->search.depth = 0;
  s->search.begun = s->search.exhausted = s->search.report_found = false;
  s->search.solutions = s->search.until = 0;
}

static void blame(ci_solver *s) {
  const propagator *p = s->store->culprit;
  s->failures++;
  if (!p) return;
  const struct posted *posted = &s->store->posted[p->id];
  for (uint32_t i = 0; i < posted->n && i < 64; i++) s->weight[posted->scope[i]]++;
}

/* Undo the newest decision and take its other branch; only a decision of
 * `component` will do, unless solutions were found since.
 * Under a bound solutions make no difference: only a decision that the
 * objectives depend on can improve on them.  0: none is left. */
static int backtrack(ci_solver *s, int32_t component) {
  struct search *h = &s->search;
  while (h->depth > 0) {
    struct decision d = h->stack[--h->depth];
    store_pop(s->store);
    if (h->solutions > d.solutions && !s->bound) component = ANY;
    if (component != ANY && d.component != component) continue;
    component = d.component;
    if (refute(s->store, &d)) return 1;
  }
  return 0;
}

/* What is hidden has served its purpose: another value of it is no other solution. */
static void drop_hidden(ci_solver *s) {
  struct search *h = &s->search;
  while (h->depth > 0 && s->concealed[h->stack[h->depth - 1].x]) {
    h->depth--;
    store_pop(s->store);
  }
}

static int open_decision(ci_solver *s, struct decision d) {
  struct search *h = &s->search;
  if (!budget_grow(&s->budget, &h->stack, &h->capacity, h->depth + 1, sizeof *h->stack)) return CI_ENOMEM;
  d.component = s->component[d.x];
  d.solutions = h->solutions;
  int error = store_push(s->store);
  if (error < 0) return error;
  h->stack[h->depth++] = d;
  s->nodes++;
  return decide(s->store, &d) ? 1 : s->budget.stopped ? s->budget.stopped : 0;
}

/* The part of the problem that a propagator belongs to, by its decisions. */
static int32_t component_of(const ci_solver *s, const propagator *p) {
  const struct posted *posted = &s->store->posted[p->id];
  for (uint32_t i = 0; i < posted->n; i++) {
    int32_t component = s->component[posted->scope[i]];
    for (size_t k = s->search.depth; k > 0; k--)
      if (s->search.stack[k - 1].component == component) return component;
  }
  return NOBODY;
}

int search_next(ci_solver *s) {
  struct search *h = &s->search;
  if (h->exhausted || s->root == 0) return 0;
  bool alive = true;
  if (!h->begun && store_push(s->store) < 0) return CI_ENOMEM; /* the root stays as it is */
  h->begun = true;
  if (h->report_found) {
    h->report_found = false;
    if (shown_first(s)) drop_hidden(s);
    alive = backtrack(s, s->bound ? component_of(s, s->bound) : ANY);
  }
  while (alive) {
    if (s->bound) queue_put(s->store, s->bound);
    int result = store_propagate(s->store);
    if (result < 0) return result;
    if (result == 0) {
      blame(s);
      if (h->until && s->failures >= h->until) return SEARCH_PAUSED;
      alive = backtrack(s, component_of(s, s->store->culprit));
      continue;
    }
    if (s->lp && (result = lp_node(s->lp)) != 1) {
      if (result < 0) return result;
      if (result == LP_CHANGED) continue;
      s->failures++;
      if (h->until && s->failures >= h->until) return SEARCH_PAUSED;
      alive = backtrack(s, lp_component(s->lp));
      continue;
    }
    struct decision d;
    if (choose(s, &d)) {
      result = open_decision(s, d);
      if (result < 0) return result;
      if (result == 0) alive = backtrack(s, ANY);
      continue;
    }
    result = confirm_leaf(s);
    if (result < 0) return result;
    if (result == 1) {
      h->solutions++;
      s->solutions++;
      h->report_found = true;
      return 1;
    }
    alive = backtrack(s, ANY);
  }
  h->exhausted = true;
  return 0;
}

/* ---- the public calls ---- */

static int next_solution(ci_solver *s, int64_t *values, ci_answer *answer) {
  int error = solver_prepare(s, false);
  if (error < 0) return error;
  int found = search_next(s);
  if (found < 0) return found;
  if (found) solver_values(s, values);
  *answer = found ? CI_FOUND : CI_NONE;
  return CI_OK;
}

int ci_next(ci_solver *s, int64_t *values, ci_answer *answer) {
  int error = solver_begin(s);
  if (error == CI_OK) error = next_solution(s, values, answer);
  return solver_end(s, error);
}

static int solve(ci_solver *s, int64_t *values, ci_answer *answer) {
  int error = solver_prepare(s, false);
  if (error < 0) return error;
  int found = solution_next(s);
  if (found == 1) solver_values(s, values);
  if (found == 1 && s->proof) proof_solution(s->proof, values);
  learner_free(s);
  if (found < 0) return found;
  *answer = found ? CI_FOUND : CI_NONE;
  return CI_OK;
}

int ci_solve(ci_solver *s, int64_t *values, ci_answer *answer) {
  search_reset(s);
  s->search.any = true;
  int error = solver_begin(s);
  if (error == CI_OK) error = solve(s, values, answer);
  if (s->proof) error = solver_conclude(s, error, *answer, false);
  s->search.any = false;
  search_reset(s);
  lp_end(s);
  return solver_end(s, error);
}

void ci_rewind(ci_solver *s) { search_reset(s); }
