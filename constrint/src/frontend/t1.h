/* Tuning spaces in JSON: parameters with listed values, conditions in Python.
 * T1, the BAT suite's files, Kernel Tuner's and T4 share all but the frame. */
#ifndef CI_T1_H
#define CI_T1_H

#include "json.h"
#include "python.h"
#include "rational.h"

/* MIXED: of parameters that have both strings and numbers among their values. */
enum t1_kind { T1_INT, T1_FLOAT, T1_STRING, T1_BOOL, T1_MIXED };

struct t1_value {
  enum t1_kind kind;
  uint32_t len;
  const char *text; /* a string's characters, or how a number was written; borrowed; NULL: computed */
  int64_t num, den;
};

struct t1_values { struct t1_value *at; size_t n, room; };

/* A parameter; its variable holds the value itself (T1_INT: the list is then
 * forgotten when it is declared) or its index in the list. */
struct t1_parameter {
  char *name;
  enum t1_kind kind;
  struct t1_values values;
  int64_t lo, hi; /* of T1_INT */
  bool has_zero;
  ci_expr variable;
};

/* What conditions need to know. */
struct t1_names {
  ci_builder *builder;
  struct t1_parameter **sorted; /* by name */
  size_t n;
};

/* A space that is being read. */
struct t1_space {
  js_doc *json;
  const source *source;
  const scope *scope;
  struct t1_parameter *parameters;
  size_t n, room; /* read, and allocated */
  struct t1_names names;
};

/* ---- t1_space.c: parameters and conditions, whatever the file's frame ---- */

/* Has `fill` read the space, and frees what it leaves. */
int t1_read_space(js_doc *json, const scope *names, int (*fill)(struct t1_space *t));
int t1_fail(struct t1_space *t, js_id at, const char *format, ...) __attribute__((format(printf, 3, 4)));
int t1_make_room(struct t1_space *t, size_t parameters);
/* The next parameter, with that name and no values yet. */
int t1_new_parameter(struct t1_space *t, const char *name, size_t len, struct t1_parameter **out);
/* The kind that fits all of the values: BOOL for truth values and whole numbers together. */
enum t1_kind t1_kind_of(const struct t1_values *values);
/* Makes a variable of it; repeated values are dropped with a warning at `at`. */
int t1_declare(struct t1_space *t, js_id at, struct t1_parameter *p);
/* To be called between the last declaration and the first condition. */
int t1_sort_names(struct t1_space *t);
const struct t1_parameter *t1_find(const struct t1_names *names, const char *name, size_t len);
/* Requires the condition that this string holds. */
int t1_require(struct t1_space *t, js_id condition);
/* A parser over a string of the file, with the places of the file. */
struct t1_text { source part; parser parser; };
int t1_open(struct t1_space *t, js_id string, struct t1_text *out);

/* ---- t1_values.c ---- */

/* A JSON list, or a string with a Python list. */
int t1_read_values(struct t1_space *t, js_id list, struct t1_values *out);
int t1_read_value(struct t1_space *t, js_id item, struct t1_value *out);
int t1_add_value(struct t1_values *list, struct t1_value v);
void t1_values_free(struct t1_values *list);
bool t1_same_value(const struct t1_value *a, const struct t1_value *b);
/* How it is shown: as it was written, else in decimals or as a fraction. */
void t1_value_text(const struct t1_value *v, char *room, size_t size);
/* Marks values that stand in the list before (caller frees); *n: how many.  NULL: no memory. */
char *t1_find_doubles(const struct t1_values *list, size_t *n);

/* ---- t1_constant.c: Python's list expressions ---- */

int t1_evaluate(const parser *p, const struct py_tree *tree, int32_t root, struct t1_values *out);

/* ---- t1_table.c: the space as a table of configurations ---- */

struct t1_table;
int t1_table_new(struct t1_table **out, struct t1_space *t);
void t1_table_free(struct t1_table *table);
/* One more row: the object has a member for each parameter.  The first row of
 * a space without parameters makes them, and their values come from the rows;
 * else rows with a value that is not listed are no part of the space. */
int t1_table_row(struct t1_table *table, js_id configuration);
/* Declares what the rows made, and requires that one of them is chosen. */
int t1_table_require(struct t1_table *table, js_id at);

/* ---- t1_lower.c ---- */

/* The condition as a truth value, true where Python evaluates it to something true. */
ci_expr t1_lower(parser *p, const struct t1_names *names, const struct py_tree *tree, int32_t root);

#endif
