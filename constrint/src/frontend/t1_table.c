/* A space as a table: its configurations are listed one by one, as in files of
 * results.  Each column numbers its distinct values through a hash. */
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "t1.h"

struct column {
  struct t1_parameter *parameter;
  struct t1_values values; /* in order of appearance, or as declared */
  int32_t *slots;          /* places in values, or -1; a power of two of them */
  size_t nslots;
};

struct t1_table {
  struct t1_space *space;
  struct column *columns;
  size_t n, rows, room;
  bool open;      /* the parameters come from the rows */
  int64_t *cells; /* row by row: places in the columns' values */
};

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading configurations"); }

/* ---- A column's values ---- */

static uint64_t hash_of(const struct t1_value *v) {
  uint64_t h = (uint64_t)v->num * 0x9e3779b97f4a7c15u ^ (uint64_t)v->den;
  if (v->kind == T1_STRING)
    for (size_t i = h = 0; i < v->len; i++) h = (h ^ (unsigned char)v->text[i]) * 0x100000001b3u;
  return h ^ h >> 29;
}

static size_t find_slot(const struct column *c, const struct t1_value *v) {
  size_t i = hash_of(v) & (c->nslots - 1);
  while (c->slots[i] >= 0 && !t1_same_value(&c->values.at[c->slots[i]], v)) i = (i + 1) & (c->nslots - 1);
  return i;
}

static int grow_slots(struct column *c) {
  size_t n = c->nslots ? 2 * c->nslots : 64;
  int32_t *slots = malloc(n * sizeof *slots);
  if (!slots) return out_of_memory();
  memset(slots, 0xff, n * sizeof *slots);
  free(c->slots);
  c->slots = slots;
  c->nslots = n;
  for (size_t i = 0; i < c->values.n; i++) c->slots[find_slot(c, &c->values.at[i])] = (int32_t)i;
  return CI_OK;
}

/* The place of a value; -1: it is not there and may not be added. */
static int place_of(struct column *c, const struct t1_value *v, bool add, int64_t *place) {
  if (2 * c->values.n >= c->nslots && grow_slots(c) < 0) return CI_ENOMEM;
  size_t slot = find_slot(c, v);
  *place = c->slots[slot];
  if (*place >= 0 || !add) return CI_OK;
  *place = c->slots[slot] = (int32_t)c->values.n;
  return t1_add_value(&c->values, *v);
}

/* Those of the parameter, doubles dropped as in its declaration. */
static int copy_values(struct column *c) {
  int rc = CI_OK;
  int64_t place;
  for (size_t i = 0; rc >= 0 && i < c->parameter->values.n; i++) rc = place_of(c, &c->parameter->values.at[i], true, &place);
  return rc;
}

/* ---- Rows ---- */

int t1_table_new(struct t1_table **out, struct t1_space *t) {
  struct t1_table *table = calloc(1, sizeof *table);
  int rc = table ? CI_OK : out_of_memory();
  if (table) *table = (struct t1_table){.space = t, .n = t->n, .open = t->n == 0};
  if (rc >= 0 && !(table->columns = calloc(t->n + 1, sizeof *table->columns))) rc = out_of_memory();
  for (size_t i = 0; rc >= 0 && i < t->n; i++) {
    table->columns[i].parameter = &t->parameters[i];
    rc = copy_values(&table->columns[i]);
  }
  if (rc >= 0) *out = table;
  else t1_table_free(table);
  return rc;
}

void t1_table_free(struct t1_table *table) {
  if (!table) return;
  for (size_t i = 0; table->columns && i < table->n; i++) {
    t1_values_free(&table->columns[i].values);
    free(table->columns[i].slots);
  }
  free(table->columns);
  free(table->cells);
  free(table);
}

/* The first row's members are the parameters. */
static int name_columns(struct t1_table *table, js_id row) {
  struct t1_space *t = table->space;
  size_t n = js_size(t->json, row);
  js_id key = js_first(row);
  int rc = t1_make_room(t, n);
  free(table->columns);
  if (rc >= 0 && !(table->columns = calloc(n + 1, sizeof *table->columns))) rc = out_of_memory();
  for (; rc >= 0 && table->n < n; key = js_next(t->json, key + 1)) {
    bool plain;
    size_t len;
    const char *name = js_string(t->json, key, &len, &plain);
    rc = name ? t1_new_parameter(t, name, len, &table->columns[table->n].parameter) : CI_ENOMEM;
    if (rc >= 0) table->n++;
  }
  return rc;
}

static bool room_for_row(struct t1_table *table) {
  if (table->rows < table->room) return true;
  size_t room = table->room ? 2 * table->room : 64;
  int64_t *bigger = realloc(table->cells, room * (table->n + 1) * sizeof *bigger);
  if (!bigger) return false;
  table->cells = bigger;
  table->room = room;
  return true;
}

/* The row's value for a column; `hint` is where it most likely stands. */
static int read_cell(struct t1_table *table, js_id row, js_id hint, struct column *c, int64_t *place) {
  struct t1_space *t = table->space;
  struct t1_value v;
  js_id at = hint && js_says(t->json, hint, c->parameter->name) ? hint + 1 : js_member(t->json, row, c->parameter->name);
  if (!at) return t1_fail(t, row, "the configuration has no '%.100s'", c->parameter->name);
  int rc = t1_read_value(t, at, &v);
  return rc < 0 ? rc : place_of(c, &v, table->open, place);
}

int t1_table_row(struct t1_table *table, js_id row) {
  struct t1_space *t = table->space;
  if (!js_is(t->json, row, JS_OBJECT) || !js_size(t->json, row))
    return t1_fail(t, row, "a configuration is an object with a value for each parameter");
  int rc = table->open && !table->rows && !table->n ? name_columns(table, row) : CI_OK;
  if (rc >= 0 && table->open && js_size(t->json, row) != table->n)
    return t1_fail(t, row, "the configuration has %u parameters, those before it have %zu", (unsigned)js_size(t->json, row),
                   table->n);
  if (rc < 0 || !room_for_row(table)) return rc < 0 ? rc : out_of_memory();
  int64_t *cells = table->cells + table->rows * table->n;
  js_id hint = js_first(row);
  bool known = true;
  for (size_t i = 0; rc >= 0 && i < table->n; i++) {
    rc = read_cell(table, row, i < js_size(t->json, row) ? hint : 0, &table->columns[i], &cells[i]);
    if (i < js_size(t->json, row)) hint = js_next(t->json, hint + 1);
    known = known && cells[i] >= 0;
  }
  if (rc >= 0 && known) table->rows++;
  return rc;
}

/* ---- The whole ---- */

static bool comes_before(const struct t1_value *a, const struct t1_value *b) {
  if (a->kind == T1_STRING || b->kind == T1_STRING) return a->kind != T1_STRING && b->kind == T1_STRING;
  return (__int128)a->num * b->den < (__int128)b->num * a->den;
}

struct ranked { const struct t1_value *value; size_t place; };

static int by_rank(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  if (comes_before(x->value, y->value)) return -1;
  return comes_before(y->value, x->value) ? 1 : (x->place > y->place) - (x->place < y->place);
}

/* The parameter gets the values that were found: numbers ascending, then
 * strings as they appeared.  codes[place]: what stands for the value in the model. */
static int declare(struct t1_table *table, js_id at, struct column *c, int64_t *codes) {
  struct t1_parameter *p = c->parameter;
  struct ranked *ranks = malloc((c->values.n + 1) * sizeof *ranks);
  int rc = ranks ? CI_OK : out_of_memory();
  p->kind = t1_kind_of(&c->values);
  for (size_t i = 0; rc >= 0 && i < c->values.n; i++) ranks[i] = (struct ranked){&c->values.at[i], i};
  if (rc >= 0) qsort(ranks, c->values.n, sizeof *ranks, by_rank);
  for (size_t i = 0; rc >= 0 && i < c->values.n; i++) {
    codes[ranks[i].place] = p->kind == T1_INT ? ranks[i].value->num : (int64_t)i;
    rc = t1_add_value(&p->values, *ranks[i].value);
  }
  free(ranks);
  return rc < 0 ? rc : t1_declare(table->space, at, p);
}

/* From places to what the variable holds. */
static int encode(struct t1_table *table, js_id at, size_t column) {
  struct column *c = &table->columns[column];
  int64_t *codes = malloc((c->values.n + 1) * sizeof *codes);
  int rc = codes ? CI_OK : out_of_memory();
  if (rc >= 0 && table->open) rc = declare(table, at, c, codes);
  else
    for (size_t i = 0; rc >= 0 && i < c->values.n; i++)
      codes[i] = c->parameter->kind == T1_INT ? c->values.at[i].num : (int64_t)i;
  for (size_t r = 0; rc >= 0 && r < table->rows; r++) {
    int64_t *cell = &table->cells[r * table->n + column];
    *cell = codes[*cell];
  }
  free(codes);
  return rc;
}

static int require(struct t1_table *table, js_id at) {
  struct t1_space *t = table->space;
  ci_builder *b = t->scope->builder;
  position where = js_place(t->json, at);
  ci_place place = {t->source->name, where.line, where.column};
  ci_expr *args = malloc((table->n + 1) * sizeof *args);
  if (!args) return out_of_memory();
  for (size_t i = 0; i < table->n; i++) args[i] = table->columns[i].parameter->variable;
  ci_expr e = ci_table(b, args, table->n, table->cells, table->rows);
  free(args);
  return e < 0 ? e : ci_constrain(b, e, "listed configurations", &place);
}

int t1_table_require(struct t1_table *table, js_id at) {
  int rc = CI_OK;
  if (!table->rows) return t1_fail(table->space, at, "no valid configuration is listed here");
  for (size_t i = 0; rc >= 0 && i < table->n; i++) rc = encode(table, at, i);
  return rc < 0 ? rc : require(table, at);
}
