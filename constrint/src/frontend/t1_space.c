/* What the readers of tuning spaces share: parameters and conditions. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "reader.h"
#include "t1.h"

int t1_fail(struct t1_space *t, js_id at, const char *format, ...) {
  char message[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return source_fail(t->source, js_place(t->json, at), "%s", message);
}

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading"); }

/* ---- Parameters ---- */

int t1_make_room(struct t1_space *t, size_t parameters) {
  t->parameters = calloc(parameters + 1, sizeof *t->parameters);
  if (!t->parameters) return out_of_memory();
  t->room = parameters;
  return CI_OK;
}

int t1_new_parameter(struct t1_space *t, const char *name, size_t len, struct t1_parameter **out) {
  struct t1_parameter *p = &t->parameters[t->n];
  if (!(p->name = strndup(name, len))) return out_of_memory();
  t->n++;
  *out = p;
  return CI_OK;
}

enum t1_kind t1_kind_of(const struct t1_values *values) {
  size_t counts[T1_MIXED] = {0};
  for (size_t i = 0; i < values->n; i++) counts[values->at[i].kind]++;
  if (counts[T1_STRING]) return counts[T1_STRING] == values->n ? T1_STRING : T1_MIXED;
  return counts[T1_FLOAT] ? T1_FLOAT : counts[T1_BOOL] ? T1_BOOL : T1_INT;
}

static int drop_doubles(struct t1_space *t, js_id at, struct t1_parameter *p) {
  size_t doubles, kept = 0;
  char *marks = t1_find_doubles(&p->values, &doubles);
  if (!marks) return CI_ENOMEM;
  for (size_t i = 0; doubles && i < p->values.n; i++)
    if (!marks[i]) p->values.at[kept++] = p->values.at[i];
  if (doubles) p->values.n = kept;
  free(marks);
  if (doubles)
    source_warn(t->source, js_place(t->json, at), "%zu repeated value%s of '%.100s' dropped", doubles,
                doubles == 1 ? "" : "s", p->name);
  return CI_OK;
}

static void find_bounds(struct t1_parameter *p) {
  p->lo = INT64_MAX;
  p->hi = INT64_MIN;
  for (size_t i = 0; i < p->values.n; i++) {
    int64_t v = p->values.at[i].num;
    if (v < p->lo) p->lo = v;
    if (v > p->hi) p->hi = v;
    if (!v) p->has_zero = true;
  }
}

static ci_expr declare_numbers(const struct t1_space *t, const struct t1_parameter *p) {
  int64_t *values = malloc((p->values.n + 1) * sizeof *values);
  if (!values) return out_of_memory();
  for (size_t i = 0; i < p->values.n; i++) values[i] = p->kind == T1_INT ? p->values.at[i].num : (int64_t)i;
  ci_expr e = ci_var_values(t->scope->builder, p->name, values, p->values.n);
  free(values);
  return e;
}

static char *label_of(const struct t1_value *v) {
  char room[80];
  if (v->text) return strndup(v->text, v->len);
  t1_value_text(v, room, sizeof room);
  return strdup(room);
}

static int label(const struct t1_space *t, const struct t1_parameter *p) {
  char **labels = calloc(p->values.n + 1, sizeof *labels);
  int rc = labels ? CI_OK : out_of_memory();
  for (size_t i = 0; rc >= 0 && i < p->values.n; i++)
    if (!(labels[i] = label_of(&p->values.at[i]))) rc = out_of_memory();
  if (rc >= 0) rc = ci_var_labels(t->scope->builder, p->variable, (const char *const *)labels, p->values.n);
  for (size_t i = 0; labels && i < p->values.n; i++) free(labels[i]);
  free(labels);
  return rc;
}

int t1_declare(struct t1_space *t, js_id at, struct t1_parameter *p) {
  if (!p->values.n) return t1_fail(t, at, "the parameter '%.100s' has no values", p->name);
  if (t->scope->nlets && scope_let(t->scope, p->name, strlen(p->name)))
    return t1_fail(t, at, "'%.100s' is a parameter and cannot be given as a figure too", p->name);
  int rc = drop_doubles(t, at, p);
  if (rc < 0) return rc;
  find_bounds(p);
  p->variable = declare_numbers(t, p);
  rc = p->variable < 0 ? p->variable : CI_OK;
  if (p->kind == T1_INT) t1_values_free(&p->values);
  else if (rc >= 0) rc = label(t, p);
  if (rc != CI_EINVAL) return rc;
  char why[1024];
  snprintf(why, sizeof why, "%s", ci_error());
  return t1_fail(t, at, "%s", why);
}

/* ---- Names in conditions ---- */

static int by_name(const void *a, const void *b) {
  return strcmp((*(struct t1_parameter *const *)a)->name, (*(struct t1_parameter *const *)b)->name);
}

int t1_sort_names(struct t1_space *t) {
  t->names = (struct t1_names){t->scope->builder, malloc((t->n + 1) * sizeof *t->names.sorted), t->n};
  if (!t->names.sorted) return out_of_memory();
  for (size_t i = 0; i < t->n; i++) t->names.sorted[i] = &t->parameters[i];
  qsort(t->names.sorted, t->n, sizeof *t->names.sorted, by_name);
  return CI_OK;
}

static int compare_name(const char *name, size_t len, const char *other) {
  int order = strncmp(name, other, len);
  return order ? order : -(other[len] != 0);
}

const struct t1_parameter *t1_find(const struct t1_names *names, const char *name, size_t len) {
  size_t lo = 0, hi = names->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    int order = compare_name(name, len, names->sorted[mid]->name);
    if (!order) return names->sorted[mid];
    if (order < 0) hi = mid;
    else lo = mid + 1;
  }
  return NULL;
}

/* ---- Conditions ---- */

int t1_open(struct t1_space *t, js_id string, struct t1_text *out) {
  position at = js_place(t->json, string);
  bool plain;
  size_t len;
  const char *text = js_string(t->json, string, &len, &plain);
  if (!text) return CI_ENOMEM;
  position begin = {text, at.line, at.column + 1};
  out->part = (source){t->source->name, text, len, at.line, 0};
  if (plain) { /* messages then show the file's line */
    out->part = *t->source;
    out->part.len = (size_t)(text - t->source->text) + len;
    out->part.shown = t->source->len;
  }
  out->parser = (parser){.source = &out->part, .scope = *t->scope};
  lexer_init_at(&out->parser.lexer, &out->part, begin);
  out->parser.lexer.fractions = true;
  return lexer_next(&out->parser.lexer, &out->parser.token);
}

static int require(const struct t1_space *t, parser *p) {
  struct py_tree tree = {0};
  position from = p->token.place;
  int32_t root = py_parse(p, &tree);
  ci_expr e = root < 0 ? root : t1_lower(p, &t->names, &tree, root);
  py_free(&tree);
  position end = {p->source->text + p->source->len, from.line, 0};
  return e < 0 ? parser_blame(p, from, e) : constrain_at(p, e, NULL, from, end);
}

int t1_require(struct t1_space *t, js_id condition) {
  struct t1_text text;
  int rc = t1_open(t, condition, &text);
  return rc < 0 ? rc : require(t, &text.parser);
}

/* ---- The whole ---- */

static void free_space(struct t1_space *t) {
  for (size_t i = 0; i < t->n; i++) {
    free(t->parameters[i].name);
    t1_values_free(&t->parameters[i].values);
  }
  free(t->parameters);
  free(t->names.sorted);
}

int t1_read_space(js_doc *json, const scope *names, int (*fill)(struct t1_space *t)) {
  struct t1_space t = {.json = json, .source = json->source, .scope = names};
  int rc = fill(&t);
  free_space(&t);
  return rc;
}
