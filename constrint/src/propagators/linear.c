/* sum a[i]*x[i] REL c: bounds consistency, strides, and value by value for two
 * small terms.  The hottest propagator of all. */
#include "linear_small.h"
#include <stdlib.h>
#include "../../include/constrint.h"
#include "../error.h"

/* Parts within +-2^100 can be added and subtracted without looking. */
#define EXACT_LIMIT ((wide)1 << 100)
enum { VALUE_LIMIT = 512 };

/* ---- Bounds ---- */

/* The finite ends summed, and how many were infinite. */
struct total {
  wide lo, hi;
  size_t open_lo, open_hi;
  bool exact; /* all small: no saturation anywhere */
};

static interval part_of(const store *s, wide a, term x) {
  interval d = term_interval(s, x);
  if (wide_fits64(d.lo) && wide_fits64(d.hi) && wide_fits64(a)) {
    wide p = a * d.lo, q = a * d.hi;
    return a > 0 ? (interval){p, q} : (interval){q, p};
  }
  wide p = wide_mul(a, d.lo), q = wide_mul(a, d.hi);
  return a > 0 ? (interval){p, q} : (interval){q, p};
}

static void add_end(wide *sum, size_t *open, wide part, wide infinite) {
  if (part == infinite) ++*open;
  else *sum = wide_add(*sum, part);
}

static struct total sum_carefully(const struct linear_sum *l) {
  struct total t = {0};
  for (size_t i = 0; i < l->n; i++) {
    add_end(&t.lo, &t.open_lo, l->part[i].lo, WIDE_MIN);
    add_end(&t.hi, &t.open_hi, l->part[i].hi, WIDE_MAX);
    if (t.lo <= WIDE_MIN) t.open_lo = 2; /* the finite ends alone went beyond: give up this side */
    if (t.hi >= WIDE_MAX) t.open_hi = 2;
  }
  return t;
}

static struct total sum_parts(const store *s, struct linear_sum *l) {
  struct total t = {.exact = true};
  for (size_t i = 0; i < l->n; i++) {
    interval part = l->part[i] = part_of(s, l->a[i], l->x[i]);
    if (part.lo < -EXACT_LIMIT || part.hi > EXACT_LIMIT || part.hi < -EXACT_LIMIT || part.lo > EXACT_LIMIT)
      t.exact = false;
    if (!t.exact) continue;
    t.lo += part.lo;
    t.hi += part.hi;
  }
  return t.exact ? t : sum_carefully(l);
}

static interval total_interval(const struct total *t) {
  return (interval){t->open_lo ? WIDE_MIN : t->lo, t->open_hi ? WIDE_MAX : t->hi};
}

/* a[i]*x[i] within the interval. */
static bool bound_part(store *s, struct linear_sum *l, size_t i, interval v, reason why) {
  wide a = l->a[i];
  if (a < 0) {
    a = -a;
    v = interval_neg(v);
  }
  if (a > 1) {
    if (v.lo > WIDE_MIN) v.lo = ceil_div(v.lo, a);
    if (v.hi < WIDE_MAX) v.hi = floor_div(v.hi, a);
  }
  return term_within_patiently(s, l->x[i], v, &l->patience, why);
}

static bool narrow_exactly(store *s, struct linear_sum *l, const struct total *t, enum sum_relation rel, reason why) {
  wide above = rel == SUM_GE ? t->hi - t->lo : l->c - t->lo; /* how far a part may rise over its least */
  wide below = rel == SUM_LE ? t->hi - t->lo : t->hi - l->c;
  if (above < 0 || below < 0) return false;
  for (size_t i = 0; i < l->n; i++) {
    interval part = l->part[i];
    wide width = part.hi - part.lo;
    if (width <= above && width <= below) continue;
    interval v = {part.hi - wide_min(width, below), part.lo + wide_min(width, above)};
    if (!bound_part(s, l, i, v, why)) return false;
  }
  return true;
}

/* The least of the sum without one part; WIDE_MIN if unbounded. */
static wide rest_lo(wide sum, size_t open, wide part) {
  size_t others = open - (part <= WIDE_MIN);
  if (others) return WIDE_MIN;
  return open ? sum : wide_sub(sum, part);
}

static bool narrow_carefully(store *s, struct linear_sum *l, const struct total *t, enum sum_relation rel, reason why) {
  interval all = total_interval(t);
  if ((rel != SUM_GE && all.lo > l->c) || (rel != SUM_LE && all.hi < l->c)) return false;
  for (size_t i = 0; i < l->n; i++) {
    interval part = l->part[i], v = INTERVAL_ALL;
    wide lo = rest_lo(t->lo, t->open_lo, part.lo), hi = -rest_lo(-t->hi, t->open_hi, -part.hi);
    if (rel != SUM_GE && lo > WIDE_MIN) v.hi = wide_sub(l->c, lo);
    if (rel != SUM_LE && hi < WIDE_MAX) v.lo = wide_sub(l->c, hi);
    if (!bound_part(s, l, i, v, why)) return false;
  }
  return true;
}

/* ---- Strides (exact totals only) ---- */

/* The common divisor of what the i-th part can move by; 0: it is fixed. */
static wide part_step(const store *s, const struct linear_sum *l, size_t i) {
  return wide_abs(l->a[i]) * term_step(s, l->x[i]);
}

static wide part_start(const store *s, const struct linear_sum *l, size_t i) {
  return l->a[i] * term_lo(s, l->x[i]);
}

static wide start_of_all(const store *s, const struct linear_sum *l) {
  wide start = 0;
  for (size_t i = 0; i < l->n; i++) start += part_start(s, l, i);
  return start;
}

static wide step_without(const store *s, const struct linear_sum *l, size_t but) {
  wide g = 0;
  for (size_t i = 0; i < l->n && g != 1; i++)
    if (i != but) g = wide_gcd(g, part_step(s, l, i));
  return g;
}

static bool narrow_stride(store *s, struct linear_sum *l, size_t i, wide start, reason why) {
  if (term_fixed(s, l->x[i])) return true;
  wide g = step_without(s, l, i), residue, modulus;
  if (g <= 1 || is_multiple(part_step(s, l, i), g)) return true; /* 0: bounds alone fix it */
  wide r = floor_mod(l->c - (start - part_start(s, l, i)), g);
  if (!solve_congruence(l->a[i], r, g, &residue, &modulus)) return false;
  return modulus == 1 || term_congruent(s, l->x[i], modulus, residue, why);
}

/* Only a part without which the others share a divisor > 1 can gain: with two
 * parts of step 1 there is none, with one it is that one. */
static bool narrow_strides(store *s, struct linear_sum *l, reason why) {
  size_t units = 0, unit = 0;
  for (size_t i = 0; i < l->n && units < 2; i++)
    if (part_step(s, l, i) == 1) {
      units++;
      unit = i;
    }
  if (units > 1) return true;
  wide start = start_of_all(s, l);
  if (units == 1) return narrow_stride(s, l, unit, start, why);
  wide g = step_without(s, l, l->n);
  if (g > 1 && !is_multiple(l->c - start, g)) return false;
  for (size_t i = 0; i < l->n && l->n <= 16; i++)
    if (!narrow_stride(s, l, i, start_of_all(s, l), why)) return false;
  return true;
}

static bool strides_refute(const store *s, const struct linear_sum *l) {
  wide g = step_without(s, l, l->n);
  return g > 1 && !is_multiple(l->c - start_of_all(s, l), g);
}

/* ---- Two terms, value by value ---- */

/* Does value v of the i-th term leave the other one a value? */
static bool has_partner(const store *s, const struct linear_sum *l, size_t i, wide v) {
  wide product, rest;
  if (l->small) {
    int64_t left = (int64_t)l->c - (int64_t)l->a[i] * (int64_t)v, a = (int64_t)l->a[1 - i];
    return left % a == 0 && term_has(s, l->x[1 - i], left / a);
  }
  if (!exact_mul(l->a[i], v, &product) || !exact_add(l->c, -product, &rest)) return true;
  return is_multiple(rest, l->a[1 - i]) && term_has(s, l->x[1 - i], floor_div(rest, l->a[1 - i]));
}

static bool by_value(const store *s, const struct linear_sum *l, size_t i) {
  return l->n == 2 && term_explicit(s, l->x[i]) && term_size(s, l->x[i]) <= VALUE_LIMIT;
}

static bool narrow_values(store *s, struct linear_sum *l, size_t i, reason why) {
  term x = l->x[i];
  wide last = term_hi(s, x);
  for (wide v = term_lo(s, x);;) {
    wide next = term_next(s, x, v);
    if (!has_partner(s, l, i, v) && !term_remove(s, x, v, why)) return false;
    if (v == last) return true;
    v = next;
  }
}

static bool values_refute(const store *s, const struct linear_sum *l, size_t i) {
  term x = l->x[i];
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    if (has_partner(s, l, i, v)) return false;
    if (v == term_hi(s, x)) return true;
  }
}

/* ---- The relations ---- */

static bool narrow_bounds(store *s, struct linear_sum *l, const struct total *t, enum sum_relation rel, reason why) {
  struct small_total small = {(int64_t)t->lo, (int64_t)t->hi, INT64_MAX};
  if (l->small) return small_narrow(s, l, &small, rel, why);
  return t->exact ? narrow_exactly(s, l, t, rel, why) : narrow_carefully(s, l, t, rel, why);
}

static enum outcome narrow_equal(store *s, struct linear_sum *l, const struct total *t, reason why) {
  uint64_t changes = store_changes(s);
  if (!narrow_bounds(s, l, t, SUM_EQ, why)) return FAILED;
  interval all = total_interval(t);
  if (all.lo == all.hi) return SUBSUMED;
  if (t->exact && !narrow_strides(s, l, why)) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  for (size_t i = 0; i < 2 && !small_is_dense(s, l); i++)
    if (by_value(s, l, i) && !narrow_values(s, l, i, why)) return FAILED;
  return settled(s, changes);
}

/* c less all parts but one, which are fixed; false where that fits no wide. */
static bool rest_of(const struct linear_sum *l, size_t but, wide *rest) {
  *rest = l->c;
  for (size_t i = 0; i < l->n; i++)
    if (i != but && !exact_add(*rest, -l->part[i].lo, rest)) return false;
  return true;
}

static enum outcome narrow_unequal(store *s, struct linear_sum *l, const struct total *t, reason why) {
  if (!interval_has(total_interval(t), l->c)) return SUBSUMED;
  size_t open = 0, last = l->n;
  for (size_t i = 0; i < l->n && open < 2; i++)
    if (!term_fixed(s, l->x[i])) {
      open++;
      last = i;
    }
  wide rest;
  if (open > 1 || !rest_of(l, last, &rest)) return FIXPOINT;
  if (open == 0) return rest == 0 ? FAILED : SUBSUMED;
  if (!is_multiple(rest, l->a[last])) return SUBSUMED;
  wide v = floor_div(rest, l->a[last]);
  if (!term_remove(s, l->x[last], v, why)) return FAILED;
  return term_has(s, l->x[last], v) ? FIXPOINT : SUBSUMED;
}

static enum outcome narrow_order(store *s, struct linear_sum *l, const struct total *t, enum sum_relation rel, reason why) {
  uint64_t changes = store_changes(s);
  interval all = total_interval(t);
  if (rel == SUM_LE ? all.hi <= l->c && !t->open_hi : all.lo >= l->c && !t->open_lo) return SUBSUMED;
  return narrow_bounds(s, l, t, rel, why) ? settled(s, changes) : FAILED;
}

/* The parts themselves are renewed only where they are not small. */
static struct total total_of(const store *s, struct linear_sum *l) {
  if (!linear_is_small(s, l)) return sum_parts(s, l);
  struct small_total t = small_total_of(s, l);
  return (struct total){.lo = t.lo, .hi = t.hi, .exact = true};
}

enum outcome linear_narrow(store *s, struct linear_sum *l, enum sum_relation rel, reason why) {
  if (linear_is_small(s, l)) {
    if (rel == SUM_LE || rel == SUM_GE) return small_narrow_order(s, l, rel, why);
    if (rel == SUM_NE && store_level(s) > 0) return small_narrow_unequal(s, l, why);
  }
  struct total t = rel == SUM_NE ? sum_parts(s, l) : total_of(s, l);
  switch (rel) {
    case SUM_EQ: return narrow_equal(s, l, &t, why);
    case SUM_NE: return narrow_unequal(s, l, &t, why);
    default: return narrow_order(s, l, &t, rel, why);
  }
}

static enum verdict equality_verdict(const store *s, struct linear_sum *l, const struct total *t) {
  interval all = total_interval(t);
  if (!interval_has(all, l->c)) return REFUTED;
  if (all.lo == all.hi) return HOLDS;
  if (!t->exact) return OPEN;
  if (strides_refute(s, l)) return REFUTED;
  if (l->n == 1 && !term_has(s, l->x[0], floor_div(l->c, l->a[0]))) return REFUTED;
  for (size_t i = 0; i < 2 && !small_is_dense(s, l); i++)
    if (by_value(s, l, i) && values_refute(s, l, i)) return REFUTED;
  return OPEN;
}

enum verdict linear_verdict(const store *s, struct linear_sum *l, enum sum_relation rel) {
  struct total t = total_of(s, l);
  interval all = total_interval(&t);
  switch (rel) {
    case SUM_EQ: return equality_verdict(s, l, &t);
    case SUM_NE: return verdict_not(equality_verdict(s, l, &t));
    case SUM_LE: return all.hi < WIDE_MAX && all.hi <= l->c ? HOLDS : all.lo > l->c ? REFUTED : OPEN;
    default: return all.lo > WIDE_MIN && all.lo >= l->c ? HOLDS : all.hi < l->c ? REFUTED : OPEN;
  }
}

/* ---- Posting ---- */

struct addend { term x; wide a; };

static int by_term(const void *p, const void *q) {
  const struct addend *a = p, *b = q;
  return (a->x > b->x) - (a->x < b->x);
}

/* Fold what is fixed into c, unless that would leave 128 bits. */
static bool fold(const store *s, struct linear_sum *l, wide a, term x) {
  wide product, c;
  if (!term_known(s, x) || !exact_mul(a, term_value(s, x), &product) || !exact_add(l->c, -product, &c)) return false;
  l->c = c;
  return true;
}

static int gather(store *s, struct linear_sum *l, struct addend *sorted, size_t n) {
  qsort(sorted, n, sizeof *sorted, by_term);
  for (size_t i = 0; i < n;) {
    term x = sorted[i].x;
    wide a = 0;
    for (; i < n && sorted[i].x == x; i++) a = wide_add(a, sorted[i].a);
    if (wide_saturated(a)) return ci_fail(CI_EOVERFLOW, "a coefficient of a sum fits no 128-bit integer");
    if (a == 0 || fold(s, l, a, x)) continue;
    l->a[l->n] = a;
    l->x[l->n++] = x;
  }
  return CI_OK;
}

static enum verdict divide_out(struct linear_sum *l, enum sum_relation rel) {
  wide g = 0;
  for (size_t i = 0; i < l->n; i++) g = wide_gcd(g, l->a[i]);
  if (g == 0) {
    bool holds[] = {[SUM_EQ] = l->c == 0, [SUM_NE] = l->c != 0, [SUM_LE] = l->c >= 0, [SUM_GE] = l->c <= 0};
    return holds[rel] ? HOLDS : REFUTED;
  }
  for (size_t i = 0; i < l->n; i++) l->a[i] /= g;
  if (rel == SUM_EQ && !is_multiple(l->c, g)) return REFUTED;
  if (rel == SUM_NE && !is_multiple(l->c, g)) return HOLDS;
  l->c = rel == SUM_GE ? ceil_div(l->c, g) : floor_div(l->c, g);
  return OPEN;
}

int linear_normalise(store *s, struct linear_sum *l, const wide *a, const term *x, size_t n,
                     enum sum_relation *rel, wide c, enum verdict *verdict) {
  struct addend *sorted = store_alloc(s, (n + 1) * sizeof *sorted);
  *l = (struct linear_sum){.c = c, .patience = PATIENCE};
  l->a = store_alloc(s, (n + 1) * sizeof *l->a);
  l->x = store_alloc(s, (n + 1) * sizeof *l->x);
  l->part = store_alloc(s, (n + 1) * sizeof *l->part);
  int code = sorted && l->a && l->x && l->part ? CI_OK : ci_fail(CI_ENOMEM, "out of memory");
  if (code == CI_OK) {
    for (size_t i = 0; i < n; i++) sorted[i] = (struct addend){x[i], a[i]};
    code = gather(s, l, sorted, n);
  }
  if (code == CI_OK) *verdict = divide_out(l, *rel);
  return code;
}

struct linear {
  propagator super;
  enum sum_relation rel;
  struct linear_sum sum;
};

static enum outcome propagate(store *s, propagator *p) {
  struct linear *self = (struct linear *)p;
  return linear_narrow(s, &self->sum, self->rel, p);
}

/* A term of coefficient 1 or -1 in an equality makes up for all the others. */
static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct linear *self = (const struct linear *)p;
  interval all = {self->sum.c, self->sum.c};
  wide a = 0;
  for (size_t i = 0; i < self->sum.n; i++) {
    if (self->sum.x[i] == z) a = self->sum.a[i];
    else all = interval_sub(all, part_of(s, self->sum.a[i], self->sum.x[i]));
  }
  if (self->rel != SUM_EQ || (a != 1 && a != -1)) return false;
  return image_is(a > 0 ? all : interval_neg(all), lo, hi);
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct linear *self = (const struct linear *)p;
  return linear_explain(b, &self->sum, self->rel, what);
}

static const struct propagator_class short_class = {"linear", propagate, explain, 0, image};
static const struct propagator_class long_class = {"linear", propagate, explain, 1, image};

const struct linear_sum *linear_of(const propagator *p, enum sum_relation *rel) {
  if (p->class != &short_class && p->class != &long_class) return NULL;
  const struct linear *self = (const struct linear *)p;
  *rel = self->rel;
  return &self->sum;
}

/* One term alone: its domain says it all, but for a hole in a wide domain. */
static bool post_single(store *s, struct linear_sum *l, enum sum_relation rel) {
  enum outcome done = linear_narrow(s, l, rel, NULL);
  while (done == AGAIN) done = linear_narrow(s, l, rel, NULL);
  if (done == FAILED) store_fail(s);
  return done != FIXPOINT;
}

int linear_post(store *s, const struct linear_sum *l, enum sum_relation rel) {
  struct linear *self = store_alloc(s, sizeof *self);
  if (!self) return ci_fail(CI_ENOMEM, "out of memory");
  self->sum = *l;
  self->rel = rel;
  if (l->n == 1 && post_single(s, &self->sum, rel)) return CI_OK;
  enum event on = l->n == 2 && rel == SUM_EQ ? ON_ANY : ON_BOUNDS;
  return store_post(s, &self->super, l->n <= 3 ? &short_class : &long_class, l->x, l->n, on);
}

int post_linear(store *s, const wide *a, const term *x, size_t n, enum relation rel, wide c) {
  static const enum sum_relation relation[] = {[REL_EQ] = SUM_EQ, [REL_NE] = SUM_NE, [REL_LE] = SUM_LE};
  enum sum_relation sum_rel = relation[rel];
  struct linear_sum l;
  enum verdict verdict = OPEN;
  int code = linear_normalise(s, &l, a, x, n, &sum_rel, c, &verdict);
  if (code != CI_OK || verdict == HOLDS) return code;
  if (verdict == OPEN) return linear_post(s, &l, sum_rel);
  store_fail(s);
  return CI_OK;
}
