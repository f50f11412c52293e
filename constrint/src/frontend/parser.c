/* The readers' common ground. */
#include "parser.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "arrays.h"
#include "pending.h"

int parser_init(parser *p, const source *s, const scope *names) {
  *p = (parser){.source = s, .scope = *names};
  lexer_init(&p->lexer, s);
  return lexer_next(&p->lexer, &p->token);
}

int parser_advance(parser *p) {
  p->behind = p->lexer.next;
  int rc = lexer_next(&p->lexer, &p->token);
  return rc < 0 ? rc : parser_work(p, 1);
}

bookmark parser_mark(const parser *p) { return (bookmark){p->lexer, p->token, p->behind}; }

void parser_return(parser *p, const bookmark *m) {
  p->lexer = m->lexer;
  p->token = m->token;
  p->behind = m->behind;
}

int parser_go(parser *p, position to) {
  lexer_init_at(&p->lexer, p->source, to);
  return parser_advance(p);
}

int parser_work(const parser *p, uint64_t steps) {
  if (!p->statements) return CI_OK;
  p->statements->work += steps;
  if (p->statements->work <= MAX_WORK) return CI_OK;
  return source_fail(p->source, p->token.place, "the arrays and comprehensions up to here are too large: more than %d steps to read them", MAX_WORK);
}

const local *parser_local(const parser *p, const token *name) {
  for (const local *l = p->locals; l; l = l->outer)
    if (l->name.len == name->len && !memcmp(l->name.place.at, name->place.at, name->len)) return l;
  return NULL;
}

int parser_peek(const parser *p, token *out) {
  lexer ahead = p->lexer;
  return lexer_next(&ahead, out);
}

int parser_unexpected(const parser *p, const char *what) {
  char found[128];
  return source_fail(p->source, p->token.place, "expected %s, found %s", what,
                     token_text(&p->token, found, sizeof found));
}

int parser_accept(parser *p, enum token_kind kind, bool *was) {
  *was = p->token.kind == kind;
  return *was ? parser_advance(p) : CI_OK;
}

int parser_expect(parser *p, enum token_kind kind, const char *where) {
  if (p->token.kind == kind) return parser_advance(p);
  char found[128], quote[2] = {kind > TOK_STRING ? '\'' : 0, 0};
  return source_fail(p->source, p->token.place, "expected %s%s%s %s, found %s", quote, token_kind_text(kind), quote,
                     where, token_text(&p->token, found, sizeof found));
}

int parser_enter(parser *p) {
  if (p->depth++ < MAX_NESTING) return CI_OK;
  return source_fail(p->source, p->token.place, "nested more than %d deep; name a part of it with 'let'", MAX_NESTING);
}

int parser_blame(const parser *p, position at, int code) {
  if (code == CI_ENOMEM || code == CI_ESYNTAX) return code;
  char why[1024];
  snprintf(why, sizeof why, "%s", ci_error());
  source_fail(p->source, at, "%s", why);
  return code;
}

int parser_undeclared(const parser *p, const token *name, const char *what) {
  char room[128];
  const char *text = name->place.at;
  const char *near = scope_suggestion(&p->scope, p->locals, text, name->len, room, sizeof room);
  const char *hint = !*near && name->len > 3 && !strncmp(text, "hw.", 3) ? "; hw.* figures come from --hardware FILE" : near;
  return source_fail(p->source, name->place, "%s '%.*s' is not declared%s", what,
                     (int)(name->len > 100 ? 100 : name->len), text, hint);
}

static void *grown(void *at, size_t *room, size_t size) {
  size_t more = *room ? 2 * *room : 16;
  void *bigger = realloc(at, more * size);
  if (bigger) *room = more;
  else ci_fail(CI_ENOMEM, "out of memory while reading");
  return bigger;
}

int exprs_add(exprs *list, ci_expr e) {
  if (e < 0) return e;
  if (list->n == list->room) {
    void *bigger = grown(list->at, &list->room, sizeof *list->at);
    if (!bigger) return CI_ENOMEM;
    list->at = bigger;
  }
  list->at[list->n++] = e;
  return CI_OK;
}

void exprs_free(exprs *list) { free(list->at); }

int ints_add(ints *list, int64_t value) {
  if (list->n == list->room) {
    void *bigger = grown(list->at, &list->room, sizeof *list->at);
    if (!bigger) return CI_ENOMEM;
    list->at = bigger;
  }
  list->at[list->n++] = value;
  return CI_OK;
}

void ints_free(ints *list) { free(list->at); }

ci_expr apply_list(const parser *p, ci_op op, const exprs *list) {
  return list->n == 1 ? list->at[0] : ci_apply(p->scope.builder, op, list->at, list->n);
}
