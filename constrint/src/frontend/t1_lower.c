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

/* A test that is evaluated where `defined` holds. */
static struct truth guarded(const struct lowering *l, ci_expr test, ci_expr defined) {
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

/* ---- Text ---- */

static bool same_text(const char *a, size_t n, const char *b, size_t m) { return n == m && !memcmp(a, b, n); }

/* The parameter's index is that of a value whose text is (not) this one. */
static ci_expr has_text(const struct lowering *l, const struct t1_parameter *p, const char *text, size_t len) {
  for (size_t i = 0; i < p->values.n; i++)
    if (same_text(p->values.at[i].text, strlen(p->values.at[i].text), text, len))
      return join(l, CI_EQ, p->variable, ci_int(l->builder, (int64_t)i));
  return ci_int(l->builder, 0);
}

static ci_expr equal_parameters(const struct lowering *l, const struct t1_parameter *a, const struct t1_parameter *b) {
  exprs cases = {0};
  ci_expr rc = CI_OK;
  for (size_t i = 0; i < a->values.n && rc >= 0; i++) {
    const char *text = a->values.at[i].text;
    ci_expr here = join(l, CI_EQ, a->variable, ci_int(l->builder, (int64_t)i));
    rc = exprs_add(&cases, join(l, CI_AND, here, has_text(l, b, text, strlen(text))));
  }
  if (rc >= 0) rc = apply_list(l->parser, CI_OR, &cases);
  exprs_free(&cases);
  return rc;
}

static ci_expr equal_texts(const struct lowering *l, const struct value *a, const struct value *b) {
  if (a->parameter && b->parameter) return equal_parameters(l, a->parameter, b->parameter);
  if (a->parameter) return has_text(l, a->parameter, b->text, b->len);
  if (b->parameter) return has_text(l, b->parameter, a->text, a->len);
  return ci_int(l->builder, same_text(a->text, a->len, b->text, b->len));
}

/* ---- Comparisons ---- */

static ci_expr defined_of(const struct value *v) { return v->is_text ? NOTHING : v->number.defined; }

static bool has_value(const struct t1_parameter *p, const struct value *literal) {
  for (size_t i = 0; i < p->values.n; i++)
    if (same_text(p->values.at[i].text, strlen(p->values.at[i].text), literal->text, literal->len)) return true;
  return false;
}

/* A comparison that cannot come out equal is most likely a mistake. */
static void warn_never_equal(const struct lowering *l, const struct py_node *n, const struct value *a, const struct value *b) {
  const struct value *literal = a->parameter ? b : a, *named = a->parameter ? a : b;
  if (a->is_text != b->is_text) source_warn(l->parser->source, n->at, "a string and a number are never equal");
  else if (a->is_text && named->parameter && !literal->parameter && !has_value(named->parameter, literal))
    source_warn(l->parser->source, n->at, "'%.*s' is no value of '%.100s'", (int)(literal->len > 100 ? 100 : literal->len),
                literal->text, named->parameter->name);
}

static struct truth equal(const struct lowering *l, const struct py_node *n, const struct value *a, const struct value *b) {
  ci_expr test;
  warn_never_equal(l, n, a, b);
  if (a->is_text && b->is_text) test = equal_texts(l, a, b);
  else if (a->is_text || b->is_text) test = ci_int(l->builder, 0);
  else test = rational_compare(l->builder, CI_EQ, a->number, b->number);
  return guarded(l, test, rational_defined(l->builder, defined_of(a), defined_of(b)));
}

static int compare(const struct lowering *l, const struct py_node *n, enum py_relation r, const struct value *a,
                   const struct value *b, struct truth *out) {
  static const ci_op ops[] = {[PY_LT] = CI_LT, [PY_LE] = CI_LE, [PY_GT] = CI_GT, [PY_GE] = CI_GE};
  if (r == PY_EQ || r == PY_NE) {
    struct truth t = equal(l, n, a, b);
    *out = r == PY_EQ ? t : inverted(t);
    return CI_OK;
  }
  if (a->is_text || b->is_text) return lower_refuse(l, n, "strings can only be compared by == and !=");
  *out = guarded(l, rational_compare(l->builder, ops[r], a->number, b->number),
                 rational_defined(l->builder, a->number.defined, b->number.defined));
  return CI_OK;
}

/* x in [a, b]: all of the list is evaluated first. */
static int contains(struct lowering *l, const struct py_node *list, const struct value *x, struct truth *out) {
  ci_expr some = ci_int(l->builder, 0), defined = defined_of(x);
  exprs cases = {0};
  ci_expr rc = exprs_add(&cases, some);
  for (size_t i = 0; i < list->n && rc >= 0; i++) {
    struct value item;
    rc = lower_value(l, py_kid(l, list, i), &item);
    if (rc < 0) break;
    struct truth t = equal(l, list, x, &item);
    defined = rational_defined(l->builder, defined, defined_of(&item));
    rc = exprs_add(&cases, t.yes);
  }
  if (rc >= 0) rc = some = ci_apply(l->builder, CI_OR, cases.at, cases.n);
  exprs_free(&cases);
  if (rc >= 0) *out = guarded(l, some, defined);
  return rc < 0 ? rc : CI_OK;
}

static int lower_pair(struct lowering *l, const struct py_node *n, size_t i, struct value *left, struct truth *out) {
  enum py_relation r = l->tree->kids[n->first + i].relation;
  const struct py_node *right = py_at(l, py_kid(l, n, i));
  if (r == PY_IN || r == PY_NOT_IN) {
    if (right->kind != PY_LIST) return lower_refuse(l, right, "'in' needs a list or a tuple");
    if (i + 1 < n->n) return lower_refuse(l, n, "nothing may be chained behind 'in': put brackets around it");
    int rc = contains(l, right, left, out);
    if (rc >= 0 && r == PY_NOT_IN) *out = inverted(*out);
    return rc;
  }
  struct value v;
  int rc = lower_value(l, py_kid(l, n, i), &v);
  if (rc >= 0) rc = compare(l, n, r, left, &v, out);
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
  if (!v.is_text) *out = guarded(l, join(l, CI_NE, v.number.num, ci_int(l->builder, 0)), v.number.defined);
  else if (v.parameter) *out = inverted(guarded(l, has_text(l, v.parameter, "", 0), NOTHING));
  else *out = guarded(l, ci_int(l->builder, v.len != 0), NOTHING);
  return CI_OK;
}

bool py_calls(const struct py_node *n, const char *name) {
  return n->kind == PY_CALL && same_text(n->text, n->len, name, strlen(name));
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
  *out = guarded(l, test, defined);
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
