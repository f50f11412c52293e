/* The native language: statements (docs/language.md). */
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "expression.h"
#include "pending.h"
#include "reader.h"

enum { MAX_LISTED = 1 << 22, MAX_SHOWN = 400 };

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

static int new_name(parser *p, token *name, const char *what) {
  if (p->token.kind != TOK_NAME) return parser_unexpected(p, what);
  *name = p->token;
  for (int i = 0; i < RESERVED; i++)
    if (token_is(name, reserved[i]))
      return source_fail(p->source, name->place, "'%s' is a word of the language and cannot be a name", reserved[i]);
  if (name->len > 1000) return source_fail(p->source, name->place, "the name is longer than 1000 characters");
  return parser_advance(p);
}

static int taken(const parser *p, const token *name) {
  return source_fail(p->source, name->place, "the name '%.*s' is taken already", (int)name->len, name->place.at);
}

static char *copy_name(const token *name) {
  char *copy = strndup(name->place.at, name->len);
  if (!copy) ci_fail(CI_ENOMEM, "out of memory while reading");
  return copy;
}

/* let NAME = expression;  A figure the caller gave replaces the file's own. */
static int parse_let(parser *p) {
  token name;
  int rc = new_name(p, &name, "a name behind 'let'");
  if (rc >= 0) rc = parser_expect(p, TOK_ASSIGN, "behind the name");
  if (rc < 0) return rc;
  ci_expr e = expression(p);
  if (e < 0) return e;
  if (scope_let(&p->scope, name.place.at, name.len)) return CI_OK;
  if (scope_find(&p->scope, name.place.at, name.len) != SCOPE_ABSENT) return taken(p, &name);
  char *copy = copy_name(&name);
  rc = copy ? ci_name(p->scope.builder, e, copy) : CI_ENOMEM;
  free(copy);
  return rc < 0 ? parser_blame(p, name.place, rc) : rc;
}

/* The values of a domain in braces, ranges spelt out. */
static int list_values(const parser *p, const members *set, ints *out) {
  for (size_t i = 0; i < set->n; i++) {
    const member *m = &set->at[i];
    int64_t lo, hi;
    int rc = constant_value(p, m->lo, m->at, "a domain's value", &lo);
    if (rc >= 0 && m->hi >= 0) rc = constant_value(p, m->hi, m->at, "a domain's value", &hi);
    else hi = lo;
    if (rc < 0) return rc;
    if (lo > hi) return source_fail(p->source, m->at, "the range %lld..%lld is empty", (long long)lo, (long long)hi);
    for (uint64_t left = (uint64_t)hi - (uint64_t)lo;; left -= (uint64_t)m->step, lo += m->step) {
      if (out->n >= MAX_LISTED) return source_fail(p->source, m->at, "more than %d listed values; use lo..hi step k", MAX_LISTED);
      if ((rc = ints_add(out, lo)) < 0) return rc;
      if (left < (uint64_t)m->step) break;
    }
  }
  return CI_OK;
}

static ci_expr declare_listed(const parser *p, const char *name, const members *set) {
  ints values = {0};
  int rc = list_values(p, set, &values);
  ci_expr e = rc < 0 ? rc : ci_var_values(p->scope.builder, name, values.at, values.n);
  ints_free(&values);
  return e;
}

static ci_expr declare_range(const parser *p, const char *name, const member *m) {
  int64_t lo, hi;
  int rc = constant_value(p, m->lo, m->at, "a domain's lower bound", &lo);
  if (rc >= 0) rc = constant_value(p, m->hi, m->at, "a domain's upper bound", &hi);
  return rc < 0 ? rc : ci_var_range(p->scope.builder, name, lo, hi, m->step);
}

static int declare(const parser *p, const token *name, const members *set, bool listed) {
  if (scope_find(&p->scope, name->place.at, name->len) != SCOPE_ABSENT) return taken(p, name);
  char *copy = copy_name(name);
  if (!copy) return CI_ENOMEM;
  ci_expr e = listed ? declare_listed(p, copy, set) : declare_range(p, copy, set->at);
  free(copy);
  return e < 0 ? parser_blame(p, set->at->at, e) : CI_OK;
}

/* The names of `var a, b, c`: read once to find the domain, then declared. */
static int declare_all(parser *p, const lexer *names, const token *first, const members *set, bool listed) {
  lexer l = *names;
  token name = *first;
  for (;;) {
    int rc = declare(p, &name, set, listed);
    if (rc >= 0) rc = lexer_next(&l, &name); /* ',' or 'in' */
    if (rc < 0 || name.kind != TOK_COMMA) return rc;
    if ((rc = lexer_next(&l, &name)) < 0) return rc;
  }
}

/* var NAME, NAME in set; */
static int parse_var(parser *p) {
  token first = p->token, name;
  lexer names = p->lexer;
  bool more = true;
  int rc = CI_OK;
  while (rc >= 0 && more) {
    rc = new_name(p, &name, "a name behind 'var'");
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
  }
  if (rc < 0) return rc;
  if (!token_is(&p->token, "in")) return parser_unexpected(p, "'in' and a domain");
  if ((rc = parser_advance(p)) < 0) return rc;
  members set = {0};
  bool listed = p->token.kind == TOK_SET;
  rc = parse_set(p, &set);
  if (rc >= 0) rc = declare_all(p, &names, &first, &set, listed);
  members_free(&set);
  return rc;
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

/* [NAME:] expression; */
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
  position from = p->token.place;
  ci_expr e = expression(p);
  rc = e < 0 ? e : constrain_at(p, e, label, from, p->behind);
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
    case STATEMENT_LET: rc = parse_declaration(p, parse_let); break;
    case STATEMENT_OTHER: rc = parse_other(p); break;
  }
  s->progress = READ;
  return rc;
}

ci_expr forward_let(parser *p, const token *name) {
  statement *s = p->statements ? statements_let(p->statements, name) : NULL;
  if (!s || s->progress == READ) return SCOPE_ABSENT;
  if (s->progress == BEING_READ)
    return source_fail(p->source, name->place, "'%.*s' is defined through itself", (int)name->len, name->place.at);
  parser here = *p;
  int rc = parser_enter(p);
  if (rc >= 0) rc = parse_statement(p, s);
  *p = here;
  return rc < 0 ? rc : scope_find(&p->scope, name->place.at, name->len);
}

static int parse_all(parser *p, bool variables) {
  int rc = CI_OK;
  for (size_t i = 0; i < p->statements->n && rc >= 0; i++)
    if ((p->statements->at[i].kind == STATEMENT_VAR) == variables) rc = parse_statement(p, &p->statements->at[i]);
  return rc;
}

int read_native(const source *s, const scope *names) {
  parser p;
  statements list = {0};
  int rc = statements_find(&list, s);
  if (rc >= 0) rc = parser_init(&p, s, names);
  if (rc >= 0) {
    p.statements = &list;
    rc = parse_all(&p, true);
  }
  if (rc >= 0) rc = parse_all(&p, false);
  statements_free(&list);
  return rc;
}

ci_expr read_native_expression(const source *s, const scope *names) {
  parser p;
  int rc = parser_init(&p, s, names);
  if (rc < 0) return rc;
  ci_expr e = expression(&p);
  if (e >= 0 && p.token.kind != TOK_END) return parser_unexpected(&p, "an operator or the end of the expression");
  return e;
}
