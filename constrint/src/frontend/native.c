/* The native language: statements (docs/language.md). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "data.h"
#include "list.h"
#include "native.h"
#include "pending.h"
#include "reader.h"

enum { MAX_SHOWN = 400 };

/* Names that a declaration may not take. */
static const char *const reserved[] = {"let", "var", "maximize", "minimize", "in", "not", "and", "or", "xor",
                                       "true", "false", "KiB", "MiB", "GiB"};
enum { RESERVED = sizeof reserved / sizeof *reserved };

/* Operators of other languages, and what to write here. */
static const struct { enum token_kind kind; const char *hint; } hints[] = {
  {TOK_ASSIGN, "equality is '=='"}, {TOK_AND, "write 'and'"}, {TOK_OR, "write 'or'"}, {TOK_BANG, "write 'not' or '!='"},
  {TOK_SHL, "write * 2 ** n"}, {TOK_SHR, "write // 2 ** n"}, {TOK_TILDE, "write -x - 1"},
  {TOK_DOTS, "a range stands behind 'in'"},
};
enum { HINTS = sizeof hints / sizeof *hints };

static int end_statement(parser *p, const char *what) {
  if (p->token.kind == TOK_SEMICOLON) return parser_advance(p);
  const char *hint = NULL;
  for (int i = 0; i < HINTS; i++)
    if (p->token.kind == hints[i].kind) hint = hints[i].hint;
  char found[128];
  return source_fail(p->source, p->token.place, "expected ';' behind %s, found %s%s%s%s", what,
                     token_text(&p->token, found, sizeof found), hint ? " (" : "", hint ? hint : "", hint ? ")" : "");
}

int new_name(parser *p, token *name, const char *what) {
  if (p->token.kind != TOK_NAME) return parser_unexpected(p, what);
  *name = p->token;
  for (int i = 0; i < RESERVED; i++)
    if (token_is(name, reserved[i]))
      return source_fail(p->source, name->place, "'%s' is a word of the language and cannot be a name", reserved[i]);
  if (name->len > 1000) return source_fail(p->source, name->place, "the name is longer than 1000 characters");
  return parser_advance(p);
}

int name_taken(const parser *p, const token *name) {
  return source_fail(p->source, name->place, "the name '%.*s' is taken already", (int)name->len, name->place.at);
}

int free_name(parser *p, token *name, const char *what) {
  int rc = new_name(p, name, what);
  if (rc < 0) return rc;
  const char *text = name->place.at;
  bool known = parser_local(p, name) || scope_find(&p->scope, text, name->len) != SCOPE_ABSENT ||
               arrays_find(p->scope.builder, text, name->len) || (p->statements && statements_let(p->statements, name));
  return known ? name_taken(p, name) : CI_OK;
}

char *copy_name(const token *name) {
  char *copy = strndup(name->place.at, name->len);
  if (!copy) ci_fail(CI_ENOMEM, "out of memory while reading");
  return copy;
}

static bool is_objective(const token *t) { return token_is(t, "maximize") || token_is(t, "minimize"); }

/* maximize a, b, minimize c;  The direction holds until another is named. */
static int parse_objectives(parser *p) {
  bool more = true, largest = true;
  int rc = CI_OK;
  while (rc >= 0 && more) {
    if (is_objective(&p->token)) {
      largest = token_is(&p->token, "maximize");
      if ((rc = parser_advance(p)) < 0) return rc;
    }
    position at = p->token.place;
    ci_expr e = expression(p);
    if (e < 0) return e;
    rc = ci_objective(p->scope.builder, e, largest);
    rc = rc < 0 ? parser_blame(p, at, rc) : parser_accept(p, TOK_COMMA, &more);
  }
  return rc;
}

/* One line of the source's text, blanks and comments dropped, for messages. */
static void shown_text(char *out, const char *from, const char *to) {
  size_t n = 0;
  for (const char *c = from; c < to && n < MAX_SHOWN; c++) {
    if (*c == '#')
      while (c < to && *c != '\n') c++;
    bool blank = c == to || (unsigned char)*c <= ' ';
    if (!blank) out[n++] = *c;
    else if (n && out[n - 1] != ' ') out[n++] = ' ';
  }
  while (n && out[n - 1] == ' ') n--;
  strcpy(out + n, n == MAX_SHOWN ? "..." : "");
}

int constrain_at(const parser *p, ci_expr e, const char *name, position from, position to) {
  char shown[MAX_SHOWN + 8];
  ci_place place = {p->source->name, from.line, from.column};
  if (!name) shown_text(shown, from.at, to.at);
  int rc = ci_constrain(p->scope.builder, e, name ? name : shown, &place);
  return rc < 0 ? parser_blame(p, from, rc) : rc;
}

/* Adds what tells one instance of a forall from another: [1][2], or (i = 1, j = 2). */
static void add_values(char *out, size_t size, const local *l, bool named) {
  if (!l) return;
  add_values(out, size, l->outer, named);
  size_t n = strlen(out);
  if (named) snprintf(out + n, size - n, "[%" PRId64 "]", l->value);
  else snprintf(out + n, size - n, "%s%.*s = %" PRId64, l->outer ? ", " : " (", (int)(l->name.len > 60 ? 60 : l->name.len), l->name.place.at, l->value);
}

/* Requires e, an instance of a forall's body. */
static int constrain_instance(const parser *p, ci_expr e, const char *label, position from, position to) {
  char shown[2 * MAX_SHOWN + 1100];
  if (label) snprintf(shown, sizeof shown, "%s", label);
  else shown_text(shown, from.at, to.at);
  add_values(shown, sizeof shown - 2, p->locals, label);
  if (!label) strcat(shown, ")");
  return constrain_at(p, e, shown, from, to);
}

static int parse_body(parser *p, void *label) {
  const loop *forall = token_is(&p->token, "forall") ? statements_loop(p->statements, p->token.place.at) : NULL;
  if (forall) return run_forall(p, forall, parse_body, label);
  position from = p->token.place;
  ci_expr e = expression(p);
  if (e < 0) return e;
  int rc = p->locals ? constrain_instance(p, e, label, from, p->behind) : constrain_at(p, e, label, from, p->behind);
  return rc < 0 || p->token.kind == TOK_SEMICOLON ? rc : end_statement(p, "the constraint");
}

/* [NAME:] [forall ...:] expression; */
static int parse_constraint(parser *p) {
  token ahead, name = p->token;
  int rc = parser_peek(p, &ahead);
  if (rc < 0) return rc;
  char *label = NULL;
  if (name.kind == TOK_NAME && ahead.kind == TOK_COLON) {
    rc = new_name(p, &name, "a name");
    if (rc >= 0) rc = parser_advance(p);
    if (rc < 0) return rc;
    if (!(label = copy_name(&name))) return CI_ENOMEM;
  }
  const char *begin = p->token.place.at;
  bool forall = token_is(&p->token, "forall") && statements_loop(p->statements, begin);
  rc = parse_body(p, label);
  if (rc >= 0 && forall) while (rc >= 0 && p->token.kind != TOK_SEMICOLON && p->token.kind != TOK_END) rc = parser_advance(p);
  free(label);
  return rc;
}

/* The parser at a statement's first token. */
static int go_to(parser *p, const statement *s) {
  lexer_init_at(&p->lexer, p->source, s->first.place);
  return lexer_next(&p->lexer, &p->token);
}

static int parse_declaration(parser *p, int (*parse)(parser *p)) {
  int rc = parser_advance(p);
  if (rc >= 0) rc = parse(p);
  return rc < 0 ? rc : end_statement(p, "the declaration");
}

static int parse_other(parser *p) {
  bool objective = is_objective(&p->token);
  int rc = objective ? parse_objectives(p) : parse_constraint(p);
  return rc < 0 ? rc : end_statement(p, objective ? "the objective" : "the constraint");
}

static int parse_statement(parser *p, statement *s) {
  if (s->progress == READ) return CI_OK;
  s->progress = BEING_READ;
  int rc = go_to(p, s);
  if (rc < 0) return rc;
  switch (s->kind) {
    case STATEMENT_VAR: rc = parse_declaration(p, parse_var); break;
    case STATEMENT_LET: rc = parse_declaration(p, token_is(&s->first, "let") ? parse_let : parse_param); break;
    case STATEMENT_OTHER: rc = parse_other(p); break;
  }
  s->progress = READ;
  return rc;
}

int forward_let(parser *p, const token *name, bool *was) {
  statement *s = p->statements ? statements_let(p->statements, name) : NULL;
  *was = false;
  if (!s || s->progress == READ) return CI_OK;
  if (s->progress == BEING_READ)
    return source_fail(p->source, name->place, "'%.*s' is defined through itself", (int)name->len, name->place.at);
  parser here = *p;
  p->locals = NULL;
  int rc = parser_enter(p);
  if (rc >= 0) rc = parse_statement(p, s);
  *p = here;
  *was = true;
  return rc;
}

static int parse_all(parser *p, bool variables) {
  int rc = CI_OK;
  for (size_t i = 0; i < p->statements->n && rc >= 0; i++)
    if ((p->statements->at[i].kind == STATEMENT_VAR) == variables) rc = parse_statement(p, &p->statements->at[i]);
  return rc;
}

/* Why the data may not have that name; NULL: it may. */
static const char *unknown_name(void *context, const char *name, size_t len) {
  const parser *p = context;
  token t = {.kind = TOK_NAME, .place = {.at = name}, .len = len};
  const statement *s = statements_let(p->statements, &t);
  if (!s) return "is no parameter of the model: 'param NAME in RANGE;' declares one";
  return token_is(&s->first, "let") ? "is a 'let' of the model: only a 'param' takes data" : NULL;
}

int read_native(const source *s, const scope *names) {
  parser p;
  statements list = {0};
  int rc = statements_find(&list, s);
  if (rc >= 0) rc = parser_init(&p, s, names);
  if (rc >= 0) {
    p.statements = &list;
    if (names->data) rc = data_check(names->data, unknown_name, &p);
  }
  if (rc >= 0) rc = parse_all(&p, true);
  if (rc >= 0) rc = parse_all(&p, false);
  statements_free(&list);
  return rc;
}

static ci_expr parse_alone(parser *p) {
  ci_expr e = expression(p);
  if (e >= 0 && p->token.kind != TOK_END) return parser_unexpected(p, "an operator or the end of the expression");
  return e;
}

ci_expr read_native_expression(const source *s, const scope *names) {
  parser p;
  statements list = {0};
  int rc = statements_find(&list, s);
  if (rc >= 0) rc = parser_init(&p, s, names);
  list.nlets = 0; /* statements are not read */
  p.statements = &list;
  if (rc >= 0) rc = parse_alone(&p);
  statements_free(&list);
  return rc;
}
