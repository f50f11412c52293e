/* FlatZinc's constraints over truth values. */
#include "flatzinc.h"

static ci_expr two(struct fz *z, ci_op op, ci_expr x, ci_expr y) { return ci_apply2(z->b, op, x, y); }

static ci_expr compare(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return fz_apply_args(z, op, args, n);
}

static ci_expr joined(struct fz *z, const struct fz_value *r, ci_op how, ci_expr e) {
  return two(z, how, fz_expr(z, r), e);
}

/* x OP y <-> r; all of a list <-> r */
static ci_expr connective(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return joined(z, &args[n - 1], CI_IFF, fz_apply_args(z, op, args, n - 1));
}
static ci_expr connective_list(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return joined(z, &args[n - 1], CI_IFF, fz_apply_items(z, op, &args[0]));
}

/* r -> (x OP y); r -> all of a list */
static ci_expr implied(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return joined(z, &args[n - 1], CI_IMPLIES, fz_apply_args(z, op, args, n - 1));
}
static ci_expr implied_list(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  return joined(z, &args[n - 1], CI_IMPLIES, fz_apply_items(z, op, &args[0]));
}

/* An odd number of the items is true. */
static ci_expr parity(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  ci_expr e = ci_int(z->b, 0);
  for (size_t i = 0; i < args[0].n; i++) e = i ? two(z, op, e, fz_expr(z, &args[0].items[i])) : fz_expr(z, &args[0].items[0]);
  return args[0].n == 1 ? two(z, CI_NE, e, ci_int(z->b, 0)) : e;
}

/* Some of the first list is true, or some of the second false. */
static ci_expr clause(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  const struct fz_value *yes = &args[0], *no = &args[1];
  ci_expr *e = fz_exprs(z, yes->n + no->n);
  if (!e) return CI_ENOMEM;
  for (size_t i = 0; i < yes->n; i++) e[i] = fz_expr(z, &yes->items[i]);
  for (size_t i = 0; i < no->n; i++) e[yes->n + i] = ci_apply1(z->b, CI_NOT, fz_expr(z, &no->items[i]));
  return ci_apply(z->b, op, e, yes->n + no->n);
}

static ci_expr different(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  return two(z, op, fz_expr(z, &args[0]), fz_expr(z, &args[1]));
}

/* x <- y */
static ci_expr converse(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  return joined(z, &args[2], CI_IFF, two(z, op, fz_expr(z, &args[1]), fz_expr(z, &args[0])));
}

/* sum of a[i] * x[i] OP c, x truth values */
static ci_expr linear(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  const struct fz_value *a = &args[0], *x = &args[1];
  if (a->n != x->n) return fz_fail(z, x->at, "%zu coefficients for %zu variables", a->n, x->n);
  ci_expr *e = fz_exprs(z, x->n);
  if (!e) return CI_ENOMEM;
  for (size_t i = 0; i < x->n; i++) e[i] = two(z, CI_MUL, ci_int(z->b, a->items[i].number), fz_expr(z, &x->items[i]));
  return two(z, op, x->n ? ci_apply(z->b, CI_ADD, e, x->n) : ci_int(z->b, 0), fz_expr(z, &args[2]));
}

const struct fz_builtin fz_logic[] = {
  {"bool_clause", "BB", clause, CI_OR, FZ_NONE},
  {"bool2int", "bi", compare, CI_EQ, FZ_ANY},
  {"array_bool_and", "Bb", connective_list, CI_AND, 1},
  {"array_bool_or", "Bb", connective_list, CI_OR, 1},
  {"array_bool_and_imp", "Bb", implied_list, CI_AND, FZ_NONE},
  {"array_bool_or_imp", "Bb", implied_list, CI_OR, FZ_NONE},
  {"array_bool_xor", "B", parity, CI_XOR, FZ_ANY},
  {"bool_eq", "bb", compare, CI_EQ, FZ_ANY},
  {"bool_ne", "bb", different, CI_XOR, FZ_ANY},
  {"bool_not", "bb", different, CI_XOR, FZ_ANY},
  {"bool_le", "bb", compare, CI_LE, FZ_NONE},
  {"bool_lt", "bb", compare, CI_LT, FZ_NONE},
  {"bool_ge", "bb", compare, CI_GE, FZ_NONE},
  {"bool_gt", "bb", compare, CI_GT, FZ_NONE},
  {"bool_and", "bbb", connective, CI_AND, 2},
  {"bool_or", "bbb", connective, CI_OR, 2},
  {"bool_xor", "bbb", connective, CI_XOR, FZ_ANY},
  {"bool_xor", "bb", different, CI_XOR, FZ_ANY},
  {"bool_and_imp", "bbb", implied, CI_AND, FZ_NONE},
  {"bool_or_imp", "bbb", implied, CI_OR, FZ_NONE},
  {"bool_xor_imp", "bbb", implied, CI_XOR, FZ_NONE},
  {"bool_left_imp", "bbb", converse, CI_IMPLIES, 2},
  {"bool_right_imp", "bbb", connective, CI_IMPLIES, 2},
  {"bool_lin_eq", "CBi", linear, CI_EQ, FZ_ANY},
  {"bool_lin_le", "CBi", linear, CI_LE, FZ_NONE},
  {"bool_lin_ne", "CBi", linear, CI_NE, FZ_NONE},
  {"bool_lin_lt", "CBi", linear, CI_LT, FZ_NONE},
  {NULL, NULL, NULL, CI_EQ, FZ_NONE},
};
