/* Kernel Tuner's spaces: tune_params and restrictions, as tune_kernel() takes
 * them; or a cache file, whose space is the table of what was measured. */
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include "../error.h"
#include "reader.h"
#include "t1.h"

static int read_parameter(struct t1_space *t, js_id key) {
  struct t1_parameter *p;
  bool plain;
  size_t len;
  const char *name = js_string(t->json, key, &len, &plain);
  if (!name) return CI_ENOMEM;
  if (!len) return t1_fail(t, key, "the parameter has no name");
  int rc = t1_new_parameter(t, name, len, &p);
  if (rc >= 0) rc = t1_read_values(t, key + 1, &p->values);
  if (rc >= 0) p->kind = t1_kind_of(&p->values);
  return rc;
}

/* Each parameter's values, then their variables: a cache's rows need the values. */
static int read_parameters(struct t1_space *t, js_id object) {
  int rc = t1_make_room(t, js_size(t->json, object));
  js_id key = js_first(object);
  for (uint32_t i = 0; rc >= 0 && i < js_size(t->json, object); i++, key = js_next(t->json, key + 1))
    rc = read_parameter(t, key);
  return rc;
}

static int declare(struct t1_space *t, js_id object) {
  int rc = CI_OK;
  js_id key = js_first(object);
  for (size_t i = 0; rc >= 0 && i < t->n; i++, key = js_next(t->json, key + 1))
    rc = t1_declare(t, key + 1, &t->parameters[i]);
  return rc < 0 ? rc : t1_sort_names(t);
}

/* ---- Restrictions ---- */

static int read_restriction(struct t1_space *t, js_id at) {
  if (js_is(t->json, at, JS_STRING)) return t1_require(t, at);
  return t1_fail(t, at, "a restriction is a string with a Python expression");
}

static int read_restrictions(struct t1_space *t, js_id list) {
  int rc = CI_OK;
  if (js_is(t->json, list, JS_NULL)) return CI_OK;
  if (!js_is(t->json, list, JS_ARRAY)) return t1_fail(t, list, "restrictions is a list of strings");
  js_id item = js_first(list);
  for (uint32_t i = 0; rc >= 0 && i < js_size(t->json, list); i++, item = js_next(t->json, item))
    rc = read_restriction(t, item);
  return rc;
}

/* ---- A cache file ---- */

/* An entry failed if it says so, or has a word in place of a measurement. */
static bool failed(const struct t1_space *t, js_id entry) {
  return js_member(t->json, entry, "__error__") || js_is(t->json, js_member(t->json, entry, "time"), JS_STRING);
}

static int read_entries(struct t1_space *t, js_id cache, struct t1_table *table) {
  uint32_t left_out = 0, n = js_size(t->json, cache);
  js_id key = js_first(cache);
  int rc = CI_OK;
  for (uint32_t i = 0; rc >= 0 && i < n; i++, key = js_next(t->json, key + 1)) {
    if (failed(t, key + 1)) left_out++;
    else rc = t1_table_row(table, key + 1);
  }
  if (rc >= 0 && left_out)
    source_warn(t->source, js_place(t->json, cache), "%u of %u entries are not valid and are left out", (unsigned)left_out,
                (unsigned)n);
  return rc;
}

/* The rows, and then the parameters, whose values the rows needed. */
static int read_cache(struct t1_space *t, js_id cache, js_id parameters) {
  struct t1_table *table;
  if (!t->n) return t1_fail(t, parameters, "a cache's tune_params has a parameter");
  int rc = t1_table_new(&table, t);
  if (rc < 0) return rc;
  rc = read_entries(t, cache, table);
  if (rc >= 0) rc = declare(t, parameters);
  if (rc >= 0) rc = t1_table_require(table, cache);
  t1_table_free(table);
  return rc;
}

/* ---- The frame ---- */

static bool mentions(const struct t1_space *t, js_id key, const char *word) {
  const char *p = js_begin(t->json, key), *end = p + js_len(t->json, key);
  for (; end - p >= (ptrdiff_t)strlen(word); p++)
    if (!strncasecmp(p, word, strlen(word))) return true;
  return false;
}

/* The other arguments of a call do not matter, unless one looks like a condition. */
static int check_key(struct t1_space *t, js_id key) {
  if (js_says(t->json, key, "restrictions")) return CI_OK;
  if (mentions(t, key, "restrict") || mentions(t, key, "constraint") || mentions(t, key, "condition"))
    return t1_fail(t, key, "conditions stand in 'restrictions'; this is not understood");
  return CI_OK;
}

static int check_keys(struct t1_space *t) {
  js_id root = 0, key = js_first(root);
  int rc = CI_OK;
  for (uint32_t i = 0; rc >= 0 && i < js_size(t->json, root); i++, key = js_next(t->json, key + 1)) rc = check_key(t, key);
  return rc;
}

static int fill(struct t1_space *t) {
  js_id root = 0, parameters = js_member(t->json, root, "tune_params"), cache = js_member(t->json, root, "cache");
  js_id restrictions = js_member(t->json, root, "restrictions");
  if (!js_is(t->json, parameters, JS_OBJECT)) return t1_fail(t, parameters, "a Kernel Tuner space has an object tune_params");
  int rc = check_keys(t);
  if (rc >= 0) rc = read_parameters(t, parameters);
  if (rc >= 0) rc = js_is(t->json, cache, JS_OBJECT) ? read_cache(t, cache, parameters) : declare(t, parameters);
  return rc < 0 || !restrictions ? rc : read_restrictions(t, restrictions);
}

int read_kernel_tuner_json(js_doc *json, const scope *names) { return t1_read_space(json, names, fill); }
