/* A parameter's values: a Python list in a string, or a JSON list. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "json_place.h"
#include "t1.h"

enum { MAX_VALUES = 1 << 22 };

void t1_values_free(struct t1_values *list) {
  for (size_t i = 0; i < list->n; i++) free(list->at[i].text);
  free(list->at);
}

int t1_add_value(struct t1_values *list, struct t1_value v) {
  struct t1_value *bigger = list->at;
  if (list->n == list->room) {
    size_t room = list->room ? 2 * list->room : 16;
    bigger = realloc(list->at, room * sizeof *bigger);
    if (bigger) list->room = room;
  }
  if (!bigger) {
    free(v.text);
    return ci_fail(CI_ENOMEM, "out of memory while reading values");
  }
  list->at = bigger;
  list->at[list->n++] = v;
  return CI_OK;
}

static int add_text(struct t1_values *list, struct t1_value v, const char *sign, const char *text, size_t len) {
  v.text = malloc(len + 2);
  if (!v.text) return ci_fail(CI_ENOMEM, "out of memory while reading values");
  sprintf(v.text, "%s%.*s", sign, (int)len, text);
  return t1_add_value(list, v);
}

static int too_large(const parser *p) {
  return source_fail(p->source, p->token.place, "the number does not fit 64 bits");
}

/* [-] number */
static int parse_number(parser *p, struct t1_values *out) {
  bool minus = p->token.kind == TOK_MINUS;
  int rc = minus || p->token.kind == TOK_PLUS ? parser_advance(p) : CI_OK;
  if (rc < 0) return rc;
  struct t1_value v = {T1_INT, (int64_t)p->token.value, 1, NULL};
  const token *t = &p->token;
  if (t->kind != TOK_INT && t->kind != TOK_FRACTION) return parser_unexpected(p, "a value");
  if (t->kind == TOK_INT && (t->too_large || t->value > (uint64_t)INT64_MAX + minus)) return too_large(p);
  if (t->kind == TOK_FRACTION && !py_fraction(t->place.at, t->len, &v.num, &v.den)) return too_large(p);
  if (minus) v.num = (int64_t)(0 - (uint64_t)v.num);
  if (t->kind == TOK_FRACTION) v.kind = T1_FLOAT;
  rc = add_text(out, v, minus ? "-" : "", t->place.at, t->len);
  return rc < 0 ? rc : parser_advance(p);
}

static int parse_value(parser *p, struct t1_values *out) {
  const token t = p->token;
  bool is_true = token_is(&t, "True") || token_is(&t, "true");
  int rc;
  if (t.kind == TOK_STRING) rc = add_text(out, (struct t1_value){.kind = T1_STRING}, "", t.place.at + 1, t.len - 2);
  else if (is_true || token_is(&t, "False") || token_is(&t, "false"))
    rc = add_text(out, (struct t1_value){T1_BOOL, is_true, 1, NULL}, "", is_true ? "True" : "False", is_true ? 4 : 5);
  else return parse_number(p, out);
  return rc < 0 ? rc : parser_advance(p);
}

/* a, b, c up to the closing token */
static int parse_items(parser *p, enum token_kind close, struct t1_values *out) {
  bool more = p->token.kind != close;
  int rc = CI_OK;
  while (rc >= 0 && more) {
    if (out->n >= MAX_VALUES) return source_fail(p->source, p->token.place, "more than %d values", MAX_VALUES);
    rc = parse_value(p, out);
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    if (rc >= 0 && p->token.kind == close) more = false;
  }
  return rc < 0 ? rc : parser_expect(p, close, "or ',' in the list of values");
}

static bool all_ints(const struct t1_values *v) {
  for (size_t i = 0; i < v->n; i++)
    if (v->at[i].kind != T1_INT) return false;
  return true;
}

/* The values of range(lo, hi, step), as Python has them. */
static int count_up(const parser *p, position at, const int64_t r[3], struct t1_values *out) {
  if (!r[2]) return source_fail(p->source, at, "a range's step is not 0");
  for (__int128 v = r[0]; r[2] > 0 ? v < r[1] : v > r[1]; v += r[2]) {
    if (out->n >= MAX_VALUES) return source_fail(p->source, at, "more than %d values", MAX_VALUES);
    char text[32];
    int n = snprintf(text, sizeof text, "%lld", (long long)v);
    int rc = add_text(out, (struct t1_value){T1_INT, (int64_t)v, 1, NULL}, "", text, (size_t)n);
    if (rc < 0) return rc;
  }
  return CI_OK;
}

/* range(hi), range(lo, hi), range(lo, hi, step) */
static int parse_range(parser *p, struct t1_values *out) {
  struct t1_values arguments = {0};
  position at = p->token.place;
  int rc = parser_advance(p);
  if (rc >= 0) rc = parser_expect(p, TOK_OPEN, "behind 'range'");
  if (rc >= 0) rc = parse_items(p, TOK_CLOSE, &arguments);
  if (rc >= 0 && (arguments.n < 1 || arguments.n > 3 || !all_ints(&arguments)))
    rc = source_fail(p->source, at, "range() takes one to three whole numbers");
  if (rc >= 0) {
    const struct t1_value *a = arguments.at;
    int64_t r[3] = {arguments.n > 1 ? a[0].num : 0, a[arguments.n > 1].num, arguments.n > 2 ? a[2].num : 1};
    rc = count_up(p, at, r, out);
  }
  t1_values_free(&arguments);
  return rc;
}

static int parse_list(parser *p, struct t1_values *out) {
  if (token_is(&p->token, "list")) {
    int rc = parser_advance(p);
    if (rc >= 0) rc = parser_expect(p, TOK_OPEN, "behind 'list'");
    if (rc >= 0 && !token_is(&p->token, "range")) rc = parser_unexpected(p, "'range'");
    if (rc >= 0) rc = parse_range(p, out);
    return rc < 0 ? rc : parser_expect(p, TOK_CLOSE, "behind the range");
  }
  if (token_is(&p->token, "range")) return parse_range(p, out);
  bool tuple = p->token.kind == TOK_OPEN;
  if (!tuple && p->token.kind != TOK_LIST) return parser_unexpected(p, "a list of values in [ ]");
  int rc = parser_advance(p);
  return rc < 0 ? rc : parse_items(p, tuple ? TOK_CLOSE : TOK_UNLIST, out);
}

static int read_text(const source *s, position at, const char *text, struct t1_values *out) {
  source part = {s->name, text, strlen(text), at.line, 0};
  parser p = {.source = &part};
  position begin = {text, at.line, at.column + 1};
  json_plain_string(s, at, &part, &begin);
  lexer_init_at(&p.lexer, &part, begin);
  p.lexer.fractions = true;
  int rc = lexer_next(&p.lexer, &p.token);
  if (rc >= 0) rc = parse_list(&p, out);
  if (rc >= 0 && p.token.kind != TOK_END) return parser_unexpected(&p, "the end of the values");
  return rc;
}

/* The shortest decimal text that reads back as this number. */
static void shortest(double value, char *text, size_t size) {
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, size, "%.*g", digits, value);
    if (strtod(text, NULL) == value) return;
  }
}

static int read_real(const source *s, position at, double value, struct t1_values *out) {
  char text[64];
  struct t1_value v = {.kind = T1_FLOAT};
  bool minus = value < 0;
  shortest(fabs(value), text, sizeof text);
  if (!py_fraction(text, strlen(text), &v.num, &v.den)) return source_fail(s, at, "the number does not fit 64 bits");
  if (minus) v.num = -v.num;
  return add_text(out, v, minus ? "-" : "", text, strlen(text));
}

static int read_item(const source *s, position at, const json_t *item, struct t1_values *out) {
  char text[32];
  switch (json_typeof(item)) {
    case JSON_INTEGER:
      snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(item));
      return add_text(out, (struct t1_value){T1_INT, json_integer_value(item), 1, NULL}, "", text, strlen(text));
    case JSON_REAL: return read_real(s, at, json_real_value(item), out);
    case JSON_STRING:
      return add_text(out, (struct t1_value){.kind = T1_STRING}, "", json_string_value(item), json_string_length(item));
    case JSON_TRUE: return add_text(out, (struct t1_value){T1_BOOL, 1, 1, NULL}, "", "True", 4);
    case JSON_FALSE: return add_text(out, (struct t1_value){T1_BOOL, 0, 1, NULL}, "", "False", 5);
    default: return source_fail(s, at, "a value is a number, a string or a truth value");
  }
}

int t1_read_values(const source *s, position at, const json_t *json, struct t1_values *out) {
  if (json_is_string(json)) return read_text(s, at, json_string_value(json), out);
  if (!json_is_array(json)) return source_fail(s, at, "Values is a list, or a string with a Python list");
  position item;
  bool more = json_first(s, at, &item);
  for (size_t i = 0; i < json_array_size(json) && more; i++) {
    int rc = read_item(s, item, json_array_get(json, i), out);
    if (rc < 0) return rc;
    more = json_next(s, &item);
  }
  return CI_OK;
}
