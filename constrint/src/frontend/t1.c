/* The T1 reader, and that of the BAT suite's files, T1's ancestors: JSON with
 * tuning parameters and conditions. */
#include "t1.h"
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "reader.h"

/* ---- Parameters ---- */

static const struct { const char *name; enum t1_kind kind; bool no_negatives; } types[] = {
  {"int", T1_INT, false}, {"uint", T1_INT, true}, {"float", T1_FLOAT, false}, {"string", T1_STRING, false},
  {"bool", T1_BOOL, false}, {"int32", T1_INT, false}, {"int64", T1_INT, false}, {"uint32", T1_INT, true},
  {"uint64", T1_INT, true}, {"double", T1_FLOAT, false}, {"boolean", T1_BOOL, false},
};
enum { TYPES = sizeof types / sizeof *types };

static const char *const kind_names[] = {"a whole number", "a fraction", "a string", "a truth value"};

/* May a value of this kind stand in a list of the other? */
static bool fits(const struct t1_value *v, enum t1_kind kind) {
  if (v->kind == T1_INT && kind == T1_BOOL) return v->num == 0 || v->num == 1;
  return v->kind == kind || (v->kind == T1_INT && kind == T1_FLOAT);
}

static int check_value(struct t1_space *t, js_id at, const struct t1_parameter *p, const struct t1_value *v, int type) {
  char shown[128];
  t1_value_text(v, shown, sizeof shown);
  if (!fits(v, types[type].kind))
    return t1_fail(t, at, "the value '%.100s' of '%.100s' is %s, which does not fit the type %s", shown, p->name,
                   kind_names[v->kind], types[type].name);
  return t1_fail(t, at, "the value %s of '%.100s' is negative, its type is %s", shown, p->name, types[type].name);
}

static int check_type(struct t1_space *t, js_id at, int type, struct t1_parameter *p) {
  p->kind = types[type].kind;
  for (size_t k = 0; k < p->values.n; k++) {
    const struct t1_value *v = &p->values.at[k];
    if (!fits(v, p->kind) || (types[type].no_negatives && v->num < 0)) return check_value(t, at, p, v, type);
  }
  return CI_OK;
}

static int find_type(struct t1_space *t, js_id parameter, js_id name, int *type) {
  if (!js_is(t->json, name, JS_STRING))
    return t1_fail(t, name ? name : parameter, "the parameter has no Type (int, uint, float, string or bool)");
  for (*type = 0; *type < TYPES; ++*type)
    if (js_says(t->json, name, types[*type].name)) return CI_OK;
  return t1_fail(t, name, "the type %.*s is not known (int, uint, float, string and bool are)",
                 js_len(t->json, name) < 100 ? (int)js_len(t->json, name) : 100, js_begin(t->json, name));
}

/* The member of either spelling. */
static js_id either(const struct t1_space *t, js_id object, const char *first, const char *second) {
  js_id v = js_member(t->json, object, first);
  return v ? v : js_member(t->json, object, second);
}

/* An old BAT file lists no values for what is on or off. */
static int both_truths(struct t1_values *out) {
  int rc = t1_add_value(out, (struct t1_value){.kind = T1_BOOL, .num = 0, .den = 1});
  return rc < 0 ? rc : t1_add_value(out, (struct t1_value){.kind = T1_BOOL, .num = 1, .den = 1});
}

static int read_parameter(struct t1_space *t, js_id at) {
  if (!js_is(t->json, at, JS_OBJECT)) return t1_fail(t, at, "a parameter is an object with Name, Type and Values");
  js_id name = either(t, at, "Name", "name"), values = either(t, at, "Values", "values");
  struct t1_parameter *p;
  int type;
  bool plain;
  size_t len = 0;
  const char *text = js_is(t->json, name, JS_STRING) ? js_string(t->json, name, &len, &plain) : "";
  if (!text) return CI_ENOMEM;
  if (!len) return t1_fail(t, name ? name : at, "the parameter has no Name");
  int rc = t1_new_parameter(t, text, len, &p);
  if (rc >= 0) rc = find_type(t, at, either(t, at, "Type", "type"), &type);
  if (rc < 0) return rc;
  if (!values && types[type].kind != T1_BOOL) return t1_fail(t, at, "the parameter '%.100s' has no Values", p->name);
  rc = values ? t1_read_values(t, values, &p->values) : both_truths(&p->values);
  if (rc >= 0) rc = check_type(t, values ? values : at, type, p);
  return rc < 0 ? rc : t1_declare(t, values ? values : at, p);
}

static int read_parameters(struct t1_space *t, js_id at, js_id list) {
  if (!js_is(t->json, list, JS_ARRAY))
    return t1_fail(t, list ? list : at, "ConfigurationSpace needs a list TuningParameters");
  int rc = t1_make_room(t, js_size(t->json, list));
  js_id item = js_first(list);
  for (uint32_t i = 0; rc >= 0 && i < js_size(t->json, list); i++, item = js_next(t->json, item))
    rc = read_parameter(t, item);
  return rc < 0 ? rc : t1_sort_names(t);
}

/* ---- Conditions ---- */

static int read_condition(struct t1_space *t, js_id at) {
  js_id text = at;
  if (js_is(t->json, at, JS_OBJECT)) text = either(t, at, "Expression", "expression");
  if (!js_is(t->json, text, JS_STRING)) return t1_fail(t, text ? text : at, "a condition needs an Expression, a string");
  return t1_require(t, text);
}

static int read_conditions(struct t1_space *t, js_id list) {
  int rc = CI_OK;
  if (js_is(t->json, list, JS_NULL)) return CI_OK;
  if (!js_is(t->json, list, JS_ARRAY)) return t1_fail(t, list, "the conditions are a list");
  js_id item = js_first(list);
  for (uint32_t i = 0; rc >= 0 && i < js_size(t->json, list); i++, item = js_next(t->json, item))
    rc = read_condition(t, item);
  return rc;
}

/* ---- The frame ---- */

static bool one_of(const struct t1_space *t, js_id key, const char *const *names) {
  for (; *names; names++)
    if (js_says(t->json, key, *names)) return true;
  return false;
}

/* What a member of the space says; a key that is not known might be a condition. */
static int read_member(struct t1_space *t, js_id key) {
  static const char *const parameters[] = {"TuningParameters", "tuning_parameters", NULL};
  static const char *const conditions[] = {"Conditions", "conditions", "Constraints", "constraints", NULL};
  if (one_of(t, key, parameters)) return CI_OK;
  if (one_of(t, key, conditions)) return read_conditions(t, key + 1);
  if (js_size(t->json, key + 1))
    return t1_fail(t, key, "ConfigurationSpace holds TuningParameters and Conditions; this is not understood");
  source_warn(t->source, js_place(t->json, key), "this is not understood and not read");
  return CI_OK;
}

static int fill(struct t1_space *t) {
  js_id root = 0, space = either(t, root, "ConfigurationSpace", "configuration_space");
  if (!js_is(t->json, space, JS_OBJECT))
    return t1_fail(t, space ? space : root, "a T1 file has an object ConfigurationSpace");
  int rc = read_parameters(t, space, either(t, space, "TuningParameters", "tuning_parameters"));
  js_id key = js_first(space);
  for (uint32_t i = 0; rc >= 0 && i < js_size(t->json, space); i++, key = js_next(t->json, key + 1))
    rc = read_member(t, key);
  return rc;
}

int read_t1_json(js_doc *json, const scope *names) { return t1_read_space(json, names, fill); }
