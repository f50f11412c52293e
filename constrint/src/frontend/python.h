/* Python expressions as a tree (T1's conditions). */
#ifndef CI_PYTHON_H
#define CI_PYTHON_H

#include "parser.h"

enum py_kind {
  PY_NUMBER,  /* num / den, den > 0; is_float tells how it was written */
  PY_BOOL,    /* num: 0 or 1 */
  PY_STRING,  /* the characters between the quotes */
  PY_NAME,
  PY_LIST,    /* or a tuple, or (num: 1) a set */
  PY_EACH,    /* a comprehension's list; kid: its first PY_FOR */
  PY_FOR,     /* text: the name; kids: the list, conditions, then what each gives: a value, or a further PY_FOR */
  PY_NEG, PY_PLUS, PY_INVERT, PY_NOT,
  PY_ADD, PY_SUB, PY_MUL, PY_DIV, PY_FLOORDIV, PY_MOD, PY_POW,
  PY_BITAND, PY_BITOR, PY_BITXOR, PY_SHL, PY_SHR,
  PY_AND, PY_OR,   /* any number of kids */
  PY_COMPARE,      /* kids: operands; each but the first has its relation */
  PY_TERNARY,      /* condition, then, else */
  PY_CALL          /* text: the function's name */
};

enum py_relation { PY_EQ, PY_NE, PY_LT, PY_LE, PY_GT, PY_GE, PY_IN, PY_NOT_IN };

struct py_kid { int32_t node; enum py_relation relation; };

struct py_node {
  enum py_kind kind;
  bool is_float;
  position at;
  const char *text; /* of names, strings and numbers, in the source */
  size_t len;
  int64_t num, den;
  size_t first, n; /* kids */
};

struct py_tree {
  struct py_node *nodes;
  size_t n, room;
  struct py_kid *kids;
  size_t nkids, kid_room;
};

/* Reads one expression that ends with its source, from p's current token on:
 * the root's index, or an error code. */
int32_t py_parse(parser *p, struct py_tree *tree);
void py_free(struct py_tree *tree);
/* A decimal fraction such as 1.5e-3 as an exact quotient; false: too large. */
bool py_fraction(const char *text, size_t len, int64_t *num, int64_t *den);

#endif
