/* some of these literals are true: the last one that may be must be. */
#include "logic.h"
#include "../../include/constrint.h"
#include "../error.h"

struct clause {
  propagator super;
  size_t n;
  struct literal *l;
};

/* Another literal that may be true in place of a false one; false: there is none. */
static bool replace(const store *s, struct clause *self, size_t which) {
  for (size_t i = 2; i < self->n; i++) {
    if (literal_false(s, self->l[i])) continue;
    struct literal l = self->l[which];
    self->l[which] = self->l[i];
    self->l[i] = l;
    return true;
  }
  return false;
}

/* While the first two may be true nothing follows, whatever the others are. */
static enum outcome watch_two(store *s, struct clause *self) {
  for (size_t i = 0; i < 2; i++) {
    if (!literal_false(s, self->l[i]) || replace(s, self, i)) continue;
    if (literal_false(s, self->l[1 - i]) && !replace(s, self, 1 - i)) return FAILED;
    return literal_set(s, self->l[1 - i], true, &self->super) ? SUBSUMED : FAILED;
  }
  return literal_true(s, self->l[0]) || literal_true(s, self->l[1]) ? SUBSUMED : FIXPOINT;
}

/* Counting wants to know at once of a clause that holds; learning does not. */
static enum outcome propagate(store *s, propagator *p) {
  struct clause *self = (struct clause *)p;
  size_t open = 0, last = 0;
  if (s->log) return watch_two(s, self);
  for (size_t i = 0; i < self->n; i++) {
    if (literal_true(s, self->l[i])) return SUBSUMED;
    if (literal_false(s, self->l[i])) continue;
    open++;
    last = i;
  }
  if (open > 1) return FIXPOINT;
  return open && literal_set(s, self->l[last], true, p) ? SUBSUMED : FAILED;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct clause *self = (const struct clause *)p;
  for (size_t i = 0; i < self->n; i++)
    if (self->l[i].x != what.x && !because_literal(b, self->l[i], false)) return false;
  return true;
}

static const struct propagator_class class = {"clause", propagate, explain, 0, NULL};

const struct literal *clause_of(const propagator *p, size_t *n) {
  if (p->class != &class) return NULL;
  *n = ((const struct clause *)p)->n;
  return ((const struct clause *)p)->l;
}

bool literals_simplify(const store *s, const struct literal *l, size_t n, struct literal *kept, size_t *count) {
  for (size_t i = 0; i < n; i++) {
    if (literal_true(s, l[i])) return true;
    if (literal_false(s, l[i])) continue;
    size_t k = 0;
    while (k < *count && kept[k].x != l[i].x) k++;
    if (k < *count && kept[k].when != l[i].when) return true;
    if (k == *count) kept[(*count)++] = l[i];
  }
  return false;
}

static int post_open(store *s, struct clause *self) {
  term *watched = store_alloc(s, self->n * sizeof *watched);
  if (!watched) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < self->n; i++) watched[i] = self->l[i].x;
  return store_post(s, &self->super, &class, watched, self->n, ON_FIX);
}

int post_some(store *s, const struct literal *l, size_t n) {
  struct clause *self = store_alloc(s, sizeof *self);
  struct literal *kept = store_alloc(s, (n + 1) * sizeof *kept);
  if (!self || !kept) return ci_fail(CI_ENOMEM, "out of memory");
  self->l = kept;
  if (literals_simplify(s, l, n, kept, &self->n)) return CI_OK;
  if (self->n > 1) return post_open(s, self);
  if (self->n == 0 || !literal_set(s, kept[0], true, NULL)) store_fail(s);
  return CI_OK;
}

int post_clause(store *s, const term *pos, size_t npos, const term *neg, size_t nneg) {
  struct literal *l = store_alloc(s, (npos + nneg + 1) * sizeof *l);
  if (!l) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < npos; i++) l[i] = (struct literal){pos[i], true};
  for (size_t i = 0; i < nneg; i++) l[npos + i] = (struct literal){neg[i], false};
  return post_some(s, l, npos + nneg);
}
