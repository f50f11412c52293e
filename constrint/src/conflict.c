/* Why is there no solution?  A minimal set of constraints that cannot hold
 * together, by QuickXplain (Junker 2004): halves are left out at once while the
 * rest is still contradictory, so that few of many take few questions.
 *
 * A question is a solver of a model with fewer constraints: the graph is shared,
 * and the compiler builds nothing that no constraint needs. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "solver.h"

struct search_of_conflict {
  const ci_model *m;
  ci_options options;
  double deadline; /* 0: none */
  bool *in;        /* per constraint: is it posted? */
  struct constraint *posted;
  int64_t *values;
};

/* What is left of the time; false: nothing. */
static bool time_left(struct search_of_conflict *c) {
  if (!(c->deadline > 0)) return true;
  c->options.limits.seconds = c->deadline - budget_now();
  return c->options.limits.seconds > 0;
}

static int ask(struct search_of_conflict *c, const ci_model *part) {
  ci_solver *s;
  ci_answer answer;
  int error = ci_solver_new(&s, part, &c->options);
  if (error < 0) return error;
  error = ci_solve(s, c->values, &answer);
  ci_solver_free(s);
  return error < 0 ? error : answer == CI_NONE;
}

/* Is there no solution of the posted constraints?  1, 0, or < 0: an error. */
static int contradictory(struct search_of_conflict *c) {
  ci_model part = {.graph = c->m->graph, .owners = 1};
  if (!time_left(c)) return ci_fail(CI_ELIMIT, "the time limit left open which constraints are to blame; raise it");
  part.graph.constraints = c->posted;
  part.graph.nconstraints = part.graph.norder = 0;
  for (size_t i = 0; i < c->m->graph.nconstraints; i++)
    if (c->in[i]) c->posted[part.graph.nconstraints++] = c->m->graph.constraints[i];
  return ask(c, &part);
}

static void set_range(struct search_of_conflict *c, size_t from, size_t to, bool posted) {
  for (size_t i = from; i < to; i++) c->in[i] = posted;
}

static size_t count(const struct search_of_conflict *c, size_t from, size_t to) {
  size_t n = 0;
  for (size_t i = from; i < to; i++) n += c->in[i];
  return n;
}

/* With from..to the posted ones are contradictory: post a minimal part of these.
 * news: something was posted since it was last asked whether these are needed. */
static int narrow(struct search_of_conflict *c, size_t from, size_t to, bool news) {
  int error = news ? contradictory(c) : 0;
  if (error != 0) return error < 0 ? error : CI_OK;
  if (to - from == 1) {
    c->in[from] = true;
    return CI_OK;
  }
  size_t middle = from + (to - from) / 2;
  set_range(c, from, middle, true);
  error = narrow(c, middle, to, true); /* as deep as halving goes */
  set_range(c, from, middle, false);
  return error < 0 ? error : narrow(c, from, middle, count(c, middle, to) > 0);
}

static int give(const struct search_of_conflict *c, size_t **constraints, size_t *n) {
  size_t all = c->m->graph.nconstraints, found = 0;
  size_t *list = malloc((count(c, 0, all) + 1) * sizeof *list);
  if (!list) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < all; i++)
    if (c->in[i]) list[found++] = i;
  *constraints = list;
  *n = found;
  return CI_OK;
}

static int explain(struct search_of_conflict *c, size_t **constraints, size_t *n, ci_answer *answer) {
  size_t all = c->m->graph.nconstraints;
  set_range(c, 0, all, true);
  int none = contradictory(c);
  if (none < 0) return none;
  set_range(c, 0, all, false);
  int error = none && all ? narrow(c, 0, all, false) : CI_OK;
  if (error == CI_OK) error = give(c, constraints, n);
  if (error == CI_OK) *answer = none ? CI_NONE : CI_FOUND;
  return error;
}

int ci_conflict(const ci_model *m, const ci_options *options, size_t **constraints, size_t *n, ci_answer *answer) {
  struct search_of_conflict c = {.m = m};
  if (options) c.options = *options;
  if (c.options.limits.seconds > 0) c.deadline = budget_now() + c.options.limits.seconds;
  c.in = calloc(m->graph.nconstraints + 1, sizeof *c.in);
  c.posted = calloc(m->graph.nconstraints + 1, sizeof *c.posted);
  c.values = calloc(m->graph.nvars + 1, sizeof *c.values);
  bool fine = c.in && c.posted && c.values;
  int error = fine ? explain(&c, constraints, n, answer) : ci_fail(CI_ENOMEM, "out of memory");
  free(c.in);
  free(c.posted);
  free(c.values);
  return error;
}
