/* Names and numbers of a condition. */
#include "../builder.h"
#include "t1_lowering.h"

static struct value number(rational r) { return (struct value){.number = r}; }

/* value[index] for parameters that hold an index. */
static rational listed_number(const struct lowering *l, const struct t1_parameter *p, int64_t den, ints *nums) {
  exprs items = {0};
  rational r = rational_int(l->builder, 0, den);
  r.is_float = p->kind == T1_FLOAT;
  r.lo = WIDE_MAX;
  r.hi = WIDE_MIN;
  r.nonzero = true;
  int rc = exprs_add(&items, p->variable);
  for (size_t i = 0; i < nums->n && rc >= 0; i++) {
    rc = exprs_add(&items, ci_int(l->builder, nums->at[i]));
    if (nums->at[i] < r.lo) r.lo = nums->at[i];
    if (nums->at[i] > r.hi) r.hi = nums->at[i];
    if (!nums->at[i]) r.nonzero = false;
  }
  r.num = rc < 0 ? rc : ci_apply(l->builder, CI_ELEMENT, items.at, items.n);
  exprs_free(&items);
  return r;
}

static int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : a; }

/* The values' numerators over one denominator; false: beyond 64 bits. */
static bool common_denominator(const struct t1_parameter *p, int64_t *den, ints *nums) {
  *den = 1;
  for (size_t i = 0; i < p->values.n; i++)
    if (__builtin_mul_overflow(*den / gcd(*den, p->values.at[i].den), p->values.at[i].den, den)) return false;
  for (size_t i = 0; i < p->values.n; i++) {
    int64_t n;
    if (__builtin_mul_overflow(p->values.at[i].num, *den / p->values.at[i].den, &n) || ints_add(nums, n) < 0) return false;
  }
  return true;
}

static rational own_number(const struct t1_parameter *p) {
  return (rational){p->variable, NOTHING, NOTHING, p->lo, p->hi, 1, !p->has_zero, false};
}

static int lower_parameter(const struct lowering *l, const struct py_node *n, const struct t1_parameter *p, struct value *out) {
  if (p->kind == T1_STRING || p->kind == T1_MIXED) {
    *out = (struct value){.is_text = true, .parameter = p};
    return CI_OK;
  }
  if (p->kind == T1_INT) {
    *out = number(own_number(p));
    return CI_OK;
  }
  ints nums = {0};
  int64_t den;
  bool fits = common_denominator(p, &den, &nums);
  if (fits) *out = number(listed_number(l, p, den, &nums));
  ints_free(&nums);
  return fits ? CI_OK : lower_refuse(l, n, "the parameter's fractions have no common denominator in 64 bits");
}

static int lower_name(const struct lowering *l, const struct py_node *n, struct value *out) {
  const struct t1_parameter *p = t1_find(l->names, n->text, n->len);
  const ci_let *let = scope_let(&l->parser->scope, n->text, n->len);
  if (p) return lower_parameter(l, n, p, out);
  if (let) {
    *out = number(rational_int(l->builder, let->value, 1));
    return CI_OK;
  }
  token name = {.kind = TOK_NAME, .place = n->at, .len = n->len};
  return parser_undeclared(l->parser, &name, "the parameter");
}

/* A kid that must be a number. */
int lower_number_kid(struct lowering *l, const struct py_node *n, size_t i, rational *out) {
  struct value v;
  int rc = lower_value(l, py_kid(l, n, i), &v);
  if (rc >= 0 && v.is_text) return lower_refuse(l, py_at(l, py_kid(l, n, i)), lower_mixed(&v) ?
    "a parameter with both strings and numbers can only be compared by ==, != and in" : "a string where a number is needed");
  if (rc >= 0) *out = v.number;
  return rc;
}

/* a and b: a where it is false, else b; a or b: the reverse. */
static int lower_operand(struct lowering *l, const struct py_node *n, rational *out) {
  size_t last = n->n - 1;
  int rc = lower_number_kid(l, n, last, out);
  for (size_t i = last; i-- > 0 && rc >= 0;) {
    rational x;
    rc = lower_number_kid(l, n, i, &x);
    if (rc < 0) break;
    ci_expr holds = ci_apply2(l->builder, CI_NE, x.num, ci_int(l->builder, 0));
    rational r = n->kind == PY_AND ? rational_choose(l->builder, holds, *out, x) : rational_choose(l->builder, holds, x, *out);
    r.defined = rational_defined(l->builder, x.defined, r.defined);
    *out = r;
  }
  return rc;
}

static int lower_ternary(struct lowering *l, const struct py_node *n, rational *out) {
  struct truth c;
  rational x, y;
  int rc = lower_truth(l, py_kid(l, n, 0), &c);
  if (rc >= 0) rc = lower_number_kid(l, n, 1, &x);
  if (rc >= 0) rc = lower_number_kid(l, n, 2, &y);
  if (rc < 0) return rc;
  *out = rational_choose(l->builder, c.yes, x, y);
  out->defined = rational_defined(l->builder, lower_defined(l, c), out->defined);
  return rc;
}

/* On two's complement: a & b = (a + b - (a ^ b)) / 2, a | b = (a + b + (a ^ b)) / 2. */
static rational bits(const struct lowering *l, enum py_kind kind, rational x, rational y) {
  ci_expr both[2] = {x.num, y.num}, differing = ci_apply(l->builder, CI_BITXOR, both, 2);
  rational r = {differing, NOTHING, rational_defined(l->builder, x.defined, y.defined), WIDE_MIN, WIDE_MAX, 1, false, false};
  if (x.lo >= 0 && y.lo >= 0) r.lo = 0;
  if (kind == PY_BITXOR) return r;
  ci_expr sum = ci_apply2(l->builder, CI_ADD, x.num, y.num);
  ci_expr twice = ci_apply2(l->builder, kind == PY_BITAND ? CI_SUB : CI_ADD, sum, differing);
  r.num = ci_apply2(l->builder, CI_FLOORDIV, twice, ci_int(l->builder, 2));
  return r;
}

/* x << y and x >> y: a negative y is an exception. */
static rational shift(const struct lowering *l, enum py_kind kind, rational x, rational y) {
  ci_expr negative = NOTHING;
  if (y.lo < 0) {
    negative = ci_apply2(l->builder, CI_GE, y.num, ci_int(l->builder, 0));
    y.num = ci_apply2(l->builder, CI_MAX, y.num, ci_int(l->builder, 0)); /* so that the power is one */
    y.lo = 0;
  }
  const char *why = NULL;
  rational power = rational_pow(l->builder, rational_int(l->builder, 2, 1), y, &why);
  rational r = kind == PY_SHL ? rational_mul(l->builder, x, power) : rational_floordiv(l->builder, x, power);
  r.defined = rational_defined(l->builder, r.defined, negative);
  return r;
}

static bool on_bits(enum py_kind kind) {
  return kind == PY_BITAND || kind == PY_BITOR || kind == PY_BITXOR || kind == PY_SHL || kind == PY_SHR;
}

static int binary(struct lowering *l, const struct py_node *n, enum py_kind kind, rational x, rational y, rational *out) {
  ci_builder *b = l->builder;
  const char *why = NULL;
  if (on_bits(kind) && (x.is_float || y.is_float))
    return lower_refuse(l, n, "bit operations need whole numbers (// divides without a fraction)");
  switch (kind) {
    case PY_ADD: *out = rational_add(b, x, y); break;
    case PY_SUB: *out = rational_add(b, x, rational_neg(b, y)); break;
    case PY_MUL: *out = rational_mul(b, x, y); break;
    case PY_DIV: *out = rational_div(b, x, y); break;
    case PY_FLOORDIV: *out = rational_floordiv(b, x, y); break;
    case PY_MOD: *out = rational_mod(b, x, y); break;
    case PY_POW: *out = rational_pow(b, x, y, &why); break;
    case PY_SHL: case PY_SHR: *out = shift(l, kind, x, y); break;
    default: *out = bits(l, kind, x, y); break;
  }
  return why ? lower_refuse(l, n, why) : CI_OK;
}

int lower_binary(struct lowering *l, const struct py_node *n, enum py_kind kind, rational *out) {
  rational x, y;
  int rc = lower_number_kid(l, n, 0, &x);
  if (rc >= 0) rc = lower_number_kid(l, n, 1, &y);
  return rc < 0 ? rc : binary(l, n, kind, x, y, out);
}

static int lower_unary(struct lowering *l, const struct py_node *n, rational *out) {
  int rc = lower_number_kid(l, n, 0, out);
  if (rc < 0 || n->kind == PY_PLUS) return rc;
  if (n->kind == PY_INVERT && out->is_float) return lower_refuse(l, n, "bit operations need whole numbers");
  *out = rational_neg(l->builder, *out);
  if (n->kind == PY_INVERT) *out = rational_add(l->builder, *out, rational_int(l->builder, -1, 1));
  return rc;
}

static int truth_as_number(struct lowering *l, int32_t node, rational *out) {
  struct truth t;
  int rc = lower_truth(l, node, &t);
  if (rc >= 0) *out = rational_truth(t.yes, lower_defined(l, t));
  return rc;
}

static int lower_number(struct lowering *l, int32_t node, rational *out) {
  const struct py_node *n = py_at(l, node);
  switch (n->kind) {
    case PY_NUMBER: *out = rational_int(l->builder, n->num, n->den); out->is_float = n->is_float; return CI_OK;
    case PY_BOOL: *out = rational_int(l->builder, n->num, 1); return CI_OK;
    case PY_NEG: case PY_PLUS: case PY_INVERT: return lower_unary(l, n, out);
    case PY_AND: case PY_OR: return lower_operand(l, n, out);
    case PY_TERNARY: return lower_ternary(l, n, out);
    case PY_NOT: case PY_COMPARE: return truth_as_number(l, node, out);
    case PY_LIST: return lower_refuse(l, n, "a list stands behind 'in' or in a function only");
    case PY_EACH: case PY_FOR: return lower_refuse(l, n, "a comprehension stands behind 'in' or in a list of values only");
    case PY_CALL: break;
    default: return lower_binary(l, n, n->kind, out);
  }
  if (py_calls(n, "any") || py_calls(n, "all") || py_calls(n, "bool")) return truth_as_number(l, node, out);
  return lower_call(l, n, out);
}

int lower_value(struct lowering *l, int32_t node, struct value *out) {
  const struct py_node *n = py_at(l, node);
  *out = (struct value){0};
  int rc = lower_enter(l, n);
  if (rc < 0) {
  } else if (n->kind == PY_NAME) rc = lower_name(l, n, out);
  else if (n->kind == PY_STRING) *out = (struct value){.is_text = true, .text = n->text, .len = n->len};
  else rc = lower_number(l, node, &out->number);
  l->depth--;
  if (rc >= 0 && !out->is_text && out->number.num < 0) rc = out->number.num; /* a call into the builder failed */
  return rc;
}
