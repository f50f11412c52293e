/* A form from a list of rows: sorted, then merged from the last column up. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "diagram.h"

/* One level while it is made: the edges of its nodes, and where they begin. */
struct level {
  uint32_t *edge, *value, *child; /* nodes + 1; edges; edges (numbers within the next level) */
  uint32_t nodes, edges;
};

struct rows {
  struct draft_var *vars; /* with the values that occur */
  size_t nvars, n, width; /* width: variables with a choice */
  uint32_t *column;       /* width: their variables */
  uint32_t *cell;         /* n * width positions, rows ascending */
  uint32_t *class;        /* n: the node of the level below that a row leads to */
  struct level *levels;   /* width */
  struct draft_part part;
};

/* ---- the values that occur ---- */

static bool occurs(const int64_t *rows, size_t n, size_t nvars, size_t var, int64_t value) {
  for (size_t i = 0; i < n; i++)
    if (rows[i * nvars + var] == value) return true;
  return false;
}

static int keep_occurring(struct rows *r, const struct draft_var *given, size_t var, const int64_t *rows) {
  struct draft_var *v = &r->vars[var];
  int64_t *values = malloc((given->n + 1) * sizeof *values);
  const char **labels = given->labels ? malloc((given->n + 1) * sizeof *labels) : NULL;
  *v = (struct draft_var){given->name, values, labels, 0, given->listed};
  if (!values || (given->labels && !labels)) return CI_ENOMEM;
  for (size_t i = 0; i < given->n; i++) {
    if (!occurs(rows, r->n, r->nvars, var, given->values[i])) continue;
    values[v->n] = given->values[i];
    if (labels) labels[v->n] = given->labels[i];
    v->n++;
  }
  if (v->n == 0) return ci_fail(CI_EINVAL, "no row has a listed value of %s", v->name);
  if (v->n > 1) r->column[r->width++] = (uint32_t)var;
  return CI_OK;
}

static uint32_t listed_at(const struct draft_var *v, int64_t value) {
  uint32_t i = 0;
  while (i < v->n && v->values[i] != value) i++;
  return i;
}

/* ---- sorting ---- */

static int by_cells(const void *a, const void *b, void *width) {
  const uint32_t *x = a, *y = b;
  for (size_t i = 0; i < *(const size_t *)width; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

/* Rows as positions, ascending, each once. */
static int sort_rows(struct rows *r, const int64_t *rows) {
  size_t kept = 0, w = r->width;
  for (size_t i = 0; i < r->n; i++)
    for (size_t k = 0; k < w; k++) {
      const struct draft_var *v = &r->vars[r->column[k]];
      uint32_t at = listed_at(v, rows[i * r->nvars + r->column[k]]);
      if (at == v->n) return ci_fail(CI_EINVAL, "row %zu: %s has no value %lld", i, v->name,
                                     (long long)rows[i * r->nvars + r->column[k]]);
      r->cell[i * w + k] = at;
    }
  if (w == 0) return CI_OK;
  qsort_r(r->cell, r->n, w * sizeof *r->cell, by_cells, &w);
  for (size_t i = 0; i < r->n; i++)
    if (kept == 0 || by_cells(&r->cell[(kept - 1) * w], &r->cell[i * w], &w) != 0)
      memmove(&r->cell[kept++ * w], &r->cell[i * w], w * sizeof *r->cell);
  r->n = kept;
  return CI_OK;
}

/* ---- merging ---- */

/* A node that is not merged yet: its edges, in a level's value and child. */
struct raw { uint32_t begin, end, number; };

static int by_edges(const void *a, const void *b, void *level) {
  const struct raw *x = a, *y = b;
  const struct level *l = level;
  if (x->end - x->begin != y->end - y->begin) return x->end - x->begin < y->end - y->begin ? -1 : 1;
  int c = memcmp(l->value + x->begin, l->value + y->begin, (x->end - x->begin) * sizeof *l->value);
  return c ? c : memcmp(l->child + x->begin, l->child + y->begin, (x->end - x->begin) * sizeof *l->child);
}

static bool same_prefix(const struct rows *r, size_t i, size_t j, size_t columns) {
  return memcmp(&r->cell[i * r->width], &r->cell[j * r->width], columns * sizeof *r->cell) == 0;
}

/* The nodes of a level before merging: raw[0..], and their edges. */
static uint32_t split_level(struct rows *r, size_t k, struct raw *raw, struct level *l) {
  uint32_t nodes = 0;
  for (size_t i = 0; i < r->n; i++) {
    bool new_node = i == 0 || !same_prefix(r, i - 1, i, k);
    if (new_node) {
      raw[nodes] = (struct raw){l->edges, l->edges, nodes};
      nodes++;
    }
    if (new_node || r->cell[i * r->width + k] != r->cell[(i - 1) * r->width + k]) {
      l->value[l->edges] = r->cell[i * r->width + k];
      l->child[l->edges++] = r->class[i];
      raw[nodes - 1].end = l->edges;
    }
  }
  return nodes;
}

/* Equal nodes become one: number[raw node] and the level's own arrays. */
static void merge_raw(struct raw *raw, uint32_t nodes, struct level *l, struct level *merged, uint32_t *number) {
  qsort_r(raw, nodes, sizeof *raw, by_edges, l);
  for (uint32_t i = 0; i < nodes; i++) {
    if (i == 0 || by_edges(&raw[i - 1], &raw[i], l) != 0) {
      merged->edge[merged->nodes++] = merged->edges;
      for (uint32_t e = raw[i].begin; e < raw[i].end; e++, merged->edges++) {
        merged->value[merged->edges] = l->value[e];
        merged->child[merged->edges] = l->child[e];
      }
    }
    number[raw[i].number] = merged->nodes - 1;
  }
  merged->edge[merged->nodes] = merged->edges;
}

static bool level_new(struct level *l, size_t n) {
  l->edge = malloc((n + 1) * sizeof *l->edge);
  l->value = malloc((n + 1) * sizeof *l->value);
  l->child = malloc((n + 1) * sizeof *l->child);
  return l->edge && l->value && l->child;
}

static void level_free(struct level *l) {
  free(l->edge);
  free(l->value);
  free(l->child);
}

static int merge_level(struct rows *r, size_t k) {
  struct level l = {0};
  struct raw *raw = malloc((r->n + 1) * sizeof *raw);
  uint32_t *number = malloc((r->n + 1) * sizeof *number);
  int error = CI_ENOMEM;
  if (level_new(&l, r->n) && level_new(&r->levels[k], r->n) && raw && number) {
    uint32_t nodes = split_level(r, k, raw, &l), at = 0;
    merge_raw(raw, nodes, &l, &r->levels[k], number);
    for (size_t i = 0; i < r->n; i++) {
      if (i > 0 && !same_prefix(r, i - 1, i, k)) at++;
      r->class[i] = number[at];
    }
    error = CI_OK;
  }
  free(number);
  free(raw);
  level_free(&l);
  return error;
}

/* ---- the part ---- */

static int flatten(struct rows *r) {
  uint32_t nodes = 1, edges = 0, node = 0, edge = 0;
  for (size_t k = 0; k < r->width; k++) {
    nodes += r->levels[k].nodes;
    edges += r->levels[k].edges;
  }
  uint32_t *first = malloc((r->width + 2) * sizeof *first), *begin = malloc((nodes + 1) * sizeof *begin);
  uint32_t *value = malloc((edges + 1) * sizeof *value), *child = malloc((edges + 1) * sizeof *child);
  r->part = (struct draft_part){(uint32_t)r->width, nodes, edges, r->column, first, begin, value, child};
  if (!first || !begin || !value || !child) return CI_ENOMEM;
  for (size_t k = 0; k < r->width; k++) {
    const struct level *l = &r->levels[k];
    first[k] = node;
    for (uint32_t i = 0; i < l->nodes; i++) begin[node + i] = edge + l->edge[i];
    node += l->nodes;
    for (uint32_t e = 0; e < l->edges; e++, edge++) {
      value[edge] = l->value[e];
      child[edge] = node + l->child[e];
    }
  }
  first[r->width] = node;
  first[r->width + 1] = nodes;
  begin[node] = begin[nodes] = edges;
  return CI_OK;
}

static int build_rows(ci_space **out, struct rows *r, const int64_t *rows) {
  int error = sort_rows(r, rows);
  for (size_t k = r->width; k-- > 0 && error == CI_OK;) error = merge_level(r, k);
  if (error == CI_OK && r->width) error = flatten(r);
  if (error == CI_OK) error = space_make(out, r->vars, r->nvars, &r->part, r->width > 0, NULL, NULL);
  return error == CI_ENOMEM ? ci_fail(error, "no memory for a form of %zu rows", r->n) : error;
}

static void rows_free(struct rows *r) {
  for (size_t i = 0; r->vars && i < r->nvars; i++) {
    free((void *)(uintptr_t)r->vars[i].values);
    free((void *)(uintptr_t)r->vars[i].labels);
  }
  for (size_t k = 0; r->levels && k < r->width; k++) level_free(&r->levels[k]);
  free((void *)(uintptr_t)r->part.first);
  free((void *)(uintptr_t)r->part.edge);
  free((void *)(uintptr_t)r->part.value);
  free((void *)(uintptr_t)r->part.child);
  free(r->vars);
  free(r->levels);
  free(r->column);
  free(r->cell);
  free(r->class);
}

int space_from_rows(ci_space **out, const struct draft_var *vars, size_t nvars, const int64_t *rows, size_t n) {
  if (n == 0) return space_make_empty(out, vars, nvars);
  if (n >= UINT32_MAX / (nvars + 1)) return ci_fail(CI_EINVAL, "%zu rows are too many", n);
  struct rows r = {.nvars = nvars, .n = n};
  r.vars = calloc(nvars + 1, sizeof *r.vars);
  r.levels = calloc(nvars + 1, sizeof *r.levels);
  r.column = malloc((nvars + 1) * sizeof *r.column);
  r.cell = malloc((n * nvars + 1) * sizeof *r.cell);
  r.class = calloc(n + 1, sizeof *r.class);
  int error = r.vars && r.levels && r.column && r.cell && r.class ? CI_OK : CI_ENOMEM;
  for (size_t i = 0; i < nvars && error == CI_OK; i++) error = keep_occurring(&r, &vars[i], i, rows);
  if (error == CI_OK) error = build_rows(out, &r, rows);
  else if (error == CI_ENOMEM) ci_fail(error, "no memory for a form of %zu rows", n);
  rows_free(&r);
  return error;
}
