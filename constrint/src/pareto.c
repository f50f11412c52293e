/* The Pareto front: every choice of the objectives' values on which no other is
 * at least as good in all and better in one.
 *
 * Branch and bound against all the points found so far: a solution must be better
 * than each of them in some objective.  A point that a later one dominates goes.
 * When no solution is left the points are the front.  What one point forbids a
 * better one in its place forbids, too, so that what was learned stays true. */
#include "error.h"
#include "learn/learn.h"
#include "lp/lp.h"
#include "solver.h"

#include <stdlib.h>
#include <string.h>

/* Its points change outside the trail, so that the search queues it at every node. */
struct front {
  propagator super;
  budget *budget;
  size_t n; /* objectives */
  const term *x;
  const struct objective *objectives;
  size_t nvars;
  wide *point;     /* npoints * n, to be minimised */
  int64_t *values; /* npoints * nvars */
  size_t npoints, point_capacity, value_capacity;
};

/* ---- the bound ---- */

/* What an objective is at least, to be minimised. */
static wide least(const struct front *f, size_t k, interval now) { return f->objectives[k].maximize ? -now.hi : now.lo; }

static interval now_of(const store *s, term x) { return (interval){term_lo(s, x), term_hi(s, x)}; }

static bool below(store *s, struct front *f, size_t k, wide v) {
  if (f->objectives[k].maximize) return term_ge(s, f->x[k], 1 - v, &f->super);
  return term_le(s, f->x[k], v - 1, &f->super);
}

enum { NONE = -1, SEVERAL = -2 };

/* The only objective in which a solution may yet be better than a point. */
static int only_hope(const store *s, const struct front *f, const wide *point) {
  int hope = NONE;
  for (size_t k = 0; k < f->n; k++) {
    if (least(f, k, now_of(s, f->x[k])) >= point[k]) continue;
    if (hope != NONE) return SEVERAL;
    hope = (int)k;
  }
  return hope;
}

static enum outcome improve(store *s, propagator *p) {
  struct front *f = (struct front *)p;
  uint64_t before = store_changes(s);
  for (size_t i = 0; i < f->npoints; i++) {
    const wide *point = f->point + i * f->n;
    int hope = only_hope(s, f, point);
    if (hope == NONE || (hope >= 0 && !below(s, f, (size_t)hope, point[hope]))) return FAILED;
    if (store_stop(s)) return FAILED;
  }
  return store_changes(s) > before ? AGAIN : FIXPOINT;
}

/* Is it the bound of objective k that `what` says, and does the point say so? */
static bool implies(const struct front *f, const wide *point, size_t k, struct fact what) {
  if (f->x[k] != what.x) return false;
  if (f->objectives[k].maximize) return what.kind == AT_LEAST && what.v <= 1 - point[k];
  return what.kind == AT_MOST && what.v >= point[k] - 1;
}

/* Are all objectives but `but` no better than the point's by then? */
static bool no_better(const struct because *why, const struct front *f, const wide *point, size_t but) {
  for (size_t k = 0; k < f->n; k++)
    if (k != but && least(f, k, because_interval(why, f->x[k])) < point[k]) return false;
  return true;
}

static bool name(struct because *why, const struct front *f, const wide *point, size_t but) {
  for (size_t k = 0; k < f->n; k++) {
    if (k == but) continue;
    if (f->objectives[k].maximize) because_at_most(why, f->x[k], -point[k]);
    else because_at_least(why, f->x[k], point[k]);
  }
  return true;
}

static bool explain(struct because *why, const propagator *p, struct fact what) {
  const struct front *f = (const struct front *)p;
  for (size_t i = 0; i < f->npoints; i++) {
    const wide *point = f->point + i * f->n;
    if (what.x < 0 && no_better(why, f, point, f->n)) return name(why, f, point, f->n);
    for (size_t k = 0; k < f->n && what.x >= 0; k++)
      if (implies(f, point, k, what) && no_better(why, f, point, k)) return name(why, f, point, k);
  }
  return false;
}

static const struct propagator_class front_class = {"front", improve, explain, 0, NULL};

int front_post(ci_solver *s) {
  struct front *f = store_alloc(s->store, sizeof *f);
  if (!f) return CI_ENOMEM;
  f->budget = &s->budget;
  f->n = s->model->graph.nobjectives;
  f->x = s->program.objectives;
  f->objectives = s->model->graph.objectives;
  f->nvars = s->model->graph.nvars;
  s->bound = &f->super;
  return store_post(s->store, &f->super, &front_class, f->x, f->n, ON_BOUNDS) < 0 ? CI_ENOMEM : CI_OK;
}

/* ---- the points ---- */

static bool dominates(const wide *p, const wide *q, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (p[k] > q[k]) return false;
  return true;
}

static void drop_dominated(struct front *f, const wide *by) {
  size_t kept = 0;
  for (size_t i = 0; i < f->npoints; i++) {
    if (dominates(by, f->point + i * f->n, f->n)) continue;
    memmove(f->point + kept * f->n, f->point + i * f->n, f->n * sizeof *f->point);
    memmove(f->values + kept * f->nvars, f->values + i * f->nvars, f->nvars * sizeof *f->values);
    kept++;
  }
  f->npoints = kept;
}

/* The point of the solution in the store, behind the others. */
static int read_point(ci_solver *s, struct front *f, wide *point) {
  for (size_t k = 0; k < f->n; k++) {
    if (!term_fixed(s->store, f->x[k]))
      return ci_fail(CI_EOVERFLOW, "objective %zu does not fit 128 bits; bound its variables more tightly", k + 1);
    wide v = term_value(s->store, f->x[k]);
    point[k] = f->objectives[k].maximize ? -v : v;
  }
  return CI_OK;
}

static int add_point(ci_solver *s, struct front *f) {
  size_t more = f->npoints + 2; /* the new one is read behind its place */
  if (!budget_grow(f->budget, &f->point, &f->point_capacity, more * f->n, sizeof *f->point) ||
      !budget_grow(f->budget, &f->values, &f->value_capacity, more * f->nvars + 1, sizeof *f->values))
    return CI_ENOMEM;
  wide *point = f->point + (f->npoints + 1) * f->n;
  int error = read_point(s, f, point);
  if (error < 0) return error;
  drop_dominated(f, point);
  memmove(f->point + f->npoints * f->n, point, f->n * sizeof *point);
  solver_values(s, f->values + f->npoints++ * f->nvars);
  return CI_OK;
}

/* ---- the search ---- */

struct watcher {
  void (*progress)(void *data, const int64_t *values);
  void *data;
};

static int find_points(ci_solver *s, struct front *f, const struct watcher *w) {
  int found, error = CI_OK;
  while (error == CI_OK && (found = solution_next(s)) != 0) {
    if (found < 0) return found;
    error = add_point(s, f);
    if (error == CI_OK && w->progress) w->progress(w->data, f->values + (f->npoints - 1) * f->nvars);
  }
  return error;
}

static int by_point(const void *p, const void *q, void *data) {
  const struct front *f = data;
  const wide *a = f->point + *(const size_t *)p * f->n, *b = f->point + *(const size_t *)q * f->n;
  for (size_t k = 0; k < f->n; k++)
    if (a[k] != b[k]) return a[k] < b[k] ? -1 : 1;
  return 0;
}

/* The best in the first objective first. */
static int give(struct front *f, int64_t **values, size_t *n) {
  size_t *order = malloc((f->npoints + 1) * sizeof *order);
  int64_t *all = malloc((f->npoints * f->nvars + 1) * sizeof *all);
  for (size_t i = 0; order && all && i < f->npoints; i++) order[i] = i;
  if (order && all) {
    qsort_r(order, f->npoints, sizeof *order, by_point, f);
    for (size_t i = 0; i < f->npoints; i++)
      memcpy(all + i * f->nvars, f->values + order[i] * f->nvars, f->nvars * sizeof *all);
    *values = all;
    *n = f->npoints;
  }
  free(order);
  if (order && all) return CI_OK;
  free(all);
  return ci_fail(CI_ENOMEM, "out of memory while the front is given");
}

static bool is_limit(int error) { return error == CI_ELIMIT || error == CI_ECANCEL || error == CI_ENOMEM; }

static int find_front(ci_solver *s, int64_t **values, size_t *n, ci_answer *answer, const struct watcher *w) {
  int error = solver_prepare(s, true);
  if (error < 0) return error;
  struct front *f = (struct front *)s->bound;
  error = find_points(s, f, w);
  learner_free(s);
  lp_end(s);
  ci_answer reached = f->npoints ? CI_FOUND : CI_NONE;
  if (is_limit(error) && f->npoints) {
    reached = CI_INCUMBENT;
    error = CI_OK;
  }
  if (error == CI_OK) error = give(f, values, n);
  if (error == CI_OK) *answer = reached;
  budget_free(f->budget, f->point, f->point_capacity * sizeof *f->point);
  budget_free(f->budget, f->values, f->value_capacity * sizeof *f->values);
  return error;
}

int ci_pareto(const ci_model *m, const ci_options *options, int64_t **values, size_t *n, ci_answer *answer,
              void (*progress)(void *data, const int64_t *values), void *data) {
  ci_solver *s;
  struct watcher w = {progress, data};
  if (m->graph.nobjectives == 0) return ci_fail(CI_EINVAL, "the model has no objective, so there is no front");
  int error = ci_solver_new(&s, m, options);
  if (error < 0) return error;
  s->pareto = true;
  error = solver_begin(s);
  if (error == CI_OK) error = find_front(s, values, n, answer, &w);
  error = solver_end(s, error);
  ci_solver_free(s);
  return error;
}
