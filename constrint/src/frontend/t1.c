/* The T1 reader: JSON with TuningParameters and Conditions. */
#include "t1.h"
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "json_place.h"
#include "reader.h"

struct t1 {
  const source *source;
  const scope *scope;
  json_t *root;
  struct t1_parameter *parameters;
  size_t n, room; /* read, and allocated */
  struct t1_names names;
};

/* ---- Parameters ---- */

static const struct { const char *name; enum t1_kind kind; bool no_negatives; } types[] = {
  {"int", T1_INT, false}, {"uint", T1_INT, true}, {"float", T1_FLOAT, false},
  {"string", T1_STRING, false}, {"bool", T1_BOOL, false},
};
enum { TYPES = sizeof types / sizeof *types };

static const char *const kind_names[] = {"a whole number", "a fraction", "a string", "a truth value"};

/* May a value of this kind stand in a list of the other? */
static bool fits(struct t1_value *v, enum t1_kind kind) {
  if (v->kind == T1_INT && kind == T1_FLOAT) return true;
  if (v->kind == T1_INT && kind == T1_BOOL && (v->num == 0 || v->num == 1)) {
    strcpy(v->text, v->num ? "1" : "0");
    return true;
  }
  return v->kind == kind;
}

static int check_type(const struct t1 *t, position at, const json_t *type, struct t1_parameter *p) {
  const char *name = json_string_value(type);
  if (!name) return source_fail(t->source, at, "the parameter has no Type (int, uint, float, string or bool)");
  for (int i = 0; i < TYPES; i++) {
    if (strcmp(name, types[i].name)) continue;
    p->kind = types[i].kind;
    for (size_t k = 0; k < p->values.n; k++) {
      struct t1_value *v = &p->values.at[k];
      if (!fits(v, p->kind))
        return source_fail(t->source, at, "the value '%.100s' of '%.100s' is %s, which does not fit the type %s",
                           v->text, p->name, kind_names[v->kind], name);
      if (types[i].no_negatives && v->num < 0)
        return source_fail(t->source, at, "the value %s of '%.100s' is negative, its type is uint", v->text, p->name);
    }
    return CI_OK;
  }
  return source_fail(t->source, at, "the type '%.100s' is not known (int, uint, float, string and bool are)", name);
}

struct seen { const struct t1_value *value; size_t place; };

static int same_order(const struct t1_value *a, const struct t1_value *b) {
  if (a->kind == T1_STRING) return strcmp(a->text, b->text);
  __int128 x = (__int128)a->num * b->den, y = (__int128)b->num * a->den;
  return (x > y) - (x < y);
}

static int by_value(const void *a, const void *b) {
  const struct seen *x = a, *y = b;
  int order = same_order(x->value, y->value);
  return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Marks values that stand in the list before; *n: how many. */
static char *find_doubles(const struct t1_values *list, size_t *n) {
  struct seen *order = malloc((list->n + 1) * sizeof *order);
  char *marks = calloc(list->n + 1, 1);
  *n = 0;
  if (order && marks) {
    for (size_t i = 0; i < list->n; i++) order[i] = (struct seen){&list->at[i], i};
    qsort(order, list->n, sizeof *order, by_value);
    for (size_t i = 1; i < list->n; i++)
      if (!same_order(order[i].value, order[i - 1].value)) marks[order[i].place] = 1, ++*n;
  } else {
    free(marks);
    marks = NULL;
    ci_fail(CI_ENOMEM, "out of memory while reading values");
  }
  free(order);
  return marks;
}

static int drop_doubles(const struct t1 *t, position at, struct t1_parameter *p) {
  size_t doubles, kept = 0;
  char *marks = find_doubles(&p->values, &doubles);
  if (!marks) return CI_ENOMEM;
  for (size_t i = 0; i < p->values.n; i++) {
    if (marks[i]) free(p->values.at[i].text);
    else p->values.at[kept++] = p->values.at[i];
  }
  p->values.n = kept;
  free(marks);
  if (doubles) source_warn(t->source, at, "%zu repeated value%s of '%.100s' dropped", doubles, doubles == 1 ? "" : "s", p->name);
  return CI_OK;
}

static ci_expr declare_numbers(const struct t1 *t, const struct t1_parameter *p) {
  ints values = {0};
  int rc = CI_OK;
  for (size_t i = 0; i < p->values.n && rc >= 0; i++)
    rc = ints_add(&values, p->kind == T1_INT ? p->values.at[i].num : (int64_t)i);
  ci_expr e = rc < 0 ? rc : ci_var_values(t->scope->builder, p->name, values.at, values.n);
  ints_free(&values);
  return e;
}

static int label(const struct t1 *t, const struct t1_parameter *p) {
  const char **labels = malloc((p->values.n + 1) * sizeof *labels);
  if (!labels) return ci_fail(CI_ENOMEM, "out of memory while reading values");
  for (size_t i = 0; i < p->values.n; i++) labels[i] = p->values.at[i].text;
  int rc = ci_var_labels(t->scope->builder, p->variable, labels, p->values.n);
  free(labels);
  return rc;
}

static int declare(const struct t1 *t, position at, struct t1_parameter *p) {
  if (!p->values.n) return source_fail(t->source, at, "the parameter '%.100s' has no values", p->name);
  if (t->scope->nlets && scope_let(t->scope, p->name, strlen(p->name)))
    return source_fail(t->source, at, "'%.100s' is a parameter and cannot be given as a figure too", p->name);
  p->variable = declare_numbers(t, p);
  int rc = p->variable < 0 ? p->variable : CI_OK;
  if (rc >= 0 && p->kind != T1_INT) rc = label(t, p);
  if (rc != CI_EINVAL) return rc;
  char why[1024];
  strncpy(why, ci_error(), sizeof why - 1);
  why[sizeof why - 1] = 0;
  return source_fail(t->source, at, "%s", why);
}

static int read_parameter(const struct t1 *t, position at, const json_t *json, struct t1_parameter *p) {
  const char *name = json_string_value(json_object_get(json, "Name"));
  if (!json_is_object(json)) return source_fail(t->source, at, "a parameter is an object with Name, Type and Values");
  if (!name || !*name) return source_fail(t->source, at, "the parameter has no Name");
  p->name = strdup(name);
  if (!p->name) return ci_fail(CI_ENOMEM, "out of memory while reading");
  json_t *values = json_object_get(json, "Values");
  if (!values) return source_fail(t->source, at, "the parameter '%.100s' has no Values", name);
  position values_at = json_member(t->source, at, "Values"), type_at = json_member(t->source, at, "Type");
  int rc = t1_read_values(t->source, values_at, values, &p->values);
  if (rc >= 0) rc = check_type(t, type_at, json_object_get(json, "Type"), p);
  if (rc >= 0) rc = drop_doubles(t, values_at, p);
  return rc < 0 ? rc : declare(t, values_at, p);
}

static int read_parameters(struct t1 *t, position at, const json_t *list) {
  if (!json_is_array(list)) return source_fail(t->source, at, "ConfigurationSpace needs a list TuningParameters");
  t->parameters = calloc(json_array_size(list) + 1, sizeof *t->parameters);
  if (!t->parameters) return ci_fail(CI_ENOMEM, "out of memory while reading");
  t->room = json_array_size(list);
  position item;
  int rc = CI_OK;
  for (bool more = json_first(t->source, at, &item); more && rc >= 0 && t->n < json_array_size(list); t->n++) {
    rc = read_parameter(t, item, json_array_get(list, t->n), &t->parameters[t->n]);
    more = rc >= 0 && json_next(t->source, &item);
  }
  return rc;
}

/* ---- Names in conditions ---- */

static int by_name(const void *a, const void *b) {
  return strcmp((*(struct t1_parameter *const *)a)->name, (*(struct t1_parameter *const *)b)->name);
}

static int sort_names(struct t1 *t) {
  t->names = (struct t1_names){t->scope->builder, malloc((t->n + 1) * sizeof *t->names.sorted), t->n};
  if (!t->names.sorted) return ci_fail(CI_ENOMEM, "out of memory while reading");
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

static int require(const struct t1 *t, parser *p) {
  struct py_tree tree = {0};
  position from = p->token.place;
  int32_t root = py_parse(p, &tree);
  ci_expr e = root < 0 ? root : t1_lower(p, &t->names, &tree, root);
  py_free(&tree);
  position end = {p->source->text + p->source->len, from.line, 0};
  return e < 0 ? parser_blame(p, from, e) : constrain_at(p, e, NULL, from, end);
}

static int read_condition(const struct t1 *t, position at, const json_t *json) {
  if (json_is_object(json)) at = json_member(t->source, at, "Expression");
  const json_t *text = json_is_object(json) ? json_object_get(json, "Expression") : json;
  if (!json_is_string(text)) return source_fail(t->source, at, "a condition needs an Expression, a string");
  source part = {t->source->name, json_string_value(text), json_string_length(text), at.line, 0};
  position begin = {part.text, at.line, at.column + 1};
  json_plain_string(t->source, at, &part, &begin);
  parser p = {.source = &part, .scope = *t->scope};
  lexer_init_at(&p.lexer, &part, begin);
  p.lexer.fractions = true;
  int rc = lexer_next(&p.lexer, &p.token);
  return rc < 0 ? rc : require(t, &p);
}

static int read_conditions(const struct t1 *t, position at, const json_t *list) {
  if (!list || json_is_null(list)) return CI_OK;
  if (!json_is_array(list)) return source_fail(t->source, at, "Conditions is a list");
  position item;
  int rc = CI_OK;
  bool more = json_first(t->source, at, &item);
  for (size_t i = 0; i < json_array_size(list) && more && rc >= 0; i++) {
    rc = read_condition(t, item, json_array_get(list, i));
    more = rc >= 0 && json_next(t->source, &item);
  }
  return rc;
}

static int read_space(struct t1 *t) {
  position begin = {t->source->text, t->source->first_line, 1};
  json_t *space = json_object_get(t->root, "ConfigurationSpace");
  if (!json_is_object(space)) return source_fail(t->source, begin, "a T1 file has an object ConfigurationSpace");
  position at = json_member(t->source, begin, "ConfigurationSpace");
  int rc = read_parameters(t, json_member(t->source, at, "TuningParameters"), json_object_get(space, "TuningParameters"));
  if (rc >= 0) rc = sort_names(t);
  return rc < 0 ? rc : read_conditions(t, json_member(t->source, at, "Conditions"), json_object_get(space, "Conditions"));
}

static int bad_json(const source *s, const json_error_t *e) {
  size_t at = e->position >= 0 && (size_t)e->position < s->len ? (size_t)e->position : s->len;
  position p = source_position(s, s->text + (at ? at - 1 : 0));
  return source_fail(s, p, "this is no valid JSON: %s", e->text);
}

int read_t1(const source *s, const scope *names) {
  json_error_t error;
  struct t1 t = {.source = s, .scope = names};
  t.root = json_loadb(s->text, s->len, JSON_REJECT_DUPLICATES, &error);
  if (!t.root) return bad_json(s, &error);
  int rc = read_space(&t);
  for (size_t i = 0; i < t.room; i++) {
    free(t.parameters[i].name);
    t1_values_free(&t.parameters[i].values);
  }
  free(t.parameters);
  free(t.names.sorted);
  json_decref(t.root);
  return rc;
}
