/* Why a sum's bounds left no more: the ends of the other terms, each let out as
 * far as the sum allows.  Whole ends first, for a fact not named at all is the
 * weakest; what is left to spare loosens the others.  Why its strides did: the
 * terms that were fixed, as far as the divisor of the others tells their values
 * from those of the root. */
#include "linear.h"
#include "../learn/because.h"

/* Numbers this small are multiplied and added without looking. */
#define SMALL ((wide)1 << 62)

static bool is_small(wide v) { return v < SMALL && v > -SMALL; }

/* The end of x that counts where a*x is to be small: now, and at the root. */
struct share { wide now, root; };

static struct share share_of(const struct because *b, wide a, term x) {
  interval now = because_interval(b, x), root = because_root(b, x);
  return a > 0 ? (struct share){now.lo, root.lo} : (struct share){now.hi, root.hi};
}

/* The end of what.x if it were not so; false: that end does not matter to the sum. */
static bool contrary(wide a, struct fact what, wide *end) {
  if (what.kind == IS || (what.kind != IS_NOT && (what.kind == AT_MOST) != (a > 0))) return false;
  *end = what.kind == AT_MOST ? what.v + 1 : what.kind == AT_LEAST ? what.v - 1 : what.v;
  return is_small(*end);
}

/* Each term's share into l->part (lo: now, hi: root), and how far the least sum
 * exceeds c; < 0: it does not, or is not to be worked out here. */
static wide excess(const struct because *b, const struct linear_sum *l, int sign, struct fact what) {
  wide sum = 0;
  for (size_t i = 0; i < l->n; i++) {
    wide a = sign * l->a[i];
    struct share s = share_of(b, a, l->x[i]);
    if (l->x[i] == what.x) {
      if (!contrary(a, what, &s.now)) return -1;
      s.root = s.now;
    }
    if (!is_small(a) || !is_small(s.now)) return -1;
    l->part[i] = (interval){s.now, s.root};
    sum = wide_add(sum, a * s.now);
  }
  wide over = is_small(l->c) ? wide_sub(sum, sign * l->c) : -1;
  return wide_saturated(over) ? -1 : over;
}

/* The least sum is beyond c, by the facts that are named. */
static bool overshoots(struct because *b, const struct linear_sum *l, int sign, struct fact what) {
  wide spare = excess(b, l, sign, what) - 1;
  if (spare < 0) return false;
  for (size_t i = 0; i < l->n; i++) {
    interval *share = &l->part[i];
    if (!is_small(share->hi)) continue;
    wide cost = wide_abs(l->a[i]) * wide_abs(share->lo - share->hi);
    if (cost > spare) continue;
    spare -= cost;
    share->lo = share->hi;
  }
  for (size_t i = 0; i < l->n; i++) {
    const interval *share = &l->part[i];
    wide size = wide_abs(l->a[i]), steps = spare / size;
    if (share->lo == share->hi) continue;
    spare -= steps * size;
    if (sign * l->a[i] > 0) because_at_least(b, l->x[i], share->lo - steps);
    else because_at_most(b, l->x[i], share->lo + steps);
  }
  return true;
}

/* All terms but one are fixed. */
static bool fixed_but(struct because *b, const struct linear_sum *l, term but) {
  for (size_t i = 0; i < l->n; i++) {
    wide v;
    if (l->x[i] == but) continue;
    if (!because_fixed(b, l->x[i], &v)) return false;
    because_is(b, l->x[i], v);
  }
  return true;
}

/* The partner of value v of one of two terms is gone. */
static bool lost_partner(struct because *b, const struct linear_sum *l, struct fact what) {
  if (l->n != 2 || what.x < 0 || what.kind != IS_NOT) return false;
  size_t i = l->x[1] == what.x;
  wide product, rest;
  if (!exact_mul(l->a[i], what.v, &product) || !exact_add(l->c, -product, &rest)) return false;
  if (!is_multiple(rest, l->a[1 - i])) return true;
  wide partner = floor_div(rest, l->a[1 - i]);
  if (because_has(b, l->x[1 - i], partner)) return false;
  because_is_not(b, l->x[1 - i], partner);
  return true;
}

static bool lost_value(struct because *b, const struct linear_sum *l, struct fact what) {
  if (l->n != 1 || what.x >= 0) return false;
  if (!is_multiple(l->c, l->a[0])) return true;
  wide v = floor_div(l->c, l->a[0]);
  if (because_has(b, l->x[0], v)) return false;
  because_is_not(b, l->x[0], v);
  return true;
}

/* ---- Strides: below the root only fixing a term changes its own ---- */

/* The root's values of x, among them those of today: at + step * k. */
struct stride { wide at, step; };

static struct stride stride_of(const struct because *b, term x) {
  const struct domain *d = &b->s->domains[x];
  return (struct stride){wide_saturated(d->lo) ? 0 : d->lo, d->step};
}

/* The divisor of what the terms that were not fixed move by, `but` left aside;
 * 0: all were; -1: numbers too large. */
static wide divisor_then(const struct because *b, const struct linear_sum *l, term but) {
  wide g = 0, v;
  for (size_t i = 0; i < l->n && g != 1; i++) {
    struct stride r = stride_of(b, l->x[i]);
    if (!is_small(l->a[i]) || !is_small(r.step) || !is_small(r.at)) return -1;
    if (l->x[i] != but && !because_fixed(b, l->x[i], &v)) g = wide_gcd(g, l->a[i] * r.step);
  }
  return g;
}

/* c less all terms but one, modulo g; their values are named where they matter. */
static bool rest_then(struct because *b, const struct linear_sum *l, term but, wide g, wide *rest) {
  *rest = floor_mod(l->c, g);
  for (size_t i = 0; i < l->n; i++) {
    struct stride r = stride_of(b, l->x[i]);
    wide v;
    if (l->x[i] == but) continue;
    if (!is_multiple(l->a[i] * r.step, g)) {
      if (!because_fixed(b, l->x[i], &v) || !is_small(v)) return false;
      because_is(b, l->x[i], v);
      r.at = v;
    }
    *rest = floor_mod(*rest - floor_mod(l->a[i] * r.at, g), g);
  }
  return true;
}

/* at + step * k for the k = residue modulo modulus up to v, downwards or upwards. */
static bool passed_by(struct because *b, struct fact what, struct stride r, wide residue, wide modulus) {
  interval now = because_interval(b, what.x);
  if (!is_small(what.v) || !is_small(modulus)) return false;
  if (what.kind == AT_LEAST) {
    wide k = floor_div(what.v - 1 - r.at, r.step), v = r.at + r.step * (k - floor_mod(k - residue, modulus));
    because_at_least(b, what.x, v + 1);
    return now.lo > v;
  }
  wide k = ceil_div(what.v + 1 - r.at, r.step), v = r.at + r.step * (k + floor_mod(residue - k, modulus));
  because_at_most(b, what.x, v - 1);
  return now.hi < v;
}

static bool off_stride(struct because *b, const struct linear_sum *l, struct fact what) {
  wide g = b->s->proof ? -1 : divisor_then(b, l, what.x), rest, residue, modulus;
  if (g <= 1 || g >= SMALL || !is_small(l->c) || what.kind == IS || !rest_then(b, l, what.x, g, &rest)) return false;
  if (what.x < 0) return rest != 0;
  size_t i = 0;
  while (l->x[i] != what.x) i++;
  if (what.kind == IS_NOT) return is_small(what.v) && !is_multiple(rest - floor_mod(l->a[i] * what.v, g), g);
  struct stride r = stride_of(b, what.x);
  rest -= floor_mod(l->a[i] * r.at, g);
  if (!solve_congruence(floor_mod(l->a[i] * r.step, g), floor_mod(rest, g), g, &residue, &modulus)) return true;
  return passed_by(b, what, r, residue, modulus);
}

bool linear_explain(struct because *b, const struct linear_sum *l, enum sum_relation rel, struct fact what) {
  switch (rel) {
  case SUM_LE: return overshoots(b, l, 1, what);
  case SUM_GE: return overshoots(b, l, -1, what);
  case SUM_NE: return (what.x < 0 || what.kind == IS_NOT) && fixed_but(b, l, what.x);
  default:
    return lost_partner(b, l, what) || lost_value(b, l, what) || overshoots(b, l, 1, what) || overshoots(b, l, -1, what) ||
           off_stride(b, l, what);
  }
}
