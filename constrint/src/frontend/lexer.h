/* Tokens of all three dialects: names, whole numbers, decimal fractions,
 * quoted strings and punctuation.  Comments run from # to the line's end. */
#ifndef CI_LEXER_H
#define CI_LEXER_H

#include <stdbool.h>
#include <stdint.h>
#include "source.h"

enum token_kind {
  TOK_END, TOK_NAME, TOK_INT, TOK_FRACTION, TOK_STRING,
  TOK_IFF, TOK_ARROW, TOK_EQ, TOK_NE, TOK_LE, TOK_GE, TOK_LT, TOK_GT,
  TOK_SHL, TOK_SHR, TOK_POWER, TOK_FLOORDIV, TOK_DOTS,
  TOK_PLUS, TOK_MINUS, TOK_STAR, TOK_SLASH, TOK_PERCENT, TOK_CARET, TOK_AND, TOK_OR, TOK_TILDE,
  TOK_OPEN, TOK_CLOSE, TOK_LIST, TOK_UNLIST, TOK_SET, TOK_UNSET,
  TOK_COMMA, TOK_SEMICOLON, TOK_COLON, TOK_ASSIGN, TOK_BANG,
  TOK_KINDS
};

typedef struct token {
  enum token_kind kind;
  position place;
  size_t len;
  uint64_t value; /* TOK_INT; meaningless when too_large */
  bool too_large; /* TOK_INT beyond 64 bits */
} token;

typedef struct lexer {
  const source *source;
  position next;
  bool fractions; /* 1.5 is one token (T1), not an error */
} lexer;

void lexer_init(lexer *l, const source *s);
/* A lexer that starts in the middle of its source. */
void lexer_init_at(lexer *l, const source *s, position p);
/* CI_OK, or CI_ESYNTAX with the message set. */
int lexer_next(lexer *l, token *out);

/* "end of the text", "';'", "name 'foo'": what was found, for messages. */
const char *token_text(const token *t, char *room, size_t size);
const char *token_kind_text(enum token_kind kind);
bool token_is(const token *t, const char *word); /* that name */

#endif
