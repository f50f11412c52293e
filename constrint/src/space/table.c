/* A table over plain variables is an automaton already, but for the merging:
 * its rows in order make a tree, and equal nodes of that become one. */
#include "table.h"

#include <stdlib.h>

static const struct list *rows_of(const struct plan *p, const struct condition *c) {
  return &p->graph->lists[p->pool.nodes[c->root].data];
}

/* The columns are variables, each once, and constants. */
bool table_is(const struct plan *p, const struct condition *c) {
  const struct pool_node *x = &p->pool.nodes[c->root];
  uint32_t vars = 0;
  if (x->op != NODE_TABLE || c->whole >= 0) return false;
  for (int32_t i = 0; i < x->n; i++) {
    int32_t op = p->pool.nodes[pool_args(&p->pool, x)[i]].op;
    if (op != NODE_VAR && op != NODE_INT) return false;
    vars += op == NODE_VAR;
  }
  return vars == c->n;
}

/* ---- values by number ---- */

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* A variable's values in ascending order, with their positions. */
struct look_up {
  struct place { int64_t value; uint32_t position; } *places;
  size_t n, bytes;
};

static int look_up_make(struct look_up *l, const struct plan *p, uint32_t var) {
  const struct plan_var *v = &p->vars[var];
  l->n = v->n;
  l->bytes = (l->n + 1) * sizeof *l->places;
  l->places = budget_alloc(p->b, l->bytes);
  if (!l->places) return CI_ENOMEM;
  for (uint32_t i = 0; i < v->n; i++) l->places[i] = (struct place){v->values[i], i};
  qsort(l->places, l->n, sizeof *l->places, by_value);
  return CI_OK;
}

/* UINT32_MAX: it has no such value. */
static uint32_t position_of(const struct look_up *l, int64_t value) {
  size_t low = 0, high = l->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (l->places[middle].value < value) low = middle + 1;
    else high = middle;
  }
  return low < l->n && l->places[low].value == value ? l->places[low].position : UINT32_MAX;
}

/* ---- what may occur ---- */

/* A variable that is not listed has the values of the column. */
static int list_column(struct plan *p, uint32_t var, const struct list *rows, size_t column, size_t width) {
  struct plan_var *v = &p->vars[var];
  size_t n = 0, kept = 0;
  v->capacity = (uint32_t)(rows->n / width + 1);
  v->values = budget_alloc(p->b, v->capacity * sizeof *v->values);
  if (!v->values) return CI_ENOMEM;
  for (size_t i = column; i < rows->n; i += width)
    if (plan_has(v, rows->values[i])) v->values[n++] = rows->values[i];
  qsort(v->values, n, sizeof *v->values, by_value);
  for (size_t i = 0; i < n; i++)
    if (i == 0 || v->values[i] != v->values[i - 1]) v->values[kept++] = v->values[i];
  v->n = (uint32_t)kept;
  return CI_OK;
}

static int keep_column(struct plan *p, uint32_t var, const struct list *rows, size_t column, size_t width) {
  struct look_up l = {.n = 0};
  int error = p->vars[var].values ? CI_OK : list_column(p, var, rows, column, width);
  size_t n = p->vars[var].n + 1;
  bool *alive = error == CI_OK ? budget_alloc(p->b, n) : NULL;
  error = alive ? look_up_make(&l, p, var) : CI_ENOMEM;
  for (size_t i = column; i < rows->n && error == CI_OK; i += width) {
    uint32_t position = position_of(&l, rows->values[i]);
    if (position != UINT32_MAX) alive[position] = true;
  }
  if (error == CI_OK) plan_keep(p, var, alive);
  budget_free(p->b, alive, n);
  budget_free(p->b, l.places, l.bytes);
  return error;
}

int table_filter(struct plan *p, const struct condition *c) {
  const struct pool_node *x = &p->pool.nodes[c->root];
  for (int32_t i = 0; i < x->n; i++) {
    const struct pool_node *column = &p->pool.nodes[pool_args(&p->pool, x)[i]];
    if (column->op != NODE_VAR) continue;
    int error = keep_column(p, (uint32_t)column->data, rows_of(p, c), (size_t)i, (size_t)x->n);
    if (error < 0 || p->empty) return error;
  }
  return CI_OK;
}

/* ---- sorting ---- */

struct table {
  budget *b;
  size_t width, n;     /* variables, rows */
  uint32_t *cell;      /* n * width positions, by level */
  uint32_t *row, *spare; /* the rows in order */
  size_t most;         /* room for rows */
};

/* Fill the column of a level; rows that have other values there lose their first cell. */
static int fill_level(struct table *t, const struct plan *p, uint32_t var, size_t level, const struct list *rows, size_t column, size_t width) {
  struct look_up l;
  int error = look_up_make(&l, p, var);
  for (size_t i = 0; i < t->most && error == CI_OK; i++) {
    uint32_t position = position_of(&l, rows->values[i * width + column]);
    t->cell[i * t->width + level] = position;
    if (position == UINT32_MAX) t->spare[i] = 1;
  }
  budget_free(p->b, l.places, l.bytes);
  return error;
}

static int fill(struct table *t, const struct plan *p, const struct condition *c, const uint32_t *vars) {
  const struct pool_node *x = &p->pool.nodes[c->root];
  const struct list *rows = rows_of(p, c);
  int error = CI_OK;
  for (int32_t k = 0; k < x->n && error == CI_OK; k++) {
    const struct pool_node *column = &p->pool.nodes[pool_args(&p->pool, x)[k]];
    size_t level = 0;
    for (size_t i = 0; column->op == NODE_INT && i < t->most; i++)
      if (rows->values[i * (size_t)x->n + (size_t)k] != (int64_t)column->lo) t->spare[i] = 1;
    if (column->op == NODE_INT) continue;
    while (vars[level] != (uint32_t)column->data) level++;
    error = fill_level(t, p, vars[level], level, rows, (size_t)k, (size_t)x->n);
  }
  for (size_t i = 0; i < t->most; i++)
    if (!t->spare[i]) t->row[t->n++] = (uint32_t)i;
  return error;
}

/* By counting, from the last level to the first. */
static int sort(struct table *t, const struct plan *p, const uint32_t *vars) {
  for (size_t level = t->width; level-- > 0;) {
    size_t n = p->vars[vars[level]].n + 1, sum = 0;
    size_t *count = budget_alloc(t->b, n * sizeof *count);
    if (!count) return CI_ENOMEM;
    for (size_t i = 0; i < t->n; i++) count[t->cell[t->row[i] * t->width + level]]++;
    for (size_t v = 0; v < n; v++) {
      size_t here = count[v];
      count[v] = sum;
      sum += here;
    }
    for (size_t i = 0; i < t->n; i++) t->spare[count[t->cell[t->row[i] * t->width + level]]++] = t->row[i];
    budget_free(t->b, count, n * sizeof *count);
    uint32_t *sorted = t->spare;
    t->spare = t->row;
    t->row = sorted;
  }
  return CI_OK;
}

/* ---- the tree ---- */

static bool add_node(struct frontier *x, size_t level) {
  struct frontier_level *l = &x->level[level];
  if (!budget_grow(x->b, &l->begin, &l->begin_capacity, l->nodes + 2u, sizeof *l->begin)) return false;
  l->begin[l->nodes++] = (uint32_t)l->edges;
  return true;
}

static bool add_edge(struct frontier *x, size_t level, uint32_t value) {
  struct frontier_level *l = &x->level[level];
  if (!budget_grow(x->b, &l->value, &l->value_capacity, l->edges + 1, sizeof *l->value) ||
      !budget_grow(x->b, &l->child, &l->child_capacity, l->edges + 1, sizeof *l->child))
    return false;
  l->value[l->edges] = value;
  l->child[l->edges++] = level + 1 < x->levels ? x->level[level + 1].nodes : 0;
  return true;
}

/* Rows in order: from the first cell that differs from the row before, all is new. */
static bool grow_tree(struct frontier *x, const struct table *t) {
  const uint32_t *last = NULL;
  for (size_t i = 0; i < t->n; i++) {
    const uint32_t *row = t->cell + t->row[i] * t->width;
    size_t level = 0;
    while (last && level < t->width && row[level] == last[level]) level++;
    bool ok = last || add_node(x, 0);
    for (bool first = true; level < t->width && ok; level++, first = false)
      ok = (first || add_node(x, level)) && add_edge(x, level, row[level]);
    if (!ok) return false;
    last = row;
  }
  for (size_t level = 0; level < t->width; level++) x->level[level].begin[x->level[level].nodes] = (uint32_t)x->level[level].edges;
  return true;
}

/* ---- the diagram ---- */

static uint32_t *array(struct table_diagram *d, budget *b, int which, size_t n) {
  d->bytes[which] = (n + 1) * sizeof(uint32_t);
  return d->arrays[which] = budget_alloc(b, d->bytes[which]);
}

static int flatten(struct table_diagram *d, const struct frontier *x) {
  uint32_t nodes = 1, edges = 0, node = 0, edge = 0;
  for (uint32_t i = 0; i < x->levels; i++) nodes += x->level[i].nodes, edges += (uint32_t)x->level[i].edges;
  uint32_t *first = array(d, x->b, 0, x->levels + 2u), *begin = array(d, x->b, 1, nodes + 1u);
  uint32_t *value = array(d, x->b, 2, edges), *child = array(d, x->b, 3, edges);
  if (x->b->stopped) return x->b->stopped;
  for (uint32_t i = 0; i < x->levels; i++) {
    const struct frontier_level *l = &x->level[i];
    first[i] = node;
    for (uint32_t k = 0; k < l->nodes; k++) begin[node++] = edge + l->begin[k];
    for (size_t e = 0; e < l->edges; e++, edge++) {
      value[edge] = l->value[e];
      child[edge] = node + l->child[e];
    }
  }
  first[x->levels] = node;
  first[x->levels + 1] = node + 1;
  begin[node] = begin[node + 1] = edge;
  d->diagram = (struct diagram){.levels = x->levels, .nodes = nodes, .edges = edges, .var = x->vars, .first = first,
                                .edge = begin, .value = value, .child = child};
  return CI_OK;
}

static int make_diagram(struct table_diagram *d, const struct table *t, const uint32_t *vars) {
  struct frontier x = {.b = t->b, .levels = (uint32_t)t->width, .vars = vars, .width = 1};
  x.level = budget_alloc(t->b, x.levels * sizeof *x.level);
  int error = x.level && grow_tree(&x, t) ? frontier_reduce(&x) : CI_ENOMEM;
  if (error == CI_OK) error = flatten(d, &x);
  frontier_free(&x);
  return error;
}

int table_make(struct table_diagram *d, struct plan *p, const struct condition *c, const uint32_t *vars) {
  *d = (struct table_diagram){.diagram = {.levels = 0}};
  struct table t = {.b = p->b, .width = c->n, .most = rows_of(p, c)->n / (size_t)p->pool.nodes[c->root].n};
  size_t cells = (t.most * t.width + 1) * sizeof *t.cell, rows = (t.most + 1) * sizeof *t.row;
  t.cell = budget_alloc(t.b, cells);
  t.row = budget_alloc(t.b, rows);
  t.spare = budget_alloc(t.b, rows);
  int error = t.b->stopped;
  if (error == CI_OK) error = fill(&t, p, c, vars);
  if (error == CI_OK) error = sort(&t, p, vars);
  if (error == CI_OK && t.n > 0) error = make_diagram(d, &t, vars);
  budget_free(t.b, t.cell, cells);
  budget_free(t.b, t.row, rows);
  budget_free(t.b, t.spare, rows);
  return error;
}

void table_diagram_free(struct table_diagram *d, budget *b) {
  for (int i = 0; i < 4; i++) budget_free(b, d->arrays[i], d->bytes[i]);
}
