/* Declaring variables: ranges with a step, lists of values, labels. */
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "error.h"

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while a variable is declared"); }

/* Hand the declaration over; the v.n values, if it is by list, are copied. */
static ci_expr declare(ci_builder *b, const char *name, struct var v, const int64_t *values) {
  struct graph *g = &b->graph;
  size_t length = strlen(name);
  if (graph_find(g, name, length) >= 0) return ci_fail(CI_EINVAL, "the name %s is taken", name);
  if (g->nvars >= INT32_MAX || !budget_grow(&g->budget, &g->vars, &g->var_capacity, g->nvars + 1, sizeof v))
    return out_of_memory();
  if (values) {
    v.values = arena_alloc(&g->arena, v.n * sizeof *v.values);
    if (!v.values) return out_of_memory();
    memcpy(v.values, values, v.n * sizeof *v.values);
  }
  v.node = graph_node(g, NODE_VAR, NULL, 0, (int32_t)g->nvars);
  if (v.node < 0 || graph_add_name(g, name, length, v.node) < 0) return out_of_memory();
  v.name = g->names[g->nnames - 1].name;
  g->vars[g->nvars++] = v;
  return v.node;
}

ci_expr ci_var_range(ci_builder *b, const char *name, int64_t lo, int64_t hi, int64_t step) {
  if (step < 1) return ci_fail(CI_EINVAL, "%s: a step must be at least 1", name);
  if (lo > hi) return ci_fail(CI_EINVAL, "%s: the range %lld..%lld is empty", name, (long long)lo, (long long)hi);
  uint64_t steps = ((uint64_t)hi - (uint64_t)lo) / (uint64_t)step;
  hi = (int64_t)((uint64_t)lo + steps * (uint64_t)step);
  return declare(b, name, (struct var){.lo = lo, .hi = hi, .step = step, .n = steps < SIZE_MAX ? steps + 1 : SIZE_MAX}, NULL);
}

struct listed { int64_t value; size_t place; };

static int by_value(const void *a, const void *b) {
  const struct listed *x = a, *y = b;
  if (x->value != y->value) return x->value < y->value ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b) {
  const struct listed *x = a, *y = b;
  return (x->place > y->place) - (x->place < y->place);
}

/* The first appearance of each value, in the order of appearance. */
static size_t without_doubles(struct listed *l, size_t n) {
  size_t m = 1;
  qsort(l, n, sizeof *l, by_value);
  for (size_t i = 1; i < n; i++)
    if (l[i].value != l[m - 1].value) l[m++] = l[i];
  qsort(l, m, sizeof *l, by_place);
  return m;
}

/* As most lists are: nothing can stand twice in them. */
static bool ascends(const int64_t *values, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (values[i] <= values[i - 1]) return false;
  return true;
}

static ci_expr declare_list(ci_builder *b, const char *name, const int64_t *values, size_t n) {
  struct var v = {.lo = values[0], .hi = values[0], .n = n};
  for (size_t i = 0; i < n; i++) {
    if (values[i] < v.lo) v.lo = values[i];
    if (values[i] > v.hi) v.hi = values[i];
  }
  return declare(b, name, v, values);
}

ci_expr ci_var_values(ci_builder *b, const char *name, const int64_t *values, size_t n) {
  if (n == 0) return ci_fail(CI_EINVAL, "%s: a variable needs a value", name);
  if (ascends(values, n)) return declare_list(b, name, values, n);
  struct listed *l = malloc(n * sizeof *l);
  int64_t *kept = malloc(n * sizeof *kept);
  ci_expr e;
  if (!l || !kept) {
    e = out_of_memory();
  } else {
    for (size_t i = 0; i < n; i++) l[i] = (struct listed){values[i], i};
    size_t m = without_doubles(l, n);
    for (size_t i = 0; i < m; i++) kept[i] = l[i].value;
    e = declare_list(b, name, kept, m);
  }
  free(l);
  free(kept);
  return e;
}

int ci_var_labels(ci_builder *b, ci_expr var, const char *const *labels, size_t n) {
  struct graph *g = &b->graph;
  if (var < 0) return var;
  if ((size_t)var >= g->nnodes || g->nodes[var].op != NODE_VAR)
    return ci_fail(CI_EINVAL, "labels belong to a declared variable");
  struct var *v = &g->vars[g->nodes[var].data];
  if (n != v->n) return ci_fail(CI_EINVAL, "%s: %zu labels for %zu values", v->name, n, v->n);
  char **copy = arena_alloc(&g->arena, n * sizeof *copy);
  if (!copy) return out_of_memory();
  for (size_t i = 0; i < n; i++)
    if (!(copy[i] = graph_string(g, labels[i], strlen(labels[i])))) return out_of_memory();
  v->labels = copy;
  return CI_OK;
}
