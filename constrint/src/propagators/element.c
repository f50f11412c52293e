/* z = x[index]; z = b ? x : y is x[b] of two. */
#include <string.h>
#include "choice.h"
#include "equal.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct element {
  propagator super;
  term z, index;
  size_t n;
  term *x;
};

/* An index whose term may be z. */
static bool may_be(const store *s, const void *data, wide i) {
  const struct element *e = data;
  return i >= 0 && i < (wide)e->n && terms_meet(s, e->z, e->x[(size_t)i]);
}

/* A value of z that some term offers. */
static bool offered(const store *s, const void *data, wide v) {
  const struct element *e = data;
  for (wide i = term_lo(s, e->index);; i = term_next(s, e->index, i)) {
    if (term_has(s, e->x[(size_t)i], v)) return true;
    if (i == term_hi(s, e->index)) return false;
  }
}

/* The ends of an index that is not explicit. */
static bool trim_index(store *s, const struct element *e) {
  reason why = &e->super;
  if (!term_within(s, e->index, (interval){0, (wide)e->n - 1}, why)) return false;
  while (!may_be(s, e, term_lo(s, e->index)))
    if (!term_remove(s, e->index, term_lo(s, e->index), why)) return false;
  while (!may_be(s, e, term_hi(s, e->index)))
    if (!term_remove(s, e->index, term_hi(s, e->index), why)) return false;
  return term_filter(s, e->index, may_be, e, why);
}

static interval hull_of_offers(const store *s, const struct element *e) {
  interval hull = INTERVAL_NONE;
  for (wide i = term_lo(s, e->index);; i = term_next(s, e->index, i)) {
    hull = interval_hull(hull, term_interval(s, e->x[(size_t)i]));
    if (i == term_hi(s, e->index)) return hull;
  }
}

/* Every term that is left is z. */
static bool entailed(const store *s, const struct element *e) {
  for (wide i = term_lo(s, e->index);; i = term_next(s, e->index, i)) {
    if (!terms_equal(s, e->z, e->x[(size_t)i])) return false;
    if (i == term_hi(s, e->index)) return true;
  }
}

static enum outcome propagate(store *s, propagator *p) {
  const struct element *e = (struct element *)p;
  uint64_t changes = store_changes(s);
  if (!trim_index(s, e)) return FAILED;
  if (term_fixed(s, e->index)) {
    if (!terms_equate(s, e->z, e->x[(size_t)term_value(s, e->index)], p)) return FAILED;
  } else if (!term_within(s, e->z, hull_of_offers(s, e), p) || !term_filter(s, e->z, offered, e, p))
    return FAILED;
  return entailed(s, e) ? SUBSUMED : settled(s, changes);
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct element *e = (const struct element *)p;
  return z == e->z && image_is(hull_of_offers(s, e), lo, hi);
}

/* ---- Explanations ---- */

static bool held(const struct because *b, struct fact f) { return log_find(b->s, &f, b->at) != NOT_SO; }
static bool always(const struct because *b, struct fact f) { return log_find(b->s, &f, b->at) == AT_ROOT; }

/* What is said of z: of every term, or its index is gone. */
static bool explain_result(struct because *b, const struct element *e, struct fact what) {
  for (size_t i = 0; i < e->n; i++) {
    struct fact gone = fact_is_not(e->index, (wide)i), same = {e->x[i], what.kind, what.v};
    if (always(b, gone) || always(b, same)) continue;
    if (!held(b, same) && !held(b, gone)) return false;
    because(b, held(b, same) ? same : gone);
  }
  return true;
}

/* The i-th term and z have no value in common, by their bounds. */
static bool apart(struct because *b, term x, term z) {
  interval ix = because_interval(b, x), iz = because_interval(b, z);
  wide v;
  if (ix.hi < iz.lo) {
    because_at_most(b, x, ix.hi);
    because_at_least(b, z, ix.hi + 1);
  } else if (iz.hi < ix.lo) {
    because_at_least(b, x, ix.lo);
    because_at_most(b, z, ix.lo - 1);
  } else if (because_fixed(b, x, &v) && !because_has(b, z, v)) {
    because_is(b, x, v);
    because_is_not(b, z, v);
  } else {
    return false;
  }
  return true;
}

static bool explain_index(struct because *b, const struct element *e, struct fact what) {
  if (what.kind == IS_NOT) return what.v < 0 || what.v >= (wide)e->n || apart(b, e->x[(size_t)what.v], e->z);
  interval out = what.kind == AT_LEAST ? (interval){0, what.v - 1} : (interval){what.v + 1, (wide)e->n - 1};
  for (wide i = out.lo; i <= out.hi; i++)
    if (held(b, fact_is_not(e->index, i))) because_is_not(b, e->index, i);
    else if (!apart(b, e->x[(size_t)i], e->z)) return false;
  return true;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct element *e = (const struct element *)p;
  wide i;
  if (what.x < 0 || (e->z == e->index && what.x == e->z)) return false;
  if (what.x == e->index) return explain_index(b, e, what);
  if (what.x == e->z) return explain_result(b, e, what);
  if (!because_fixed(b, e->index, &i) || e->x[(size_t)i] != what.x) return false;
  struct fact same = {e->z, what.kind, what.v};
  if (!held(b, same)) return false;
  because_is(b, e->index, i);
  because(b, same);
  return true;
}

static const struct propagator_class short_class = {"element", propagate, explain, 1, image};
static const struct propagator_class long_class = {"element", propagate, explain, 2, image};

bool choice_of(const propagator *p, struct choice *out) {
  if (p->class != &short_class && p->class != &long_class) return false;
  const struct element *e = (const struct element *)p;
  *out = (struct choice){e->z, e->index, e->n, e->x};
  return true;
}

/* Constants are all that z can be: say so while it can become explicit. */
static int keep_constants(store *s, const struct element *e) {
  for (size_t i = 0; i < e->n; i++)
    if (!term_known(s, e->x[i])) return CI_OK;
  wide *values = store_alloc(s, e->n * sizeof *values);
  if (!values) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < e->n; i++) values[i] = term_value(s, e->x[i]);
  if (!term_keep(s, e->z, values, wide_sort_unique(values, e->n), NULL)) store_fail(s);
  return CI_OK;
}

int post_element(store *s, term z, term index, const term *x, size_t n) {
  if (!term_within(s, index, (interval){0, (wide)n - 1}, NULL)) {
    store_fail(s);
    return CI_OK;
  }
  if (term_fixed(s, index))
    return post_linear(s, (wide[]){1, -1}, (term[]){z, x[(size_t)term_value(s, index)]}, 2, REL_EQ, 0);
  struct element *e = store_alloc(s, sizeof *e);
  term *all = store_alloc(s, (n + 2) * sizeof *all);
  if (!e || !all) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, x, n * sizeof *all);
  *e = (struct element){.z = z, .index = index, .n = n, .x = all};
  all[n] = z;
  all[n + 1] = index;
  int code = keep_constants(s, e);
  return code != CI_OK ? code : store_post(s, &e->super, n > 4 ? &long_class : &short_class, all, n + 2, ON_ANY);
}

int post_ite(store *s, term z, term b, term x, term y) { return post_element(s, z, b, (term[]){y, x}, 2); }
