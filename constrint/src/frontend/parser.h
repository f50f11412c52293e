/* What the readers share: the current token, expectations, expressions'
 * memory and the limit on nesting. */
#ifndef CI_PARSER_H
#define CI_PARSER_H

#include "lexer.h"
#include "scope.h"

/* Deeper nesting is refused, so that a text cannot exhaust the stack. */
enum { MAX_NESTING = 1000 };

struct statements;
struct item_list;

/* A name that a comprehension or an array's index binds to one value after the other. */
typedef struct local { const struct local *outer; token name; int64_t value; } local;

typedef struct parser {
  lexer lexer;
  const source *source;
  scope scope;
  token token; /* the current one */
  position behind; /* where the previous one ended */
  int depth;
  struct statements *statements; /* of a native text: what was found before it is read */
  const local *locals; /* innermost first */
  const char *list_at; /* an array that stands just there is taken whole, */
  struct item_list *list;   /* into this list (list.h) */
} parser;

/* Makes the first token current. */
int parser_init(parser *p, const source *s, const scope *names);
int parser_advance(parser *p);
/* The token after the current one. */
int parser_peek(const parser *p, token *out);
/* Steps over the current token if it is of this kind; *was tells. */
int parser_accept(parser *p, enum token_kind kind, bool *was);
int parser_expect(parser *p, enum token_kind kind, const char *where);
/* Where the parser stands, to come back to. */
typedef struct bookmark { lexer lexer; token token; position behind; } bookmark;
bookmark parser_mark(const parser *p);
void parser_return(parser *p, const bookmark *m);
/* Makes the token that begins there the current one. */
int parser_go(parser *p, position to);
/* Counts work that comprehensions may repeat; an error where it becomes too much. */
int parser_work(const parser *p, uint64_t steps);
const local *parser_local(const parser *p, const token *name);
/* "expected WHAT, found ...": at the current token. */
int parser_unexpected(const parser *p, const char *what);
/* One level deeper, or CI_ESYNTAX. */
int parser_enter(parser *p);
/* A failed call into the builder, as an error at this place. */
int parser_blame(const parser *p, position at, int code);
int parser_undeclared(const parser *p, const token *name, const char *what);

/* A growing list of expressions. */
typedef struct exprs { ci_expr *at; size_t n, room; } exprs;
int exprs_add(exprs *list, ci_expr e);
void exprs_free(exprs *list);
typedef struct ints { int64_t *at; size_t n, room; } ints;
int ints_add(ints *list, int64_t value);
void ints_free(ints *list);

/* Applies an operation to a list: the list's own element if it has just one. */
ci_expr apply_list(const parser *p, ci_op op, const exprs *list);

#endif
