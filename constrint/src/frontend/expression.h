/* Expressions of the native language (docs/language.md). */
#ifndef CI_EXPRESSION_H
#define CI_EXPRESSION_H

#include "parser.h"

/* Not an error: the expression is an array that was taken into parser.list. */
enum { EXPR_LIST = -101 };

/* How tightly operators bind; the next higher one is tighter. */
enum binding {
  BIND_NONE, BIND_IFF, BIND_IMPLIES, BIND_OR, BIND_XOR, BIND_AND, BIND_NOT, BIND_COMPARE,
  BIND_SUM, BIND_PRODUCT, BIND_SIGN, BIND_POWER
};

/* A whole expression; negative: an error code. */
ci_expr expression(parser *p);
/* One that ends before any operator looser than `loosest`. */
ci_expr expression_at(parser *p, enum binding loosest);

/* One part of a set: a value (hi < 0, no expression) or lo..hi step. */
typedef struct member { position at; ci_expr lo, hi; int64_t step; } member;
typedef struct members { member *at; size_t n, room; } members;
/* `{a, b..c step d, ...}` or `a..b step c`; an array stands for its elements. */
int parse_set(parser *p, members *out);
void members_free(members *list);
/* The value of a constant expression, or an error at its place. */
int constant_value(const parser *p, ci_expr e, position at, const char *what, int64_t *value);

/* functions.c: a call, whose name is the current token and known to be followed by '('. */
ci_expr parse_call(parser *p);
/* Is this the name of a function? */
bool is_function(const token *t);

/* native.c: reads the let or param of that name if it stands further down; *was: there is one. */
int forward_let(parser *p, const token *name, bool *was);

#endif
