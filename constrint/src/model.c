/* Looking at a model; its owners. */
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "error.h"

ci_model *ci_model_ref(const ci_model *m) {
  ci_model *shared = (ci_model *)m; /* only the count of owners ever changes */
  __atomic_add_fetch(&shared->owners, 1, __ATOMIC_RELAXED);
  return shared;
}

/* The last owner of a model frees it, and may be the last of the model below. */
void ci_model_free(ci_model *m) {
  while (m && __atomic_sub_fetch(&m->owners, 1, __ATOMIC_ACQ_REL) == 0) {
    ci_model *base = m->base;
    if (base) free(m->graph.order);
    else graph_free(&m->graph);
    free(m);
    m = base;
  }
}

int model_with_order(ci_model **out, const ci_model *m, const size_t *vars, const int *largest_first, size_t n) {
  const struct graph *g = &m->graph;
  ci_model *copy = malloc(sizeof *copy);
  struct order *order = malloc((n + 1) * sizeof *order);
  if (!copy || !order) {
    free(copy);
    free(order);
    return ci_fail(CI_ENOMEM, "out of memory while a search order is set");
  }
  for (size_t i = 0; i < n; i++) order[i] = (struct order){vars[i], largest_first[i] != 0};
  *copy = (ci_model){.graph = *g, .owners = 1, .base = ci_model_ref(m)};
  copy->graph.order = order;
  copy->graph.norder = n;
  *out = copy;
  return CI_OK;
}

size_t ci_model_vars(const ci_model *m) { return m->graph.nvars; }

const char *ci_model_var_name(const ci_model *m, size_t var) { return m->graph.vars[var].name; }

int ci_model_find(const ci_model *m, const char *name) {
  const struct graph *g = &m->graph;
  int32_t known = graph_find(g, name, strlen(name));
  if (known < 0) return -1;
  const struct node *node = &g->nodes[g->names[known].e];
  bool own_name = node->op == NODE_VAR && strcmp(g->vars[node->data].name, name) == 0;
  return own_name ? (int)node->data : -1;
}

size_t ci_model_listed(const ci_model *m, size_t var, const int64_t **values, int64_t *lo, int64_t *hi,
                       int64_t *step) {
  const struct var *v = &m->graph.vars[var];
  if (values) *values = v->values;
  if (lo) *lo = v->lo;
  if (hi) *hi = v->hi;
  if (step) *step = v->step;
  return v->n;
}

const char *ci_model_label(const ci_model *m, size_t var, int64_t value) {
  const struct var *v = &m->graph.vars[var];
  if (!v->labels) return NULL;
  for (size_t i = 0; i < v->n; i++) {
    int64_t listed = v->values ? v->values[i] : (int64_t)((uint64_t)v->lo + i * (uint64_t)v->step);
    if (listed == value) return v->labels[i];
  }
  return NULL;
}

size_t ci_model_constraints(const ci_model *m) { return m->graph.nconstraints; }
const char *ci_model_constraint_name(const ci_model *m, size_t c) { return m->graph.constraints[c].name; }
ci_place ci_model_constraint_place(const ci_model *m, size_t c) { return m->graph.constraints[c].place; }
size_t ci_model_objectives(const ci_model *m) { return m->graph.nobjectives; }
int ci_model_maximizes(const ci_model *m, size_t k) { return m->graph.objectives[k].maximize; }

size_t ci_model_order(const ci_model *m, size_t i, size_t *var, int *largest_first) {
  const struct graph *g = &m->graph;
  if (i < g->norder && var) *var = g->order[i].var;
  if (i < g->norder && largest_first) *largest_first = g->order[i].largest_first;
  return g->norder;
}
