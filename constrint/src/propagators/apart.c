/* Terms with offsets that all differ, value by value: a fixed one takes its
 * value from the others.  Cheap enough to run first; Hall intervals are
 * alldifferent.c's. */
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct item { term x; wide offset; };

struct apart {
  propagator super;
  size_t n;
  struct item *item; /* those whose value has left all others come first */
  uint64_t done;     /* how many these are (reversible; the order does not matter) */
};

/* What the other must not be where this one is v; false: beyond all numbers. */
static bool excluded(const struct item *this, wide v, const struct item *other, wide *out) {
  *out = wide_add(v, this->offset - other->offset);
  return !wide_saturated(*out);
}

/* Item i is fixed: its value leaves the others.  *gone: from wide domains, too. */
static bool spread(store *s, struct apart *a, size_t i, bool *gone) {
  wide v = term_value(s, a->item[i].x), taken;
  *gone = true;
  for (size_t k = (size_t)a->done; k < a->n; k++) {
    if (k == i || !excluded(&a->item[i], v, &a->item[k], &taken)) continue;
    if (!term_remove(s, a->item[k].x, taken, &a->super)) return false;
    *gone = *gone && !term_has(s, a->item[k].x, taken);
  }
  return true;
}

static bool finish(store *s, struct apart *a, size_t i) {
  struct item item = a->item[i];
  a->item[i] = a->item[a->done];
  a->item[a->done] = item;
  return store_set_word(s, &a->done, a->done + 1);
}

static enum outcome propagate(store *s, propagator *p) {
  struct apart *a = (struct apart *)p;
  uint64_t changes = store_changes(s);
  for (size_t i = (size_t)a->done; i < a->n; i++) {
    bool gone;
    if (!term_fixed(s, a->item[i].x)) continue;
    if (!spread(s, a, i, &gone) || (gone && !finish(s, a, i))) return FAILED;
  }
  if (a->done + 1 >= a->n) return SUBSUMED;
  return settled(s, changes);
}

/* Some other item had the value. */
static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct apart *a = (const struct apart *)p;
  size_t own = 0;
  if (what.x < 0 || what.kind != IS_NOT) return false;
  while (a->item[own].x != what.x) own++;
  for (size_t i = 0; i < a->n; i++) {
    wide v, taken;
    if (i == own || !because_fixed(b, a->item[i].x, &v)) continue;
    if (!excluded(&a->item[i], v, &a->item[own], &taken) || taken != what.v) continue;
    because_is(b, a->item[i].x, v);
    return true;
  }
  return false;
}

static const struct propagator_class class = {"apart", propagate, explain, 1, NULL};

/* A hole takes effect in a wide domain only at its ends: those are watched. */
static int watch_items(store *s, struct apart *a) {
  int error = store_post(s, &a->super, &class, NULL, 0, ON_FIX);
  for (size_t i = 0; i < a->n && error == CI_OK; i++)
    error = store_watch(s, &a->super, a->item[i].x, term_explicit(s, a->item[i].x) ? ON_FIX : ON_BOUNDS);
  a->super.tells = true;
  return error;
}

int post_apart(store *s, const term *x, const wide *offset, size_t n) {
  struct apart *a = store_alloc(s, sizeof *a);
  struct item *item = store_alloc(s, (n + 1) * sizeof *item);
  if (!a || !item) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) item[i] = (struct item){x[i], offset ? offset[i] : 0};
  *a = (struct apart){.n = n, .item = item};
  return n < 2 ? CI_OK : watch_items(s, a);
}
