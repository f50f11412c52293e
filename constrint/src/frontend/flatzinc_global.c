/* Global constraints that the engine propagates by itself, under the names of
 * MiniZinc's solver libraries (share/minizinc/constrint). */
#include <string.h>
#include "flatzinc.h"

static ci_expr all_different(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n;
  return fz_apply_items(z, op, &args[0]);
}

/* The variables are one of the rows, which stand one behind the other. */
static ci_expr table(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  const struct fz_value *x = &args[0], *t = &args[1];
  if (!x->n) return fz_fail(z, x->at, "a table needs a column");
  if (t->n % x->n) return fz_fail(z, t->at, "the table's %zu values are no rows of %zu", t->n, x->n);
  ci_expr *e = fz_exprs(z, x->n);
  int64_t *values = arena_alloc(&z->scratch, (t->n + 1) * sizeof *values);
  if (!e || !values) return fz_no_memory();
  for (size_t i = 0; i < x->n; i++) e[i] = fz_expr(z, &x->items[i]);
  for (size_t i = 0; i < t->n; i++) values[i] = t->items[i].number;
  return ci_table(z->b, e, x->n, values, t->n / x->n);
}

const struct fz_builtin fz_global[] = {
  {"fzn_all_different_int", "I", all_different, CI_ALLDIFFERENT, FZ_NONE},
  {"constrint_table_int", "IC", table, CI_EQ, FZ_NONE},
  {"constrint_table_bool", "BD", table, CI_EQ, FZ_NONE},
  {NULL, NULL, NULL, CI_EQ, FZ_NONE},
};
