/* z = x ^ y in two's complement: the bits above the highest unknown one are
 * known; value by value where there are few.  Each is the others' xor. */
#include "pairs.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct bitxor {
  propagator super;
  term z, x, y;
};

static bool bounded(interval a) { return a.lo > WIDE_MIN && a.hi < WIDE_MAX; }

/* The bits in which two values of the interval can differ. */
static uwide unknown_bits(interval a) {
  uwide differ = (uwide)a.lo ^ (uwide)a.hi;
  for (int shift = 1; shift < 128; shift *= 2) differ |= differ >> shift;
  return differ;
}

/* What the xor of values of the two intervals lies within. */
static interval exclusive(interval ix, interval iy) {
  if (!bounded(ix) || !bounded(iy)) return INTERVAL_ALL;
  uwide unknown = unknown_bits(ix) | unknown_bits(iy), bits = (uwide)ix.lo ^ (uwide)iy.lo;
  if (unknown >> 127) { /* not even the sign is known, but the width is */
    wide most = wide_max(wide_max(wide_abs(ix.lo), wide_abs(ix.hi)), wide_max(wide_abs(iy.lo), wide_abs(iy.hi)));
    wide width = (wide)unknown_bits((interval){0, most});
    return (interval){wide_sub(-width, 1), width};
  }
  wide lo = (wide)(bits & ~unknown), hi = (wide)(bits | unknown);
  return (interval){wide_clamp(lo), hi};
}

static bool narrow(store *s, term z, term x, term y, reason why) {
  return term_within(s, z, exclusive(term_interval(s, x), term_interval(s, y)), why);
}

static enum pair exclusive_or(wide x, wide y, wide *z) {
  *z = x ^ y;
  return wide_saturated(*z) ? PAIR_BEYOND : PAIR_VALUE;
}

static enum outcome propagate(store *s, propagator *p) {
  struct bitxor *self = (struct bitxor *)p;
  uint64_t changes = store_changes(s);
  if (!narrow(s, self->z, self->x, self->y, p) || !narrow(s, self->x, self->z, self->y, p) ||
      !narrow(s, self->y, self->z, self->x, p))
    return FAILED;
  if (term_fixed(s, self->x) && term_fixed(s, self->y) && term_fixed(s, self->z)) return SUBSUMED;
  if (store_changes(s) != changes) return AGAIN;
  if (pairs_few(s, self->x, self->y)) return pairs_narrow(s, self->z, self->x, self->y, exclusive_or, p);
  if (pairs_few(s, self->z, self->x)) return pairs_narrow(s, self->y, self->z, self->x, exclusive_or, p);
  if (pairs_few(s, self->z, self->y)) return pairs_narrow(s, self->x, self->z, self->y, exclusive_or, p);
  return FIXPOINT;
}

/* A box of z, x, y: one of them leaves the others nothing. */
static bool refuted(const void *data, const interval *box) {
  (void)data;
  for (int i = 0; i < 3; i++)
    if (interval_empty(interval_meet(box[i], exclusive(box[(i + 1) % 3], box[(i + 2) % 3])))) return true;
  return false;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct bitxor *self = (const struct bitxor *)p;
  return because_of_box(b, (term[]){self->z, self->x, self->y}, 3, what, refuted, self);
}

static const struct propagator_class class = {"bitxor", propagate, explain, 1, NULL};

int post_bitxor(store *s, term z, term x, term y) {
  /* x ^ x = 0, and z = z ^ y needs y = 0 */
  term zero = x == y ? z : z == x ? y : z == y ? x : -1;
  if (zero >= 0) {
    if (!term_fix(s, zero, 0, NULL)) store_fail(s);
    return CI_OK;
  }
  struct bitxor *self = store_alloc(s, sizeof *self);
  if (!self) return ci_fail(CI_ENOMEM, "out of memory");
  self->z = z;
  self->x = x;
  self->y = y;
  return store_post(s, &self->super, &class, (term[]){z, x, y}, 3, ON_ANY);
}
