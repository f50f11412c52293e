/* The functions of the native language, one line each. */
#include "list.h"

struct function {
  const char *name;
  int min, max; /* arguments; max < 0: any number */
  ci_expr (*parse)(parser *p, const struct function *f);
  ci_op op;
  int64_t of_none; /* the value without arguments, where min is 0 */
};

static int check_count(const parser *p, const struct function *f, position at, size_t n) {
  if ((long)n >= f->min && (f->max < 0 || (long)n <= f->max)) return CI_OK;
  if (f->min == f->max)
    return source_fail(p->source, at, "%s() takes %d argument%s, not %zu", f->name, f->min, f->min == 1 ? "" : "s", n);
  return source_fail(p->source, at, "%s() takes at least %d argument%s", f->name, f->min, f->min == 1 ? "" : "s");
}

static ci_expr parse_plain(parser *p, const struct function *f) {
  item_list l = {0};
  position at = p->token.place;
  int rc = parse_items(p, &l, TOK_CLOSE);
  if (rc >= 0) rc = check_count(p, f, at, l.items.n);
  if (rc >= 0) rc = l.items.n ? ci_apply(p->scope.builder, f->op, l.items.at, l.items.n) : ci_int(p->scope.builder, f->of_none);
  list_free(&l);
  return rc;
}

static ci_expr parse_length(parser *p, const struct function *f) {
  item_list l = {0};
  (void)f;
  int rc = parse_items(p, &l, TOK_CLOSE);
  ci_expr e = rc < 0 ? rc : ci_int(p->scope.builder, (int64_t)l.items.n);
  list_free(&l);
  return e;
}

/* element([a, b, c], i) */
static ci_expr parse_element(parser *p, const struct function *f) {
  item_list l = {0};
  position at = p->token.place;
  int rc = exprs_add(&l.items, 0); /* room for the index, which comes first in the node */
  if (rc >= 0) rc = parse_list(p, &l, "element()");
  if (rc >= 0) rc = parser_expect(p, TOK_COMMA, "and the index");
  if (rc >= 0) rc = l.items.at[0] = expression(p);
  if (rc >= 0) rc = parser_expect(p, TOK_CLOSE, "behind the index");
  if (rc >= 0) rc = check_count(p, f, at, l.items.n);
  if (rc >= 0) rc = ci_apply(p->scope.builder, f->op, l.items.at, l.items.n);
  list_free(&l);
  return rc;
}

/* ---- table((x, y), [(1, 2), (3, 4)]) ---- */

struct rows { ints values; size_t columns; };

static int add_row(const parser *p, struct rows *r, const exprs *row, position at) {
  if (row->n != r->columns)
    return source_fail(p->source, at, "the row has %zu value%s, the table %zu columns", row->n, row->n == 1 ? "" : "s", r->columns);
  int rc = CI_OK;
  for (size_t i = 0; i < row->n && rc >= 0; i++) {
    int64_t value;
    rc = constant_value(p, row->at[i], at, "a table's value", &value);
    if (rc >= 0) rc = ints_add(&r->values, value);
  }
  return rc;
}

static int parse_row(parser *p, void *data) {
  item_list row = {0};
  position at = p->token.place;
  int rc = parser_expect(p, TOK_OPEN, "to begin a row");
  if (rc >= 0) rc = parse_items(p, &row, TOK_CLOSE);
  if (rc >= 0) rc = add_row(p, data, &row.items, at);
  list_free(&row);
  return rc;
}

static int parse_written_rows(parser *p, struct rows *r) {
  int rc = parser_expect(p, TOK_LIST, "to begin the rows");
  bool more = rc >= 0 && p->token.kind != TOK_UNLIST;
  while (rc >= 0 && more) {
    rc = parse_item(p, parse_row, r);
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    if (rc >= 0 && p->token.kind == TOK_UNLIST) more = false;
  }
  return rc < 0 ? rc : parser_expect(p, TOK_UNLIST, "or ',' behind a row");
}

/* An array of two dimensions. */
static int parse_array_rows(parser *p, struct rows *r) {
  item_list l = {0};
  position at = p->token.place;
  int rc = parse_list(p, &l, "table()");
  if (rc >= 0 && l.shape.n != 2) rc = source_fail(p->source, at, "the rows of a table are an array of two dimensions");
  size_t width = rc >= 0 ? l.shape.size[1] : 0;
  for (size_t i = 0; rc >= 0 && i < l.shape.size[0]; i++) {
    exprs row = {.at = l.items.at + i * width, .n = width};
    rc = add_row(p, r, &row, at);
  }
  list_free(&l);
  return rc;
}

static int parse_columns(parser *p, item_list *columns) {
  if (p->token.kind != TOK_OPEN) return parse_list(p, columns, "table()");
  int rc = parser_advance(p);
  return rc < 0 ? rc : parse_items(p, columns, TOK_CLOSE);
}

static ci_expr parse_table(parser *p, const struct function *f) {
  item_list columns = {0};
  struct rows r = {.columns = 0};
  position at = p->token.place;
  int rc = parse_columns(p, &columns);
  if (rc >= 0) rc = check_count(p, f, at, r.columns = columns.items.n);
  if (rc >= 0) rc = parser_expect(p, TOK_COMMA, "and the rows");
  if (rc >= 0) rc = p->token.kind == TOK_NAME ? parse_array_rows(p, &r) : parse_written_rows(p, &r);
  if (rc >= 0) rc = parser_expect(p, TOK_CLOSE, "behind the rows");
  if (rc >= 0) {
    size_t rows = r.values.n / r.columns;
    rc = rows ? ci_table(p->scope.builder, columns.items.at, r.columns, r.values.at, rows) : ci_int(p->scope.builder, 0);
  }
  list_free(&columns);
  ints_free(&r.values);
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
  {"forall", 0, -1, parse_plain, CI_AND, 1},
  {"all", 0, -1, parse_plain, CI_AND, 1},
  {"exists", 0, -1, parse_plain, CI_OR, 0},
  {"any", 0, -1, parse_plain, CI_OR, 0},
  {"len", 0, -1, parse_length, CI_ADD, 0},
  {"alldifferent", 0, -1, parse_plain, CI_ALLDIFFERENT, 1},
  {"all_different", 0, -1, parse_plain, CI_ALLDIFFERENT, 1},
  {"element", 2, -1, parse_element, CI_ELEMENT, 0},
  {"table", 1, -1, parse_table, CI_EQ, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Those on several lists are in globals.c. */
static const struct function *find(const token *t) {
  for (int i = 0; i < FUNCTIONS; i++)
    if (token_is(t, functions[i].name)) return &functions[i];
  return NULL;
}

bool is_function(const token *t) { return find(t) || is_global(t); }

ci_expr parse_call(parser *p) {
  token name = p->token;
  const struct function *f = find(&name);
  int rc = parser_advance(p);
  if (rc >= 0) rc = parser_advance(p); /* the bracket */
  if (rc < 0) return rc;
  return f ? f->parse(p, f) : parse_global(p, &name);
}
