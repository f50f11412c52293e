/* The functions that a condition may call. */
#include "t1_lowering.h"

static int fold(struct lowering *l, const struct py_node *n, rational (*join_two)(ci_builder *b, rational x, rational y),
                bool may_be_empty, rational *out) {
  const struct py_node *list = n->n == 1 && py_at(l, py_kid(l, n, 0))->kind == PY_LIST ? py_at(l, py_kid(l, n, 0)) : n;
  if (!list->n && !may_be_empty) return lower_refuse(l, n, "the function needs an argument");
  *out = rational_int(l->builder, 0, 1);
  int rc = CI_OK;
  for (size_t i = 0; i < list->n && rc >= 0; i++) {
    rational x;
    rc = lower_number_kid(l, list, i, &x);
    if (rc >= 0) *out = i ? join_two(l->builder, *out, x) : x;
  }
  return rc;
}

static rational smaller(ci_builder *b, rational x, rational y) { return rational_best(b, CI_MIN, x, y); }
static rational larger(ci_builder *b, rational x, rational y) { return rational_best(b, CI_MAX, x, y); }
static rational as_float(ci_builder *b, rational x) { return (void)b, x.is_float = true, x; }
static rational ceiling(ci_builder *b, rational x) { return rational_neg(b, rational_floor(b, rational_neg(b, x))); }

static const struct {
  const char *name;
  rational (*one)(ci_builder *b, rational x);               /* of one argument */
  rational (*two)(ci_builder *b, rational x, rational y); /* folded over any number */
} functions[] = {
  {"abs", rational_abs, NULL}, {"int", rational_trunc, NULL}, {"float", as_float, NULL},
  {"floor", rational_floor, NULL}, {"math.floor", rational_floor, NULL},
  {"ceil", ceiling, NULL}, {"math.ceil", ceiling, NULL},
  {"min", NULL, smaller}, {"max", NULL, larger}, {"sum", NULL, rational_add},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

int lower_call(struct lowering *l, const struct py_node *n, rational *out) {
  for (int i = 0; i < FUNCTIONS; i++) {
    if (!py_calls(n, functions[i].name)) continue;
    if (functions[i].two) return fold(l, n, functions[i].two, functions[i].two == rational_add, out);
    if (n->n != 1) return lower_refuse(l, n, "the function takes one argument");
    int rc = lower_number_kid(l, n, 0, out);
    if (rc >= 0) *out = functions[i].one(l->builder, *out);
    return rc;
  }
  if (!py_calls(n, "pow") || n->n != 2)
    return lower_refuse(l, n, "this function is not known here (abs, min, max, sum, pow, int, float, bool, floor, ceil, any, all are)");
  return lower_binary(l, n, PY_POW, out);
}
