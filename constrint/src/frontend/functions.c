/* The functions of the native language, one line each. */
#include "expression.h"

struct function {
  const char *name;
  int min, max; /* arguments; max < 0: any number */
  ci_expr (*parse)(parser *p, const struct function *f);
  ci_op op;
  int64_t of_none; /* the value without arguments, where min is 0 */
};

/* ", a, b" up to the closing token, which is stepped over. */
static int parse_list(parser *p, exprs *out, enum token_kind close) {
  bool more = p->token.kind != close;
  int rc = CI_OK;
  while (rc >= 0 && more) {
    rc = exprs_add(out, expression(p));
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    if (rc >= 0 && p->token.kind == close) more = false;
  }
  return rc < 0 ? rc : parser_expect(p, close, "or ',' in the list");
}

/* Arguments, or one list in [] in their place. */
static int parse_arguments(parser *p, exprs *out) {
  bool list;
  int rc = parser_accept(p, TOK_LIST, &list);
  if (rc < 0) return rc;
  if (!list) return parse_list(p, out, TOK_CLOSE);
  rc = parse_list(p, out, TOK_UNLIST);
  return rc < 0 ? rc : parser_expect(p, TOK_CLOSE, "behind the list");
}

static int check_count(const parser *p, const struct function *f, position at, size_t n) {
  if ((long)n >= f->min && (f->max < 0 || (long)n <= f->max)) return CI_OK;
  if (f->min == f->max)
    return source_fail(p->source, at, "%s() takes %d argument%s, not %zu", f->name, f->min, f->min == 1 ? "" : "s", n);
  return source_fail(p->source, at, "%s() takes at least %d argument%s", f->name, f->min, f->min == 1 ? "" : "s");
}

static ci_expr parse_plain(parser *p, const struct function *f) {
  exprs list = {0};
  position at = p->token.place;
  int rc = parse_arguments(p, &list);
  if (rc >= 0) rc = check_count(p, f, at, list.n);
  if (rc >= 0) rc = list.n ? ci_apply(p->scope.builder, f->op, list.at, list.n) : ci_int(p->scope.builder, f->of_none);
  exprs_free(&list);
  return rc;
}

/* element([a, b, c], i) */
static ci_expr parse_element(parser *p, const struct function *f) {
  exprs list = {0};
  position at = p->token.place;
  int rc = exprs_add(&list, 0); /* room for the index, which comes first in the node */
  if (rc >= 0) rc = parser_expect(p, TOK_LIST, "to begin element's list");
  if (rc >= 0) rc = parse_list(p, &list, TOK_UNLIST);
  if (rc >= 0) rc = parser_expect(p, TOK_COMMA, "and the index");
  if (rc >= 0) rc = list.at[0] = expression(p);
  if (rc >= 0) rc = parser_expect(p, TOK_CLOSE, "behind the index");
  if (rc >= 0) rc = check_count(p, f, at, list.n);
  if (rc >= 0) rc = ci_apply(p->scope.builder, f->op, list.at, list.n);
  exprs_free(&list);
  return rc;
}

static int parse_row(parser *p, ints *values, size_t n) {
  exprs row = {0};
  position at = p->token.place;
  int rc = parser_expect(p, TOK_OPEN, "to begin a row");
  if (rc >= 0) rc = parse_list(p, &row, TOK_CLOSE);
  if (rc >= 0 && row.n != n)
    rc = source_fail(p->source, at, "the row has %zu value%s, the table %zu columns", row.n, row.n == 1 ? "" : "s", n);
  for (size_t i = 0; i < row.n && rc >= 0; i++) {
    int64_t value;
    rc = constant_value(p, row.at[i], at, "a table's value", &value);
    if (rc >= 0) rc = ints_add(values, value);
  }
  exprs_free(&row);
  return rc;
}

static int parse_rows(parser *p, ints *values, size_t n) {
  bool more = true;
  int rc = parser_expect(p, TOK_LIST, "to begin the rows");
  if (rc >= 0 && p->token.kind == TOK_UNLIST) more = false;
  while (rc >= 0 && more) {
    rc = parse_row(p, values, n);
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    if (rc >= 0 && p->token.kind == TOK_UNLIST) more = false;
  }
  return rc < 0 ? rc : parser_expect(p, TOK_UNLIST, "or ',' behind a row");
}

/* table((x, y), [(1, 2), (3, 4)]) */
static ci_expr parse_table(parser *p, const struct function *f) {
  exprs columns = {0};
  ints values = {0};
  position at = p->token.place;
  int rc = parser_expect(p, TOK_OPEN, "to begin the table's columns");
  if (rc >= 0) rc = parse_list(p, &columns, TOK_CLOSE);
  if (rc >= 0) rc = check_count(p, f, at, columns.n);
  if (rc >= 0) rc = parser_expect(p, TOK_COMMA, "and the rows");
  if (rc >= 0) rc = parse_rows(p, &values, columns.n);
  if (rc >= 0) rc = parser_expect(p, TOK_CLOSE, "behind the rows");
  if (rc >= 0) {
    size_t rows = values.n / columns.n;
    rc = rows ? ci_table(p->scope.builder, columns.at, columns.n, values.at, rows) : ci_int(p->scope.builder, 0);
  }
  exprs_free(&columns);
  ints_free(&values);
  return rc;
}

static const struct function functions[] = {
  {"abs", 1, 1, parse_plain, CI_ABS, 0},
  {"min", 1, -1, parse_plain, CI_MIN, 0},
  {"max", 1, -1, parse_plain, CI_MAX, 0},
  {"sum", 0, -1, parse_plain, CI_ADD, 0},
  {"product", 0, -1, parse_plain, CI_MUL, 1},
  {"ceildiv", 2, 2, parse_plain, CI_CEILDIV, 0},
  {"divides", 2, 2, parse_plain, CI_DIVIDES, 0},
  {"bitxor", 2, 2, parse_plain, CI_BITXOR, 0},
  {"ite", 3, 3, parse_plain, CI_ITE, 0},
  {"alldifferent", 0, -1, parse_plain, CI_ALLDIFFERENT, 1},
  {"element", 2, -1, parse_element, CI_ELEMENT, 0},
  {"table", 1, -1, parse_table, CI_EQ, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static const struct function *find(const token *t) {
  for (int i = 0; i < FUNCTIONS; i++)
    if (token_is(t, functions[i].name)) return &functions[i];
  return NULL;
}

bool is_function(const token *t) { return find(t) != NULL; }

ci_expr parse_call(parser *p) {
  const struct function *f = find(&p->token);
  int rc = parser_advance(p);
  if (rc >= 0) rc = parser_advance(p); /* the bracket */
  return rc < 0 ? rc : f->parse(p, f);
}
