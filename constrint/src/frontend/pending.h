/* The statements of a native text, found before any is read: a name may be
 * used above its `let`, and variables count in the order of their `var`. */
#ifndef CI_PENDING_H
#define CI_PENDING_H

#include "parser.h"

enum statement_kind { STATEMENT_OTHER, STATEMENT_VAR, STATEMENT_LET };
enum progress { NOT_READ, BEING_READ, READ };

typedef struct statement {
  token first; /* its first token */
  token name;  /* of a let */
  enum statement_kind kind;
  enum progress progress;
} statement;

typedef struct statements {
  statement *at;
  size_t n, room;
  statement **lets; /* sorted by name */
  size_t nlets;
} statements;

/* Splits the text at its semicolons. */
int statements_find(statements *list, const source *s);
void statements_free(statements *list);
/* The let of that name that stands first, or NULL. */
statement *statements_let(const statements *list, const token *name);

#endif
