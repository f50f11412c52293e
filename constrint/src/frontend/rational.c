/* Arithmetic on quotients, with the bounds that make most checks for zero
 * and sign unnecessary. */
#include "rational.h"
#include "../builder.h"

ci_expr rational_defined(ci_builder *b, ci_expr x, ci_expr y) {
  if (x == NOTHING || x == y) return y;
  return y == NOTHING ? x : ci_apply2(b, CI_AND, x, y);
}

static wide least(wide a, wide b) { return a < b ? a : b; }
static wide most(wide a, wide b) { return a > b ? a : b; }
static wide magnitude(wide lo, wide hi) { return most(hi, -lo); }

struct bounds { wide lo, hi; };

static struct bounds times(struct bounds x, struct bounds y) {
  wide a = wide_mul(x.lo, y.lo), b = wide_mul(x.lo, y.hi), c = wide_mul(x.hi, y.lo), d = wide_mul(x.hi, y.hi);
  return (struct bounds){least(least(a, b), least(c, d)), most(most(a, b), most(c, d))};
}

static struct bounds num_bounds(const rational *x) { return (struct bounds){x->lo, x->hi}; }

static bool never_zero(const rational *x) { return x->nonzero || x->lo > 0 || x->hi < 0; }

/* a * b where either may be the absent denominator. */
static ci_expr product(ci_builder *b, ci_expr x, ci_expr y) {
  if (x == NOTHING) return y;
  return y == NOTHING ? x : ci_apply2(b, CI_MUL, x, y);
}

/* num brought to the denominator x.den * other. */
static ci_expr scaled(ci_builder *b, const rational *x, const rational *other) { return product(b, x->num, other->den); }

static struct bounds scaled_bounds(const rational *x, const rational *other) {
  return times(num_bounds(x), (struct bounds){1, other->den_hi});
}

rational rational_int(ci_builder *b, int64_t num, int64_t den) {
  ci_expr d = den == 1 ? NOTHING : ci_int(b, den);
  return (rational){ci_int(b, num), d, NOTHING, num, num, den, num != 0, den != 1};
}

rational rational_truth(ci_expr truth, ci_expr defined) {
  return (rational){truth, NOTHING, defined, 0, 1, 1, false, false};
}

rational rational_neg(ci_builder *b, rational x) {
  rational r = x;
  r.num = ci_apply1(b, CI_NEG, x.num);
  r.lo = -x.hi;
  r.hi = -x.lo;
  return r;
}

/* A result over the common denominator, with what both operands bring. */
static rational joined(ci_builder *b, const rational *x, const rational *y, ci_expr num, struct bounds n) {
  return (rational){num, product(b, x->den, y->den), rational_defined(b, x->defined, y->defined), n.lo, n.hi,
                    wide_mul(x->den_hi, y->den_hi), false, x->is_float || y->is_float};
}

rational rational_add(ci_builder *b, rational x, rational y) {
  struct bounds p = scaled_bounds(&x, &y), q = scaled_bounds(&y, &x);
  ci_expr num = ci_apply2(b, CI_ADD, scaled(b, &x, &y), scaled(b, &y, &x));
  return joined(b, &x, &y, num, (struct bounds){wide_add(p.lo, q.lo), wide_add(p.hi, q.hi)});
}

rational rational_mul(ci_builder *b, rational x, rational y) {
  rational r = joined(b, &x, &y, ci_apply2(b, CI_MUL, x.num, y.num), times(num_bounds(&x), num_bounds(&y)));
  r.nonzero = never_zero(&x) && never_zero(&y);
  return r;
}

/* y's definedness where it is a divisor. */
static ci_expr as_divisor(ci_builder *b, const rational *y) {
  if (never_zero(y)) return y->defined;
  return rational_defined(b, y->defined, ci_apply2(b, CI_NE, y->num, ci_int(b, 0)));
}

/* 1 / y for y whose sign is known, or with num * den in place of a sign. */
static rational inverse(ci_builder *b, const rational *y) {
  ci_expr one = ci_int(b, 1), den = y->den == NOTHING ? one : y->den;
  wide den_hi = y->den_hi, y_hi = magnitude(y->lo, y->hi);
  rational r = {den, y->num, as_divisor(b, y), 1, den_hi, y_hi, true, true};
  if (y->lo > 0) return r;
  r.lo = -den_hi;
  if (y->hi < 0) {
    r.num = ci_apply1(b, CI_NEG, den);
    r.den = ci_apply1(b, CI_NEG, y->num);
    r.hi = -1;
    return r;
  }
  r.num = ci_apply2(b, CI_MUL, den, y->num);
  r.den = ci_apply2(b, CI_MUL, y->num, y->num);
  r.hi = wide_mul(den_hi, y_hi);
  r.lo = -r.hi;
  r.den_hi = wide_mul(y_hi, y_hi);
  return r;
}

rational rational_div(ci_builder *b, rational x, rational y) {
  rational r = rational_mul(b, x, inverse(b, &y));
  r.nonzero = never_zero(&x);
  return r;
}

rational rational_floordiv(ci_builder *b, rational x, rational y) {
  struct bounds p = scaled_bounds(&x, &y), q = scaled_bounds(&y, &x);
  wide most_away = magnitude(p.lo, p.hi);
  rational r = {ci_apply2(b, CI_FLOORDIV, scaled(b, &x, &y), scaled(b, &y, &x)), NOTHING,
                rational_defined(b, x.defined, as_divisor(b, &y)), -most_away, most_away, 1, false, x.is_float || y.is_float};
  if (p.lo >= 0 && q.lo > 0) {
    r.lo = wide_saturated(q.hi) ? 0 : wide_floordiv(p.lo, q.hi);
    r.hi = wide_saturated(p.hi) ? p.hi : wide_floordiv(p.hi, q.lo);
  }
  return r;
}

rational rational_mod(ci_builder *b, rational x, rational y) {
  struct bounds q = scaled_bounds(&y, &x);
  ci_expr num = ci_apply2(b, CI_MOD, scaled(b, &x, &y), scaled(b, &y, &x));
  rational r = joined(b, &x, &y, num, q);
  r.defined = rational_defined(b, x.defined, as_divisor(b, &y));
  r.lo = least(q.lo, 0);
  r.hi = most(q.hi, 0);
  return r;
}

rational rational_abs(ci_builder *b, rational x) {
  rational r = x;
  r.num = ci_apply1(b, CI_ABS, x.num);
  r.hi = magnitude(x.lo, x.hi);
  r.lo = x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0;
  return r;
}

rational rational_floor(ci_builder *b, rational x) {
  rational one = rational_int(b, 1, 1), r = x;
  if (x.den != NOTHING) r = rational_floordiv(b, x, one);
  r.is_float = false;
  return r;
}

rational rational_trunc(ci_builder *b, rational x) {
  if (x.den == NOTHING || x.lo >= 0) return rational_floor(b, x);
  rational down = rational_floor(b, x), up = rational_neg(b, rational_floor(b, rational_neg(b, x)));
  return rational_choose(b, ci_apply2(b, CI_GE, x.num, ci_int(b, 0)), down, up);
}

rational rational_round(ci_builder *b, rational x) {
  if (x.den == NOTHING) return rational_floor(b, x);
  rational two = rational_int(b, 2, 1), one = rational_int(b, 1, 1), half = rational_int(b, 1, 2);
  rational shifted = rational_add(b, x, half), up = rational_floor(b, shifted);
  ci_expr tie = rational_compare(b, CI_EQ, shifted, up), odd = rational_compare(b, CI_EQ, rational_mod(b, up, two), one);
  rational r = rational_choose(b, ci_apply2(b, CI_AND, tie, odd), rational_add(b, up, rational_neg(b, one)), up);
  r.defined = up.defined;
  r.is_float = false;
  return r;
}

rational rational_best(ci_builder *b, ci_op op, rational x, rational y) {
  struct bounds p = scaled_bounds(&x, &y), q = scaled_bounds(&y, &x);
  struct bounds n = op == CI_MIN ? (struct bounds){least(p.lo, q.lo), least(p.hi, q.hi)}
                                 : (struct bounds){most(p.lo, q.lo), most(p.hi, q.hi)};
  return joined(b, &x, &y, ci_apply2(b, op, scaled(b, &x, &y), scaled(b, &y, &x)), n);
}

rational rational_choose(ci_builder *b, ci_expr condition, rational x, rational y) {
  ci_expr num[3] = {condition, x.num, y.num}, den[3] = {condition, x.den, y.den}, one = ci_int(b, 1);
  rational r = {ci_apply(b, CI_ITE, num, 3), NOTHING, NOTHING, least(x.lo, y.lo), most(x.hi, y.hi),
                most(x.den_hi, y.den_hi), never_zero(&x) && never_zero(&y), x.is_float || y.is_float};
  if (x.den != y.den) {
    if (x.den == NOTHING) den[1] = one;
    if (y.den == NOTHING) den[2] = one;
    r.den = ci_apply(b, CI_ITE, den, 3);
  } else r.den = x.den;
  if (x.defined != NOTHING || y.defined != NOTHING) {
    ci_expr either[3] = {condition, x.defined == NOTHING ? one : x.defined, y.defined == NOTHING ? one : y.defined};
    ci_expr yes = ci_apply2(b, CI_AND, condition, either[1]);
    ci_expr no = ci_apply2(b, CI_AND, ci_apply1(b, CI_NOT, condition), either[2]);
    r.defined = ci_apply2(b, CI_OR, yes, no);
  }
  return r;
}

static wide power_bound(wide base, wide exponent) {
  wide r = 1;
  if (base <= 1) return 1;
  for (; exponent > 0 && !wide_saturated(r); exponent--) r = wide_mul(r, base);
  return r;
}

/* y >= 0 */
static rational pow_up(ci_builder *b, const rational *x, const rational *y) {
  wide far = power_bound(magnitude(x->lo, x->hi), y->hi);
  ci_expr den = x->den == NOTHING ? NOTHING : ci_apply2(b, CI_POW, x->den, y->num);
  return (rational){ci_apply2(b, CI_POW, x->num, y->num), den, rational_defined(b, x->defined, y->defined),
                    x->lo > 0 ? 1 : x->lo == 0 ? 0 : -far, far, power_bound(x->den_hi, y->hi), never_zero(x),
                    x->is_float || y->is_float};
}

rational rational_pow(ci_builder *b, rational x, rational y, const char **why) {
  int64_t constant;
  if (y.den != NOTHING) *why = "an exponent must be a whole number";
  else if (y.lo >= 0) return pow_up(b, &x, &y);
  else if (!builder_constant(b, y.num, &constant)) *why = "the exponent may be negative, which gives fractions without bound";
  else {
    rational up = rational_neg(b, y);
    return rational_div(b, rational_int(b, 1, 1), pow_up(b, &x, &up));
  }
  return x;
}

ci_expr rational_compare(ci_builder *b, ci_op op, rational x, rational y) {
  return ci_apply2(b, op, scaled(b, &x, &y), scaled(b, &y, &x));
}
