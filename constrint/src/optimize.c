/* Branch and bound: every solution must be better than the best so far, in the
 * lexicographic order of the objectives.  When none is left, the best is proven. */
#include "error.h"
#include "learn/learn.h"
#include "lp/lp.h"
#include "proof/proof.h"
#include "solver.h"

#include <string.h>

/* The bound as a propagator; its best values change outside the trail, so that
 * the search queues it at every node. */
struct bound {
  propagator super;
  size_t n;
  const term *x;
  const struct objective *objectives;
  wide *best;
  bool known; /* is there a best at all? */
};

static bool at_least_as_good(store *s, struct bound *b, size_t k, bool strictly) {
  wide best = b->best[k];
  if (b->objectives[k].maximize) return term_ge(s, b->x[k], best + strictly, &b->super);
  return term_le(s, b->x[k], best - strictly, &b->super);
}

static enum outcome improve(store *s, propagator *p) {
  struct bound *b = (struct bound *)p;
  for (size_t k = 0; k < b->n && b->known; k++) {
    if (!at_least_as_good(s, b, k, k + 1 == b->n)) return FAILED;
    if (!term_fixed(s, b->x[k]) || term_value(s, b->x[k]) != b->best[k]) return FIXPOINT;
  }
  return FIXPOINT;
}

/* The best is no worse for good; all but the first objective count where those
 * before are no better than it. */
static bool explain(struct because *why, const propagator *p, struct fact what) {
  const struct bound *b = (const struct bound *)p;
  size_t k = 0;
  while (k < b->n && b->x[k] != what.x) k++;
  if (k == b->n || what.kind != (b->objectives[k].maximize ? AT_LEAST : AT_MOST)) return false;
  for (size_t i = 0; i < k; i++) because_is(why, b->x[i], b->best[i]);
  return true;
}

static const struct propagator_class bound_class = {"better", improve, explain, 0, NULL};

static struct bound *post_bound(ci_solver *s) {
  const struct graph *g = &s->model->graph;
  struct bound *b = store_alloc(s->store, sizeof *b);
  if (!b || !(b->best = store_alloc(s->store, (g->nobjectives + 1) * sizeof *b->best))) return NULL;
  b->n = g->nobjectives;
  b->x = s->program.objectives;
  b->objectives = g->objectives;
  return store_post(s->store, &b->super, &bound_class, b->x, b->n, ON_BOUNDS) < 0 ? NULL : b;
}

int solver_post_bound(ci_solver *s) {
  if (s->pareto) return front_post(s);
  struct bound *b = post_bound(s);
  s->bound = b ? &b->super : NULL;
  return b ? CI_OK : CI_ENOMEM;
}

/* ---- which end of each domain to try first ---- */

/* The best bound of the first objective after a decision; false: it fails. */
static bool probe(ci_solver *s, term x, wide v, wide *bound, int *error) {
  const struct objective *o = &s->model->graph.objectives[0];
  store *st = s->store;
  if ((*error = store_push(st)) < 0) return false;
  int result = term_fix(st, x, v, NULL) ? store_propagate(st) : 0;
  *bound = o->maximize ? term_hi(st, s->program.objectives[0]) : -term_lo(st, s->program.objectives[0]);
  store_pop(st);
  if (st->budget->stopped) *error = st->budget->stopped;
  return result == 1;
}

enum { PROBED = 1000 }; /* variables; beyond that it takes too long */

static int choose_ends(ci_solver *s) {
  int error = CI_OK;
  for (size_t i = 0; i < s->norder && i < PROBED && error == CI_OK; i++) {
    wide low, high;
    term x = s->order[i];
    bool low_ok = probe(s, x, term_lo(s->store, x), &low, &error);
    if (error < 0) break;
    bool high_ok = probe(s, x, term_hi(s->store, x), &high, &error);
    s->largest[i] = high_ok && (!low_ok || high > low);
  }
  return error;
}

/* ---- the search ---- */

static int take_incumbent(ci_solver *s, struct bound *b, int64_t *values) {
  for (size_t k = 0; k < b->n; k++) {
    if (!term_fixed(s->store, b->x[k]))
      return ci_fail(CI_EOVERFLOW, "objective %zu does not fit 128 bits; bound its variables more tightly", k + 1);
    b->best[k] = term_value(s->store, b->x[k]);
  }
  b->known = true;
  solver_values(s, values);
  return CI_OK;
}

/* ---- whoever watches ---- */

static void tell(ci_solver *s, bool improved) {
  s->progress.improved = improved;
  if (s->watch) s->watch(s->watch_data, &s->progress);
}

void solver_watch_bound(ci_solver *s) {
  if (!s->watch) return;
  const struct objective *o = &s->model->graph.objectives[0];
  wide v = o->maximize ? term_hi(s->store, s->program.objectives[0]) : term_lo(s->store, s->program.objectives[0]);
  ci_progress *p = &s->progress;
  if (!wide_fits64(v) || (p->bounded && (o->maximize ? v >= p->bound : v <= p->bound))) return;
  p->bounded = 1;
  p->bound = (int64_t)v;
  tell(s, false);
}

static int improve_all(ci_solver *s, struct bound *b, int64_t *values,
                       void (*progress)(void *data, const int64_t *values), void *data) {
  int found, error = CI_OK;
  while (error == CI_OK && (found = solution_next(s)) != 0) {
    if (found < 0) return found;
    error = take_incumbent(s, b, values);
    if (error == CI_OK && s->proof) proof_solution(s->proof, values);
    s->improved = true;
    s->progress.values = values;
    if (error == CI_OK && progress) progress(data, values);
    if (error == CI_OK) tell(s, true);
  }
  return error;
}

static bool is_limit(int error) { return error == CI_ELIMIT || error == CI_ECANCEL || error == CI_ENOMEM; }

static int optimize(ci_solver *s, int64_t *values, ci_answer *answer,
                    void (*progress)(void *data, const int64_t *values), void *data) {
  size_t nvars = s->model->graph.nvars;
  search_reset(s);
  int error = solver_prepare(s, true);
  if (error < 0) return error;
  struct bound *b = (struct bound *)s->bound;
  b->known = s->improved = false;
  s->progress = (ci_progress){0};
  int64_t *best = budget_alloc(&s->budget, nvars * sizeof *best);
  if (!best) return CI_ENOMEM;
  if (s->root == 1) solver_watch_bound(s);
  if (s->root == 1 && b->n && !phases_apply(s)) error = choose_ends(s);
  if (error == CI_OK) error = improve_all(s, b, best, progress, data);
  learner_free(s);
  if (error == CI_OK) *answer = b->known ? CI_FOUND : CI_NONE;
  if (is_limit(error) && b->known) {
    *answer = CI_INCUMBENT;
    error = CI_OK;
  }
  if (error == CI_OK && b->known) memcpy(values, best, nvars * sizeof *best);
  budget_free(&s->budget, best, nvars * sizeof *best);
  b->known = false;
  search_reset(s);
  lp_end(s);
  return error;
}

int ci_optimize(ci_solver *s, int64_t *values, ci_answer *answer,
                void (*progress)(void *data, const int64_t *values), void *data) {
  if (s->model->graph.nobjectives == 0) return ci_fail(CI_EINVAL, "the model has no objective to optimize");
  int error = solver_begin(s);
  if (error == CI_OK) error = optimize(s, values, answer, progress, data);
  if (s->proof) error = solver_conclude(s, error, *answer, true);
  return solver_end(s, error);
}

/* ---- several searches that share what they find (portfolio.c) ---- */

int bound_take(ci_solver *s, int64_t *values) { return take_incumbent(s, (struct bound *)s->bound, values); }

bool bound_better(const ci_solver *one, const ci_solver *other) {
  const struct bound *a = (const struct bound *)one->bound, *b = (const struct bound *)other->bound;
  if (!a->known || !b->known) return a->known;
  for (size_t k = 0; k < a->n; k++)
    if (a->best[k] != b->best[k]) return (a->best[k] > b->best[k]) == (a->objectives[k].maximize != 0);
  return false;
}

void bound_share(ci_solver *to, const ci_solver *from) {
  struct bound *a = (struct bound *)to->bound;
  const struct bound *b = (const struct bound *)from->bound;
  memcpy(a->best, b->best, a->n * sizeof *a->best);
  a->known = to->improved = true;
}

int ci_optimize_watched(ci_solver *s, int64_t *values, ci_answer *answer,
                        void (*watch)(void *data, const ci_progress *p), void *data) {
  s->watch = watch;
  s->watch_data = data;
  int error = ci_optimize(s, values, answer, NULL, NULL);
  s->watch = NULL;
  return error;
}
