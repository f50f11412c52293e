/* Comparisons in conditions: of numbers, of strings, of parameters that have both. */
#include <string.h>
#include "../error.h"
#include "t1_lowering.h"

enum { LONGEST = 1 << 16 };

static ci_expr join(const struct lowering *l, ci_op op, ci_expr a, ci_expr b) { return ci_apply2(l->builder, op, a, b); }

/* The parameter has its i-th value. */
static ci_expr has(const struct lowering *l, const struct t1_parameter *p, size_t i) {
  return join(l, CI_EQ, p->variable, ci_int(l->builder, (int64_t)i));
}

static struct t1_value literal(const struct value *v) {
  return (struct t1_value){T1_STRING, (uint32_t)v->len, v->text, 0, 1};
}

static bool holds(enum py_relation r, int order) {
  switch (r) {
    case PY_EQ: return order == 0;
    case PY_NE: return order != 0;
    case PY_LT: return order < 0;
    case PY_LE: return order <= 0;
    case PY_GT: return order > 0;
    default: return order >= 0;
  }
}

static int text_order(const struct t1_value *a, const struct t1_value *b) {
  int first = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
  return first ? first : (a->len > b->len) - (a->len < b->len);
}

/* One value against another; only strings are ordered here. */
static bool values_hold(enum py_relation r, const struct t1_value *a, const struct t1_value *b) {
  if (r == PY_EQ || r == PY_NE) return t1_same_value(a, b) == (r == PY_EQ);
  return holds(r, text_order(a, b));
}

/* ---- Texts against texts ---- */

/* The parameter's value stands in this relation to that one. */
static ci_expr against(const struct lowering *l, const struct t1_parameter *p, enum py_relation r, const struct t1_value *b) {
  ints places = {0};
  ci_expr rc = CI_OK;
  for (size_t i = 0; rc >= 0 && i < p->values.n; i++)
    if (values_hold(r, &p->values.at[i], b)) rc = ints_add(&places, (int64_t)i);
  if (rc >= 0) rc = places.n == 1 ? has(l, p, (size_t)places.at[0]) : ci_in(l->builder, p->variable, places.at, places.n);
  ints_free(&places);
  return rc;
}

static enum py_relation turned(enum py_relation r) {
  static const enum py_relation other[] = {PY_EQ, PY_NE, PY_GT, PY_GE, PY_LT, PY_LE};
  return other[r];
}

static ci_expr pairs(const struct lowering *l, const struct t1_parameter *a, enum py_relation r, const struct t1_parameter *b) {
  exprs cases = {0};
  ci_expr rc = exprs_add(&cases, ci_int(l->builder, 0));
  for (size_t i = 0; i < a->values.n && rc >= 0; i++) {
    ci_expr there = against(l, b, turned(r), &a->values.at[i]);
    rc = there < 0 ? there : exprs_add(&cases, join(l, CI_AND, has(l, a, i), there));
  }
  if (rc >= 0) rc = ci_apply(l->builder, CI_OR, cases.at, cases.n);
  exprs_free(&cases);
  return rc;
}

static ci_expr compare_texts(const struct lowering *l, enum py_relation r, const struct value *a, const struct value *b) {
  struct t1_value x = literal(a), y = literal(b);
  if (a->parameter && b->parameter) return pairs(l, a->parameter, r, b->parameter);
  if (a->parameter) return against(l, a->parameter, r, &y);
  if (b->parameter) return against(l, b->parameter, turned(r), &x);
  return ci_int(l->builder, values_hold(r, &x, &y));
}

ci_expr lower_empty(struct lowering *l, const struct value *text) {
  static const struct t1_value nothing = {T1_STRING, 0, "", 0, 1}, zero = {T1_INT, 0, NULL, 0, 1};
  if (!text->parameter) return ci_int(l->builder, text->len == 0);
  return join(l, CI_OR, against(l, text->parameter, PY_EQ, &nothing), against(l, text->parameter, PY_EQ, &zero));
}

/* ---- Texts against numbers ---- */

/* A mixed parameter has the value of this number. */
static ci_expr mixed_equal(const struct lowering *l, const struct t1_parameter *p, const rational *number) {
  exprs cases = {0};
  ci_expr rc = exprs_add(&cases, ci_int(l->builder, 0));
  for (size_t i = 0; i < p->values.n && rc >= 0; i++) {
    const struct t1_value *v = &p->values.at[i];
    if (v->kind == T1_STRING) continue;
    ci_expr same = rational_compare(l->builder, CI_EQ, rational_int(l->builder, v->num, v->den), *number);
    rc = same < 0 ? same : exprs_add(&cases, join(l, CI_AND, has(l, p, i), same));
  }
  if (rc >= 0) rc = ci_apply(l->builder, CI_OR, cases.at, cases.n);
  exprs_free(&cases);
  return rc;
}

static ci_expr text_and_number(const struct lowering *l, const struct value *a, const struct value *b) {
  const struct value *text = a->is_text ? a : b, *number = a->is_text ? b : a;
  return lower_mixed(text) ? mixed_equal(l, text->parameter, &number->number) : ci_int(l->builder, 0);
}

/* ---- Equality ---- */

static ci_expr defined_of(const struct value *v) { return v->is_text ? NOTHING : v->number.defined; }

static bool has_value(const struct t1_parameter *p, const struct t1_value *v) {
  for (size_t i = 0; i < p->values.n; i++)
    if (t1_same_value(&p->values.at[i], v)) return true;
  return false;
}

/* A comparison that cannot come out equal is most likely a mistake. */
static void warn_never_equal(const struct lowering *l, const struct py_node *n, const struct value *a, const struct value *b) {
  const struct value *written = a->parameter ? b : a, *named = a->parameter ? a : b;
  struct t1_value text = literal(written);
  if (lower_mixed(a) || lower_mixed(b)) return;
  if (a->is_text != b->is_text) source_warn(l->parser->source, n->at, "a string and a number are never equal");
  else if (a->is_text && named->parameter && !written->parameter && !has_value(named->parameter, &text))
    source_warn(l->parser->source, n->at, "'%.*s' is no value of '%.100s'", (int)(text.len > 100 ? 100 : text.len), text.text,
                named->parameter->name);
}

static struct truth equal(const struct lowering *l, const struct py_node *n, const struct value *a, const struct value *b) {
  ci_expr test;
  warn_never_equal(l, n, a, b);
  if (a->is_text && b->is_text) test = compare_texts(l, PY_EQ, a, b);
  else if (a->is_text || b->is_text) test = text_and_number(l, a, b);
  else test = rational_compare(l->builder, CI_EQ, a->number, b->number);
  return lower_guarded(l, test, rational_defined(l->builder, defined_of(a), defined_of(b)));
}

int lower_relation(struct lowering *l, const struct py_node *n, enum py_relation r, const struct value *x, const struct value *y,
                   struct truth *out) {
  static const ci_op ops[] = {[PY_LT] = CI_LT, [PY_LE] = CI_LE, [PY_GT] = CI_GT, [PY_GE] = CI_GE};
  if (r == PY_EQ || r == PY_NE) {
    struct truth t = equal(l, n, x, y);
    *out = r == PY_EQ ? t : (struct truth){t.no, t.yes, t.total};
    return CI_OK;
  }
  if (x->is_text != y->is_text || lower_mixed(x) || lower_mixed(y))
    return lower_refuse(l, n, "a string and a number have no order");
  if (x->is_text) *out = lower_guarded(l, compare_texts(l, r, x, y), NOTHING);
  else *out = lower_guarded(l, rational_compare(l->builder, ops[r], x->number, y->number),
                            rational_defined(l->builder, x->number.defined, y->number.defined));
  return CI_OK;
}

/* ---- Membership ---- */

/* x in [a, b]: all of the list is evaluated first. */
static int among_expressions(struct lowering *l, const struct py_node *list, const struct value *x, struct truth *out) {
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
  if (rc >= 0) *out = lower_guarded(l, some, defined);
  return rc < 0 ? rc : CI_OK;
}

/* A whole number among numbers: those that are whole can be equal. */
static int among_numbers(struct lowering *l, const struct t1_values *values, const struct value *x, struct truth *out) {
  ints whole = {0};
  ci_expr rc = CI_OK;
  for (size_t i = 0; i < values->n && rc >= 0; i++)
    if (values->at[i].kind != T1_STRING && values->at[i].den == 1) rc = ints_add(&whole, values->at[i].num);
  if (rc >= 0) rc = ci_in(l->builder, x->number.num, whole.at, whole.n);
  ints_free(&whole);
  if (rc >= 0) *out = lower_guarded(l, rc, x->number.defined);
  return rc < 0 ? rc : CI_OK;
}

static struct value constant(const struct lowering *l, const struct t1_value *v) {
  if (v->kind == T1_STRING) return (struct value){.is_text = true, .text = v->text, .len = v->len};
  return (struct value){.number = rational_int(l->builder, v->num, v->den)};
}

static int among_values(struct lowering *l, const struct py_node *list, const struct t1_values *values, const struct value *x,
                        struct truth *out) {
  exprs cases = {0};
  if (!x->is_text && x->number.den == NOTHING) return among_numbers(l, values, x, out);
  if (values->n > LONGEST) return lower_refuse(l, list, "the list is too long for what is looked for in it");
  ci_expr rc = exprs_add(&cases, ci_int(l->builder, 0));
  for (size_t i = 0; i < values->n && rc >= 0; i++) {
    struct value item = constant(l, &values->at[i]);
    rc = exprs_add(&cases, equal(l, list, x, &item).yes);
  }
  if (rc >= 0) rc = ci_apply(l->builder, CI_OR, cases.at, cases.n);
  exprs_free(&cases);
  if (rc >= 0) *out = lower_guarded(l, rc, defined_of(x));
  return rc < 0 ? rc : CI_OK;
}

/* A list that is written out, and has expressions in it. */
static bool has_expressions(const struct lowering *l, const struct py_node *list) {
  for (size_t i = 0; i < list->n; i++) {
    const struct py_node *n = py_at(l, py_kid(l, list, i));
    if (n->kind != PY_NUMBER && n->kind != PY_STRING && n->kind != PY_BOOL) return list->kind == PY_LIST;
  }
  return false;
}

/* What can be a list without parameters, to be evaluated at once. */
static bool is_list(const struct py_node *n) {
  return n->kind == PY_LIST || n->kind == PY_EACH || n->kind == PY_CALL || n->kind == PY_ADD || n->kind == PY_MUL;
}

int lower_contains(struct lowering *l, int32_t node, const struct value *x, struct truth *out) {
  const struct py_node *list = py_at(l, node);
  struct t1_values values = {0};
  if (!is_list(list)) return lower_refuse(l, list, "'in' needs a list, a tuple, a set or a range");
  if (has_expressions(l, list)) return among_expressions(l, list, x, out);
  int rc = t1_evaluate(l->parser, l->tree, node, &values);
  if (rc >= 0) rc = among_values(l, list, &values, x, out);
  t1_values_free(&values);
  return rc;
}
