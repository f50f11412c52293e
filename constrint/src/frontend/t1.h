/* T1: tuning parameters with listed values, and conditions in Python. */
#ifndef CI_T1_H
#define CI_T1_H

#include <jansson.h>
#include "python.h"
#include "rational.h"

enum t1_kind { T1_INT, T1_FLOAT, T1_STRING, T1_BOOL };

struct t1_value {
  enum t1_kind kind;
  int64_t num, den;
  char *text; /* a string's characters, or how a fraction was written; owned */
};

struct t1_values { struct t1_value *at; size_t n, room; };

/* A parameter; its variable holds the value itself (T1_INT) or its index. */
struct t1_parameter {
  char *name;
  enum t1_kind kind;
  struct t1_values values;
  ci_expr variable;
};

/* t1_values.c: a Python list in a string, or a JSON list. */
int t1_read_values(const source *s, position at, const json_t *json, struct t1_values *out);
void t1_values_free(struct t1_values *list);
int t1_add_value(struct t1_values *list, struct t1_value v);

/* t1_lower.c: what a condition needs to know. */
struct t1_names {
  ci_builder *builder;
  struct t1_parameter **sorted; /* by name */
  size_t n;
};
const struct t1_parameter *t1_find(const struct t1_names *names, const char *name, size_t len);
/* The condition as a truth value, true where Python evaluates it to something true. */
ci_expr t1_lower(parser *p, const struct t1_names *names, const struct py_tree *tree, int32_t root);

#endif
