/* Why is there no solution?  A minimal set of constraints that cannot hold
 * together, by QuickXplain (Junker 2004): halves are left out at once while the
 * rest is still contradictory, so that few of many take few questions.  Or one
 * constraint after the other is left out where it is not needed.
 *
 * A question is a solver of a model with fewer constraints: the graph is shared,
 * and the compiler builds nothing that no constraint needs. */
#include "conflict.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "solver.h"

int parts_late(void) { return ci_fail(CI_ELIMIT, "the time limit left open which constraints are to blame; raise it"); }

bool parts_time(struct parts *p) {
  if (!(p->deadline > 0)) return true;
  p->options.limits.seconds = p->deadline - budget_now();
  return p->options.limits.seconds > 0;
}

static int ask(struct parts *p, const ci_model *part) {
  ci_solver *s;
  ci_answer answer;
  int error = ci_solver_new(&s, part, &p->options);
  if (error < 0) return error;
  error = ci_solve(s, p->values, &answer);
  ci_solver_free(s);
  return error < 0 ? error : answer == CI_NONE;
}

int parts_contradictory(struct parts *p) {
  ci_model part = {.graph = p->m->graph, .owners = 1};
  if (!parts_time(p)) return parts_late();
  part.graph.constraints = p->posted;
  part.graph.nconstraints = part.graph.norder = 0;
  for (size_t i = 0; i < p->m->graph.nconstraints; i++)
    if (p->in[i]) p->posted[part.graph.nconstraints++] = p->m->graph.constraints[i];
  return ask(p, &part);
}

static void set_all(struct parts *p, const size_t *list, size_t n, bool posted) {
  for (size_t i = 0; i < n; i++) p->in[list[i]] = posted;
}

static bool any_of(const struct parts *p, const size_t *list, size_t n) {
  bool any = false;
  for (size_t i = 0; i < n; i++) any |= p->in[list[i]];
  return any;
}

/* news: something was posted since it was last asked whether the list is needed. */
static int halve(struct parts *p, const size_t *list, size_t n, bool news) {
  int error = news ? parts_contradictory(p) : 0;
  if (error != 0) return error < 0 ? error : CI_OK;
  if (n == 1) {
    p->in[*list] = true;
    return CI_OK;
  }
  size_t half = n / 2;
  set_all(p, list, half, true);
  error = halve(p, list + half, n - half, true); /* as deep as halving goes */
  set_all(p, list, half, false);
  return error < 0 ? error : halve(p, list, half, any_of(p, list + half, n - half));
}

int parts_halve(struct parts *p, const size_t *list, size_t n) { return n ? halve(p, list, n, false) : CI_OK; }

int parts_delete(struct parts *p, const size_t *list, size_t n) {
  int none = 0;
  set_all(p, list, n, true);
  for (size_t i = 0; i < n && none >= 0; i++) {
    p->in[list[i]] = false;
    none = parts_contradictory(p);
    if (none == 0) p->in[list[i]] = true;
  }
  return none < 0 ? none : CI_OK;
}

int parts_open(struct parts *p, const ci_model *m, const ci_options *options) {
  size_t n = m->graph.nconstraints;
  *p = (struct parts){.m = m};
  if (options) p->options = *options;
  if (p->options.limits.seconds > 0) p->deadline = budget_now() + p->options.limits.seconds;
  p->in = calloc(n + 1, sizeof *p->in);
  p->posted = calloc(n + 1, sizeof *p->posted);
  p->values = calloc(m->graph.nvars + 1, sizeof *p->values);
  return p->in && p->posted && p->values ? CI_OK : ci_fail(CI_ENOMEM, "out of memory");
}

void parts_close(struct parts *p) {
  free(p->in);
  free(p->posted);
  free(p->values);
}

/* ---- the public calls ---- */

/* The posted ones of the list, into the list. */
static size_t keep_posted(const struct parts *p, size_t *list, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (p->in[list[i]]) list[kept++] = list[i];
  return kept;
}

static int explain(struct parts *p, ci_conflict_method method, size_t *list, size_t *n, ci_answer *answer) {
  set_all(p, list, *n, true);
  int none = parts_contradictory(p), error = CI_OK;
  if (none < 0) return none;
  set_all(p, list, *n, false);
  if (none) error = method == CI_CONFLICT_DELETION ? parts_delete(p, list, *n) : parts_halve(p, list, *n);
  if (error < 0) return error;
  *n = keep_posted(p, list, *n);
  *answer = none ? CI_NONE : CI_FOUND;
  return CI_OK;
}

int ci_conflict_by(const ci_model *m, const ci_options *options, ci_conflict_method method, size_t **constraints,
                   size_t *n, ci_answer *answer) {
  struct parts p;
  size_t all = m->graph.nconstraints, *list = malloc((all + 1) * sizeof *list);
  for (size_t i = 0; list && i < all; i++) list[i] = i;
  int error = parts_open(&p, m, options);
  if (error == CI_OK && !list) error = ci_fail(CI_ENOMEM, "out of memory");
  if (error == CI_OK) error = explain(&p, method, list, &all, answer);
  parts_close(&p);
  if (error < 0) {
    free(list);
    return error;
  }
  *constraints = list;
  *n = all;
  return CI_OK;
}

int ci_conflict(const ci_model *m, const ci_options *options, size_t **constraints, size_t *n, ci_answer *answer) {
  return ci_conflict_by(m, options, CI_CONFLICT_HALVES, constraints, n, answer);
}
