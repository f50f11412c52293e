/* b <-> some of these literals are true; and, by negation, b <-> all x. */
#include "logic.h"
#include "../../include/constrint.h"
#include "../error.h"

struct some {
  propagator super;
  struct literal b;
  size_t n;
  struct literal *l;
};

static enum outcome all_false(store *s, struct some *self) {
  for (size_t i = 0; i < self->n; i++)
    if (!literal_set(s, self->l[i], false, &self->super)) return FAILED;
  return SUBSUMED;
}

static enum outcome conclude(store *s, struct some *self, bool truth) {
  return literal_set(s, self->b, truth, &self->super) ? SUBSUMED : FAILED;
}

static enum outcome propagate(store *s, propagator *p) {
  struct some *self = (struct some *)p;
  if (literal_false(s, self->b)) return all_false(s, self);
  size_t open = 0, last = 0;
  for (size_t i = 0; i < self->n; i++) {
    if (literal_true(s, self->l[i])) return conclude(s, self, true);
    if (literal_false(s, self->l[i])) continue;
    open++;
    last = i;
  }
  if (open == 0) return conclude(s, self, false);
  if (open > 1 || !literal_true(s, self->b)) return FIXPOINT;
  return literal_set(s, self->l[last], true, p) ? SUBSUMED : FAILED;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  (void)s;
  *lo = 0;
  *hi = 1;
  return z == ((const struct some *)p)->b.x;
}

static bool all_but_false(struct because *b, const struct some *self, term but) {
  for (size_t i = 0; i < self->n; i++)
    if (self->l[i].x != but && !because_literal(b, self->l[i], false)) return false;
  return true;
}

static bool some_true(struct because *b, const struct some *self) {
  for (size_t i = 0; i < self->n; i++)
    if (because_literal(b, self->l[i], true)) return true;
  return false;
}

static bool explain(struct because *why, const propagator *p, struct fact what) {
  const struct some *self = (const struct some *)p;
  if (what.x < 0) return false;
  if (what.x != self->b.x)
    return because_literal(why, self->b, false) || (because_literal(why, self->b, true) && all_but_false(why, self, what.x));
  return (what.kind == AT_LEAST) == self->b.when ? some_true(why, self) : all_but_false(why, self, -1);
}

static const struct propagator_class class = {"or", propagate, explain, 0, image};

const struct literal *some_of(const propagator *p, size_t *n, struct literal *b) {
  if (p->class != &class) return NULL;
  const struct some *self = (const struct some *)p;
  *n = self->n;
  *b = self->b;
  return self->l;
}

static int post_none(store *s, const struct literal *l, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!literal_set(s, l[i], false, NULL)) store_fail(s);
  return CI_OK;
}

static int post_open(store *s, struct some *self) {
  term *watched = store_alloc(s, (self->n + 1) * sizeof *watched);
  if (!watched) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < self->n; i++) watched[i] = self->l[i].x;
  watched[self->n] = self->b.x;
  return store_post(s, &self->super, &class, watched, self->n + 1, ON_FIX);
}

int post_some_reified(store *s, struct literal b, const struct literal *l, size_t n) {
  if (literal_true(s, b)) return post_some(s, l, n);
  if (literal_false(s, b)) return post_none(s, l, n);
  struct some *self = store_alloc(s, sizeof *self);
  struct literal *kept = store_alloc(s, (n + 1) * sizeof *kept);
  if (!self || !kept) return ci_fail(CI_ENOMEM, "out of memory");
  self->b = b;
  self->l = kept;
  bool holds = literals_simplify(s, l, n, kept, &self->n);
  if (!holds && self->n > 0) return post_open(s, self);
  if (!literal_set(s, b, holds, NULL)) store_fail(s);
  return CI_OK;
}

static int post_reified(store *s, term b, const term *x, size_t n, bool when) {
  struct literal *l = store_alloc(s, (n + 1) * sizeof *l);
  if (!l) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) l[i] = (struct literal){x[i], when};
  return post_some_reified(s, (struct literal){b, when}, l, n);
}

int post_or(store *s, term b, const term *x, size_t n) { return post_reified(s, b, x, n, true); }

/* not b <-> some not x */
int post_and(store *s, term b, const term *x, size_t n) { return post_reified(s, b, x, n, false); }
