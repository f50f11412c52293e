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

/* ---- constraints that the model holds as they are ---- */

/* The arguments' lists one behind the other; *count: how many expressions. */
static ci_expr *joined(struct fz *z, const struct fz_value *args, size_t n, size_t *count) {
  size_t most = 0;
  *count = 0;
  for (size_t i = 0; i < n; i++) most += args[i].kind == FZ_ARRAY ? args[i].n : 1;
  ci_expr *e = fz_exprs(z, most);
  for (size_t i = 0; e && i < n; i++) {
    const struct fz_value *items = args[i].kind == FZ_ARRAY ? args[i].items : &args[i];
    size_t m = args[i].kind == FZ_ARRAY ? args[i].n : 1;
    for (size_t k = 0; k < m; k++) e[(*count)++] = fz_expr(z, &items[k]);
  }
  return e;
}

static ci_expr same_length(const struct fz *z, const struct fz_value *x, const struct fz_value *y) {
  return x->n == y->n ? CI_OK : fz_fail(z, y->at, "%zu items here and %zu before", y->n, x->n);
}

/* starts, durations, needs, capacity */
static ci_expr cumulative(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)op;
  size_t count;
  int rc = same_length(z, &args[0], &args[1]);
  if (rc >= 0) rc = same_length(z, &args[0], &args[2]);
  ci_expr *e = rc < 0 ? NULL : joined(z, args, n, &count);
  if (!e) return rc < 0 ? rc : CI_ENOMEM;
  return ci_global(z->b, CI_CUMULATIVE, e, count, NULL, 0);
}

/* the first node's number, successors */
static ci_expr circuit(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  size_t count;
  ci_expr *e = joined(z, &args[1], 1, &count);
  return e ? ci_global(z->b, CI_CIRCUIT, e, count, &args[0].number, 1) : CI_ENOMEM;
}

/* the first index of f, f, the first index of g, g */
static ci_expr inverse(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  size_t count;
  struct fz_value lists[2] = {args[1], args[3]};
  int64_t p[3] = {(int64_t)args[1].n, args[0].number, args[2].number};
  ci_expr *e = joined(z, lists, 2, &count);
  return e ? ci_global(z->b, CI_INVERSE, e, count, p, 3) : CI_ENOMEM;
}

/* x, values, counts */
static ci_expr cardinality(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  size_t count, values = args[1].n;
  struct fz_value lists[2] = {args[0], args[2]};
  int rc = same_length(z, &args[1], &args[2]);
  if (rc < 0) return rc;
  int64_t *p = arena_alloc(&z->scratch, (values + 1) * sizeof *p);
  ci_expr *e = joined(z, lists, 2, &count);
  if (!p || !e) return fz_no_memory();
  p[0] = (int64_t)values;
  for (size_t i = 0; i < values; i++) p[i + 1] = args[1].items[i].number;
  return ci_global(z->b, CI_CARDINALITY, e, count, p, values + 1);
}

/* strictly?, x, y */
static ci_expr lexicographic(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  size_t count;
  int rc = same_length(z, &args[1], &args[2]);
  ci_expr *e = rc < 0 ? NULL : joined(z, &args[1], 2, &count);
  if (!e) return rc < 0 ? rc : CI_ENOMEM;
  return ci_global(z->b, CI_LEX, e, count, &args[0].number, 1);
}

/* starts, durations */
static ci_expr disjunctive(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)op;
  size_t count;
  int rc = same_length(z, &args[0], &args[1]);
  ci_expr *e = rc < 0 ? NULL : joined(z, args, n, &count);
  if (!e) return rc < 0 ? rc : CI_ENOMEM;
  return ci_global(z->b, CI_DISJUNCTIVE, e, count, NULL, 0);
}

/* x, states, symbols, the next states row by row, the first state, accepting states */
static ci_expr regular(struct fz *z, const struct fz_value *args, size_t n, ci_op op) {
  (void)n, (void)op;
  size_t count, steps = args[3].n, accepting = args[5].n;
  const int64_t head[] = {args[1].number, args[2].number, args[4].number, (int64_t)accepting};
  enum { HEAD = sizeof head / sizeof *head };
  int64_t *p = arena_alloc(&z->scratch, (HEAD + steps + accepting) * sizeof *p);
  ci_expr *e = joined(z, args, 1, &count);
  if (!p || !e) return fz_no_memory();
  memcpy(p, head, sizeof head);
  for (size_t i = 0; i < steps; i++) p[HEAD + i] = args[3].items[i].number;
  for (size_t i = 0; i < accepting; i++) p[HEAD + steps + i] = args[5].items[i].number;
  return ci_global(z->b, CI_REGULAR, e, count, p, HEAD + steps + accepting);
}

const struct fz_builtin fz_global[] = {
  {"fzn_all_different_int", "I", all_different, CI_ALLDIFFERENT, FZ_NONE},
  {"constrint_table_int", "IC", table, CI_EQ, FZ_NONE},
  {"constrint_table_bool", "BD", table, CI_EQ, FZ_NONE},
  {"fzn_cumulative", "IIIi", cumulative, CI_EQ, FZ_NONE},
  {"constrint_disjunctive", "II", disjunctive, CI_EQ, FZ_NONE},
  {"constrint_regular", "IccCcC", regular, CI_EQ, FZ_NONE},
  {"constrint_circuit", "cI", circuit, CI_EQ, FZ_NONE},
  {"constrint_inverse", "cIcI", inverse, CI_EQ, FZ_NONE},
  {"constrint_cardinality", "ICI", cardinality, CI_EQ, FZ_NONE},
  {"constrint_lex_int", "dII", lexicographic, CI_EQ, FZ_NONE},
  {"constrint_lex_bool", "dBB", lexicographic, CI_EQ, FZ_NONE},
  {NULL, NULL, NULL, CI_EQ, FZ_NONE},
};
