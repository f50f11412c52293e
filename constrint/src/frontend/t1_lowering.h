/* What lowering a condition is made of: truth values (t1_lower.c), numbers and
 * names (t1_number.c), functions (t1_function.c). */
#ifndef CI_T1_LOWERING_H
#define CI_T1_LOWERING_H

#include "t1.h"

/* yes: evaluated without an exception, to something true; no: to something false. */
struct truth { ci_expr yes, no; bool total; };

/* A number, or text: a literal, or a parameter's. */
struct value {
  bool is_text;
  rational number;
  const struct t1_parameter *parameter; /* of text; NULL: a literal */
  const char *text;
  size_t len;
};

/* A parameter with both strings and numbers. */
static inline bool lower_mixed(const struct value *v) { return v->parameter && v->parameter->kind == T1_MIXED; }

struct lowering {
  parser *parser;
  ci_builder *builder;
  const struct t1_names *names;
  const struct py_tree *tree;
  int depth;
};

static inline const struct py_node *py_at(const struct lowering *l, int32_t node) { return &l->tree->nodes[node]; }
static inline int32_t py_kid(const struct lowering *l, const struct py_node *n, size_t i) { return l->tree->kids[n->first + i].node; }
bool py_calls(const struct py_node *n, const char *name);

/* t1_compare.c: x OP y; x in a list.  n: the comparison. */
int lower_relation(struct lowering *l, const struct py_node *n, enum py_relation r, const struct value *x, const struct value *y,
                   struct truth *out);
int lower_contains(struct lowering *l, int32_t list, const struct value *x, struct truth *out);
/* The value is one that Python takes for false, of a text. */
ci_expr lower_empty(struct lowering *l, const struct value *text);
/* A test that is evaluated where `defined` holds. */
struct truth lower_guarded(const struct lowering *l, ci_expr test, ci_expr defined);

int lower_truth(struct lowering *l, int32_t node, struct truth *out);
int lower_value(struct lowering *l, int32_t node, struct value *out);
/* A call that is no truth value. */
int lower_call(struct lowering *l, const struct py_node *n, rational *out);
int lower_binary(struct lowering *l, const struct py_node *n, enum py_kind kind, rational *out);
/* A kid that must be a number. */
int lower_number_kid(struct lowering *l, const struct py_node *n, size_t i, rational *out);
/* Where a truth value is defined; NOTHING: always. */
ci_expr lower_defined(const struct lowering *l, struct truth t);
/* One level deeper, or an error: the tree may be deeper than its text is nested. */
int lower_enter(struct lowering *l, const struct py_node *n);
int lower_refuse(const struct lowering *l, const struct py_node *n, const char *why);

#endif
