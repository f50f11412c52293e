/* Why a sum's bounds left no more: the ends of the other terms, each let out as
 * far as the sum allows.  Whole ends first, for a fact not named at all is the
 * weakest; what is left to spare loosens the others. */
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

bool linear_explain(struct because *b, const struct linear_sum *l, enum sum_relation rel, struct fact what) {
  switch (rel) {
  case SUM_LE: return overshoots(b, l, 1, what);
  case SUM_GE: return overshoots(b, l, -1, what);
  case SUM_NE: return (what.x < 0 || what.kind == IS_NOT) && fixed_but(b, l, what.x);
  default:
    return lost_partner(b, l, what) || lost_value(b, l, what) || overshoots(b, l, 1, what) || overshoots(b, l, -1, what);
  }
}
