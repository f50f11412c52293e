/* The T4 reader: the results of an autotuning run.  Its space is the table of
 * the configurations that were found valid. */
#include "../error.h"
#include "reader.h"
#include "t1.h"

/* A result counts if it is "correct"; *valid tells. */
static int judge(struct t1_space *t, js_id result, bool *valid) {
  static const char *const others[] = {"timeout", "compile", "runtime", "correctness", "constraints", NULL};
  js_id v = js_member(t->json, result, "invalidity");
  if (!js_is(t->json, v, JS_STRING))
    return t1_fail(t, v ? v : result, "a result has an invalidity, 'correct' where it is valid");
  *valid = js_says(t->json, v, "correct");
  bool known = *valid;
  for (int i = 0; others[i]; i++) known = known || js_says(t->json, v, others[i]);
  if (known) return CI_OK;
  return t1_fail(t, v, "an invalidity is 'correct', 'timeout', 'compile', 'runtime', 'correctness' or 'constraints'");
}

static int read_result(struct t1_space *t, js_id result, struct t1_table *table, bool *valid) {
  if (!js_is(t->json, result, JS_OBJECT)) return t1_fail(t, result, "a result is an object with a configuration");
  js_id configuration = js_member(t->json, result, "configuration");
  if (!configuration) return t1_fail(t, result, "the result has no configuration");
  int rc = judge(t, result, valid);
  return rc < 0 || !*valid ? rc : t1_table_row(table, configuration);
}

static int read_results(struct t1_space *t, js_id results, struct t1_table *table) {
  uint32_t left_out = 0, n = js_size(t->json, results);
  js_id r = js_first(results);
  for (uint32_t i = 0; i < n; i++, r = js_next(t->json, r)) {
    bool valid = false;
    int rc = read_result(t, r, table, &valid);
    if (rc < 0) return rc;
    left_out += !valid;
  }
  if (left_out)
    source_warn(t->source, js_place(t->json, results), "%u of %u results are not valid and are left out", (unsigned)left_out,
                (unsigned)n);
  return t1_table_require(table, results);
}

static int fill(struct t1_space *t) {
  js_id root = 0, results = js_member(t->json, root, "results");
  struct t1_table *table;
  if (!js_is(t->json, results, JS_ARRAY)) return t1_fail(t, results, "a T4 file has a list of results");
  int rc = t1_table_new(&table, t);
  if (rc < 0) return rc;
  rc = read_results(t, results, table);
  t1_table_free(table);
  return rc;
}

int read_t4_json(js_doc *json, const scope *names) { return t1_read_space(json, names, fill); }
