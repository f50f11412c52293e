/* What the parts of the native language's reader share. */
#ifndef CI_NATIVE_H
#define CI_NATIVE_H

#include "expression.h"

/* A name that is no word of the language; what: for messages. */
int new_name(parser *p, token *name, const char *what);
/* One that means nothing else either. */
int free_name(parser *p, token *name, const char *what);
int name_taken(const parser *p, const token *name);
char *copy_name(const token *name);
/* The values of a set, ranges spelt out; may_be_empty: so may its ranges. */
int list_values(const parser *p, const members *set, ints *out, bool may_be_empty);

/* declare.c: what stands behind the words var, let and param. */
int parse_var(parser *p);
int parse_let(parser *p);
int parse_param(parser *p);

#endif
