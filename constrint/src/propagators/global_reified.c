/* b <-> a global constraint, decided when all of its terms are fixed; posted
 * outright as soon as the model says that it holds (truths.c). */
#include <string.h>
#include "../global.h"
#include "../learn/because.h"
#include "../../include/constrint.h"
#include "../error.h"

struct reified {
  propagator super;
  const struct global *global;
  const int64_t *p;
  size_t n;
  const term *x;
  term b;
  wide *values;
};

static enum outcome propagate(store *s, propagator *p) {
  const struct reified *r = (const struct reified *)p;
  for (size_t i = 0; i < r->n; i++) {
    if (!term_fixed(s, r->x[i])) return FIXPOINT;
    r->values[i] = term_value(s, r->x[i]);
  }
  return term_fix(s, r->b, r->global->holds(r->p, r->values, r->n), p) ? SUBSUMED : FAILED;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  (void)s;
  *lo = 0;
  *hi = 1;
  return z == ((const struct reified *)p)->b;
}

/* By the values of all its terms. */
static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct reified *r = (const struct reified *)p;
  for (size_t i = 0; i < r->n; i++) {
    wide v;
    if (r->x[i] == what.x || !because_fixed(b, r->x[i], &v)) return false;
    because_is(b, r->x[i], v);
  }
  return what.x == r->b;
}

static const struct propagator_class class = {"global reified", propagate, explain, 2, image};

int post_global_reified(store *s, const struct global *g, const int64_t *p, size_t np, const term *x, size_t n, term b) {
  struct reified *r = store_alloc(s, sizeof *r);
  term *all = store_alloc(s, (n + 1) * sizeof *all);
  int64_t *copy = store_alloc(s, (np + 1) * sizeof *copy);
  wide *values = store_alloc(s, (n + 1) * sizeof *values);
  if (!r || !all || !copy || !values) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, x, n * sizeof *all);
  if (np) memcpy(copy, p, np * sizeof *copy);
  all[n] = b;
  *r = (struct reified){.global = g, .p = copy, .n = n, .x = all, .b = b, .values = values};
  return store_post(s, &r->super, &class, all, n + 1, ON_FIX);
}
