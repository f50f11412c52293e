/* b <-> x is one of these values. */
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "verdict.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct in {
  propagator super;
  term b, x;
  size_t n;
  wide *values; /* ascending */
};

/* The first listed value >= v. */
static size_t first_from(const struct in *self, wide v) {
  size_t from = 0, to = self->n;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (self->values[middle] < v) from = middle + 1;
    else to = middle;
  }
  return from;
}

static enum verdict verdict_of(const store *s, const struct in *self) {
  wide hi = term_hi(s, self->x);
  uint64_t inside = 0;
  for (size_t i = first_from(self, term_lo(s, self->x)); i < self->n && self->values[i] <= hi; i++)
    inside += term_has(s, self->x, self->values[i]);
  return inside == 0 ? REFUTED : inside == term_size(s, self->x) ? HOLDS : OPEN;
}

static bool keep_out(store *s, const struct in *self, reason why) {
  size_t from = first_from(self, term_lo(s, self->x)), to = first_from(self, term_hi(s, self->x));
  if (!term_explicit(s, self->x)) { /* only the ends give way: from both sides */
    for (size_t i = from; i < self->n && self->values[i] == term_lo(s, self->x); i++)
      if (!term_remove(s, self->x, self->values[i], why)) return false;
    if (to == self->n) return true;
    for (size_t i = to + 1; i-- > 0 && self->values[i] == term_hi(s, self->x);)
      if (!term_remove(s, self->x, self->values[i], why)) return false;
    return true;
  }
  for (size_t i = from; i < self->n && i <= to; i++)
    if (!term_remove(s, self->x, self->values[i], why)) return false;
  return true;
}

static enum outcome enforce(store *s, const struct in *self, bool inside, reason why) {
  uint64_t changes = store_changes(s);
  bool ok = inside ? term_keep(s, self->x, self->values, self->n, why) : keep_out(s, self, why);
  if (!ok) return FAILED;
  return verdict_of(s, self) == (inside ? HOLDS : REFUTED) ? SUBSUMED : settled(s, changes);
}

static enum outcome decide(store *s, const struct in *self, reason why) {
  enum verdict v = verdict_of(s, self);
  if (v != OPEN) return term_fix(s, self->b, v == HOLDS, why) ? SUBSUMED : FAILED;
  return term_fixed(s, self->b) ? enforce(s, self, term_value(s, self->b) != 0, why) : FIXPOINT;
}

static enum outcome propagate(store *s, propagator *p) { return decide(s, (struct in *)p, p); }

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  (void)s;
  return z == ((const struct in *)p)->b && image_is((interval){0, 1}, lo, hi);
}

/* All listed values are gone, or all others. */
static bool explain_b(struct because *why, const struct in *self, bool inside) {
  if (inside) because_domain(why, self->x);
  else
    for (size_t i = 0; i < self->n; i++) because_is_not(why, self->x, self->values[i]);
  return true;
}

/* The listed values below v (above) were gone. */
static void explain_below(struct because *why, const struct in *self, size_t to) {
  wide lo = because_interval(why, self->x).lo;
  size_t from = to;
  while (from > 0 && self->values[from - 1] >= lo) because_is_not(why, self->x, self->values[--from]);
  if (from > 0) because_at_least(why, self->x, self->values[from - 1] + 1);
}
static void explain_above(struct because *why, const struct in *self, size_t from) {
  wide hi = because_interval(why, self->x).hi;
  while (from < self->n && self->values[from] <= hi) because_is_not(why, self->x, self->values[from++]);
  if (from < self->n) because_at_most(why, self->x, self->values[from] - 1);
}

/* A listed value (or one that is none) goes; or an end moves to the next listed one. */
static bool explain(struct because *why, const propagator *p, struct fact what) {
  const struct in *self = (const struct in *)p;
  wide b = 0;
  if (what.x == self->b) return explain_b(why, self, what.kind == AT_LEAST);
  if (what.x != self->x || !because_fixed(why, self->b, &b)) return false;
  size_t at = first_from(self, what.v);
  bool listed = at < self->n && self->values[at] == what.v;
  because_is(why, self->b, b);
  if (what.kind == IS_NOT) return listed == (b == 0);
  if (!b) return false;
  if (what.kind == AT_LEAST) explain_below(why, self, at);
  else explain_above(why, self, at + listed);
  return true;
}

static const struct propagator_class class = {"in", propagate, explain, 1, image};

int post_in(store *s, term b, term x, const wide *values, size_t n) {
  struct in *self = store_alloc(s, sizeof *self);
  wide *copy = store_alloc(s, (n + 1) * sizeof *copy);
  if (!self || !copy) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(copy, values, n * sizeof *copy);
  *self = (struct in){.b = b, .x = x, .n = n, .values = copy};
  enum outcome done = decide(s, self, NULL);
  if (done == FAILED) store_fail(s);
  if (done == FAILED || done == SUBSUMED) return CI_OK;
  return store_post(s, &self->super, &class, (term[]){b, x}, 2, ON_ANY);
}
