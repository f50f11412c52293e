/* Advice and outward appearance of a model: steps of the search, hidden
 * variables, what a solution shows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "builder.h"
#include "error.h"

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while a model is built"); }

/* The index of a declared variable, or an error. */
static int find_variable(const struct graph *g, ci_expr e, size_t *var) {
  if (e < 0) return e;
  if ((size_t)e >= g->nnodes || g->nodes[e].op != NODE_VAR)
    return ci_fail(CI_EINVAL, "expression %d is no declared variable of this builder", (int)e);
  *var = (size_t)g->nodes[e].data;
  return CI_OK;
}

static int add_variables(struct graph *g, const ci_expr *vars, size_t n) {
  if (!budget_grow(&g->budget, &g->phase_vars, &g->phase_var_capacity, g->nphase_vars + n, sizeof *g->phase_vars))
    return out_of_memory();
  for (size_t i = 0; i < n; i++) {
    int error = find_variable(g, vars[i], &g->phase_vars[g->nphase_vars + i]);
    if (error < 0) return error;
  }
  return CI_OK;
}

int ci_phase(ci_builder *b, const ci_expr *vars, size_t n, ci_choice choice, ci_branching branching) {
  struct graph *g = &b->graph;
  if ((unsigned)choice > CI_CHOOSE_WEIGHTED || (unsigned)branching > CI_TRY_UPPER_HALF)
    return ci_fail(CI_EINVAL, "a step of the search has no such choice");
  int error = add_variables(g, vars, n);
  if (error < 0) return error;
  if (!budget_grow(&g->budget, &g->phases, &g->phase_capacity, g->nphases + 1, sizeof *g->phases)) return out_of_memory();
  g->phases[g->nphases++] = (struct phase){g->nphase_vars, n, choice, branching};
  g->nphase_vars += n;
  return CI_OK;
}

int ci_hide(ci_builder *b, ci_expr var) {
  size_t index = 0;
  int error = find_variable(&b->graph, var, &index);
  if (error < 0) return error;
  b->graph.vars[index].hidden = true;
  b->graph.projected = true;
  return CI_OK;
}

int ci_model_hidden(const ci_model *m, size_t var) { return m->graph.vars[var].hidden; }
int ci_model_has_form(const ci_model *m) { return !m->graph.projected && !m->graph.has_global; }

/* ---- what a solution shows ---- */

static void print_item(FILE *to, const struct graph *g, const struct shown *shown, size_t i, const int64_t *values) {
  const struct node *node = &g->nodes[shown->items[i]];
  int64_t v = node->op == NODE_VAR ? values[node->data] : (int64_t)g->ints[node->data];
  if (shown->boolean) fputs(v ? "true" : "false", to);
  else fprintf(to, "%" PRId64, v);
}

/* array2d(1..2, 1..3, [...]) */
static void print_array(FILE *to, const struct graph *g, const struct shown *shown, const int64_t *values) {
  fprintf(to, "array%zud(", shown->ndims);
  for (size_t i = 0; i < shown->ndims; i++)
    fprintf(to, "%" PRId64 "..%" PRId64 ", ", shown->dims[2 * i], shown->dims[2 * i + 1]);
  fputc('[', to);
  for (size_t i = 0; i < shown->n; i++) {
    if (i) fputs(", ", to);
    print_item(to, g, shown, i, values);
  }
  fputs("])", to);
}

int ci_model_output(const ci_model *m, const int64_t *values, char **text) {
  const struct graph *g = &m->graph;
  char *made = NULL;
  size_t size;
  FILE *to = open_memstream(&made, &size);
  if (!to) return out_of_memory();
  for (size_t i = 0; i < g->nshown; i++) {
    const struct shown *shown = &g->shown[i];
    fprintf(to, "%s = ", shown->name);
    if (shown->ndims) print_array(to, g, shown, values);
    else print_item(to, g, shown, 0, values);
    fputs(";\n", to);
  }
  bool fine = !ferror(to);
  if (fclose(to) || !fine) {
    free(made);
    return out_of_memory();
  }
  *text = made;
  return CI_OK;
}
