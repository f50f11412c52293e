/* What one cell says of the domains of its arguments and of its own. */
#include "../integer.h"
#include "../calculate.h"
#include "network.h"

struct interval_of { wide lo, hi; };

static struct interval_of interval(const struct network *w, cell x) { return (struct interval_of){cell_lo(w, x), cell_hi(w, x)}; }

static bool take(struct network *w, cell x, struct interval_of a) { return cell_within(w, x, a.lo, a.hi); }

static wide min_of(wide a, wide b) { return a < b ? a : b; }
static wide max_of(wide a, wide b) { return a > b ? a : b; }

/* ---- products ---- */

static struct interval_of times(struct interval_of a, struct interval_of b) {
  wide v[4] = {wide_mul(a.lo, b.lo), wide_mul(a.lo, b.hi), wide_mul(a.hi, b.lo), wide_mul(a.hi, b.hi)};
  struct interval_of r = {v[0], v[0]};
  if ((a.lo == 0 && a.hi == 0) || (b.lo == 0 && b.hi == 0)) return (struct interval_of){0, 0};
  for (int i = 1; i < 4; i++) r = (struct interval_of){min_of(r.lo, v[i]), max_of(r.hi, v[i])};
  return r;
}

/* x of x * y = z, for y without 0 between its ends. */
static struct interval_of quotient(struct interval_of z, struct interval_of y) {
  struct interval_of r = {WIDE_MAX, WIDE_MIN};
  for (int i = 0; i < 4; i++) {
    wide a = i & 1 ? z.hi : z.lo, b = i & 2 ? y.hi : y.lo;
    if (wide_saturated(a)) return (struct interval_of){WIDE_MIN, WIDE_MAX};
    if (wide_saturated(b)) { /* towards 0 */
      r = (struct interval_of){min_of(r.lo, a == 0 ? 0 : (a > 0) == (b > 0) ? 0 : -1), max_of(r.hi, a == 0 ? 0 : (a > 0) == (b > 0) ? 1 : 0)};
      continue;
    }
    r = (struct interval_of){min_of(r.lo, wide_ceildiv(a, b)), max_of(r.hi, wide_floordiv(a, b))};
  }
  return r;
}

/* Of any y. */
static struct interval_of factor_of(struct interval_of z, struct interval_of y) {
  const struct interval_of all = {WIDE_MIN, WIDE_MAX};
  if (y.lo <= 0 && y.hi >= 0) {
    if ((z.lo <= 0 && z.hi >= 0) || wide_saturated(z.lo) || wide_saturated(z.hi)) return all;
    wide most = max_of(z.hi, -z.lo);
    return (struct interval_of){-most, most};
  }
  return quotient(z, y);
}

bool step_product(struct network *w, cell z, const cell *factors, size_t n) {
  struct interval_of all = {1, 1};
  for (size_t i = 0; i < n; i++) all = times(all, interval(w, factors[i]));
  if (n == 2 && cell_same(w, factors[0]) == cell_same(w, factors[1])) all.lo = max_of(all.lo, 0);
  if (!take(w, z, all)) return false;
  for (size_t i = 0; i < n; i++) {
    struct interval_of rest = {1, 1};
    for (size_t k = 0; k < n; k++)
      if (k != i) rest = times(rest, interval(w, factors[k]));
    if (!take(w, factors[i], factor_of(interval(w, z), rest))) return false;
    wide lo = cell_lo(w, z), hi = cell_hi(w, z);
    if ((lo > 0 || hi < 0) && !cell_remove(w, factors[i], 0)) return false;
  }
  return true;
}

/* ---- division: by 0 it is by 1 ---- */

static struct interval_of join(struct interval_of a, struct interval_of b) { return (struct interval_of){min_of(a.lo, b.lo), max_of(a.hi, b.hi)}; }

/* floor(x / y), y of one sign */
static struct interval_of floors(struct interval_of x, struct interval_of y) {
  struct interval_of r = {WIDE_MAX, WIDE_MIN};
  for (int i = 0; i < 4; i++) {
    wide a = i & 1 ? x.hi : x.lo, b = i & 2 ? y.hi : y.lo;
    if (wide_saturated(a)) return (struct interval_of){WIDE_MIN, WIDE_MAX};
    wide v = wide_saturated(b) ? (a != 0 && (a > 0) != (b > 0) ? -1 : 0) : wide_floordiv(a, b);
    r = join(r, (struct interval_of){v, v});
  }
  return r;
}

/* The divisors below and above 0, 1 in place of 0. */
static int divisors(struct interval_of y, struct interval_of part[2]) {
  int n = 0;
  if (y.lo < 0) part[n++] = (struct interval_of){y.lo, min_of(y.hi, -1)};
  if (y.hi >= 0) part[n++] = (struct interval_of){max_of(y.lo, 1), max_of(y.hi, 1)};
  return n;
}

/* x >= z * y, and less than that plus y (y > 0): the remainder has y's sign. */
static bool step_dividend(struct network *w, cell z, cell x, cell y) {
  struct interval_of part[2], b = interval(w, y), r = {WIDE_MAX, WIDE_MIN};
  if (b.lo == 0 && b.hi > 0) b.lo = 0;
  for (int i = 0, n = divisors(b, part); i < n; i++) {
    struct interval_of v = times(interval(w, z), part[i]);
    if (part[i].hi > 0) v.hi = wide_add(v.hi, wide_sub(part[i].hi, 1));
    else v.lo = wide_add(v.lo, wide_add(part[i].lo, 1));
    r = join(r, v);
  }
  return take(w, x, r);
}

static bool step_div(struct network *w, cell z, cell x, cell y) {
  struct interval_of part[2], r = {WIDE_MAX, WIDE_MIN};
  for (int i = 0, n = divisors(interval(w, y), part); i < n; i++) r = join(r, floors(interval(w, x), part[i]));
  return take(w, z, r) && step_dividend(w, z, x, y);
}

/* A divisor that is known: z = x - y * q, where q is. */
static bool step_mod_by(struct network *w, cell z, cell x, wide y) {
  struct interval_of a = interval(w, x);
  if (y == 0) y = 1;
  if (wide_saturated(a.lo) || wide_saturated(a.hi)) return true;
  wide q = wide_floordiv(a.lo, y), shift;
  if (q != wide_floordiv(a.hi, y) || !exact_mul(q, y, &shift)) return true;
  struct interval_of r = interval(w, z);
  return cell_within(w, z, wide_sub(a.lo, shift), wide_sub(a.hi, shift)) && cell_within(w, x, wide_add(r.lo, shift), wide_add(r.hi, shift));
}

static bool step_mod(struct network *w, cell z, cell x, cell y) {
  struct interval_of b = interval(w, y), a = interval(w, x);
  wide lo = b.lo < 0 ? wide_add(b.lo, 1) : 0, hi = b.hi > 0 ? wide_sub(b.hi, 1) : 0;
  if (!cell_within(w, z, lo, hi)) return false;
  if (a.lo >= 0 && b.lo >= 0 && !cell_within(w, z, 0, a.hi)) return false;
  if (a.hi <= 0 && b.hi < 0 && !cell_within(w, z, a.lo, 0)) return false;
  if (a.lo >= 0 && b.lo > 0 && a.hi < b.lo) /* x itself */
    if (!take(w, z, interval(w, x)) || !take(w, x, interval(w, z))) return false;
  return !cell_fixed(w, y) || step_mod_by(w, z, x, cell_lo(w, y));
}

/* ---- powers: to a negative exponent it is to 0 ---- */

static wide power(wide x, wide y) {
  wide r;
  if (y == 0 || x == 1) return 1;
  if (x == 0) return 0;
  if (wide_saturated(x) || wide_saturated(y) || !exact_pow(x, y, &r)) return WIDE_MAX;
  return r;
}

static bool step_power(struct network *w, cell z, cell x, cell y) {
  struct interval_of a = interval(w, x), e = {max_of(cell_lo(w, y), 0), max_of(cell_hi(w, y), 0)};
  if (e.hi == 0) return cell_within(w, z, 1, 1);
  if (a.lo >= 1) return cell_within(w, z, power(a.lo, e.lo), power(a.hi, e.hi));
  wide most = power(max_of(a.hi, -a.lo), e.hi);
  return cell_within(w, z, a.lo < 0 ? -most : 0, max_of(most, 1));
}

/* ---- the others ---- */

static bool step_abs(struct network *w, cell z, cell x) {
  struct interval_of a = interval(w, x);
  wide least = a.lo > 0 ? a.lo : a.hi < 0 ? -a.hi : 0;
  if (!cell_within(w, z, least, max_of(a.hi, -a.lo))) return false;
  wide hi = cell_hi(w, z), lo = cell_lo(w, z);
  if (!cell_within(w, x, -hi, hi)) return false;
  if (cell_lo(w, x) > -lo && !cell_within(w, x, lo, WIDE_MAX)) return false;
  return cell_hi(w, x) >= lo || cell_within(w, x, WIDE_MIN, -lo);
}

/* The least of some cells; sign -1: the greatest. */
static bool step_least(struct network *w, cell z, const cell *x, size_t n, wide sign) {
  struct interval_of all = {WIDE_MAX, WIDE_MAX};
  size_t can = 0, which = 0;
  wide bound = sign > 0 ? cell_hi(w, z) : -cell_lo(w, z);
  for (size_t i = 0; i < n; i++) {
    wide lo = sign > 0 ? cell_lo(w, x[i]) : -cell_hi(w, x[i]), hi = sign > 0 ? cell_hi(w, x[i]) : -cell_lo(w, x[i]);
    all = (struct interval_of){min_of(all.lo, lo), min_of(all.hi, hi)};
    if (lo <= bound) can++, which = i;
  }
  if (!(sign > 0 ? take(w, z, all) : cell_within(w, z, -all.hi, -all.lo))) return false;
  struct interval_of r = interval(w, z);
  for (size_t i = 0; i < n; i++)
    if (!(sign > 0 ? cell_within(w, x[i], r.lo, WIDE_MAX) : cell_within(w, x[i], WIDE_MIN, r.hi))) return false;
  if (can == 0) w->broken = true;
  return can == 1 ? take(w, x[which], r) : !w->broken;
}

static bool overlap(const struct network *w, cell x, cell y) { return cell_lo(w, x) <= cell_hi(w, y) && cell_lo(w, y) <= cell_hi(w, x); }

/* Index 0 where it lies outside. */
static bool step_element(struct network *w, cell z, const cell *x, size_t n) {
  struct interval_of all = {WIDE_MAX, WIDE_MIN};
  bool outside = cell_lo(w, x[0]) < 0 || cell_hi(w, x[0]) >= (wide)n - 1;
  size_t can = 0, which = 1;
  for (size_t i = 1; i < n; i++) {
    bool is = cell_has(w, x[0], (wide)i - 1);
    if (is && !overlap(w, z, x[i])) {
      is = false;
      if (i > 1 && !cell_remove(w, x[0], (wide)i - 1)) return false;
      if (i == 1 && !outside && !cell_remove(w, x[0], 0)) return false;
    }
    if (!is && !(i == 1 && outside)) continue;
    all = join(all, interval(w, x[i]));
    can++;
    which = i;
  }
  if (can == 0 || !take(w, z, all)) return !(w->broken = true);
  return can > 1 || take(w, x[which], interval(w, z));
}

static bool step_ite(struct network *w, cell z, const cell *x) {
  if (!overlap(w, z, x[1]) && !cell_within(w, x[0], 0, 0)) return false;
  if (!overlap(w, z, x[2]) && !cell_within(w, x[0], 1, 1)) return false;
  if (!cell_fixed(w, x[0])) return take(w, z, join(interval(w, x[1]), interval(w, x[2])));
  cell chosen = cell_true(w, x[0]) ? x[1] : x[2];
  return take(w, z, interval(w, chosen)) && take(w, chosen, interval(w, z));
}

/* ---- truth values ---- */

static bool step_not(struct network *w, cell z, cell x) {
  return cell_within(w, z, 1 - cell_hi(w, x), 1 - cell_lo(w, x)) && cell_within(w, x, 1 - cell_hi(w, z), 1 - cell_lo(w, z));
}

/* One argument of the value v decides that z is v. */
static bool step_deciding(struct network *w, cell z, const cell *x, size_t n, wide v) {
  size_t open = 0, which = 0;
  for (size_t i = 0; i < n; i++) {
    if (cell_lo(w, x[i]) == cell_hi(w, x[i]) && cell_lo(w, x[i]) == v) return cell_within(w, z, v, v);
    if (cell_lo(w, x[i]) != cell_hi(w, x[i])) which = i, open++;
  }
  if (open == 0) return cell_within(w, z, 1 - v, 1 - v);
  if (cell_lo(w, z) != cell_hi(w, z)) return true;
  if (cell_lo(w, z) == v) return open > 1 || cell_within(w, x[which], v, v);
  for (size_t i = 0; i < n; i++)
    if (!cell_within(w, x[i], 1 - v, 1 - v)) return false;
  return true;
}

static bool step_xor(struct network *w, cell z, cell x, cell y) {
  cell all[3] = {z, x, y};
  for (int i = 0; i < 3; i++) {
    cell a = all[i], b = all[(i + 1) % 3], c = all[(i + 2) % 3];
    if (!cell_fixed(w, b) || !cell_fixed(w, c)) continue;
    wide v = cell_lo(w, b) != cell_lo(w, c);
    if (!cell_within(w, a, v, v)) return false;
  }
  return true;
}

static bool step_divides(struct network *w, cell z, cell x, cell y) {
  if (cell_fixed(w, x) && cell_fixed(w, y)) {
    wide by = cell_lo(w, x) == 0 ? 1 : cell_lo(w, x), v = cell_lo(w, y) % by == 0;
    return cell_within(w, z, v, v);
  }
  if (!cell_true(w, z)) return true;
  if (cell_fixed(w, x)) {
    wide by = cell_lo(w, x) == 0 ? 1 : cell_lo(w, x), lo = cell_lo(w, y), hi = cell_hi(w, y);
    by = by < 0 ? -by : by;
    return cell_within(w, y, wide_saturated(lo) ? lo : wide_mul(wide_ceildiv(lo, by), by), wide_saturated(hi) ? hi : wide_mul(wide_floordiv(hi, by), by));
  }
  if (cell_lo(w, y) <= 0 && cell_hi(w, y) >= 0) return true;
  wide most = max_of(cell_hi(w, y), -cell_lo(w, y));
  return cell_within(w, x, -most, most);
}

/* All but the last objective may be as good as the best. */
static bool step_better(struct network *w, cell x) {
  const struct cell_of *c = &w->cells[x];
  for (int32_t k = 0; k < c->n && w->has_best; k++) {
    cell o = cell_args(w, x)[k];
    wide best = w->best[k], strictly = k + 1 == c->n;
    if (!(w->g->objectives[k].maximize ? cell_within(w, o, best + strictly, WIDE_MAX) : cell_within(w, o, WIDE_MIN, best - strictly))) return false;
    if (!cell_fixed(w, o) || cell_lo(w, o) != best) return true;
  }
  return true;
}

/* Where only numbers are of use. */
static bool step_numbers(struct network *w, cell z, int32_t op, cell x, cell y) {
  if (!cell_fixed(w, x) || !cell_fixed(w, y)) return true;
  struct value v = calculate(op, (struct value[]){{cell_lo(w, x), NUMBER}, {cell_lo(w, y), NUMBER}}, 2);
  if (v.kind == HUGE_UP) return cell_within(w, z, WIDE_MAX, WIDE_MAX);
  if (v.kind == HUGE_DOWN) return cell_within(w, z, WIDE_MIN, WIDE_MIN);
  return v.kind != NUMBER || cell_within(w, z, v.number, v.number);
}

bool step_cell(struct network *w, cell z) {
  const struct cell_of *c = &w->cells[z];
  cell x[4] = {0};
  size_t n = (size_t)c->n;
  const cell *args = cell_args(w, z);
  for (size_t i = 0; i < n && i < 4; i++) x[i] = args[i];
  switch (c->op) {
  case CELL_SUM: return step_sum(w, z, false) && step_sum(w, z, true);
  case CELL_EQUAL: case CELL_LESS_EQUAL: return step_compare(w, z, false) && step_compare(w, z, true);
  case CELL_PRODUCT: return step_product(w, z, args, n);
  case CELL_SPLIT: return step_product(w, x[0], x + 1, 2);
  case CELL_EXACT: return !cell_true(w, x[3]) || step_product(w, x[2], x, 2);
  case CELL_DIV: return step_div(w, z, x[0], x[1]);
  case CELL_MOD: return step_mod(w, z, x[0], x[1]);
  case CELL_POWER: return step_power(w, z, x[0], x[1]) && (cell_lo(w, x[1]) < 0 || step_numbers(w, z, CI_POW, x[0], x[1]));
  case CELL_BITXOR: return step_numbers(w, z, CI_BITXOR, x[0], x[1]);
  case CELL_ABS: return step_abs(w, z, x[0]);
  case CELL_MIN: return step_least(w, z, args, n, 1);
  case CELL_MAX: return step_least(w, z, args, n, -1);
  case CELL_ELEMENT: return step_element(w, z, args, n);
  case CELL_ITE: return step_ite(w, z, x);
  case CELL_DIVIDES: return step_divides(w, z, x[0], x[1]);
  case CELL_IN: case CELL_TABLE: case CELL_DIFFERENT: return step_list(w, z);
  case CELL_GLOBAL: return step_global(w, z);
  case CELL_NOT: return step_not(w, z, x[0]);
  case CELL_AND: return step_deciding(w, z, args, n, 0);
  case CELL_OR: return step_deciding(w, z, args, n, 1);
  case CELL_XOR: return step_xor(w, z, x[0], x[1]);
  case CELL_BETTER: return step_better(w, z);
  default: return true;
  }
}
