/* z = |x|. */
#include "equal.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct magnitude {
  propagator super;
  term z, x;
};

static bool has_magnitude(const store *s, const void *data, wide v) {
  return term_has(s, ((const struct magnitude *)data)->z, wide_abs(v));
}
static bool has_either(const store *s, const void *data, wide v) {
  const struct magnitude *m = data;
  return term_has(s, m->x, v) || term_has(s, m->x, -v);
}

static interval magnitudes(interval x) {
  wide most = wide_max(wide_abs(x.lo), wide_abs(x.hi));
  return (interval){interval_has(x, 0) ? 0 : wide_min(wide_abs(x.lo), wide_abs(x.hi)), most};
}

static bool narrow_bounds(store *s, const struct magnitude *m) {
  reason why = &m->super;
  if (!term_within(s, m->z, magnitudes(term_interval(s, m->x)), why)) return false;
  interval z = term_interval(s, m->z);
  if (!term_within(s, m->x, (interval){-z.hi, z.hi}, why)) return false;
  if (term_lo(s, m->x) > -z.lo) return term_ge(s, m->x, z.lo, why);
  return term_hi(s, m->x) >= z.lo || term_le(s, m->x, -z.lo, why);
}

static enum outcome propagate(store *s, propagator *p) {
  struct magnitude *m = (struct magnitude *)p;
  uint64_t changes = store_changes(s);
  if (!narrow_bounds(s, m)) return FAILED;
  if (!term_filter(s, m->x, has_magnitude, m, p) || !term_filter(s, m->z, has_either, m, p)) return FAILED;
  if (m->z == m->x && term_lo(s, m->x) >= 0) return SUBSUMED;
  if (!term_known(s, m->z)) return settled(s, changes);
  if (store_changes(s) != changes) return AGAIN;
  bool both = term_size(s, m->x) <= 2 && wide_abs(term_lo(s, m->x)) == wide_abs(term_hi(s, m->x));
  return both ? SUBSUMED : FIXPOINT;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct magnitude *m = (const struct magnitude *)p;
  return z == m->z && image_is(magnitudes(term_interval(s, m->x)), lo, hi);
}

static bool refuted(const void *data, const interval *box) {
  (void)data;
  return interval_empty(interval_meet(magnitudes(box[1]), box[0]));
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct magnitude *m = (const struct magnitude *)p;
  return because_of_box(b, (term[]){m->z, m->x}, 2, what, refuted, m);
}

static const struct propagator_class class = {"abs", propagate, explain, 0, image};

int post_abs(store *s, term z, term x) {
  wide a[] = {1, term_hi(s, x) <= 0 ? 1 : -1};
  if (term_lo(s, x) >= 0 || term_hi(s, x) <= 0) return post_linear(s, a, (term[]){z, x}, 2, REL_EQ, 0);
  struct magnitude *m = store_alloc(s, sizeof *m);
  if (!m) return ci_fail(CI_ENOMEM, "out of memory");
  m->z = z;
  m->x = x;
  return store_post(s, &m->super, &class, (term[]){z, x}, 2, ON_ANY);
}
