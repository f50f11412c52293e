/* Python's meaning in the graph.
 *
 * A truth value is lowered to a pair: where it is defined and true, where it
 * is defined and false.  With that, `and` and `or` skip what Python skips: in
 * `b == 0 or a % b == 0` the remainder does not matter where b is 0. */
#include <stdlib.h>
#include <string.h>
#include "../builder.h"
#include "../error.h"
#include "t1_lowering.h"

enum { DEEPEST = 2000 };

int lower_refuse(const struct lowering *l, const struct py_node *n, const char *why) {
  return source_fail(l->parser->source, n->at, "%s", why);
}

static ci_expr negation(const struct lowering *l, ci_expr e) { return ci_apply1(l->builder, CI_NOT, e); }

static ci_expr join(const struct lowering *l, ci_op op, ci_expr a, ci_expr b) { return ci_apply2(l->builder, op, a, b); }

struct truth lower_guarded(const struct lowering *l, ci_expr test, ci_expr defined) {
  struct truth t = {test, negation(l, test), defined == NOTHING};
  if (t.total) return t;
  t.yes = join(l, CI_AND, defined, t.yes);
  t.no = join(l, CI_AND, defined, t.no);
  return t;
}

static struct truth inverted(struct truth t) { return (struct truth){t.no, t.yes, t.total}; }

static struct truth and_then(const struct lowering *l, struct truth a, struct truth b) {
  ci_expr second = a.total ? b.no : join(l, CI_AND, a.yes, b.no); /* b is not reached where a is undefined */
  return (struct truth){join(l, CI_AND, a.yes, b.yes), join(l, CI_OR, a.no, second), a.total && b.total};
}

static struct truth or_else(const struct lowering *l, struct truth a, struct truth b) {
  return inverted(and_then(l, inverted(a), inverted(b)));
}

ci_expr lower_defined(const struct lowering *l, struct truth t) {
  return t.total ? NOTHING : join(l, CI_OR, t.yes, t.no);
}

/* ---- Comparisons ---- */

static int lower_pair(struct lowering *l, const struct py_node *n, size_t i, struct value *left, struct truth *out) {
  enum py_relation r = l->tree->kids[n->first + i].relation;
  if (r == PY_IN || r == PY_NOT_IN) {
    if (i + 1 < n->n) return lower_refuse(l, n, "nothing may be chained behind 'in': put brackets around it");
    int rc = lower_contains(l, py_kid(l, n, i), left, out);
    if (rc >= 0 && r == PY_NOT_IN) *out = inverted(*out);
    return rc;
  }
  struct value v;
  int rc = lower_value(l, py_kid(l, n, i), &v);
  if (rc >= 0) rc = lower_relation(l, n, r, left, &v, out);
  *left = v;
  return rc;
}

/* a < b < c is a < b and b < c, with b evaluated once. */
static int lower_compare(struct lowering *l, const struct py_node *n, struct truth *out) {
  struct value left;
  int rc = lower_value(l, py_kid(l, n, 0), &left);
  for (size_t i = 1; i < n->n && rc >= 0; i++) {
    struct truth pair;
    rc = lower_pair(l, n, i, &left, &pair);
    if (rc >= 0) *out = i == 1 ? pair : and_then(l, *out, pair);
  }
  return rc;
}

/* ---- Truth values ---- */

static int lower_logic(struct lowering *l, const struct py_node *n, bool any, struct truth *out) {
  int rc = CI_OK;
  *out = (struct truth){ci_int(l->builder, !any), ci_int(l->builder, any), true};
  for (size_t i = n->n; i-- > 0 && rc >= 0;) { /* from the right: what is skipped nests there */
    struct truth t;
    rc = lower_truth(l, py_kid(l, n, i), &t);
    if (rc >= 0) *out = i + 1 == n->n ? t : any ? or_else(l, t, *out) : and_then(l, t, *out);
  }
  return rc;
}

static int lower_ternary_truth(struct lowering *l, const struct py_node *n, struct truth *out) {
  struct truth c, a, b;
  int rc = lower_truth(l, py_kid(l, n, 0), &c);
  if (rc >= 0) rc = lower_truth(l, py_kid(l, n, 1), &a);
  if (rc >= 0) rc = lower_truth(l, py_kid(l, n, 2), &b);
  if (rc < 0) return rc;
  *out = (struct truth){join(l, CI_OR, join(l, CI_AND, c.yes, a.yes), join(l, CI_AND, c.no, b.yes)),
                        join(l, CI_OR, join(l, CI_AND, c.yes, a.no), join(l, CI_AND, c.no, b.no)),
                        c.total && a.total && b.total};
  return rc;
}

static int truth_of_value(struct lowering *l, int32_t node, struct truth *out) {
  struct value v;
  int rc = lower_value(l, node, &v);
  if (rc < 0) return rc;
  if (!v.is_text) *out = lower_guarded(l, join(l, CI_NE, v.number.num, ci_int(l->builder, 0)), v.number.defined);
  else *out = inverted(lower_guarded(l, lower_empty(l, &v), NOTHING));
  return CI_OK;
}

bool py_calls(const struct py_node *n, const char *name) {
  return n->kind == PY_CALL && n->len == strlen(name) && !memcmp(n->text, name, n->len);
}

/* any([...]) and all([...]): the list is evaluated first, whole. */
static int lower_any(struct lowering *l, const struct py_node *n, bool any, struct truth *out) {
  const struct py_node *list = n->n == 1 ? py_at(l, py_kid(l, n, 0)) : n;
  if (list->kind != PY_LIST) return lower_refuse(l, n, "any() and all() take one list");
  ci_expr defined = NOTHING, test = ci_int(l->builder, !any);
  for (size_t i = 0; i < list->n; i++) {
    struct truth t;
    int rc = lower_truth(l, py_kid(l, list, i), &t);
    if (rc < 0) return rc;
    defined = rational_defined(l->builder, defined, lower_defined(l, t));
    test = join(l, any ? CI_OR : CI_AND, test, t.yes);
  }
  *out = lower_guarded(l, test, defined);
  return CI_OK;
}

static int truth_of(struct lowering *l, int32_t node, struct truth *out) {
  const struct py_node *n = py_at(l, node);
  switch (n->kind) {
    case PY_AND: return lower_logic(l, n, false, out);
    case PY_OR: return lower_logic(l, n, true, out);
    case PY_COMPARE: return lower_compare(l, n, out);
    case PY_TERNARY: return lower_ternary_truth(l, n, out);
    case PY_NOT: {
      int rc = lower_truth(l, py_kid(l, n, 0), out);
      *out = inverted(*out);
      return rc;
    }
    default: break;
  }
  if (py_calls(n, "any")) return lower_any(l, n, true, out);
  if (py_calls(n, "all")) return lower_any(l, n, false, out);
  if (py_calls(n, "bool") && n->n == 1) return lower_truth(l, py_kid(l, n, 0), out);
  return truth_of_value(l, node, out);
}

int lower_enter(struct lowering *l, const struct py_node *n) {
  return l->depth++ < DEEPEST ? CI_OK : lower_refuse(l, n, "the condition is nested too deep");
}

int lower_truth(struct lowering *l, int32_t node, struct truth *out) {
  *out = (struct truth){0};
  int rc = lower_enter(l, py_at(l, node));
  if (rc >= 0) rc = truth_of(l, node, out);
  l->depth--;
  return rc;
}

ci_expr t1_lower(parser *p, const struct t1_names *names, const struct py_tree *tree, int32_t root) {
  struct lowering l = {p, names->builder, names, tree, 0};
  struct truth t;
  int rc = lower_truth(&l, root, &t);
  return rc < 0 ? rc : t.yes;
}
