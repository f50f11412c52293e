/* Building a model: expressions, constraints, objectives, the search order. */
#include "builder.h"

#include <stdlib.h>
#include <string.h>

#include "calculate.h"
#include "error.h"
#include "frontend/arrays.h"
#include "global.h"

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while a model is built"); }

int ci_builder_new(ci_builder **out) {
  ci_builder *b = malloc(sizeof *b);
  if (!b) return out_of_memory();
  *b = (ci_builder){.arrays = NULL};
  graph_init(&b->graph);
  *out = b;
  return CI_OK;
}

void ci_builder_free(ci_builder *b) {
  if (!b) return;
  arrays_free(b);
  graph_free(&b->graph);
  free(b);
}

static ci_expr done(ci_expr e) { return e < 0 ? out_of_memory() : e; }

/* A handle that another builder gave, or none at all. */
static int check(const ci_builder *b, ci_expr e) {
  if (e < 0) return e;
  if ((size_t)e >= b->graph.nnodes) return ci_fail(CI_EINVAL, "expression %d is not of this builder", (int)e);
  return CI_OK;
}

static int check_all(const ci_builder *b, const ci_expr *args, size_t n) {
  for (size_t i = 0; i < n; i++) {
    int error = check(b, args[i]);
    if (error < 0) return error;
  }
  return CI_OK;
}

ci_expr ci_int(ci_builder *b, int64_t value) { return done(graph_int(&b->graph, value)); }

/* ---- applying operations ---- */

static bool all_constant(const struct graph *g, const ci_expr *args, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!node_is_int(g, args[i])) return false;
  return true;
}

/* May one constant argument decide, whatever the others are? */
static bool one_decides(ci_op op) { return op == CI_AND || op == CI_OR || op == CI_IMPLIES; }

/* A constant, if it is one: *e is then its node (or an error). */
static bool fold(struct graph *g, ci_op op, const ci_expr *args, size_t n, ci_expr *e) {
  if (!one_decides(op) && !all_constant(g, args, n)) return false;
  struct value small[16] = {{0}}, *values = small;
  if (n > 16 && !(values = malloc(n * sizeof *values))) return false;
  for (size_t i = 0; i < n; i++) {
    bool constant = node_is_int(g, args[i]);
    values[i] = (struct value){constant ? node_int(g, args[i]) : 0, constant ? NUMBER : UNKNOWN};
  }
  struct value v = calculate(op, values, n);
  if (values != small) free(values);
  if (v.kind == NUMBER) *e = graph_int(g, v.number);
  return v.kind == NUMBER;
}

/* Is the application one of its own arguments?  Then *e is that. */
static bool select_argument(const struct graph *g, ci_op op, const ci_expr *args, size_t n, ci_expr *e) {
  if (n == 1 && (op == CI_ADD || op == CI_MUL || op == CI_MIN || op == CI_MAX)) {
    *e = args[0];
    return true;
  }
  if (n == 1 && (op == CI_AND || op == CI_OR) && node_is_truth(g, args[0])) {
    *e = args[0];
    return true;
  }
  if (op != CI_ITE && op != CI_ELEMENT) return false;
  if (!node_is_int(g, args[0])) return false;
  wide v = node_int(g, args[0]);
  if (op == CI_ELEMENT && (v < 0 || v >= (wide)n - 1)) return false;
  *e = op == CI_ITE ? args[v != 0 ? 1 : 2] : args[1 + (size_t)v];
  return true;
}

ci_expr ci_apply(ci_builder *b, ci_op op, const ci_expr *args, size_t n) {
  struct graph *g = &b->graph;
  int error = check_all(b, args, n);
  if (error < 0) return error;
  if ((unsigned)op >= CI_OP_COUNT) return ci_fail(CI_EINVAL, "operation %d does not exist", (int)op);
  const struct op_info *info = &op_table[op];
  if (n < (size_t)info->min_args || (info->max_args && n > (size_t)info->max_args) || n > INT32_MAX)
    return ci_fail(CI_EINVAL, "%s does not take %zu arguments", info->symbol, n);
  ci_expr e;
  if (fold(g, op, args, n, &e)) return done(e);
  if (select_argument(g, op, args, n, &e)) return e;
  return done(graph_node(g, op, args, n, 0));
}

ci_expr ci_apply1(ci_builder *b, ci_op op, ci_expr x) { return ci_apply(b, op, &x, 1); }

ci_expr ci_apply2(ci_builder *b, ci_op op, ci_expr x, ci_expr y) {
  ci_expr args[2] = {x, y};
  return ci_apply(b, op, args, 2);
}

static int compare_numbers(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

ci_expr ci_in(ci_builder *b, ci_expr x, const int64_t *values, size_t n) {
  int error = check(b, x);
  if (error < 0) return error;
  if (n == 0) return ci_int(b, 0);
  int64_t *sorted = malloc(n * sizeof *sorted);
  if (!sorted) return out_of_memory();
  memcpy(sorted, values, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, compare_numbers);
  size_t m = 1;
  for (size_t i = 1; i < n; i++)
    if (sorted[i] != sorted[m - 1]) sorted[m++] = sorted[i];
  ci_expr e;
  if (node_is_int(&b->graph, x)) {
    wide v = node_int(&b->graph, x);
    int64_t key = (int64_t)v;
    bool found = wide_fits64(v) && bsearch(&key, sorted, m, sizeof key, compare_numbers);
    e = graph_int(&b->graph, found);
  } else {
    e = graph_list(&b->graph, NODE_IN, &x, 1, sorted, m);
  }
  free(sorted);
  return done(e);
}

ci_expr ci_table(ci_builder *b, const ci_expr *args, size_t n, const int64_t *values, size_t rows) {
  int error = check_all(b, args, n);
  if (error < 0) return error;
  if (n == 0 || n > INT32_MAX) return ci_fail(CI_EINVAL, "a table needs a column");
  if (rows == 0) return ci_int(b, 0);
  if (rows > SIZE_MAX / 16 / n) return out_of_memory();
  return done(graph_list(&b->graph, NODE_TABLE, args, n, values, rows * n));
}

ci_expr ci_global(ci_builder *b, ci_global_kind kind, const ci_expr *args, size_t n, const int64_t *parameters, size_t np) {
  const struct global *global = global_of((int64_t)kind);
  int error = check_all(b, args, n);
  if (error < 0) return error;
  if (!global || n > INT32_MAX || !global->fits(parameters, np, n))
    return ci_fail(CI_EINVAL, "a global constraint%s%s does not take %zu arguments and these parameters",
                   global ? " " : "", global ? global->name : "", n);
  int64_t *list = malloc((np + 1) * sizeof *list);
  if (!list) return out_of_memory();
  list[0] = (int64_t)kind;
  if (np) memcpy(list + 1, parameters, np * sizeof *list);
  ci_expr e = graph_list(&b->graph, NODE_GLOBAL, args, n, list, np + 1);
  free(list);
  b->graph.has_global = true;
  return done(e);
}

/* ---- names ---- */

static int new_name(struct graph *g, const char *name, ci_expr e) {
  return graph_add_name(g, name, strlen(name), e) < 0 ? out_of_memory() : CI_OK;
}

int ci_name(ci_builder *b, ci_expr e, const char *name) {
  int error = check(b, e);
  if (error < 0) return error;
  int32_t known = graph_find(&b->graph, name, strlen(name));
  if (known < 0) return new_name(&b->graph, name, e);
  if (b->graph.names[known].e == e) return CI_OK;
  return ci_fail(CI_EINVAL, "the name %s is taken", name);
}

ci_expr builder_find(const ci_builder *b, const char *name, size_t length) {
  int32_t known = graph_find(&b->graph, name, length);
  return known < 0 ? -100 : b->graph.names[known].e;
}

bool builder_constant(const ci_builder *b, ci_expr e, int64_t *value) {
  if (e < 0 || !node_is_int(&b->graph, e) || !wide_fits64(node_int(&b->graph, e))) return false;
  *value = (int64_t)node_int(&b->graph, e);
  return true;
}

size_t builder_names(const ci_builder *b) { return b->graph.nnames; }
const char *builder_name_at(const ci_builder *b, size_t i) { return b->graph.names[i].name; }

/* ---- what a model asks ---- */

static int copy_place(struct graph *g, const ci_place *place, ci_place *out) {
  *out = place ? *place : (ci_place){NULL, 0, 0};
  if (!out->file) return CI_OK;
  const struct constraint *last = g->nconstraints ? &g->constraints[g->nconstraints - 1] : NULL;
  if (last && last->place.file && strcmp(last->place.file, out->file) == 0) out->file = last->place.file;
  else out->file = graph_string(g, out->file, strlen(out->file));
  return out->file ? CI_OK : CI_ENOMEM;
}

int ci_constrain(ci_builder *b, ci_expr condition, const char *name, const ci_place *place) {
  struct graph *g = &b->graph;
  int error = check(b, condition);
  if (error < 0) return error;
  char text[512];
  if (!name) {
    graph_text(g, condition, text, sizeof text);
    name = text;
  }
  struct constraint c = {.condition = condition, .name = graph_string(g, name, strlen(name))};
  if (!c.name || copy_place(g, place, &c.place) < 0 ||
      !budget_grow(&g->budget, &g->constraints, &g->constraint_capacity, g->nconstraints + 1, sizeof c))
    return out_of_memory();
  g->constraints[g->nconstraints++] = c;
  return CI_OK;
}

int ci_objective(ci_builder *b, ci_expr e, int maximize) {
  struct graph *g = &b->graph;
  int error = check(b, e);
  if (error < 0) return error;
  if (!budget_grow(&g->budget, &g->objectives, &g->objective_capacity, g->nobjectives + 1, sizeof *g->objectives))
    return out_of_memory();
  g->objectives[g->nobjectives++] = (struct objective){e, maximize != 0};
  return CI_OK;
}

int ci_order(ci_builder *b, ci_expr var, int largest_first) {
  struct graph *g = &b->graph;
  int error = check(b, var);
  if (error < 0) return error;
  if (g->nodes[var].op != NODE_VAR) return ci_fail(CI_EINVAL, "the search order takes declared variables only");
  size_t index = (size_t)g->nodes[var].data;
  for (size_t i = 0; i < g->norder; i++)
    if (g->order[i].var == index)
      return ci_fail(CI_EINVAL, "%s stands in the search order already", g->vars[index].name);
  if (!budget_grow(&g->budget, &g->order, &g->order_capacity, g->norder + 1, sizeof *g->order)) return out_of_memory();
  g->order[g->norder++] = (struct order){index, largest_first != 0};
  return CI_OK;
}

int ci_build(ci_builder *b, ci_model **out) {
  ci_model *m = malloc(sizeof *m);
  if (m) {
    *m = (ci_model){.graph = b->graph, .owners = 1};
    m->graph.arena.budget = &m->graph.budget;
  } else {
    graph_free(&b->graph);
  }
  graph_init(&b->graph);
  if (!m) return out_of_memory();
  *out = m;
  return CI_OK;
}
