/* Brackets that are stripped: which of them mattered? */
#include "brackets.h"
#include <stdlib.h>
#include "../error.h"
#include "constrint.h"

enum { TIGHT = 9 };

/* How tightly a token binds in the dialect; TIGHT: no operator. */
static int level(enum token_kind kind) {
  switch (kind) {
    case TOK_OR: return 0;
    case TOK_EQ: case TOK_NE: case TOK_LE: case TOK_GE: case TOK_LT: case TOK_GT: return 1;
    case TOK_PERCENT: return 2;
    case TOK_PLUS: return 3;
    case TOK_STAR: return 4;
    case TOK_CARET: case TOK_POWER: return 5;
    default: return TIGHT;
  }
}

struct open { token at; int before, loosest; };

struct brackets {
  const source *source;
  struct open *open;
  size_t depth, room;
  int previous; /* the level of the token before the current one */
};

static int push(struct brackets *b, const token *t) {
  if (b->depth == b->room) {
    size_t room = b->room ? 2 * b->room : 16;
    struct open *bigger = realloc(b->open, room * sizeof *bigger);
    if (!bigger) return ci_fail(CI_ENOMEM, "out of memory while reading");
    b->open = bigger;
    b->room = room;
  }
  b->open[b->depth++] = (struct open){*t, b->previous, TIGHT};
  return CI_OK;
}

/* a * (b + c) * d: an operator outside that binds tighter than one inside. */
static bool matters(const struct open *o, int behind) {
  return (o->before != TIGHT && o->before > o->loosest) || (behind != TIGHT && behind > o->loosest);
}

static int pop(struct brackets *b, const token *t, const lexer *l) {
  if (!b->depth) return source_fail(b->source, t->place, "')' without its '('");
  const struct open *o = &b->open[--b->depth];
  lexer ahead = *l;
  token next;
  int rc = lexer_next(&ahead, &next);
  if (rc < 0) return rc;
  if (matters(o, level(next.kind)))
    source_warn(b->source, o->at.place, "brackets are stripped in this dialect, which changes the meaning here");
  return CI_OK;
}

static int step(struct brackets *b, const token *t, const lexer *l) {
  int rc = CI_OK, binds = level(t->kind);
  if (t->kind == TOK_OPEN) rc = push(b, t);
  else if (t->kind == TOK_CLOSE) rc = pop(b, t, l);
  else if (b->depth && binds < b->open[b->depth - 1].loosest) b->open[b->depth - 1].loosest = binds;
  if ((t->kind == TOK_SEMICOLON || t->kind == TOK_END) && b->depth)
    return source_fail(b->source, b->open[b->depth - 1].at.place, "'(' is not closed in its statement");
  b->previous = binds;
  return rc;
}

int brackets_check(const source *s) {
  struct brackets b = {.source = s, .previous = TIGHT};
  lexer l;
  token t = {.kind = TOK_SEMICOLON};
  lexer_init(&l, s);
  int rc = CI_OK;
  while (rc >= 0 && t.kind != TOK_END) {
    rc = lexer_next(&l, &t);
    if (rc >= 0) rc = step(&b, &t, &l);
  }
  free(b.open);
  return rc;
}
