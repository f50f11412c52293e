/* b <-> (sum a[i]*x[i] REL c). */
#include <string.h>
#include "linear.h"
#include "../../include/constrint.h"
#include "../error.h"

struct reified {
  propagator super;
  term b;
  enum sum_relation rel;
  struct linear_sum sum;
};

/* The sum against which the negation is stated: not (<= c) is (>= c + 1). */
static enum sum_relation negate(struct linear_sum *l, enum sum_relation rel) {
  switch (rel) {
    case SUM_EQ: return SUM_NE;
    case SUM_NE: return SUM_EQ;
    case SUM_LE: l->c += 1; return SUM_GE;
    default: l->c -= 1; return SUM_LE;
  }
}

static enum outcome propagate(store *s, propagator *p) {
  struct reified *self = (struct reified *)p;
  if (!term_fixed(s, self->b)) {
    enum verdict v = linear_verdict(s, &self->sum, self->rel);
    if (v == OPEN) return FIXPOINT;
    return term_fix(s, self->b, v == HOLDS, p) ? SUBSUMED : FAILED;
  }
  struct linear_sum sum = self->sum;
  enum sum_relation rel = term_value(s, self->b) ? self->rel : negate(&sum, self->rel);
  return linear_narrow(s, &sum, rel, p);
}

static const struct propagator_class short_class = {"linear reified", propagate, NULL, 0};
static const struct propagator_class long_class = {"linear reified", propagate, NULL, 1};

static int post_open(store *s, const struct linear_sum *l, enum sum_relation rel, term b) {
  struct reified *self = store_alloc(s, sizeof *self);
  term *watched = store_alloc(s, (l->n + 1) * sizeof *watched);
  if (!self || !watched) return ci_fail(CI_ENOMEM, "out of memory");
  self->b = b;
  self->rel = rel;
  self->sum = *l;
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
  if (!term_value(s, b)) sum_rel = negate(&l, sum_rel);
  return linear_post(s, &l, sum_rel);
}
