/* b <-> (sum a[i]*x[i] REL c). */
#include <string.h>
#include "linear.h"
#include "../learn/because.h"
#include "../../include/constrint.h"
#include "../error.h"

struct reified {
  propagator super;
  term b;
  enum sum_relation rel[2]; /* where b is 0, and where it is 1 */
  wide c[2];
  struct linear_sum sum;
};

/* The negation: not (<= c) is (>= c + 1). */
static enum sum_relation negate(enum sum_relation rel, wide *c) {
  switch (rel) {
    case SUM_EQ: return SUM_NE;
    case SUM_NE: return SUM_EQ;
    case SUM_LE: *c += 1; return SUM_GE;
    default: *c -= 1; return SUM_LE;
  }
}

static enum outcome propagate(store *s, propagator *p) {
  struct reified *self = (struct reified *)p;
  bool fixed = term_fixed(s, self->b), truth = !fixed || term_value(s, self->b) != 0;
  self->sum.c = self->c[truth];
  if (fixed) return linear_narrow(s, &self->sum, self->rel[truth], p);
  enum verdict v = linear_verdict(s, &self->sum, self->rel[true]);
  if (v == OPEN) return FIXPOINT;
  return term_fix(s, self->b, v == HOLDS, p) ? SUBSUMED : FAILED;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  (void)s;
  return z == ((const struct reified *)p)->b && image_is((interval){0, 1}, lo, hi);
}

/* b is true because the negation cannot hold, and the other way round. */
static bool explain(struct because *why, const propagator *p, struct fact what) {
  const struct reified *self = (const struct reified *)p;
  struct linear_sum sum = self->sum;
  wide b = 0;
  bool of_b = what.x == self->b;
  if (of_b && what.kind == AT_MOST) b = 1;
  else if (!of_b && !because_fixed(why, self->b, &b)) return false;
  sum.c = self->c[b != 0];
  if (!of_b) because_is(why, self->b, b);
  return linear_explain(why, &sum, self->rel[b != 0], of_b ? fact_none() : what);
}

static const struct propagator_class short_class = {"linear reified", propagate, explain, 0, image};
static const struct propagator_class long_class = {"linear reified", propagate, explain, 1, image};

bool linear_reified_of(const propagator *p, struct linear_reified_view *out) {
  if (p->class != &short_class && p->class != &long_class) return false;
  const struct reified *self = (const struct reified *)p;
  *out = (struct linear_reified_view){&self->sum, self->b, self->rel, self->c};
  return true;
}

static int post_open(store *s, const struct linear_sum *l, enum sum_relation rel, term b) {
  struct reified *self = store_alloc(s, sizeof *self);
  term *watched = store_alloc(s, (l->n + 1) * sizeof *watched);
  if (!self || !watched) return ci_fail(CI_ENOMEM, "out of memory");
  self->b = b;
  self->sum = *l;
  self->c[0] = self->c[1] = l->c;
  self->rel[1] = rel;
  self->rel[0] = negate(rel, &self->c[0]);
  memcpy(watched, l->x, l->n * sizeof *watched);
  watched[l->n] = b;
  enum event on = l->n <= 2 && rel != SUM_LE ? ON_ANY : ON_BOUNDS;
  return store_post(s, &self->super, l->n <= 3 ? &short_class : &long_class, watched, l->n + 1, on);
}

int post_linear_reified(store *s, const wide *a, const term *x, size_t n, enum relation rel, wide c, term b) {
  static const enum sum_relation relation[] = {[REL_EQ] = SUM_EQ, [REL_NE] = SUM_NE, [REL_LE] = SUM_LE};
  enum sum_relation sum_rel = relation[rel];
  struct linear_sum l;
  enum verdict verdict = OPEN;
  int code = linear_normalise(s, &l, a, x, n, &sum_rel, c, &verdict);
  if (code != CI_OK) return code;
  if (verdict == OPEN) verdict = linear_verdict(s, &l, sum_rel);
  if (verdict != OPEN) {
    if (!term_fix(s, b, verdict == HOLDS, NULL)) store_fail(s);
    return CI_OK;
  }
  if (!term_fixed(s, b)) return post_open(s, &l, sum_rel, b);
  if (!term_value(s, b)) sum_rel = negate(sum_rel, &l.c);
  return linear_post(s, &l, sum_rel);
}
