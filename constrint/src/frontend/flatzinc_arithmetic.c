/* FlatZinc's constraints over integers: comparisons, sums, functions. */
#include "flatzinc.h"

static ci_expr zero(struct fz *z) { return ci_int(z->b, 0); }
static ci_expr two(struct fz *z, ci_op op, ci_expr x, ci_expr y) { return ci_apply2(z->b, op, x, y); }

static ci_expr ite(struct fz *z, ci_expr c, ci_expr x, ci_expr y) {
  ci_expr args[3] = {c, x, y};
  return ci_apply(z->b, CI_ITE, args, 3);
}

/* x OP y */
static ci_expr compare(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return fz_apply_args(z, op, args, n);
}

/* f(x, ...) == the last argument */
static ci_expr function(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return two(z, CI_EQ, fz_apply_args(z, op, args, n - 1), fz_expr(z, &args[n - 1]));
}

/* ---- sums ---- */

static ci_expr weighted(struct fz *z, const struct fz_value *a, const struct fz_value *x) {
  if (a->number == 1) return fz_expr(z, x);
  return two(z, CI_MUL, ci_int(z->b, a->number), fz_expr(z, x));
}

/* sum of a[i] * x[i] OP c */
static ci_expr linear(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  const struct fz_value *a = &args[0], *x = &args[1];
  size_t m = 0;
  ci_expr *parts = fz_exprs(z, x->n);
  if (!parts) return CI_ENOMEM;
  if (a->n != x->n)
    return fz_fail(z, x->at, "%zu coefficients for %zu variables", a->n, x->n);
  for (size_t i = 0; i < x->n; i++)
    if (a->items[i].number != 0) parts[m++] = weighted(z, &a->items[i], &x->items[i]);
  ci_expr sum = m ? ci_apply(z->b, CI_ADD, parts, m) : zero(z);
  return two(z, op, sum, fz_expr(z, &args[2]));
}

/* ---- division and powers ---- */

/* The least and greatest value that the declaration allows. */
static void ends_of(const struct fz *z, const struct fz_value *x, int64_t *lo, int64_t *hi) {
  *lo = *hi = x->number;
  if (fz_constant(x)) return;
  const struct graph *g = &z->b->graph;
  const struct var *v = &g->vars[g->nodes[x->e].data];
  *lo = v->lo;
  *hi = v->hi;
}

/* x / y, rounded towards 0; equal signs: floor, else ceiling. */
static ci_expr quotient(struct fz *z, const struct fz_value *x, ci_expr y, bool y_positive) {
  ci_expr e = fz_expr(z, x);
  int64_t lo, hi;
  ends_of(z, x, &lo, &hi);
  if (y_positive && lo >= 0) return two(z, CI_FLOORDIV, e, y);
  if (y_positive && hi <= 0) return two(z, CI_CEILDIV, e, y);
  ci_expr same = two(z, CI_IFF, two(z, CI_GE, e, zero(z)), two(z, CI_GT, y, zero(z)));
  return ite(z, same, two(z, CI_FLOORDIV, e, y), two(z, CI_CEILDIV, e, y));
}

static bool is_positive(const struct fz *z, const struct fz_value *y) {
  int64_t lo, hi;
  ends_of(z, y, &lo, &hi);
  return lo >= 0; /* by 0 it is undefined anyway */
}

static ci_expr division(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  ci_expr q = quotient(z, &args[0], fz_expr(z, &args[1]), is_positive(z, &args[1]));
  return two(z, CI_EQ, q, fz_expr(z, &args[2]));
}

/* The remainder has the sign of x: that of |x| by |y|. */
static ci_expr remainder_of(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  int64_t lo, hi;
  ci_expr x = fz_expr(z, &args[0]), y = fz_expr(z, &args[1]), r;
  ends_of(z, &args[0], &lo, &hi);
  if (!is_positive(z, &args[1])) y = ci_apply1(z->b, CI_ABS, y);
  ci_expr minus = ci_apply1(z->b, CI_NEG, two(z, CI_MOD, ci_apply1(z->b, CI_NEG, x), y));
  if (lo >= 0) r = two(z, CI_MOD, x, y);
  else if (hi <= 0) r = minus;
  else r = ite(z, two(z, CI_GE, x, zero(z)), two(z, CI_MOD, x, y), minus);
  return two(z, CI_EQ, r, fz_expr(z, &args[2]));
}

/* x to a negative power, rounded towards 0, for x != 0: 1, -1 and else 0. */
static ci_expr inverse_power(struct fz *z, ci_expr x, ci_expr y) {
  ci_expr one = ci_int(z->b, 1), parity = two(z, CI_MOD, y, ci_int(z->b, 2));
  ci_expr of_minus_one = ite(z, parity, ci_int(z->b, -1), one);
  ci_expr others = ite(z, two(z, CI_EQ, x, ci_int(z->b, -1)), of_minus_one, zero(z));
  return ite(z, two(z, CI_EQ, x, one), one, others);
}

static ci_expr power(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  ci_expr x = fz_expr(z, &args[0]), y = fz_expr(z, &args[1]), result = fz_expr(z, &args[2]), p = two(z, op, x, y);
  if (is_positive(z, &args[1])) return two(z, CI_EQ, p, result);
  ci_expr positive = two(z, CI_GE, y, zero(z)), defined[2] = {positive, two(z, CI_NE, x, zero(z))};
  p = ite(z, positive, p, inverse_power(z, x, y));
  ci_expr both[2] = {ci_apply(z->b, CI_OR, defined, 2), two(z, CI_EQ, p, result)};
  return ci_apply(z->b, CI_AND, both, 2);
}

/* ---- lists ---- */

/* m is the least or greatest of the items. */
static ci_expr extreme(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  if (!args[1].n) return fz_fail(z, args[1].at, "an empty array has neither minimum nor maximum");
  return two(z, CI_EQ, fz_apply_items(z, op, &args[1]), fz_expr(z, &args[0]));
}

/* items[index] == x; FlatZinc counts from 1: item 0 stands for nothing. */
static ci_expr element(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  const struct fz_value *list = &args[1];
  if (!list->n) return zero(z);
  ci_expr *e = fz_exprs(z, list->n + 2);
  if (!e) return CI_ENOMEM;
  e[0] = fz_expr(z, &args[0]);
  for (size_t i = 0; i < list->n; i++) e[i + 2] = fz_expr(z, &list->items[i]);
  e[1] = e[2];
  ci_expr both[2] = {two(z, CI_GE, e[0], ci_int(z->b, 1)),
                     two(z, CI_EQ, ci_apply(z->b, op, e, list->n + 2), fz_expr(z, &args[2]))};
  return ci_apply(z->b, CI_AND, both, 2);
}

static ci_expr member(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  const struct fz_set *set = args[1].set;
  ci_expr x = fz_expr(z, &args[0]);
  if (set->values) return ci_in(z->b, x, set->values, set->n);
  if (set->lo > set->hi) return zero(z);
  ci_expr ends[2] = {two(z, CI_GE, x, ci_int(z->b, set->lo)), two(z, CI_LE, x, ci_int(z->b, set->hi))};
  return ci_apply(z->b, CI_AND, ends, 2);
}

const struct fz_builtin fz_arithmetic[] = {
  {"int_lin_eq", "CIc", linear, CI_EQ, FZ_ANY},
  {"int_lin_le", "CIc", linear, CI_LE, FZ_NONE},
  {"int_lin_ne", "CIc", linear, CI_NE, FZ_NONE},
  {"int_eq", "ii", compare, CI_EQ, FZ_ANY},
  {"int_ne", "ii", compare, CI_NE, FZ_NONE},
  {"int_le", "ii", compare, CI_LE, FZ_NONE},
  {"int_lt", "ii", compare, CI_LT, FZ_NONE},
  {"int_ge", "ii", compare, CI_GE, FZ_NONE},
  {"int_gt", "ii", compare, CI_GT, FZ_NONE},
  {"int_lin_lt", "CIc", linear, CI_LT, FZ_NONE},
  {"int_lin_ge", "CIc", linear, CI_GE, FZ_NONE},
  {"int_lin_gt", "CIc", linear, CI_GT, FZ_NONE},
  {"int_plus", "iii", function, CI_ADD, FZ_ANY},
  {"int_minus", "iii", function, CI_SUB, FZ_ANY},
  {"int_negate", "ii", function, CI_NEG, FZ_ANY},
  {"int_times", "iii", function, CI_MUL, 2},
  {"int_abs", "ii", function, CI_ABS, 1},
  {"int_min", "iii", function, CI_MIN, 2},
  {"int_max", "iii", function, CI_MAX, 2},
  {"int_div", "iii", division, CI_FLOORDIV, 2},
  {"int_mod", "iii", remainder_of, CI_MOD, 2},
  {"int_pow", "iii", power, CI_POW, 2},
  {"array_int_minimum", "iI", extreme, CI_MIN, 0},
  {"array_int_maximum", "iI", extreme, CI_MAX, 0},
  {"array_int_element", "iCi", element, CI_ELEMENT, 2},
  {"array_var_int_element", "iIi", element, CI_ELEMENT, 2},
  {"array_bool_element", "iDb", element, CI_ELEMENT, 2},
  {"array_var_bool_element", "iBb", element, CI_ELEMENT, 2},
  {"set_in", "is", member, CI_EQ, FZ_NONE},
  {NULL, NULL, NULL, CI_EQ, FZ_NONE},
};
