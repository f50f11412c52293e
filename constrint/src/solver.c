/* A solver's life, its limits, and the part that all questions share. */
#include "solver.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "proof/proof.h"

int ci_solver_new(ci_solver **out, const ci_model *m, const ci_options *options) {
  ci_solver *s = calloc(1, sizeof *s);
  if (!s) return ci_fail(CI_ENOMEM, "out of memory while a solver is made");
  if (options) s->options = *options;
  budget_init(&s->budget, &s->options.limits);
  s->model = ci_model_ref(m);
  *out = s;
  return CI_OK;
}

static void forget_program(ci_solver *s) {
  if (!s->store) return;
  size_t terms = store_terms(s->store);
  size_t nvars = s->model->graph.nvars;
  budget *b = &s->budget;
  budget_free(b, s->order, nvars * sizeof *s->order);
  budget_free(b, s->largest, nvars * sizeof *s->largest);
  budget_free(b, s->component, terms * sizeof *s->component);
  budget_free(b, s->weight, terms * sizeof *s->weight);
  budget_free(b, s->concealed, terms * sizeof *s->concealed);
  budget_free(b, s->definitions, s->definition_capacity * sizeof *s->definitions);
  s->definitions = NULL;
  s->ndefinitions = s->definition_capacity = 0;
  s->order = NULL;
  s->largest = NULL;
  s->component = NULL;
  s->weight = NULL;
  s->concealed = NULL;
  store_free(s->store);
  s->store = NULL;
}

void ci_solver_free(ci_solver *s) {
  if (!s) return;
  forget_program(s);
  proof_free(s->proof);
  budget_free(&s->budget, s->search.stack, s->search.capacity * sizeof *s->search.stack);
  budget_free(&s->budget, s->ranges, s->range_capacity * sizeof *s->ranges);
  budget_free(&s->budget, s->first_range, (s->model->graph.nvars + 1) * sizeof *s->first_range);
  ci_model_free(s->model);
  free(s);
}

int solver_begin(ci_solver *s) {
  budget_start(&s->budget);
  s->started = budget_now();
  return budget_check(&s->budget);
}

int solver_end(ci_solver *s, int error) {
  s->seconds += budget_now() - s->started;
  switch (error) {
  case CI_ENOMEM:
    if (s->budget.limits.memory_bytes)
      return ci_fail(error, "the memory limit of %llu bytes left the answer open; raise it",
                     (unsigned long long)s->budget.limits.memory_bytes);
    return ci_fail(error, "out of memory: the answer is open");
  case CI_ELIMIT: return ci_fail(error, "the time limit of %g s left the answer open; raise it", s->budget.limits.seconds);
  case CI_ECANCEL: return ci_fail(error, "cancelled: the answer is open");
  default: return error;
  }
}

/* ---- the order of decisions ---- */

static void add_to_order(ci_solver *s, bool *seen, size_t var, bool largest) {
  term x = s->program.vars[var];
  if (seen[x] || term_fixed(s->store, x)) return;
  seen[x] = true;
  s->order[s->norder] = x;
  s->largest[s->norder++] = largest;
}

/* Where solutions are projections: which terms are no part of them. */
static void find_concealed(ci_solver *s) {
  const struct graph *g = &s->model->graph;
  size_t terms = store_terms(s->store);
  s->concealed = g->projected ? budget_alloc(&s->budget, terms * sizeof *s->concealed) : NULL;
  if (!s->concealed) return; /* or the budget has noted it */
  memset(s->concealed, 1, terms * sizeof *s->concealed);
  for (size_t i = 0; i < g->nvars; i++)
    if (!g->vars[i].hidden) s->concealed[s->program.vars[i]] = false;
}

/* The order's own variables, then the others: those that `which` admits. */
static void fill_order(ci_solver *s, bool *seen, enum concealment which) {
  const struct graph *g = &s->model->graph;
  for (size_t i = 0; i < g->norder; i++)
    if (solver_considers(s, s->program.vars[g->order[i].var], which))
      add_to_order(s, seen, g->order[i].var, g->order[i].largest_first);
  for (size_t i = 0; i < g->nvars; i++)
    if (solver_considers(s, s->program.vars[i], which)) add_to_order(s, seen, i, false);
}

static int make_order(ci_solver *s) {
  const struct graph *g = &s->model->graph;
  size_t terms = store_terms(s->store);
  bool *seen = budget_alloc(&s->budget, terms);
  s->norder = 0;
  s->order = budget_alloc(&s->budget, g->nvars * sizeof *s->order);
  s->largest = budget_alloc(&s->budget, g->nvars * sizeof *s->largest);
  s->weight = budget_alloc(&s->budget, terms * sizeof *s->weight);
  s->component = budget_alloc(&s->budget, terms * sizeof *s->component);
  find_concealed(s);
  int error = s->budget.stopped;
  if (!error) {
    fill_order(s, seen, SHOWN_ONLY);
    s->nshown = s->norder;
    fill_order(s, seen, HIDDEN_TOO);
  }
  budget_free(&s->budget, seen, terms);
  return error;
}

/* ---- the program ---- */

static int load(ci_solver *s, bool with_objectives) {
  s->store = store_new(&s->budget);
  if (!s->store) return CI_ENOMEM;
  s->has_objectives = with_objectives;
  s->root = -1;
  s->store->record = s->proof;
  int error = compile(&s->program, &s->model->graph, s->store, &s->budget, with_objectives);
  s->bound = NULL;
  if (error == CI_OK && with_objectives) error = solver_post_bound(s);
  if (error == CI_OK && s->proof) proof_begin(s->store, with_objectives);
  else if (error == CI_OK) error = reason_at_root(s->store);
  if (error == CI_OK) {
    int root = s->proof ? store_propagate(s->store) : propagate_root(s->store);
    if (root < 0) error = root;
    else s->root = root;
    if (root == 0 && s->proof) proof_failed(s->store, s->store->culprit);
  }
  if (error == CI_OK) error = find_definitions(s);
  if (error == CI_OK) error = drop_unread(s);
  if (error == CI_OK) error = make_order(s);
  if (error == CI_OK) error = find_components(s);
  if (error < 0) forget_program(s);
  return error;
}

int solver_prepare(ci_solver *s, bool with_objectives) {
  if (s->store && s->has_objectives != with_objectives) {
    search_reset(s);
    forget_program(s);
  }
  return s->store ? CI_OK : load(s, with_objectives);
}

bool solver_values(ci_solver *s, int64_t *values) {
  bool fixed = true;
  for (size_t i = 0; i < s->model->graph.nvars; i++) {
    term x = s->program.vars[i];
    fixed = fixed && term_fixed(s->store, x);
    values[i] = (int64_t)term_lo(s->store, x);
  }
  return fixed;
}

void ci_solver_stats(const ci_solver *s, ci_stats *out) {
  *out = (ci_stats){.nodes = s->nodes, .failures = s->failures, .solutions = s->solutions,
                    .propagations = s->store ? s->store->runs : 0,
                    .peak_bytes = s->budget.peak, .seconds = s->seconds};
}

/* ---- the proof ---- */

int ci_solver_proof(ci_solver *s, int (*write)(void *data, const char *text, size_t n), void *data) {
  if (!write) return ci_fail(CI_EINVAL, "a proof needs a function that takes it");
  search_reset(s);
  forget_program(s);
  proof_free(s->proof);
  s->proof = proof_new(&s->model->graph, write, data);
  return s->proof ? CI_OK : ci_fail(CI_ENOMEM, "out of memory while a solver is made");
}

int solver_conclude(ci_solver *s, int error, ci_answer answer, bool best) {
  static const char *const found[] = {"satisfiable", "optimal"};
  bool open = error < 0 || answer == CI_INCUMBENT;
  proof_conclude(s->proof, open ? "open" : answer == CI_NONE ? "unsatisfiable" : found[best]);
  int wrong = error < 0 ? error : proof_error(s->proof);
  proof_free(s->proof);
  s->proof = NULL;
  search_reset(s);
  forget_program(s);
  return wrong;
}
