/* Bounds of an expression from those of its arguments. */
#include "pool.h"

struct range { wide lo, hi; };

static wide least(wide a, wide b) { return a < b ? a : b; }
static wide most(wide a, wide b) { return a > b ? a : b; }
static wide magnitude(struct range x) { return most(x.hi, -x.lo); }

static struct range hull(struct range x, struct range y) { return (struct range){least(x.lo, y.lo), most(x.hi, y.hi)}; }

static struct range product(struct range x, struct range y) {
  wide a = wide_mul(x.lo, y.lo), b = wide_mul(x.lo, y.hi), c = wide_mul(x.hi, y.lo), d = wide_mul(x.hi, y.hi);
  return (struct range){least(least(a, b), least(c, d)), most(most(a, b), most(c, d))};
}

typedef wide division(wide a, wide b);

/* x / y at the corners, for y without 0. */
static struct range corners(struct range x, struct range y, division *divide) {
  wide a = divide(x.lo, y.lo), b = divide(x.lo, y.hi), c = divide(x.hi, y.lo), d = divide(x.hi, y.hi);
  return (struct range){least(least(a, b), least(c, d)), most(most(a, b), most(c, d))};
}

static struct range quotient(struct range x, struct range y, division *divide) {
  struct range below = {y.lo, least(y.hi, -1)}, above = {most(y.lo, 1), y.hi};
  if (wide_saturated(x.lo) || wide_saturated(x.hi) || wide_saturated(y.lo) || wide_saturated(y.hi))
    return (struct range){-magnitude(x), magnitude(x)};
  if (below.lo > below.hi && above.lo > above.hi) return (struct range){0, 0};
  if (below.lo > below.hi) return corners(x, above, divide);
  if (above.lo > above.hi) return corners(x, below, divide);
  return hull(corners(x, below, divide), corners(x, above, divide));
}

static struct range remainder_of(struct range x, struct range y) {
  struct range r = {y.lo < 0 ? least(y.lo + 1, 0) : 0, y.hi > 0 ? most(y.hi - 1, 0) : 0};
  if (y.lo > 0 && x.lo >= 0) r.hi = least(r.hi, x.hi);
  return r;
}

static wide power_of(wide base, wide exponent) {
  wide r = 1;
  if (base <= 1) return base;
  for (wide i = 0; i < exponent && !wide_saturated(r); i++) r = wide_mul(r, base);
  return r;
}

static struct range power(struct range x, struct range y) {
  wide exponent = most(y.hi, 0);
  if (x.lo >= 0) return (struct range){x.lo > 0 ? power_of(x.lo, most(y.lo, 0)) : 0, most(power_of(x.hi, exponent), 1)};
  wide most_away = most(power_of(magnitude(x), exponent), 1);
  return (struct range){-most_away, most_away};
}

static struct range exclusive_or(struct range x, struct range y) {
  wide top = most(magnitude(x), magnitude(y)), ones = 1;
  if (wide_saturated(top)) return (struct range){WIDE_MIN, WIDE_MAX};
  while (ones <= top && !wide_saturated(ones)) ones = wide_mul(ones, 2);
  return (struct range){x.lo < 0 || y.lo < 0 ? -ones : 0, ones - (ones < WIDE_MAX)};
}

static struct range range_of(const struct pool *p, pool_id e) { return (struct range){p->nodes[e].lo, p->nodes[e].hi}; }

static struct range two_operands(int32_t op, struct range x, struct range y) {
  switch (op) {
  case CI_ADD: return (struct range){wide_add(x.lo, y.lo), wide_add(x.hi, y.hi)};
  case CI_SUB: return (struct range){wide_sub(x.lo, y.hi), wide_sub(x.hi, y.lo)};
  case CI_MUL: return product(x, y);
  case CI_MIN: return (struct range){least(x.lo, y.lo), least(x.hi, y.hi)};
  case CI_MAX: return (struct range){most(x.lo, y.lo), most(x.hi, y.hi)};
  case CI_FLOORDIV: return quotient(x, y, wide_floordiv);
  case CI_EXACTDIV:
  case CI_CEILDIV: {
    struct range down = quotient(x, y, wide_floordiv), up = quotient(x, y, wide_ceildiv);
    return op == CI_CEILDIV ? up : hull(down, up);
  }
  case CI_MOD: return remainder_of(x, y);
  case CI_POW: return power(x, y);
  case CI_BITXOR: return exclusive_or(x, y);
  default: return (struct range){0, 1};
  }
}

static struct range fold(const struct pool *p, const struct pool_node *node) {
  const pool_id *a = pool_args(p, node);
  struct range r = range_of(p, a[0]);
  for (int32_t i = 1; i < node->n; i++) r = two_operands(node->op, r, range_of(p, a[i]));
  return r;
}

static struct range any_of(const struct pool *p, const struct pool_node *node) {
  const pool_id *a = pool_args(p, node);
  struct range r = range_of(p, a[1]);
  for (int32_t i = 2; i < node->n; i++) r = hull(r, range_of(p, a[i]));
  return r;
}

static struct range values_of(const struct pool *p, const struct pool_node *node) {
  if (pool_is_truth_op(node->op)) return (struct range){0, 1};
  struct range x = node->n ? range_of(p, pool_args(p, node)[0]) : (struct range){0, 0};
  switch (node->op) {
  case NODE_VAR: return (struct range){p->domains[node->data].lo, p->domains[node->data].hi};
  case POOL_UNDEFINED: return x;
  case CI_NEG: return (struct range){-x.hi, -x.lo};
  case CI_ABS: return (struct range){x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0, magnitude(x)};
  case CI_ELEMENT:
  case CI_ITE: return any_of(p, node);
  default: return fold(p, node);
  }
}

static bool may_be_undefined(const struct pool *p, const struct pool_node *node) {
  const pool_id *a = pool_args(p, node);
  if (node->op == POOL_UNDEFINED) return true;
  if (pool_is_truth_op(node->op)) return false;
  for (int32_t i = node->op == CI_ITE; i < node->n; i++)
    if (p->nodes[a[i]].undefined) return true;
  struct range y = node->n > 1 ? range_of(p, a[1]) : (struct range){1, 1};
  switch (node->op) {
  case CI_FLOORDIV:
  case CI_MOD:
  case CI_CEILDIV: return y.lo <= 0 && y.hi >= 0;
  case CI_EXACTDIV: return !(y.lo == y.hi && (y.lo == 1 || y.lo == -1));
  case CI_POW: return y.lo < 0;
  case CI_ELEMENT: return p->nodes[a[0]].lo < 0 || p->nodes[a[0]].hi >= node->n - 1;
  default: return false;
  }
}

void pool_bounds(const struct pool *p, struct pool_node *node) {
  struct range r = values_of(p, node);
  const pool_id *a = pool_args(p, node);
  node->lo = r.lo;
  node->hi = r.hi;
  node->undefined = may_be_undefined(p, node);
  node->wild = r.lo < -POOL_LIMIT || r.hi > POOL_LIMIT;
  for (int32_t i = 0; i < node->n; i++) node->wild = node->wild || p->nodes[a[i]].wild;
}
