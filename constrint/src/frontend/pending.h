/* The statements of a native text, found before any is read: a name may be
 * used above its `let`, and variables count in the order of their `var`. */
#ifndef CI_PENDING_H
#define CI_PENDING_H

#include "parser.h"

/* More work than this is refused, so that a short text cannot keep a reader busy. */
enum { MAX_WORK = 1 << 24 };

/* LET: also a param. */
enum statement_kind { STATEMENT_OTHER, STATEMENT_VAR, STATEMENT_LET };
enum progress { NOT_READ, BEING_READ, READ };

typedef struct statement {
  token first; /* its first token */
  token name;  /* of a let */
  enum statement_kind kind;
  enum progress progress;
} statement;

/* `BODY for GENERATORS` in a list, or `forall GENERATORS:` before a constraint. */
typedef struct loop {
  const char *begin; /* the body's first token, or the word forall */
  position word;     /* for, forall */
  position end;      /* what stands behind the generators: a closing bracket, a colon */
  bool ended;        /* it does stand there */
} loop;

typedef struct statements {
  statement *at;
  size_t n, room;
  statement **lets; /* sorted by name */
  size_t nlets;
  loop *loops; /* sorted by where they begin */
  size_t nloops, loop_room;
  uint64_t work;
} statements;

/* Splits the text at its semicolons. */
int statements_find(statements *list, const source *s);
void statements_free(statements *list);
/* The let of that name that stands first, or NULL. */
statement *statements_let(const statements *list, const token *name);
/* The comprehension whose body begins there, or the forall, or NULL. */
const loop *statements_loop(const statements *list, const char *begin);
/* outline.c: finds a text's loops, which are not sorted yet. */
int outline_find(statements *list, const source *s);
/* A word that is an operator and so begins no operand. */
bool is_operator_word(const token *t);
/* Is this the word of that statement: does a name follow? */
bool is_statement_word(const lexer *behind, const token *t, const char *word);

#endif
