/* z = x * y: bounds by the signs of the factors, strides, divisors of a fixed
 * product, and value by value where there are few. */
#include "divisor_list.h"
#include "pairs.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct times {
  propagator super;
  term z, x, y;
  struct divisor_list divisors; /* of the last fixed z */
  uint32_t patience;
};

/* ---- Bounds ---- */

/* The x that some y of the sign of part (> 0) can bring to z. */
static interval cofactors(interval z, interval part, interval x) {
  return interval_meet(interval_factor(z, part), x);
}

static bool narrow_factor(store *s, struct times *t, term x, term y) {
  reason why = &t->super;
  interval iz = term_interval(s, t->z), ix = term_interval(s, x), iy = term_interval(s, y);
  if (interval_has(iz, 0) && interval_has(iy, 0)) return true;
  interval above = cofactors(iz, term_positive(s, y), ix);
  interval below = cofactors(interval_neg(iz), interval_neg(term_negative(s, y)), ix);
  if (interval_empty(above) && !term_le(s, y, 0, why)) return false;
  if (interval_empty(below) && !term_ge(s, y, 0, why)) return false;
  return term_within_patiently(s, x, interval_hull(above, below), &t->patience, why);
}

static bool narrow_bounds(store *s, struct times *t) {
  reason why = &t->super;
  interval ix = term_interval(s, t->x), product = interval_mul(ix, term_interval(s, t->y));
  if (t->x == t->y) product.lo = wide_max(product.lo, 0);
  if (!term_within_patiently(s, t->z, product, &t->patience, why)) return false;
  if (!interval_has(term_interval(s, t->z), 0) && (!term_remove(s, t->x, 0, why) || !term_remove(s, t->y, 0, why)))
    return false;
  return narrow_factor(s, t, t->x, t->y) && narrow_factor(s, t, t->y, t->x);
}

/* |x| <= isqrt(z), and at least its ceiling where the sign is known. */
static bool narrow_root(store *s, term z, term x, reason why) {
  interval iz = term_interval(s, z);
  if (iz.hi < 0) return false;
  if (iz.hi < WIDE_MAX) {
    wide root = wide_root(iz.hi, 2);
    if (!term_within(s, x, (interval){-root, root}, why)) return false;
  }
  if (iz.lo <= 0 || wide_saturated(iz.lo)) return true;
  wide least = wide_root(iz.lo - 1, 2) + 1; /* the ceiling */
  if (term_hi(s, x) < least) return term_le(s, x, -least, why);
  if (term_lo(s, x) > -least) return term_ge(s, x, least, why);
  return true;
}

/* ---- Strides ---- */

/* A step that is small enough to be multiplied by another. */
static bool small_step(wide v) { return v <= INT64_MAX && v >= -INT64_MAX; }

/* (xl + s*i) * (yl + t*j) = xl*yl modulo gcd(xl*t, yl*s, s*t) */
static bool narrow_product_stride(store *s, const struct times *t) {
  wide xl = term_lo(s, t->x), xs = term_step(s, t->x), yl = term_lo(s, t->y), ys = term_step(s, t->y);
  if (!small_step(xl) || !small_step(xs) || !small_step(yl) || !small_step(ys)) return true;
  if (xs == 1 && ys == 1) return true;
  wide g = wide_gcd(wide_gcd(xl * ys, yl * xs), xs * ys);
  return g <= 1 || term_congruent(s, t->z, g, floor_mod(xl * yl, g), &t->super);
}

/* x fixed, not 0: x*y = zl modulo the step of z. */
static bool narrow_factor_stride(store *s, term z, term x, term y, reason why) {
  wide step = term_step(s, z), residue, modulus;
  if (!term_known(s, x) || term_value(s, x) == 0 || step <= 1 || term_fixed(s, y)) return true;
  if (!solve_congruence(term_value(s, x), term_lo(s, z), step, &residue, &modulus)) return false;
  return modulus == 1 || term_congruent(s, y, modulus, residue, why);
}

static bool narrow_strides(store *s, const struct times *t) {
  reason why = &t->super;
  return narrow_product_stride(s, t) && narrow_factor_stride(s, t->z, t->x, t->y, why) &&
         narrow_factor_stride(s, t->z, t->y, t->x, why);
}

/* ---- Divisors of z ---- */

enum { CANDIDATE_LIMIT = 1024 };

/* Can v be a factor of some value of z, the other one being in y? */
static bool is_factor(const store *s, term z, term y, wide v) {
  for (wide p = term_lo(s, z);; p = term_next(s, z, p)) {
    if (v ? is_multiple(p, v) && term_has(s, y, floor_div(p, v)) : p == 0) return true;
    if (p == term_hi(s, z)) return false;
  }
}

static bool filter_factors(store *s, term z, term x, term y, reason why) {
  wide kept[CANDIDATE_LIMIT];
  size_t n = 0, all = 0;
  for (wide v = term_lo(s, x);; v = term_next(s, x, v), all++) {
    if (is_factor(s, z, y, v)) kept[n++] = v;
    if (v == term_hi(s, x)) break;
  }
  return n > all || (n > 0 && term_keep(s, x, kept, n, why));
}

/* z explicit, and z and x so small that every pair can be tried. */
static bool few_products(const store *s, term z, term x) {
  uint64_t nz = term_size(s, z), nx = term_size(s, x);
  return term_explicit(s, z) && nz <= CANDIDATE_LIMIT && nx <= CANDIDATE_LIMIT && nz * nx <= CANDIDATE_LIMIT;
}

static bool narrow_by_product(store *s, struct times *t, term x, term y) {
  if (term_fixed(s, x)) return true;
  if (few_products(s, t->z, x)) return filter_factors(s, t->z, x, y, &t->super);
  if (!term_known(s, t->z) || term_value(s, t->z) == 0) return true;
  return divisor_list_keep(s, &t->divisors, x, term_value(s, t->z), &t->super);
}

/* ---- The propagator ---- */

static enum pair multiply(wide x, wide y, wide *z) { return exact_mul(x, y, z) ? PAIR_VALUE : PAIR_BEYOND; }

/* Every product of what is left is the only value of z. */
static bool entailed(const store *s, const struct times *t) {
  if (!term_known(s, t->z)) return false;
  if (term_is(s, t->z, 0)) return term_is(s, t->x, 0) || term_is(s, t->y, 0);
  wide product;
  return term_known(s, t->x) && term_known(s, t->y) &&
         exact_mul(term_value(s, t->x), term_value(s, t->y), &product) && product == term_value(s, t->z);
}

static enum outcome propagate(store *s, propagator *p) {
  struct times *t = (struct times *)p;
  uint64_t changes = store_changes(s);
  if (!narrow_bounds(s, t)) return FAILED;
  if (t->x == t->y && !narrow_root(s, t->z, t->x, p)) return FAILED;
  if (entailed(s, t)) return SUBSUMED;
  if (store_changes(s) != changes) return AGAIN;
  if (!narrow_strides(s, t)) return FAILED;
  if (pairs_few(s, t->x, t->y)) return pairs_narrow(s, t->z, t->x, t->y, multiply, p);
  if (!narrow_by_product(s, t, t->x, t->y) || !narrow_by_product(s, t, t->y, t->x)) return FAILED;
  return settled(s, changes);
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct times *t = (const struct times *)p;
  return z == t->z && image_is(interval_mul(term_interval(s, t->x), term_interval(s, t->y)), lo, hi);
}

/* No y of either sign brings an x to z. */
static bool lacks_factor(interval z, interval x, interval y) {
  if (interval_has(z, 0) && interval_has(y, 0)) return false;
  return interval_empty(cofactors(z, interval_above(y), x)) &&
         interval_empty(cofactors(interval_neg(z), interval_neg(interval_below(y)), x));
}

/* A box of z, x, y. */
static bool refuted(const void *data, const interval *box) {
  const struct times *t = data;
  if (t->x == t->y && box[0].hi < 0) return true;
  return interval_empty(interval_meet(interval_mul(box[1], box[2]), box[0])) || lacks_factor(box[0], box[1], box[2]) ||
         lacks_factor(box[0], box[2], box[1]);
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct times *t = (const struct times *)p;
  return because_of_box(b, (term[]){t->z, t->x, t->y}, 3, what, refuted, t);
}

static const struct propagator_class class = {"times", propagate, explain, 1, image};

/* z = v*y is linear. */
static int post_scaled(store *s, term z, wide v, term y) {
  wide a[] = {1, -v};
  term x[] = {z, y};
  return post_linear(s, a, x, 2, REL_EQ, 0);
}

int post_times(store *s, term z, term x, term y) {
  if (term_known(s, x)) return post_scaled(s, z, term_value(s, x), y);
  if (term_known(s, y)) return post_scaled(s, z, term_value(s, y), x);
  struct times *t = store_alloc(s, sizeof *t);
  if (!t) return ci_fail(CI_ENOMEM, "out of memory");
  t->z = z;
  t->x = x;
  t->y = y;
  t->patience = PATIENCE;
  term all[] = {z, x, y};
  return store_post(s, &t->super, &class, all, 3, ON_ANY);
}
