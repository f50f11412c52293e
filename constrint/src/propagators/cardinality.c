/* How often values occur: for each of them, those that are it and those that
 * may be. */
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
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

/* ---- Explanations: enough that were it, enough that could not be ---- */

/* Name so many of the terms but one that were v. */
static bool name_sure(struct because *b, const struct cardinality *c, wide v, wide wanted, term but) {
  for (size_t i = 0; i < c->n && wanted > 0; i++) {
    wide is;
    if (c->x[i] == but || !because_fixed(b, c->x[i], &is) || is != v) continue;
    because_is(b, c->x[i], v);
    wanted--;
  }
  return wanted <= 0;
}

/* Name so many of the terms but one that could not be v. */
static bool name_gone(struct because *b, const struct cardinality *c, wide v, wide wanted, term but) {
  for (size_t i = 0; i < c->n && wanted > 0; i++) {
    if (c->x[i] == but || because_has(b, c->x[i], v)) continue;
    because_is_not(b, c->x[i], v);
    wanted--;
  }
  return wanted <= 0;
}

static bool explain_count(struct because *b, const struct cardinality *c, size_t k, struct fact what) {
  if (what.kind == AT_LEAST) return name_sure(b, c, c->value[k], what.v, -1);
  return what.kind == AT_MOST && name_gone(b, c, c->value[k], (wide)c->n - what.v, -1);
}

/* One of x is not, or is, the k-th value. */
static bool explain_one(struct because *b, const struct cardinality *c, size_t k, struct fact what) {
  wide v = c->value[k];
  interval count = because_interval(b, c->count[k]);
  if (what.kind == IS_NOT) {
    if (v != what.v || count.hi > (wide)c->n) return false;
    because_at_most(b, c->count[k], count.hi);
    return name_sure(b, c, v, count.hi, what.x);
  }
  if ((what.kind == AT_LEAST ? v < what.v : v > what.v) || count.lo < 0) return false;
  because_at_least(b, c->count[k], count.lo);
  return name_gone(b, c, v, (wide)c->n - count.lo, what.x);
}

static bool is_among(const term *x, size_t n, term y) {
  for (size_t i = 0; i < n; i++)
    if (x[i] == y) return true;
  return false;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct cardinality *c = (const struct cardinality *)p;
  size_t n = b->n;
  if (what.x < 0) return false;
  bool counted = is_among(c->x, c->n, what.x);
  for (size_t k = 0; k < c->values; k++) {
    if (c->count[k] == what.x && explain_count(b, c, k, what)) return true;
    b->n = n;
    if (counted && explain_one(b, c, k, what)) return true;
    b->n = n;
  }
  return false;
}

static const struct propagator_class class = {"cardinality", propagate, explain, 2, NULL};

/* Is every value of x counted? */
static bool is_covered(const store *s, term x, const int64_t *value, size_t values) {
  if (term_size(s, x) > values) return false;
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    size_t k = 0;
    while (k < values && value[k] != v) k++;
    if (k == values) return false;
    if (v == term_hi(s, x)) return true;
  }
}

static bool has_double(const int64_t *value, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < i; k++)
      if (value[i] == value[k]) return true;
  return false;
}

/* The counts of different values are no more than there are terms, or just as many. */
static int post_total(store *s, const term *x, size_t n, const int64_t *value, const term *count, size_t values) {
  if (values == 0 || has_double(value, values)) return CI_OK;
  wide *a = store_alloc(s, values * sizeof *a);
  bool covered = true;
  if (!a) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t k = 0; k < values; k++) a[k] = 1;
  for (size_t i = 0; i < n && covered; i++) covered = is_covered(s, x[i], value, values);
  return post_linear(s, a, count, values, covered ? REL_EQ : REL_LE, (wide)n);
}

int post_cardinality(store *s, const term *x, size_t n, const int64_t *value, const term *count, size_t values) {
  struct cardinality *c = store_alloc(s, sizeof *c);
  term *all = store_alloc(s, (n + values + 1) * sizeof *all);
  int64_t *copy = store_alloc(s, (values + 1) * sizeof *copy);
  if (!c || !all || !copy) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, x, n * sizeof *all);
  memcpy(all + n, count, values * sizeof *all);
  memcpy(copy, value, values * sizeof *copy);
  *c = (struct cardinality){.n = n, .values = values, .x = all, .count = all + n, .value = copy};
  int error = post_total(s, x, n, value, count, values);
  return error < 0 ? error : store_post(s, &c->super, &class, all, n + values, ON_ANY);
}
