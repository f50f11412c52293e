/* The functions that a condition may call. */
#include <stdlib.h>
#include "../builder.h"
#include "t1_lowering.h"

static const char known[] =
  "this function is not known here (abs, min, max, sum, pow, round, len, int, float, bool, floor, ceil, any, all are)";

/* ---- Of any number of arguments ---- */

typedef rational join_two(ci_builder *b, rational x, rational y);

static rational smaller(ci_builder *b, rational x, rational y) { return rational_best(b, CI_MIN, x, y); }
static rational larger(ci_builder *b, rational x, rational y) { return rational_best(b, CI_MAX, x, y); }

static int fold(struct lowering *l, const struct py_node *list, join_two *join, rational *out) {
  int rc = CI_OK;
  for (size_t i = 0; i < list->n && rc >= 0; i++) {
    rational x;
    rc = lower_number_kid(l, list, i, &x);
    if (rc >= 0) *out = i ? join(l->builder, *out, x) : x;
  }
  return rc;
}

static const struct py_node *first_kid(const struct lowering *l, const struct py_node *n) { return py_at(l, py_kid(l, n, 0)); }

/* min(a, b), max([a, b]) */
static int best(struct lowering *l, const struct py_node *n, join_two *join, rational *out) {
  const struct py_node *list = n->n == 1 ? first_kid(l, n) : n;
  if (n->n == 1 && list->kind != PY_LIST) return lower_refuse(l, n, "the function needs a list, or two values or more");
  if (!list->n) return lower_refuse(l, n, "the function needs an argument");
  return fold(l, list, join, out);
}

/* sum([a, b]), sum([a, b], start) */
static int sum(struct lowering *l, const struct py_node *n, rational *out) {
  if (n->n < 1 || n->n > 2 || first_kid(l, n)->kind != PY_LIST || first_kid(l, n)->num)
    return lower_refuse(l, n, "sum() needs a list of values in [ ] or ( )");
  rational start = rational_int(l->builder, 0, 1);
  *out = start;
  int rc = fold(l, first_kid(l, n), rational_add, out);
  if (rc >= 0 && n->n == 2) rc = lower_number_kid(l, n, 1, &start);
  if (rc >= 0 && n->n == 2) *out = rational_add(l->builder, *out, start);
  return rc;
}

/* ---- Of one argument ---- */

static rational as_float(ci_builder *b, rational x) { return (void)b, x.is_float = true, x; }
static rational ceiling(ci_builder *b, rational x) { return rational_neg(b, rational_floor(b, rational_neg(b, x))); }

/* The characters of a UTF-8 text. */
static int64_t characters(const char *text, size_t len) {
  int64_t n = 0;
  for (size_t i = 0; i < len; i++) n += ((unsigned char)text[i] & 0xC0) != 0x80;
  return n;
}

/* The length of each of the parameter's texts, by its index. */
static int length_of(struct lowering *l, const struct t1_parameter *p, rational *out) {
  exprs items = {0};
  int64_t longest = 0;
  ci_expr rc = exprs_add(&items, p->variable);
  for (size_t i = 0; i < p->values.n && rc >= 0; i++) {
    int64_t n = characters(p->values.at[i].text, p->values.at[i].len);
    if (n > longest) longest = n;
    rc = exprs_add(&items, ci_int(l->builder, n));
  }
  if (rc >= 0) rc = ci_apply(l->builder, CI_ELEMENT, items.at, items.n);
  exprs_free(&items);
  *out = rational_int(l->builder, 0, 1);
  out->num = rc;
  out->nonzero = false;
  out->hi = longest;
  return rc < 0 ? rc : CI_OK;
}

static int length(struct lowering *l, const struct py_node *n, rational *out) {
  struct value v;
  if (n->n != 1) return lower_refuse(l, n, "the function takes one argument");
  if (first_kid(l, n)->kind == PY_LIST && !first_kid(l, n)->num) {
    *out = rational_int(l->builder, (int64_t)first_kid(l, n)->n, 1);
    return CI_OK;
  }
  int rc = lower_value(l, py_kid(l, n, 0), &v);
  if (rc >= 0 && (!v.is_text || lower_mixed(&v))) return lower_refuse(l, n, "len() needs a list or a string");
  if (rc < 0 || v.parameter) return rc < 0 ? rc : length_of(l, v.parameter, out);
  *out = rational_int(l->builder, characters(v.text, v.len), 1);
  return CI_OK;
}

/* ---- Rounding ---- */

/* round(x, n): halves go to the even neighbour. */
static int round_off(struct lowering *l, const struct py_node *n, rational *out) {
  int64_t digits = 0, scale = 1;
  rational x, places = rational_int(l->builder, 0, 1);
  if (n->n < 1 || n->n > 2) return lower_refuse(l, n, "round() takes one or two arguments");
  int rc = lower_number_kid(l, n, 0, &x);
  if (rc >= 0 && n->n == 2) rc = lower_number_kid(l, n, 1, &places);
  if (rc < 0) return rc;
  if (places.den != NOTHING || !builder_constant(l->builder, places.num, &digits) || digits < -18 || digits > 18)
    return lower_refuse(l, n, "round() needs a constant number of digits, from -18 to 18");
  for (int64_t i = 0; i < labs(digits); i++) scale *= 10;
  rational up = rational_int(l->builder, digits < 0 ? 1 : scale, digits < 0 ? scale : 1);
  rational down = rational_int(l->builder, digits < 0 ? scale : 1, digits < 0 ? 1 : scale);
  bool is_float = x.is_float && n->n == 2;
  *out = rational_mul(l->builder, rational_round(l->builder, rational_mul(l->builder, x, up)), down);
  out->is_float = is_float;
  return CI_OK;
}

/* ---- The table ---- */

static const struct {
  const char *name;
  rational (*one)(ci_builder *b, rational x); /* of one argument */
  join_two *two;                              /* of any number of them */
  int (*call)(struct lowering *l, const struct py_node *n, rational *out);
} functions[] = {
  {"abs", rational_abs, NULL, NULL}, {"int", rational_trunc, NULL, NULL}, {"float", as_float, NULL, NULL},
  {"floor", rational_floor, NULL, NULL}, {"math.floor", rational_floor, NULL, NULL},
  {"ceil", ceiling, NULL, NULL}, {"math.ceil", ceiling, NULL, NULL},
  {"min", NULL, smaller, NULL}, {"max", NULL, larger, NULL},
  {"sum", NULL, NULL, sum}, {"len", NULL, NULL, length}, {"round", NULL, NULL, round_off},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

int lower_call(struct lowering *l, const struct py_node *n, rational *out) {
  for (int i = 0; i < FUNCTIONS; i++) {
    if (!py_calls(n, functions[i].name)) continue;
    if (functions[i].two) return best(l, n, functions[i].two, out);
    if (functions[i].call) return functions[i].call(l, n, out);
    if (n->n != 1) return lower_refuse(l, n, "the function takes one argument");
    int rc = lower_number_kid(l, n, 0, out);
    if (rc >= 0) *out = functions[i].one(l->builder, *out);
    return rc;
  }
  if (!py_calls(n, "pow") || n->n != 2) return lower_refuse(l, n, known);
  return lower_binary(l, n, PY_POW, out);
}
