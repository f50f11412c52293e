/* Operators of the native language: one table, climbed by precedence.
 *
 * Chains of one associative operator become one n-ary node, so that a long
 * text does not make a deep graph; nesting by brackets is limited. */
#include "expression.h"
#include <string.h>
#include "../builder.h"
#include "list.h"

struct infix {
  enum token_kind kind;
  const char *word; /* of TOK_NAME */
  enum binding binding;
  ci_expr (*parse)(parser *p, const struct infix *op, ci_expr left);
  ci_op op;
};

static const struct infix *current_infix(const parser *p);

ci_expr expression(parser *p) { return expression_at(p, BIND_IFF); }

/* Steps over the operator and reads what stands on its right. */
static ci_expr right_side(parser *p, enum binding loosest) {
  int rc = parser_advance(p);
  return rc < 0 ? rc : expression_at(p, loosest);
}

static ci_expr parse_left(parser *p, const struct infix *op, ci_expr left) {
  ci_expr right = right_side(p, op->binding + 1);
  return ci_apply2(p->scope.builder, op->op, left, right);
}

static ci_expr parse_right(parser *p, const struct infix *op, ci_expr left) {
  ci_expr right = right_side(p, op->binding);
  return ci_apply2(p->scope.builder, op->op, left, right);
}

/* left OP right OP ...: one node. */
static ci_expr parse_chain(parser *p, const struct infix *op, ci_expr left) {
  exprs list = {0};
  ci_expr rc = exprs_add(&list, left);
  while (rc >= 0 && current_infix(p) == op) rc = exprs_add(&list, right_side(p, op->binding + 1));
  if (rc >= 0) rc = apply_list(p, op->op, &list);
  exprs_free(&list);
  return rc;
}

static ci_expr parse_sum(parser *p, const struct infix *op, ci_expr left) {
  exprs list = {0};
  ci_expr rc = exprs_add(&list, left);
  while (rc >= 0 && (op = current_infix(p)) && op->binding == BIND_SUM) {
    ci_expr term = right_side(p, BIND_SUM + 1);
    rc = exprs_add(&list, op->op == CI_SUB ? ci_apply1(p->scope.builder, CI_NEG, term) : term);
  }
  if (rc >= 0) rc = ci_apply(p->scope.builder, CI_ADD, list.at, list.n);
  exprs_free(&list);
  return rc;
}

/* a < b <= c: every neighbouring pair. */
static ci_expr parse_comparison(parser *p, const struct infix *op, ci_expr left) {
  exprs pairs = {0};
  ci_expr rc = CI_OK;
  for (; rc >= 0 && (op = current_infix(p)) && op->binding == BIND_COMPARE && op->kind != TOK_NAME;) {
    ci_expr right = right_side(p, BIND_COMPARE + 1);
    rc = exprs_add(&pairs, ci_apply2(p->scope.builder, op->op, left, right));
    left = right;
  }
  if (rc >= 0) rc = apply_list(p, CI_AND, &pairs);
  exprs_free(&pairs);
  return rc;
}

static ci_expr member_holds(const parser *p, const member *m, ci_expr x) {
  ci_builder *b = p->scope.builder;
  if (m->hi < 0) return ci_apply2(b, CI_EQ, x, m->lo);
  ci_expr parts[3] = {ci_apply2(b, CI_LE, m->lo, x), ci_apply2(b, CI_LE, x, m->hi)};
  if (m->step == 1) return ci_apply(b, CI_AND, parts, 2);
  ci_expr rest = ci_apply2(b, CI_MOD, ci_apply2(b, CI_SUB, x, m->lo), ci_int(b, m->step));
  parts[2] = ci_apply2(b, CI_EQ, rest, ci_int(b, 0));
  return ci_apply(b, CI_AND, parts, 3);
}

/* x is in the set: constants together, the rest one by one. */
static ci_expr in_set(const parser *p, const members *set, ci_expr x) {
  ints constants = {0};
  exprs cases = {0};
  ci_expr rc = CI_OK;
  for (size_t i = 0; i < set->n && rc >= 0; i++) {
    int64_t value;
    if (set->at[i].hi < 0 && builder_constant(p->scope.builder, set->at[i].lo, &value)) rc = ints_add(&constants, value);
    else rc = exprs_add(&cases, member_holds(p, &set->at[i], x));
  }
  if (rc >= 0 && constants.n) rc = exprs_add(&cases, ci_in(p->scope.builder, x, constants.at, constants.n));
  if (rc >= 0) rc = cases.n ? apply_list(p, CI_OR, &cases) : ci_int(p->scope.builder, 0);
  ints_free(&constants);
  exprs_free(&cases);
  return rc;
}

static ci_expr parse_in(parser *p, const struct infix *op, ci_expr left) {
  members set = {0};
  bool negated = !strcmp(op->word, "not");
  int rc = parser_advance(p);
  if (rc >= 0 && negated) rc = parser_advance(p);
  if (rc >= 0) rc = parse_set(p, &set);
  ci_expr e = rc < 0 ? rc : in_set(p, &set, left);
  members_free(&set);
  if (e >= 0 && negated) e = ci_apply1(p->scope.builder, CI_NOT, e);
  const struct infix *next = current_infix(p);
  if (e >= 0 && next && next->binding == BIND_COMPARE)
    return source_fail(p->source, p->token.place, "'in' does not chain with other comparisons: put brackets around it");
  return e;
}

static const struct infix infixes[] = {
  {TOK_IFF, NULL, BIND_IFF, parse_left, CI_IFF},
  {TOK_ARROW, NULL, BIND_IMPLIES, parse_right, CI_IMPLIES},
  {TOK_NAME, "or", BIND_OR, parse_chain, CI_OR},
  {TOK_NAME, "xor", BIND_XOR, parse_left, CI_XOR},
  {TOK_NAME, "and", BIND_AND, parse_chain, CI_AND},
  {TOK_NAME, "in", BIND_COMPARE, parse_in, CI_EQ},
  {TOK_NAME, "not", BIND_COMPARE, parse_in, CI_EQ}, /* not in */
  {TOK_EQ, NULL, BIND_COMPARE, parse_comparison, CI_EQ},
  {TOK_NE, NULL, BIND_COMPARE, parse_comparison, CI_NE},
  {TOK_LE, NULL, BIND_COMPARE, parse_comparison, CI_LE},
  {TOK_GE, NULL, BIND_COMPARE, parse_comparison, CI_GE},
  {TOK_LT, NULL, BIND_COMPARE, parse_comparison, CI_LT},
  {TOK_GT, NULL, BIND_COMPARE, parse_comparison, CI_GT},
  {TOK_PLUS, NULL, BIND_SUM, parse_sum, CI_ADD},
  {TOK_MINUS, NULL, BIND_SUM, parse_sum, CI_SUB},
  {TOK_STAR, NULL, BIND_PRODUCT, parse_chain, CI_MUL},
  {TOK_SLASH, NULL, BIND_PRODUCT, parse_left, CI_EXACTDIV},
  {TOK_FLOORDIV, NULL, BIND_PRODUCT, parse_left, CI_FLOORDIV},
  {TOK_PERCENT, NULL, BIND_PRODUCT, parse_left, CI_MOD},
  {TOK_POWER, NULL, BIND_POWER, parse_right, CI_POW},
  {TOK_CARET, NULL, BIND_POWER, parse_right, CI_POW},
};
enum { INFIXES = sizeof infixes / sizeof *infixes };

static const struct infix *current_infix(const parser *p) {
  token ahead;
  for (int i = 0; i < INFIXES; i++) {
    const struct infix *op = &infixes[i];
    if (op->kind != p->token.kind || (op->word && !token_is(&p->token, op->word))) continue;
    if (op->word && !strcmp(op->word, "not") && (parser_peek(p, &ahead) < 0 || !token_is(&ahead, "in"))) return NULL;
    return op;
  }
  return NULL;
}

static const struct { const char *name; int64_t factor; } units[] = {
  {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
};
enum { UNITS = sizeof units / sizeof *units };

static int too_large(const parser *p, const token *number) {
  return source_fail(p->source, number->place, "the number is beyond 64 bits (largest: 9223372036854775807)");
}

/* A number and its unit; largest: what fits (2^63 behind a minus sign). */
static int read_number(parser *p, uint64_t largest, uint64_t *value) {
  token number = p->token;
  *value = number.value;
  int rc = parser_advance(p);
  for (int i = 0; i < UNITS && rc >= 0; i++) {
    if (!token_is(&p->token, units[i].name)) continue;
    if (__builtin_mul_overflow(*value, (uint64_t)units[i].factor, value)) return too_large(p, &number);
    rc = parser_advance(p);
    break;
  }
  return rc >= 0 && (number.too_large || *value > largest) ? too_large(p, &number) : rc;
}

static ci_expr parse_number(parser *p) {
  uint64_t value;
  int rc = read_number(p, INT64_MAX, &value);
  return rc < 0 ? rc : ci_int(p->scope.builder, (int64_t)value);
}

static ci_expr parse_brackets(parser *p) {
  int rc = parser_advance(p);
  if (rc < 0) return rc;
  ci_expr e = expression(p);
  if (e >= 0) rc = parser_expect(p, TOK_CLOSE, "to close the bracket");
  return rc < 0 ? rc : e;
}

/* What the name, which is the current token, stands for; SCOPE_ABSENT: nothing so far. */
static ci_expr parse_known(parser *p) {
  token name = p->token;
  ci_builder *b = p->scope.builder;
  const local *bound = parser_local(p, &name);
  ci_expr e;
  if (bound) e = ci_int(b, bound->value);
  else if (token_is(&name, "true")) e = ci_int(b, 1);
  else if (token_is(&name, "false")) e = ci_int(b, 0);
  else e = scope_find(&p->scope, name.place.at, name.len);
  if (e == SCOPE_ABSENT) {
    const struct array *a = arrays_find(b, name.place.at, name.len);
    return a ? parse_reference(p, a) : SCOPE_ABSENT;
  }
  int rc = parser_advance(p);
  if (rc >= 0 && p->token.kind == TOK_LIST)
    return source_fail(p->source, p->token.place, "'%.*s' is no array", (int)(name.len > 100 ? 100 : name.len), name.place.at);
  return rc < 0 ? rc : e;
}

static ci_expr parse_name(parser *p) {
  token name = p->token, ahead;
  bool was = false;
  int rc = parser_peek(p, &ahead);
  if (rc < 0) return rc;
  if (ahead.kind == TOK_OPEN && is_function(&name)) return parse_call(p);
  ci_expr e = parse_known(p);
  if (e == SCOPE_ABSENT && (rc = forward_let(p, &name, &was)) < 0) return rc;
  if (was) e = parse_known(p);
  if (e != SCOPE_ABSENT) return e;
  if (ahead.kind == TOK_LIST) return parse_element_name(p);
  for (int i = 0; i < INFIXES; i++)
    if (infixes[i].word && token_is(&name, infixes[i].word)) return parser_unexpected(p, "a value");
  return parser_undeclared(p, &name, ahead.kind == TOK_OPEN ? "the function" : "the name");
}

/* -9223372036854775808 is the one number whose magnitude alone does not fit. */
static ci_expr parse_minus(parser *p) {
  int rc = parser_advance(p);
  if (rc < 0) return rc;
  if (p->token.kind == TOK_INT && !p->token.too_large && p->token.value == (uint64_t)1 << 63) {
    rc = parser_advance(p);
    return rc < 0 ? rc : ci_int(p->scope.builder, INT64_MIN);
  }
  return ci_apply1(p->scope.builder, CI_NEG, expression_at(p, BIND_SIGN));
}

static ci_expr parse_operand(parser *p, enum binding loosest) {
  switch (p->token.kind) {
    case TOK_INT: return parse_number(p);
    case TOK_OPEN: return parse_brackets(p);
    case TOK_MINUS: return parse_minus(p);
    case TOK_NAME: break;
    case TOK_BANG: return source_fail(p->source, p->token.place, "write 'not' for negation");
    default: return parser_unexpected(p, "a value");
  }
  if (!token_is(&p->token, "not")) return parse_name(p);
  if (loosest > BIND_NOT) return source_fail(p->source, p->token.place, "put brackets around 'not ...' here");
  return ci_apply1(p->scope.builder, CI_NOT, right_side(p, BIND_NOT));
}

/* Behind a whole array nothing may be calculated. */
static ci_expr end_list(const parser *p) {
  if (!current_infix(p)) return EXPR_LIST;
  return source_fail(p->source, p->token.place, "an array has no single value: sum(...), forall(...) or one index more make one of it");
}

ci_expr expression_at(parser *p, enum binding loosest) {
  position at = p->token.place;
  int rc = parser_enter(p);
  if (rc < 0) return rc;
  ci_expr e = parse_operand(p, loosest);
  const struct infix *op;
  while (e >= 0 && (op = current_infix(p)) && op->binding >= loosest) {
    at = p->token.place;
    e = op->parse(p, op, e);
  }
  p->depth--;
  if (e == EXPR_LIST) return end_list(p);
  return e < 0 ? parser_blame(p, at, e) : e;
}
