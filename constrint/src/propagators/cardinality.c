/* How often values occur: for each of them, those that are it and those that
 * may be. */
#include <string.h>
#include "interval.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct cardinality {
  propagator super;
  size_t n, values;
  const term *x, *count;
  const int64_t *value;
};

/* All that may be v are, or those that need not be are not. */
static bool decide(store *s, const struct cardinality *c, wide v, bool are) {
  for (size_t i = 0; i < c->n; i++) {
    if (term_fixed(s, c->x[i]) || !term_has(s, c->x[i], v)) continue;
    if (are ? !term_fix(s, c->x[i], v, &c->super) : !term_remove(s, c->x[i], v, &c->super)) return false;
  }
  return true;
}

static bool narrow(store *s, const struct cardinality *c, size_t k) {
  wide v = c->value[k], sure = 0, possible = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (!term_has(s, c->x[i], v)) continue;
    possible++;
    sure += term_fixed(s, c->x[i]);
  }
  if (!term_within(s, c->count[k], (interval){sure, possible}, &c->super)) return false;
  if (sure == possible) return true;
  if (term_hi(s, c->count[k]) == sure) return decide(s, c, v, false);
  return term_lo(s, c->count[k]) < possible || decide(s, c, v, true);
}

static enum outcome propagate(store *s, propagator *p) {
  const struct cardinality *c = (const struct cardinality *)p;
  uint64_t changes = store_changes(s);
  for (size_t k = 0; k < c->values; k++)
    if (!narrow(s, c, k)) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  return terms_fixed(s, c->x, c->n + c->values) ? SUBSUMED : FIXPOINT;
}

static const struct propagator_class class = {"cardinality", propagate, NULL, 2, NULL};

int post_cardinality(store *s, const term *x, size_t n, const int64_t *value, const term *count, size_t values) {
  struct cardinality *c = store_alloc(s, sizeof *c);
  term *all = store_alloc(s, (n + values + 1) * sizeof *all);
  int64_t *copy = store_alloc(s, (values + 1) * sizeof *copy);
  if (!c || !all || !copy) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, x, n * sizeof *all);
  memcpy(all + n, count, values * sizeof *all);
  memcpy(copy, value, values * sizeof *copy);
  *c = (struct cardinality){.n = n, .values = values, .x = all, .count = all + n, .value = copy};
  return store_post(s, &c->super, &class, all, n + values, ON_ANY);
}
