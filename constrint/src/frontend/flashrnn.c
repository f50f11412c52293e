/* The FlashRNN dialect: statements of `;`, alternatives of `|`, comparisons of
 * sums of products of powers; `A % B == 0` says that all of B divides all of A.
 * Every name is an integer in 1..2^30; brackets are stripped (brackets.h). */
#include <stdlib.h>
#include <string.h>
#include "../builder.h"
#include "../error.h"
#include "brackets.h"
#include "order.h"
#include "reader.h"
#include "warning.h"

enum { LARGEST = 1 << 30 };

/* One side of a comparison. */
struct side {
  ci_expr value;   /* negative: a list */
  ci_expr divisor; /* of value % divisor; negative: none */
  ints list;
  position at;
};

static int step_over(parser *p) {
  int rc = parser_advance(p);
  while (rc >= 0 && (p->token.kind == TOK_OPEN || p->token.kind == TOK_CLOSE)) rc = parser_advance(p);
  return rc;
}

static ci_expr declare(parser *p, const token *name) {
  if (name->len > 1000) return source_fail(p->source, name->place, "the name is longer than 1000 characters");
  char *copy = strndup(name->place.at, name->len);
  if (!copy) return ci_fail(CI_ENOMEM, "out of memory while reading");
  ci_expr e = ci_var_range(p->scope.builder, copy, 1, LARGEST, 1);
  free(copy);
  return e;
}

static ci_expr parse_name(parser *p) {
  token name = p->token;
  ci_expr e = scope_find(&p->scope, name.place.at, name.len);
  if (e == SCOPE_ABSENT) e = declare(p, &name);
  int rc = e < 0 ? e : step_over(p);
  return rc < 0 ? rc : e;
}

static int read_int(parser *p, int64_t *value) {
  const token *t = &p->token;
  if (t->kind != TOK_INT) return parser_unexpected(p, "a whole number");
  if (t->too_large || t->value > INT64_MAX) return source_fail(p->source, t->place, "the number is beyond 64 bits");
  *value = (int64_t)t->value;
  return step_over(p);
}

static ci_expr parse_atom(parser *p) {
  int64_t value = 0;
  int rc;
  switch (p->token.kind) {
    case TOK_NAME: return parse_name(p);
    case TOK_INT: rc = read_int(p, &value); return rc < 0 ? rc : ci_int(p->scope.builder, value);
    case TOK_MINUS: return source_fail(p->source, p->token.place, "this dialect has no '-': add on the other side");
    case TOK_LIST: return source_fail(p->source, p->token.place, "a list stands alone on its side: give it a name first");
    default: return parser_unexpected(p, "a name or a number");
  }
}

static ci_expr parse_power(parser *p) {
  ci_expr base = parse_atom(p);
  if (base < 0 || (p->token.kind != TOK_CARET && p->token.kind != TOK_POWER)) return base;
  int rc = step_over(p);
  position at = p->token.place;
  ci_expr exponent = rc < 0 ? rc : parse_atom(p);
  int64_t value;
  if (exponent >= 0 && !builder_constant(p->scope.builder, exponent, &value))
    return source_fail(p->source, at, "the exponent must be a number");
  return ci_apply2(p->scope.builder, CI_POW, base, exponent);
}

static ci_expr parse_chain(parser *p, enum token_kind kind, ci_op op, ci_expr (*part)(parser *p)) {
  exprs list = {0};
  ci_expr rc = exprs_add(&list, part(p));
  while (rc >= 0 && p->token.kind == kind) {
    rc = step_over(p);
    if (rc >= 0) rc = exprs_add(&list, part(p));
  }
  if (rc >= 0) rc = apply_list(p, op, &list);
  exprs_free(&list);
  return rc;
}

static ci_expr parse_product(parser *p) { return parse_chain(p, TOK_STAR, CI_MUL, parse_power); }
static ci_expr parse_sum(parser *p) { return parse_chain(p, TOK_PLUS, CI_ADD, parse_product); }

/* [1, 2, 3] */
static int parse_list(parser *p, ints *out) {
  int rc = step_over(p);
  while (rc >= 0) {
    int64_t value = 0;
    rc = read_int(p, &value);
    if (rc >= 0) rc = ints_add(out, value);
    if (rc < 0 || p->token.kind != TOK_COMMA) break;
    rc = step_over(p);
  }
  if (rc < 0) return rc;
  if (p->token.kind != TOK_UNLIST) return parser_expect(p, TOK_UNLIST, "or ',' in the list");
  return step_over(p);
}

static int parse_side(parser *p, struct side *s) {
  *s = (struct side){.value = -1, .divisor = -1, .at = p->token.place};
  if (p->token.kind == TOK_LIST) return parse_list(p, &s->list);
  s->value = parse_sum(p);
  if (s->value < 0 || p->token.kind != TOK_PERCENT) return s->value < 0 ? s->value : CI_OK;
  int rc = step_over(p);
  if (rc >= 0) rc = s->divisor = parse_sum(p);
  return rc < 0 ? rc : CI_OK;
}

static const struct { enum token_kind kind; ci_op op; } relations[] = {
  {TOK_EQ, CI_EQ}, {TOK_NE, CI_NE}, {TOK_LE, CI_LE}, {TOK_GE, CI_GE}, {TOK_LT, CI_LT}, {TOK_GT, CI_GT},
};
enum { RELATIONS = sizeof relations / sizeof *relations };

static int parse_relation(parser *p, ci_op *op) {
  for (int i = 0; i < RELATIONS; i++)
    if (p->token.kind == relations[i].kind) {
      *op = relations[i].op;
      return step_over(p);
    }
  if (p->token.kind == TOK_MINUS || p->token.kind == TOK_SLASH || p->token.kind == TOK_FLOORDIV)
    return source_fail(p->source, p->token.place, "this dialect has no '-' and no '/': bring the term to the other side");
  if (p->token.kind == TOK_ASSIGN) return source_fail(p->source, p->token.place, "equality is '=='");
  return parser_unexpected(p, "a comparison (==, !=, <=, >=, <, >)");
}

/* x OP [a, b]: for some value of the list. */
static ci_expr with_list(const parser *p, ci_op op, const struct side *a, const struct side *b) {
  const ints *list = a->value < 0 ? &a->list : &b->list;
  ci_expr x = a->value < 0 ? b->value : a->value;
  if (x < 0) return source_fail(p->source, b->at, "a list on both sides");
  if (op == CI_EQ) return ci_in(p->scope.builder, x, list->at, list->n);
  exprs cases = {0};
  ci_expr rc = CI_OK;
  for (size_t i = 0; i < list->n && rc >= 0; i++) {
    ci_expr value = ci_int(p->scope.builder, list->at[i]);
    rc = exprs_add(&cases, a->value < 0 ? ci_apply2(p->scope.builder, op, value, x) : ci_apply2(p->scope.builder, op, x, value));
  }
  if (rc >= 0) rc = apply_list(p, CI_OR, &cases);
  exprs_free(&cases);
  return rc;
}

static ci_expr compare(const parser *p, ci_op op, const struct side *a, const struct side *b) {
  int64_t zero;
  if (b->divisor >= 0) return source_fail(p->source, b->at, "'%%' stands on the left only: A %% B == 0");
  if (a->divisor >= 0) {
    bool fine = op == CI_EQ && b->value >= 0 && builder_constant(p->scope.builder, b->value, &zero) && zero == 0;
    if (!fine) return source_fail(p->source, b->at, "'%%' is for divisibility only: A %% B == 0");
    return ci_apply2(p->scope.builder, CI_DIVIDES, a->divisor, a->value);
  }
  if (a->value < 0 || b->value < 0) return with_list(p, op, a, b);
  return ci_apply2(p->scope.builder, op, a->value, b->value);
}

static ci_expr parse_comparison(parser *p) {
  struct side a, b = {0};
  ci_op op = CI_EQ;
  int rc = parse_side(p, &a);
  if (rc >= 0) rc = parse_relation(p, &op);
  if (rc >= 0) rc = parse_side(p, &b);
  ci_expr e = rc < 0 ? rc : compare(p, op, &a, &b);
  ints_free(&a.list);
  ints_free(&b.list);
  return e;
}

static int parse_statement(parser *p) {
  position from = p->token.place;
  while (p->token.kind == TOK_OPEN || p->token.kind == TOK_CLOSE) {
    int rc = parser_advance(p);
    if (rc < 0) return rc;
  }
  ci_expr e = parse_chain(p, TOK_OR, CI_OR, parse_comparison);
  if (e < 0) return parser_blame(p, from, e);
  if (p->token.kind != TOK_SEMICOLON && p->token.kind != TOK_END)
    return parser_unexpected(p, "';' or '|' behind the comparison");
  return constrain_at(p, e, NULL, from, p->behind);
}

static int add_order(void *data, const source *s, const token *name, int largest_first) {
  parser *p = data;
  if (scope_let(&p->scope, name->place.at, name->len)) return CI_OK; /* a constant has no order */
  ci_expr var = scope_find(&p->scope, name->place.at, name->len);
  if (var == SCOPE_ABSENT)
    return source_fail(s, name->place, "the order names '%.*s', which no constraint has",
                       (int)(name->len > 100 ? 100 : name->len), name->place.at);
  int rc = ci_order(p->scope.builder, var, largest_first);
  return rc < 0 ? parser_blame(p, name->place, rc) : rc;
}

/* Where the order begins in a line "# order: ...", or NULL. */
static const char *order_text(const char *line, const char *end) {
  while (line < end && (*line == ' ' || *line == '\t')) line++;
  if (line == end || *line++ != '#') return NULL;
  while (line < end && (*line == ' ' || *line == '\t')) line++;
  return end - line >= 6 && !memcmp(line, "order:", 6) ? line + 6 : NULL;
}

/* All "# order:" lines, one after the other. */
static int read_orders(parser *p) {
  const source *s = p->source;
  const char *end = s->text + s->len;
  int rc = CI_OK, number = s->first_line;
  for (const char *line = s->text, *next; line < end && rc >= 0; line = next, number++) {
    const char *eol = memchr(line, '\n', (size_t)(end - line));
    next = eol ? eol + 1 : end;
    const char *text = order_text(line, eol ? eol : end);
    if (!text) continue;
    source part = *s;
    part.len = (size_t)((eol ? eol : end) - s->text);
    lexer l;
    lexer_init_at(&l, &part, (position){text, number, (int)(text - line) + 1});
    rc = order_read(&l, add_order, p);
  }
  return rc;
}

int read_flashrnn(const source *s, const scope *names) {
  parser p;
  int rc = brackets_check(s);
  if (rc >= 0) rc = parser_init(&p, s, names);
  while (rc >= 0 && p.token.kind != TOK_END)
    rc = p.token.kind == TOK_SEMICOLON ? parser_advance(&p) : parse_statement(&p);
  return rc < 0 ? rc : read_orders(&p);
}
