/* Bounds over columns: what each node may still come to, given the words of a
 * state and the domains of the variables to come.
 *
 * An undefined value has both ends TAPE_UNDEFINED.  Where no rule is given, or
 * an argument has no value, the bounds are those of the node at large. */
#include "batch.h"

struct reach {
  const struct batch *x;
  const struct tape *t;
  const struct tape_node *node;
  const uint32_t *args;
  int64_t *lo, *hi;
  size_t n;
  bool doubtful[2]; /* may the argument yet turn out undefined? */
};

typedef const int64_t *column;

static column low(const struct reach *r, int i) { return reach_low(r->x, r->args[i]); }
static column high(const struct reach *r, int i) { return reach_high(r->x, r->args[i]); }

static void at_large(const struct reach *r) {
  for (size_t i = 0; i < r->n; i++) {
    r->lo[i] = r->node->lo;
    r->hi[i] = r->node->hi;
  }
}

static bool some_lack(const struct reach *r) {
  for (int32_t k = 0; k < r->node->n; k++)
    if (r->t->nodes[r->args[k]].undefined) return true;
  return false;
}

/* Arithmetic over an argument without a value has none. */
static void mend(const struct reach *r) {
  for (int32_t k = 0; k < r->node->n; k++) {
    if (!r->t->nodes[r->args[k]].undefined) continue;
    column a = low(r, k);
    for (size_t i = 0; i < r->n; i++)
      if (a[i] == TAPE_UNDEFINED) r->lo[i] = r->hi[i] = TAPE_UNDEFINED;
  }
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static int64_t times(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }

static void sums(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  for (size_t i = 0; i < r->n; i++) {
    r->lo[i] = plus(a[i], b[i]);
    r->hi[i] = plus(c[i], d[i]);
  }
  mend(r);
}

static void products(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  bool positive = r->t->nodes[r->args[0]].lo >= 0 && r->t->nodes[r->args[1]].lo >= 0;
  for (size_t i = 0; i < r->n && positive; i++) {
    r->lo[i] = times(a[i], b[i]);
    r->hi[i] = times(c[i], d[i]);
  }
  for (size_t i = 0; i < r->n && !positive; i++) {
    int64_t p = times(a[i], b[i]), q = times(a[i], d[i]), s = times(c[i], b[i]), u = times(c[i], d[i]);
    r->lo[i] = least(least(p, q), least(s, u));
    r->hi[i] = most(most(p, q), most(s, u));
  }
  mend(r);
}

static void extremes(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  bool greatest = r->node->op == CI_MAX;
  for (size_t i = 0; i < r->n; i++) {
    r->lo[i] = greatest ? most(a[i], b[i]) : least(a[i], b[i]);
    r->hi[i] = greatest ? most(c[i], d[i]) : least(c[i], d[i]);
  }
  mend(r);
}

static void negation(const struct reach *r) {
  column a = low(r, 0), c = high(r, 0);
  for (size_t i = 0; i < r->n; i++) {
    r->lo[i] = (int64_t)(0 - (uint64_t)c[i]);
    r->hi[i] = (int64_t)(0 - (uint64_t)a[i]);
  }
  mend(r);
}

static int64_t floor_quotient(int64_t a, int64_t b) {
  int64_t q = a / b;
  return q - (q * b != a && (a < 0) != (b < 0));
}

/* Of what is not negative by what is positive. */
static void quotients(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  at_large(r);
  for (size_t i = 0; i < r->n; i++) {
    if (a[i] < 0 || b[i] <= 0) continue;
    int64_t up = r->node->op == CI_CEILDIV;
    r->lo[i] = floor_quotient(a[i] + up * (d[i] - 1), d[i]);
    r->hi[i] = floor_quotient(c[i] + up * (b[i] - 1), b[i]);
  }
  mend(r);
}

static void remainders(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  at_large(r);
  for (size_t i = 0; i < r->n; i++) {
    if (a[i] < 0 || b[i] <= 0) continue;
    r->lo[i] = c[i] < b[i] ? a[i] : 0;
    r->hi[i] = least(c[i], d[i] - 1);
  }
  mend(r);
}

/* May it hold, must it? */
static void compare(const struct reach *r, size_t i, int64_t a, int64_t c, int64_t b, int64_t d) {
  bool may, must;
  switch (r->node->op) {
  case CI_EQ: may = a <= d && b <= c; must = a == c && b == d && a == b; break;
  case CI_NE: may = !(a == c && b == d && a == b); must = c < b || d < a; break;
  case CI_LT: may = a < d; must = c < b; break;
  default: may = a <= d; must = c <= b; break;
  }
  r->hi[i] = may;
  r->lo[i] = must && !r->doubtful[0] && !r->doubtful[1];
}

static void comparisons(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  for (size_t i = 0; i < r->n; i++) {
    if (a[i] == TAPE_UNDEFINED || b[i] == TAPE_UNDEFINED) r->lo[i] = r->hi[i] = 0;
    else compare(r, i, a[i], c[i], b[i], d[i]);
  }
}

static void divisibility(const struct reach *r) {
  column a = low(r, 0), b = low(r, 1), c = high(r, 0), d = high(r, 1);
  at_large(r);
  for (size_t i = 0; i < r->n; i++) {
    if (a[i] == TAPE_UNDEFINED || b[i] == TAPE_UNDEFINED || (a[i] == 0 && c[i] == 0)) r->hi[i] = 0;
    else if (a[i] > 0 && b[i] > 0 && a[i] > d[i]) r->hi[i] = 0;
    else if (a[i] == c[i] && b[i] == d[i] && !r->doubtful[0] && !r->doubtful[1]) r->lo[i] = r->hi[i] = b[i] % a[i] == 0;
  }
}

static void logic(const struct reach *r) {
  column a = low(r, 0), c = high(r, 0), b = r->node->n > 1 ? low(r, 1) : a, d = r->node->n > 1 ? high(r, 1) : c;
  switch (r->node->op) {
  case CI_AND: for (size_t i = 0; i < r->n; i++) r->lo[i] = a[i] & b[i], r->hi[i] = c[i] & d[i]; break;
  case CI_OR: for (size_t i = 0; i < r->n; i++) r->lo[i] = a[i] | b[i], r->hi[i] = c[i] | d[i]; break;
  default: for (size_t i = 0; i < r->n; i++) r->lo[i] = !c[i], r->hi[i] = !a[i]; break;
  }
}

static void choice(const struct reach *r) {
  column c = low(r, 0), d = high(r, 0);
  at_large(r);
  for (size_t i = 0; i < r->n; i++) {
    if (c[i] != d[i]) continue;
    int k = c[i] ? 1 : 2;
    r->lo[i] = low(r, k)[i];
    r->hi[i] = high(r, k)[i];
  }
}

static void (*const rules[TAPE_EXACT + 1])(const struct reach *r) = {
    [CI_NEG] = negation,     [CI_ADD] = sums,          [CI_MUL] = products,    [CI_MIN] = extremes,
    [CI_MAX] = extremes,     [CI_FLOORDIV] = quotients, [CI_CEILDIV] = quotients, [CI_MOD] = remainders,
    [CI_ITE] = choice,       [CI_EQ] = comparisons,    [CI_NE] = comparisons,  [CI_LT] = comparisons,
    [CI_LE] = comparisons,   [CI_DIVIDES] = divisibility, [CI_NOT] = logic,    [CI_AND] = logic,
    [CI_OR] = logic,
};

int reach_begin(struct batch *x, const struct tape *t) {
  if (!budget_grow(x->b, &x->columns, &x->capacity, (size_t)t->n * 2 * BATCH, sizeof *x->columns)) return CI_ENOMEM;
  for (uint32_t e = t->begin[0]; e < t->begin[1]; e++)
    for (size_t i = 0; i < BATCH; i++) reach_low(x, e)[i] = reach_high(x, e)[i] = t->nodes[e].lo;
  return CI_OK;
}

/* Is an argument's value known from here on, be it undefined? */
static bool is_doubtful(const struct tape *t, uint32_t arg, uint32_t level) {
  return t->nodes[arg].undefined && t->nodes[arg].level > (int32_t)level;
}

void reach_above(struct batch *x, const struct tape *t, uint32_t level, size_t n) {
  for (uint32_t e = t->begin[level + 2]; e < t->begin[t->levels + 1]; e++) {
    const struct tape_node *node = &t->nodes[e];
    const uint32_t *args = tape_args(t, node);
    struct reach r = {x, t, node, args, reach_low(x, e), reach_high(x, e), n, {false, false}};
    for (int i = 0; i < 2 && i < node->n; i++) r.doubtful[i] = is_doubtful(t, args[i], level);
    if (rules[node->op] && !(node->op == CI_ITE && some_lack(&r))) rules[node->op](&r);
    else at_large(&r);
  }
}
