/* z = max(x...), and z = min(x...) as the same thing seen from below. */
#include "equal.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct extreme {
  propagator super;
  int sign; /* 1: max; -1: min, with every number negated */
  term z;
  size_t n;
  term *x; /* all different */
};

/* Domains as max sees them. */
static interval seen(const store *s, int sign, term x) {
  interval a = term_interval(s, x);
  return sign > 0 ? a : interval_neg(a);
}
static bool see_within(store *s, const struct extreme *e, term x, interval a) {
  return term_within(s, x, e->sign > 0 ? a : interval_neg(a), &e->super);
}

struct summary {
  wide lo, hi;      /* of the maximum */
  size_t able, last; /* how many can reach z's least value, and one of them */
};

static struct summary summarise(const store *s, const struct extreme *e) {
  struct summary sum = {.lo = WIDE_MIN, .hi = WIDE_MIN};
  wide least = seen(s, e->sign, e->z).lo;
  for (size_t i = 0; i < e->n; i++) {
    interval a = seen(s, e->sign, e->x[i]);
    sum.lo = wide_max(sum.lo, a.lo);
    sum.hi = wide_max(sum.hi, a.hi);
    if (a.hi < least) continue;
    sum.able++;
    sum.last = i;
  }
  return sum;
}

static bool narrow_bounds(store *s, const struct extreme *e) {
  struct summary sum = summarise(s, e);
  if (!see_within(s, e, e->z, (interval){sum.lo, sum.hi})) return false;
  wide most = seen(s, e->sign, e->z).hi;
  for (size_t i = 0; i < e->n; i++)
    if (!see_within(s, e, e->x[i], (interval){WIDE_MIN, most})) return false;
  sum = summarise(s, e);
  if (sum.able == 0) return false;
  return sum.able > 1 || terms_equate(s, e->z, e->x[sum.last], &e->super);
}

/* ---- Value by value ---- */

static bool some_has(const store *s, const void *data, wide v) {
  const struct extreme *e = data;
  for (size_t i = 0; i < e->n; i++)
    if (term_has(s, e->x[i], v)) return true;
  return false;
}

/* The greatest value that x can be as the maximum; WIDE_MIN: none. */
static wide reach(const store *s, const struct extreme *e, term x) {
  if (!term_explicit(s, e->z) && !term_explicit(s, x)) return wide_min(seen(s, e->sign, x).hi, seen(s, e->sign, e->z).hi);
  term small = term_explicit(s, e->z) ? e->z : x, other = small == x ? e->z : x;
  wide last = e->sign > 0 ? term_lo(s, small) : term_hi(s, small);
  for (wide v = e->sign > 0 ? term_hi(s, small) : term_lo(s, small);;) {
    if (term_has(s, other, v)) return e->sign * v;
    if (v == last) return WIDE_MIN;
    v = e->sign > 0 ? term_prev(s, small, v) : term_next(s, small, v);
  }
}

struct top { const struct extreme *e; wide others; };

/* A value above all that the others reach must be z itself. */
static bool below_or_extreme(const store *s, const void *data, wide v) {
  const struct top *t = data;
  return t->e->sign * v <= t->others || term_has(s, t->e->z, v);
}

static bool narrow_values(store *s, const struct extreme *e) {
  if (!term_filter(s, e->z, some_has, e, &e->super)) return false;
  wide first = WIDE_MIN, second = WIDE_MIN;
  size_t best = e->n;
  for (size_t i = 0; i < e->n; i++) {
    wide r = reach(s, e, e->x[i]);
    if (best == e->n || r > first) {
      second = best == e->n ? WIDE_MIN : first;
      first = r;
      best = i;
    } else if (r > second) second = r;
  }
  for (size_t i = 0; i < e->n; i++) {
    struct top t = {e, i == best ? second : first};
    if (!term_filter(s, e->x[i], below_or_extreme, &t, &e->super)) return false;
  }
  return true;
}

/* ---- The propagator ---- */

/* One of the terms is z, whatever happens, and no other can be more. */
static bool entailed(const store *s, const struct extreme *e) {
  interval z = seen(s, e->sign, e->z);
  bool reached = false;
  for (size_t i = 0; i < e->n; i++) {
    reached = reached || terms_equal(s, e->z, e->x[i]);
    if (e->x[i] != e->z && (seen(s, e->sign, e->x[i]).hi > z.lo || wide_saturated(z.lo))) return false;
  }
  return reached;
}

static enum outcome propagate(store *s, propagator *p) {
  const struct extreme *e = (struct extreme *)p;
  uint64_t changes = store_changes(s);
  if (!narrow_bounds(s, e)) return FAILED;
  if (entailed(s, e)) return SUBSUMED;
  if (store_changes(s) != changes) return AGAIN;
  return narrow_values(s, e) ? settled(s, changes) : FAILED;
}

static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  const struct extreme *e = (const struct extreme *)p;
  if (z != e->z) return false;
  struct summary sum = summarise(s, e);
  interval all = {sum.lo, sum.hi};
  return image_is(e->sign > 0 ? all : interval_neg(all), lo, hi);
}

/* A box of x[0], ..., z as it stands: some x is above z, or all are below. */
static bool refuted(const void *data, const interval *box) {
  const struct extreme *e = data;
  wide most = WIDE_MIN;
  interval z = e->sign > 0 ? box[e->n] : interval_neg(box[e->n]);
  for (size_t i = 0; i < e->n; i++) {
    interval x = e->sign > 0 ? box[i] : interval_neg(box[i]);
    if (x.lo > z.hi) return true;
    most = wide_max(most, x.hi);
  }
  return most < z.lo;
}

/* x holds z behind its terms. */
static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct extreme *e = (const struct extreme *)p;
  return because_of_box(b, e->x, e->n + 1, what, refuted, e);
}

static const struct propagator_class max_class = {"max", propagate, explain, 1, image};
static const struct propagator_class min_class = {"min", propagate, explain, 1, image};

const term *extreme_of(const propagator *p, size_t *n, term *z, int *sign) {
  if (p->class != &max_class && p->class != &min_class) return NULL;
  const struct extreme *e = (const struct extreme *)p;
  *n = e->n;
  *z = e->z;
  *sign = e->sign;
  return e->x;
}

/* Each term once, and none that another always equals or exceeds. */
static void gather(const store *s, struct extreme *e, const term *x, size_t n) {
  wide lo = WIDE_MIN;
  for (size_t i = 0; i < n; i++) lo = wide_max(lo, seen(s, e->sign, x[i]).lo);
  for (size_t i = 0; i < n; i++) {
    bool drop = seen(s, e->sign, x[i]).hi < lo;
    for (size_t k = 0; k < e->n && !drop; k++) drop = e->x[k] == x[i];
    if (!drop) e->x[e->n++] = x[i];
  }
}

static int post(store *s, term z, const term *x, size_t n, int sign) {
  struct extreme *e = store_alloc(s, sizeof *e);
  term *all = store_alloc(s, (n + 1) * sizeof *all);
  if (!e || !all) return ci_fail(CI_ENOMEM, "out of memory");
  e->sign = sign;
  e->z = z;
  e->x = all;
  gather(s, e, x, n);
  if (e->n == 1) return post_linear(s, (wide[]){1, -1}, (term[]){z, all[0]}, 2, REL_EQ, 0);
  all[e->n] = z;
  return store_post(s, &e->super, sign > 0 ? &max_class : &min_class, all, e->n + 1, ON_ANY);
}

int post_max(store *s, term z, const term *x, size_t n) { return post(s, z, x, n, 1); }
int post_min(store *s, term z, const term *x, size_t n) { return post(s, z, x, n, -1); }
