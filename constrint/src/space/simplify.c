/* Making expressions simple as they enter the pool: constants folded, chains
 * of one operation flattened, comparisons decided by bounds. */
#include "pool.h"

typedef const pool_id *operands;

static const struct pool_node *at(const struct pool *p, pool_id e) { return &p->nodes[e]; }
static bool is(const struct pool *p, pool_id e, wide v) { return pool_is_int(p, e) && pool_value(p, e) == v; }
static pool_id make1(struct pool *p, int32_t op, pool_id x) { return x < 0 ? x : pool_make(p, op, &x, 1, 0); }
static pool_id make2(struct pool *p, int32_t op, pool_id x, pool_id y) {
  pool_id both[2] = {x, y};
  return x < 0 ? x : y < 0 ? y : pool_make(p, op, both, 2, 0);
}

/* ---- constants ---- */

static bool all_constant(const struct pool *p, operands args, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!pool_is_int(p, args[i]) && at(p, args[i])->op != POOL_UNDEFINED) return false;
  return true;
}

/* The constant that an operation over constants is, or -1: none that fits. */
static pool_id folded(struct pool *p, int32_t op, operands args, size_t n, int32_t data) {
  struct value small[8] = {{0, NUMBER}}, *values = n <= 8 ? small : budget_alloc(p->b, n * sizeof *values);
  struct node node = {.op = op, .n = (int32_t)n, .data = data};
  if (!values) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++)
    values[i] = pool_is_int(p, args[i]) ? (struct value){pool_value(p, args[i]), NUMBER} : (struct value){0, UNDEFINED};
  struct value v = calculate_node(p->graph, &node, values);
  if (values != small) budget_free(p->b, values, n * sizeof *values);
  if (v.kind == NUMBER) return pool_int(p, v.number);
  if (v.kind == UNDEFINED) return pool_node(p, POOL_UNDEFINED, NULL, 0, 0);
  return pool_node(p, op, args, n, data);
}

/* ---- chains ---- */

/* What the constants of a chain come to, so far. */
static bool absorb(int32_t op, wide *sum, wide v) {
  wide r = op == CI_ADD ? wide_add(*sum, v) : op == CI_MUL ? wide_mul(*sum, v)
         : op == CI_MIN ? (v < *sum ? v : *sum) : (v > *sum ? v : *sum);
  if (wide_saturated(r) && op != CI_MIN && op != CI_MAX) return false;
  *sum = r;
  return true;
}

struct chain {
  pool_id *at;
  size_t n, capacity;
  wide constant;
  bool has_constant;
};

static bool chain_add(struct pool *p, struct chain *c, pool_id e) {
  if (!budget_grow(p->b, &c->at, &c->capacity, c->n + 1, sizeof *c->at)) return false;
  c->at[c->n++] = e;
  return true;
}

static bool chain_take(struct pool *p, struct chain *c, int32_t op, pool_id e) {
  if (!pool_is_int(p, e)) return chain_add(p, c, e);
  if (!c->has_constant) {
    c->has_constant = true;
    c->constant = pool_value(p, e);
    return true;
  }
  return absorb(op, &c->constant, pool_value(p, e)) || chain_add(p, c, e);
}

static bool chain_flatten(struct pool *p, struct chain *c, int32_t op, operands args, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (at(p, args[i])->op != op) {
      if (!chain_take(p, c, op, args[i])) return false;
      continue;
    }
    for (int32_t k = 0; k < at(p, args[i])->n; k++) {
      pool_id inner = pool_args(p, at(p, args[i]))[k];
      if (!chain_take(p, c, op, inner)) return false;
    }
  }
  return true;
}

static bool is_neutral(int32_t op, wide v) { return (op == CI_ADD && v == 0) || (op == CI_MUL && v == 1); }

static bool chain_defined(const struct pool *p, const struct chain *c) {
  for (size_t i = 0; i < c->n; i++)
    if (at(p, c->at[i])->undefined) return false;
  return true;
}

/* Sums, products, minima, maxima; the constant stands last. */
static pool_id make_chain(struct pool *p, int32_t op, operands args, size_t n) {
  struct chain c = {0};
  pool_id e = CI_ENOMEM;
  bool ok = chain_flatten(p, &c, op, args, n);
  bool zero = ok && op == CI_MUL && c.has_constant && c.constant == 0 && chain_defined(p, &c);
  if (zero) c.n = 0;
  if (ok && c.has_constant && (c.n == 0 || !is_neutral(op, c.constant))) {
    pool_id constant = pool_int(p, c.constant);
    ok = constant >= 0 && chain_add(p, &c, constant);
  }
  if (ok) e = c.n == 1 ? c.at[0] : pool_node(p, op, c.at, c.n, 0);
  budget_free(p->b, c.at, c.capacity * sizeof *c.at);
  return e;
}

/* ---- truth values ---- */

static pool_id make_truth(struct pool *p, pool_id e) {
  const struct pool_node *x = at(p, e);
  if (pool_is_truth_op(x->op)) return e;
  if (x->op == NODE_INT) return pool_int(p, x->lo != 0);
  if (x->op == POOL_UNDEFINED) return pool_int(p, 0);
  if (!x->undefined && (x->lo > 0 || x->hi < 0)) return pool_int(p, 1);
  return pool_node(p, POOL_TRUTH, &e, 1, 0);
}

static pool_id make_all(struct pool *p, int32_t op, operands args, size_t n) {
  struct chain c = {0};
  bool ok = true, decided = false;
  wide decisive = op == CI_OR;
  pool_id e = CI_ENOMEM;
  for (size_t i = 0; i < n && ok && !decided; i++) {
    pool_id t = make_truth(p, args[i]);
    ok = t >= 0;
    if (ok && at(p, t)->op == op) ok = chain_flatten(p, &c, op, &t, 1);
    else if (ok && is(p, t, decisive)) decided = true;
    else if (ok && !pool_is_int(p, t)) ok = chain_add(p, &c, t);
  }
  if (ok && decided) e = pool_int(p, decisive);
  else if (ok && c.n == 0) e = pool_int(p, !decisive);
  else if (ok) e = c.n == 1 ? c.at[0] : pool_node(p, op, c.at, c.n, 0);
  budget_free(p->b, c.at, c.capacity * sizeof *c.at);
  return e;
}

/* not (a and b) is (not a) or (not b). */
static pool_id negate_all(struct pool *p, pool_id e) {
  int32_t op = at(p, e)->op == CI_AND ? CI_OR : CI_AND, n = at(p, e)->n;
  struct chain c = {0};
  pool_id r = CI_ENOMEM;
  bool ok = true;
  for (int32_t i = 0; i < n && ok; i++) {
    pool_id negated = make1(p, CI_NOT, pool_args(p, at(p, e))[i]);
    ok = negated >= 0 && chain_add(p, &c, negated);
  }
  if (ok) r = make_all(p, op, c.at, c.n);
  budget_free(p->b, c.at, c.capacity * sizeof *c.at);
  return r;
}

static pool_id make_not(struct pool *p, pool_id e) {
  e = make_truth(p, e);
  if (e < 0) return e;
  const struct pool_node *x = at(p, e);
  if (x->op == NODE_INT) return pool_int(p, x->lo == 0);
  if (x->op == CI_NOT) return pool_args(p, x)[0];
  if (x->op == CI_AND || x->op == CI_OR) return negate_all(p, e);
  if (x->n == 2 && x->op >= CI_EQ && x->op <= CI_GE) {
    pool_id a = pool_args(p, x)[0], b = pool_args(p, x)[1];
    bool defined = !at(p, a)->undefined && !at(p, b)->undefined;
    if (defined && x->op == CI_EQ) return make2(p, CI_NE, a, b);
    if (defined && x->op == CI_NE) return make2(p, CI_EQ, a, b);
    if (defined && x->op == CI_LT) return make2(p, CI_LE, b, a);
    if (defined && x->op == CI_LE) return make2(p, CI_LT, b, a);
  }
  return pool_node(p, CI_NOT, &e, 1, 0);
}

/* ---- comparisons ---- */

/* What bounds say: 1, 0, or -1: nothing.  Undefined is false, whatever the op. */
static int decide(const struct pool_node *a, const struct pool_node *b, int32_t op) {
  bool defined = !a->undefined && !b->undefined, apart = a->hi < b->lo || b->hi < a->lo;
  if (a->wild || b->wild) return -1;
  switch (op) {
  case CI_EQ: return apart ? 0 : defined && a->lo == a->hi && b->lo == b->hi ? 1 : -1;
  case CI_NE: return apart && defined ? 1 : a->lo == a->hi && b->lo == b->hi && a->lo == b->lo ? 0 : -1;
  case CI_LT: return a->lo >= b->hi ? 0 : a->hi < b->lo && defined ? 1 : -1;
  default: return a->lo > b->hi ? 0 : a->hi <= b->lo && defined ? 1 : -1;
  }
}

static pool_id make_comparison(struct pool *p, int32_t op, pool_id a, pool_id b) {
  if (op == CI_GT || op == CI_GE) return make_comparison(p, op == CI_GT ? CI_LT : CI_LE, b, a);
  int decided = decide(at(p, a), at(p, b), op);
  if (decided >= 0) return pool_int(p, decided);
  if (op == CI_EQ && is(p, b, 0) && at(p, a)->op == CI_MOD)
    return make2(p, CI_DIVIDES, pool_args(p, at(p, a))[1], pool_args(p, at(p, a))[0]);
  if (a == b && !at(p, a)->undefined && !at(p, a)->wild) return pool_int(p, op == CI_EQ || op == CI_LE);
  pool_id both[2] = {a, b};
  if ((op == CI_EQ || op == CI_NE) && a > b) both[0] = b, both[1] = a;
  return pool_node(p, op, both, 2, 0);
}

/* ---- the rest ---- */

static pool_id make_choice(struct pool *p, operands a) {
  pool_id c = make_truth(p, a[0]);
  if (c < 0) return c;
  if (pool_is_int(p, c)) return pool_value(p, c) ? a[1] : a[2];
  pool_id three[3] = {c, a[1], a[2]};
  return a[1] == a[2] ? a[1] : pool_node(p, CI_ITE, three, 3, 0);
}

static pool_id make_division(struct pool *p, int32_t op, operands a) {
  if (is(p, a[1], 1)) return op == CI_MOD ? pool_node(p, op, a, 2, 0) : a[0];
  return pool_node(p, op, a, 2, 0);
}

static pool_id make_other(struct pool *p, int32_t op, operands args, size_t n, int32_t data) {
  switch (op) {
  case CI_SUB: return make2(p, CI_ADD, args[0], make1(p, CI_NEG, args[1]));
  case CI_AND:
  case CI_OR: return make_all(p, op, args, n);
  case CI_NOT: return make_not(p, args[0]);
  case CI_IMPLIES: return make2(p, CI_OR, make_not(p, args[0]), args[1]);
  case CI_IFF: return make2(p, CI_EQ, make_truth(p, args[0]), make_truth(p, args[1]));
  case CI_XOR: return make2(p, CI_NE, make_truth(p, args[0]), make_truth(p, args[1]));
  case POOL_TRUTH: return make_truth(p, args[0]);
  case CI_ITE: return make_choice(p, args);
  case CI_FLOORDIV:
  case CI_EXACTDIV:
  case CI_CEILDIV:
  case CI_MOD: return make_division(p, op, args);
  case CI_EQ:
  case CI_NE:
  case CI_LT:
  case CI_LE:
  case CI_GT:
  case CI_GE: return make_comparison(p, op, args[0], args[1]);
  default: return pool_node(p, op, args, n, data);
  }
}

pool_id pool_make(struct pool *p, int32_t op, const pool_id *args, size_t n, int32_t data) {
  if (op != NODE_VAR && op < NODE_KINDS && all_constant(p, args, n)) return folded(p, op, args, n, data);
  if (op == CI_ADD || op == CI_MUL || op == CI_MIN || op == CI_MAX) return make_chain(p, op, args, n);
  return make_other(p, op, args, n, data);
}
