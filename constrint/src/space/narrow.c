/* Bounds forwards and backwards through the expressions until nothing changes.
 *
 * A node is required when every solution gives it a value within its bounds;
 * only from such a node does anything follow for its arguments. */
#include "narrow.h"

enum { PASSES = 40 };

struct narrowing {
  struct pool *p;
  struct pool_domain *domains;
  bool *required;
  bool changed, failed;
};

static struct pool_node *at(struct narrowing *w, pool_id e) { return &w->p->nodes[e]; }

static bool known(wide v) { return !wide_saturated(v); }

/* e has a value, and it lies within lo..hi. */
static void require(struct narrowing *w, pool_id e, wide lo, wide hi) {
  struct pool_node *x = at(w, e);
  if (!w->required[e]) w->changed = w->required[e] = true;
  if (lo > x->lo) x->lo = lo, w->changed = true;
  if (hi < x->hi) x->hi = hi, w->changed = true;
  if (x->lo > x->hi) w->failed = true;
  if (x->op != NODE_VAR) return;
  struct pool_domain *d = &w->domains[x->data];
  if (x->lo > d->lo) d->lo = x->lo;
  if (x->hi < d->hi) d->hi = x->hi;
}

static void require_defined(struct narrowing *w, pool_id e) { require(w, e, WIDE_MIN, WIDE_MAX); }

/* ---- what follows for the arguments of a required node ---- */

static void back_or(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  pool_id open = -1;
  int n = 0;
  if (x->lo != 1) return;
  for (int32_t i = 0; i < x->n; i++)
    if (at(w, a[i])->hi != 0) open = a[i], n++;
  if (n == 0) w->failed = true;
  if (n == 1) require(w, open, 1, 1);
}

static void back_compare(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  if (x->lo != 1) return;
  wide strict = x->op == CI_LT;
  const struct pool_node *l = at(w, a[0]), *r = at(w, a[1]);
  if (x->op == CI_EQ) {
    require(w, a[0], r->lo, r->hi);
    require(w, a[1], l->lo, l->hi);
  } else if (x->op == CI_NE) {
    require_defined(w, a[0]);
    require_defined(w, a[1]);
  } else {
    require(w, a[0], WIDE_MIN, known(r->hi) ? r->hi - strict : WIDE_MAX);
    require(w, a[1], known(l->lo) ? l->lo + strict : WIDE_MIN, WIDE_MAX);
  }
}

static void back_divides(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  if (x->lo != 1) return;
  const struct pool_node *b = at(w, a[1]);
  wide top = b->hi > -b->lo ? b->hi : -b->lo;
  bool nonzero = b->lo > 0 || b->hi < 0;
  require(w, a[0], nonzero ? -top : WIDE_MIN, nonzero ? top : WIDE_MAX);
  if (at(w, a[0])->lo == 0) require(w, a[0], 1, WIDE_MAX);
  require_defined(w, a[1]);
}

static void back_sum(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  wide lo = 0, hi = 0;
  for (int32_t i = 0; i < x->n; i++) {
    lo = wide_add(lo, at(w, a[i])->lo);
    hi = wide_add(hi, at(w, a[i])->hi);
  }
  for (int32_t i = 0; i < x->n; i++) {
    const struct pool_node *y = at(w, a[i]);
    wide least = known(hi) && known(x->lo) && known(y->hi) ? wide_sub(x->lo, wide_sub(hi, y->hi)) : WIDE_MIN;
    wide most = known(lo) && known(x->hi) && known(y->lo) ? wide_sub(x->hi, wide_sub(lo, y->lo)) : WIDE_MAX;
    require(w, a[i], least, most);
  }
}

/* arg * others = value, others in lo..hi and positive. */
static void back_factor(struct narrowing *w, pool_id arg, const struct pool_node *x, wide lo, wide hi) {
  wide least = WIDE_MIN, most = WIDE_MAX;
  if (known(x->lo)) least = x->lo > 0 ? (known(hi) ? wide_ceildiv(x->lo, hi) : 1) : wide_ceildiv(x->lo, lo);
  if (known(x->hi)) most = x->hi >= 0 ? wide_floordiv(x->hi, lo) : known(hi) ? wide_floordiv(x->hi, hi) : -1;
  require(w, arg, least, most);
}

static void back_product(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  for (int32_t i = 0; i < x->n; i++) {
    wide lo = 1, hi = 1;
    for (int32_t k = 0; k < x->n && lo > 0; k++) {
      if (k == i) continue;
      lo = at(w, a[k])->lo > 0 ? wide_mul(lo, at(w, a[k])->lo) : 0;
      hi = wide_mul(hi, at(w, a[k])->hi);
    }
    if (lo > 0 && hi >= lo && known(lo)) back_factor(w, a[i], x, lo, hi);
    else require_defined(w, a[i]);
  }
}

/* The largest b >= 0 with b ** exponent <= top. */
static wide root_of(wide top, wide exponent) {
  wide lo = 0, hi = (wide)1 << 63;
  while (lo < hi) {
    wide middle = lo + (hi - lo + 1) / 2, power = 1;
    for (wide i = 0; i < exponent && power <= top; i++) power = wide_mul(power, middle);
    if (power <= top) lo = middle;
    else hi = middle - 1;
  }
  return lo;
}

static void back_power(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  const struct pool_node *base = at(w, a[0]), *exponent = at(w, a[1]);
  wide k = exponent->lo;
  bool simple = base->lo >= 0 && k == exponent->hi && k >= 1 && k <= 64 && known(x->hi) && x->hi >= 0;
  require(w, a[0], WIDE_MIN, simple ? root_of(x->hi, k) : WIDE_MAX);
  require(w, a[1], 0, WIDE_MAX);
}

static void back_in(struct narrowing *w, const struct pool_node *x, const pool_id *a) {
  const struct list *list = &w->p->graph->lists[x->data];
  if (x->lo != 1) return;
  if (list->n == 0) w->failed = true;
  else require(w, a[0], list->values[0], list->values[list->n - 1]);
}

static void back_all(struct narrowing *w, const struct pool_node *x, const pool_id *a, wide lo, wide hi) {
  for (int32_t i = 0; i < x->n; i++) require(w, a[i], lo, hi);
}

static void backward(struct narrowing *w, pool_id e) {
  const struct pool_node *x = at(w, e);
  const pool_id *a = pool_args(w->p, x);
  switch (x->op) {
  case CI_AND:
    if (x->lo == 1) back_all(w, x, a, 1, 1);
    break;
  case CI_OR: back_or(w, x, a); break;
  case CI_NOT:
    if (x->lo == 1) require(w, a[0], 0, 0);
    break;
  case CI_EQ:
  case CI_NE:
  case CI_LT:
  case CI_LE: back_compare(w, x, a); break;
  case CI_DIVIDES: back_divides(w, x, a); break;
  case CI_ADD: back_sum(w, x, a); break;
  case CI_MUL: back_product(w, x, a); break;
  case CI_NEG: require(w, a[0], -x->hi, -x->lo); break;
  case CI_MIN: back_all(w, x, a, x->lo, WIDE_MAX); break;
  case CI_MAX: back_all(w, x, a, WIDE_MIN, x->hi); break;
  case CI_POW: back_power(w, x, a); break;
  case NODE_IN: back_in(w, x, a); break;
  case CI_ABS: require(w, a[0], known(x->hi) ? -x->hi : WIDE_MIN, x->hi); break;
  case CI_FLOORDIV:
  case CI_EXACTDIV:
  case CI_CEILDIV:
  case CI_BITXOR:
  case CI_MOD: back_all(w, x, a, WIDE_MIN, WIDE_MAX); break;
  default: break;
  }
}

static void forward(struct narrowing *w, pool_id e) {
  struct pool_node *x = at(w, e), fresh = *x;
  if (x->op == NODE_INT || x->op == POOL_UNDEFINED) return;
  pool_bounds(w->p, &fresh);
  if (fresh.lo > x->lo) x->lo = fresh.lo, w->changed = true;
  if (fresh.hi < x->hi) x->hi = fresh.hi, w->changed = true;
  if (x->lo <= x->hi) return;
  if (w->required[e]) w->failed = true;
  else *x = fresh; /* it never has a value */
}

/* A comparison that can no longer hold, or must. */
static void decide(struct narrowing *w, pool_id e) {
  struct pool_node *x = at(w, e);
  if (x->op != CI_EQ && x->op != CI_LT && x->op != CI_LE) return;
  const pool_id *a = pool_args(w->p, x);
  const struct pool_node *l = at(w, a[0]), *r = at(w, a[1]);
  bool never = x->op == CI_EQ ? l->hi < r->lo || r->hi < l->lo : x->op == CI_LT ? l->lo >= r->hi : l->lo > r->hi;
  if (!never || x->hi == 0) return;
  x->hi = 0;
  w->changed = true;
  if (x->lo > 0) w->failed = true;
}

int narrow(struct pool *p, struct pool_domain *domains, const pool_id *conditions, size_t n) {
  struct narrowing w = {.p = p, .domains = domains, .changed = true};
  w.required = budget_alloc(p->b, p->n);
  if (!w.required) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) require(&w, conditions[i], 1, 1);
  for (int pass = 0; pass < PASSES && w.changed && !w.failed; pass++) {
    w.changed = false;
    for (size_t e = 0; e < p->n && !w.failed; e++) forward(&w, (pool_id)e), decide(&w, (pool_id)e);
    for (size_t e = p->n; e-- > 0 && !w.failed;)
      if (w.required[e]) backward(&w, (pool_id)e);
  }
  budget_free(p->b, w.required, p->n);
  return !w.failed;
}
