/* The linear part of each kind of propagator that has one. */
#include "relax.h"

#include "../integer.h"
#include "../propagators/linear.h"
#include "../propagators/logic.h"

/* Rows as they grow: a sum in hand. */
struct sum_in_hand {
  wide *a;
  term *x;
  size_t n, capacity;
};

enum { WIDEST = 2000 /* terms of a row that is made up here */ };
/* A weaker row than this multiple of a truth value says little: it would only blur. */
#define BIG ((wide)1 << 24)

static void sum_free(struct lp_rows *r, struct sum_in_hand *h) {
  budget_free(r->b, h->a, h->capacity * sizeof *h->a);
  budget_free(r->b, h->x, h->capacity * sizeof *h->x);
}

static bool sum_new(struct lp_rows *r, struct sum_in_hand *h, size_t capacity) {
  *h = (struct sum_in_hand){.capacity = capacity};
  h->a = budget_alloc(r->b, capacity * sizeof *h->a);
  h->x = budget_alloc(r->b, capacity * sizeof *h->x);
  if (h->a && h->x) return true;
  sum_free(r, h);
  return false;
}

/* Equal terms are gathered. */
static void sum_put(struct sum_in_hand *h, wide a, term x) {
  for (size_t i = 0; i < h->n; i++)
    if (h->x[i] == x) {
      h->a[i] += a;
      return;
    }
  h->a[h->n] = a;
  h->x[h->n++] = x;
}

static int sum_add(struct lp_rows *r, const struct sum_in_hand *h, wide lo, wide hi) {
  return lp_rows_add(r, h->a, h->x, h->n, lo, hi);
}

/* ---- sums ---- */

static int relax_linear(struct lp_rows *r, const struct linear_sum *l, enum sum_relation rel) {
  if (rel == SUM_NE) {
    r->whole = false;
    return CI_OK;
  }
  return lp_rows_add(r, l->a, l->x, l->n, rel == SUM_LE ? WIDE_MIN : l->c, rel == SUM_GE ? WIDE_MAX : l->c);
}

/* The least (greatest, with -a) that the sum can be; false: too large. */
static bool least_of(const struct lp_rows *r, const struct linear_sum *l, wide sign, wide *least) {
  *least = 0;
  for (size_t i = 0; i < l->n; i++) {
    wide a = sign * l->a[i], part;
    if (!exact_mul(a, a > 0 ? term_lo(r->s, l->x[i]) : term_hi(r->s, l->x[i]), &part)) return false;
    if (!exact_add(*least, part, least)) return false;
  }
  return true;
}

/* sign*sum <= c wherever b has the value `when`: beyond c the sum may go by as
 * much as it can where b has not. */
static int relax_implied(struct lp_rows *r, const struct linear_sum *l, wide sign, wide c, term b, bool when) {
  wide most, beyond;
  if (!least_of(r, l, -sign, &most)) return CI_OK;
  most = -most;
  if (!exact_add(most, -c, &beyond) || beyond <= 0 || beyond > BIG || l->n > WIDEST) return CI_OK;
  struct sum_in_hand h;
  if (!sum_new(r, &h, l->n + 1)) return CI_ENOMEM;
  for (size_t i = 0; i < l->n; i++) sum_put(&h, sign * l->a[i], l->x[i]);
  sum_put(&h, when ? beyond : -beyond, b);
  int error = sum_add(r, &h, WIDE_MIN, when ? most : c);
  sum_free(r, &h);
  return error;
}

static int relax_where(struct lp_rows *r, const struct linear_sum *l, enum sum_relation rel, wide c, term b, bool when) {
  int error = CI_OK;
  if (rel == SUM_LE || rel == SUM_EQ) error = relax_implied(r, l, 1, c, b, when);
  if (error == CI_OK && (rel == SUM_GE || rel == SUM_EQ)) error = relax_implied(r, l, -1, -c, b, when);
  return error;
}

static int relax_reified(struct lp_rows *r, const struct linear_reified_view *v) {
  r->whole = false;
  int error = relax_where(r, v->sum, v->rel[0], v->c[0], v->b, false);
  return error < 0 ? error : relax_where(r, v->sum, v->rel[1], v->c[1], v->b, true);
}

/* ---- truth values ---- */

static bool is_truth(const struct lp_rows *r, term x) { return term_lo(r->s, x) >= 0 && term_hi(r->s, x) <= 1; }

/* Put factor * the literal; the constant part into *c. */
static void put_literal(struct sum_in_hand *h, struct literal l, wide factor, wide *c) {
  sum_put(h, l.when ? factor : -factor, l.x);
  if (!l.when) *c += factor;
}

/* some literal holds: their sum is at least 1; beside -b: at least b. */
static int relax_some(struct lp_rows *r, const struct literal *l, size_t n, const struct literal *b) {
  struct sum_in_hand h;
  wide c = 0;
  bool ok = !b || is_truth(r, b->x);
  for (size_t i = 0; i < n && ok; i++) ok = is_truth(r, l[i].x);
  if (!ok || n > WIDEST) {
    r->whole = false;
    return CI_OK;
  }
  if (!sum_new(r, &h, n + 1)) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) put_literal(&h, l[i], 1, &c);
  if (b) put_literal(&h, *b, -1, &c);
  int error = sum_add(r, &h, (b ? 0 : 1) - c, WIDE_MAX);
  sum_free(r, &h);
  return error;
}

/* b is true where the literal is. */
static int relax_each(struct lp_rows *r, const struct literal *l, size_t n, struct literal b) {
  int error = CI_OK;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    struct literal either[] = {b, literal_not(l[i])};
    error = relax_some(r, either, 2, NULL);
  }
  return error;
}

/* ---- maxima ---- */

/* sign * z is at least each sign * x. */
static int relax_extreme(struct lp_rows *r, term z, const term *x, size_t n, int sign) {
  int error = CI_OK;
  r->whole = false;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    wide a[] = {sign, -sign};
    term pair[] = {z, x[i]};
    if (x[i] != z) error = lp_rows_add(r, a, pair, 2, 0, WIDE_MAX);
  }
  return error;
}

int lp_relax(struct lp_rows *r, const propagator *p) {
  enum sum_relation rel;
  struct linear_reified_view reified;
  struct literal b;
  size_t n;
  int sign;
  term z;
  const term *x;
  const struct literal *l;
  const struct linear_sum *sum = linear_of(p, &rel);
  if (sum) return relax_linear(r, sum, rel);
  if (linear_reified_of(p, &reified)) return relax_reified(r, &reified);
  if ((l = clause_of(p, &n))) return relax_some(r, l, n, NULL);
  if ((l = some_of(p, &n, &b))) {
    int error = relax_some(r, l, n, &b);
    return error < 0 ? error : relax_each(r, l, n, b);
  }
  if ((x = extreme_of(p, &n, &z, &sign))) return relax_extreme(r, z, x, n, sign);
  r->whole = false;
  return CI_OK;
}
