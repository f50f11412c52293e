/* The evaluator: one pass over the graph in order of number.  It shares nothing
 * with the search but the model, and is what the search is tested against. */
#include "evaluate.h"

#include <stdlib.h>

#include "error.h"

int evaluation_new(evaluation *e, const struct graph *g) {
  int32_t longest = 0;
  for (size_t i = 0; i < g->nnodes; i++)
    if (g->nodes[i].n > longest) longest = g->nodes[i].n;
  e->graph = g;
  e->values = malloc((g->nnodes + 1) * sizeof *e->values);
  e->args = malloc(((size_t)longest + 1) * sizeof *e->args);
  if (e->values && e->args) return CI_OK;
  evaluation_free(e);
  return ci_fail(CI_ENOMEM, "out of memory while an assignment is evaluated");
}

void evaluation_free(evaluation *e) {
  free(e->values);
  free(e->args);
}

void evaluation_run(evaluation *e, const int64_t *values) {
  const struct graph *g = e->graph;
  for (size_t i = 0; i < g->nnodes; i++) {
    const struct node *node = &g->nodes[i];
    const ci_expr *args = node_args(g, node);
    for (int32_t k = 0; k < node->n; k++) e->args[k] = e->values[args[k]];
    e->values[i] = node->op == NODE_VAR ? (struct value){values[node->data], NUMBER} : calculate_node(g, node, e->args);
  }
}

/* Mark what root rests on, from the top down: users come after arguments. */
ci_expr evaluation_overflow(const evaluation *e, ci_expr root) {
  const struct graph *g = e->graph;
  ci_expr found = -1;
  char *used = calloc((size_t)root + 1, 1);
  if (!used) return -1;
  used[root] = 1;
  for (ci_expr i = root; i >= 0; i--) {
    if (!used[i] || !value_is_huge(e->values[i])) continue;
    const struct node *node = &g->nodes[i];
    bool from_below = false;
    for (int32_t k = 0; k < node->n; k++) {
      ci_expr arg = node_args(g, node)[k];
      used[arg] = 1;
      from_below = from_below || value_is_huge(e->values[arg]);
    }
    if (!from_below) found = i;
  }
  free(used);
  return found;
}

int evaluation_fail(const evaluation *e, ci_expr root, const char *what) {
  char text[1024] = "an intermediate value";
  ci_expr culprit = evaluation_overflow(e, root);
  if (culprit >= 0) graph_text(e->graph, culprit, text, sizeof text);
  return ci_fail(CI_EOVERFLOW, "%s: %s does not fit 128 bits here; bound its variables more tightly", what, text);
}

/* ---- the public calls ---- */

static bool in_domain(const struct var *v, int64_t value) {
  if (value < v->lo || value > v->hi) return false;
  if (!v->values) return ((uint64_t)value - (uint64_t)v->lo) % (uint64_t)v->step == 0;
  for (size_t i = 0; i < v->n; i++)
    if (v->values[i] == value) return true;
  return false;
}

static int first_outside(const struct graph *g, const int64_t *values) {
  for (size_t i = 0; i < g->nvars; i++)
    if (!in_domain(&g->vars[i], values[i])) return (int)i;
  return -1;
}

static int check_constraints(const evaluation *e, size_t *list, size_t *n) {
  const struct graph *g = e->graph;
  for (size_t c = 0; c < g->nconstraints; c++) {
    struct value v = e->values[g->constraints[c].condition];
    if (v.kind == UNKNOWN) return evaluation_fail(e, g->constraints[c].condition, g->constraints[c].name);
    if (v.kind == UNDEFINED || (v.kind == NUMBER && v.number == 0)) list[(*n)++] = c;
  }
  return CI_OK;
}

int ci_check(const ci_model *m, const int64_t *values, size_t **broken, size_t *nbroken, int *outside) {
  const struct graph *g = &m->graph;
  evaluation e;
  size_t n = 0, *list = malloc((g->nconstraints + 1) * sizeof *list);
  if (!list) return ci_fail(CI_ENOMEM, "out of memory while an assignment is checked");
  int error = evaluation_new(&e, g);
  if (error == CI_OK) {
    evaluation_run(&e, values);
    error = check_constraints(&e, list, &n);
    evaluation_free(&e);
  }
  if (error < 0 || !broken) free(list);
  if (error < 0) return error;
  if (broken) *broken = list;
  if (nbroken) *nbroken = n;
  if (outside) *outside = first_outside(g, values);
  return CI_OK;
}

int ci_eval_objective(const ci_model *m, size_t k, const int64_t *values, int64_t *out) {
  const struct graph *g = &m->graph;
  if (k >= g->nobjectives) return ci_fail(CI_EINVAL, "there is no objective %zu", k);
  evaluation e;
  int error = evaluation_new(&e, g);
  if (error < 0) return error;
  evaluation_run(&e, values);
  struct value v = e.values[g->objectives[k].e];
  if (v.kind == UNDEFINED) error = ci_fail(CI_EINVAL, "the objective is undefined for this assignment");
  else if (value_is_huge(v)) error = evaluation_fail(&e, g->objectives[k].e, "objective");
  else if (!wide_fits64(v.number)) error = ci_fail(CI_EOVERFLOW, "the objective's value does not fit 64 bits");
  else *out = (int64_t)v.number;
  evaluation_free(&e);
  return error;
}
