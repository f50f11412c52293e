/* The compiler, first pass: what each node is wanted for, and what its value
 * can be.  Users come after their arguments, so one pass down suffices. */
#include "calculate.h"
#include "compile_internal.h"

enum { SHORT = 16 }; /* sums and products of so many parts are opened wherever they are used */

bool constant_factor(const struct graph *g, const struct node *node, wide *factor, size_t *rest, ci_expr *only) {
  *factor = 1;
  *rest = 0;
  *only = -1;
  for (int32_t i = 0; i < node->n; i++) {
    ci_expr arg = node_args(g, node)[i];
    if (!node_is_int(g, arg)) {
      *only = arg;
      ++*rest;
    } else {
      *factor = wide_mul(*factor, node_int(g, arg));
    }
  }
  return !wide_saturated(*factor);
}

bool is_sum(const struct graph *g, ci_expr e) {
  const struct node *node = &g->nodes[e];
  wide factor;
  size_t rest;
  ci_expr only;
  if (node->op == CI_ADD || node->op == CI_SUB || node->op == CI_NEG) return true;
  return node->op == CI_MUL && constant_factor(g, node, &factor, &rest, &only) && rest <= 1;
}

bool is_product(const struct graph *g, ci_expr e) { return g->nodes[e].op == CI_MUL && !is_sum(g, e); }

bool opens_sum(const struct compiler *c, ci_expr e) {
  return is_sum(c->g, e) && !c->closed[e] && (c->uses[e] <= 1 || c->length[e] <= SHORT);
}

bool opens_product(const struct compiler *c, ci_expr e) {
  return is_product(c->g, e) && (c->uses[e] <= 1 || c->length[e] <= SHORT);
}

bool is_divisibility(const struct graph *g, const struct node *node, ci_expr *a, ci_expr *b) {
  if (node->op != CI_EQ) return false;
  const ci_expr *args = node_args(g, node);
  for (int i = 0; i < 2; i++) {
    const struct node *mod = &g->nodes[args[i]];
    if (mod->op != CI_MOD || !node_is_int(g, args[1 - i]) || node_int(g, args[1 - i]) != 0) continue;
    *a = node_args(g, mod)[0];
    *b = node_args(g, mod)[1];
    return true;
  }
  return false;
}

/* ---- upwards: uses, lengths, partiality, bounds ---- */

static void count_uses(struct compiler *c) {
  const struct graph *g = c->g;
  for (size_t i = 0; i < g->nargs; i++) c->uses[g->args[i]]++;
}

static wide magnitude(wide v) { return v < 0 ? wide_mul(v, -1) : v; }

static void find_length(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  bool sum = is_sum(c->g, e), product = is_product(c->g, e);
  uint64_t length = sum || product ? 0 : 1;
  for (int32_t i = 0; i < node->n && (sum || product); i++) {
    ci_expr arg = node_args(c->g, node)[i];
    bool open = sum ? opens_sum(c, arg) : opens_product(c, arg);
    length += open ? (uint64_t)c->length[arg] : 1;
  }
  c->length[e] = length > INT32_MAX ? INT32_MAX : (int32_t)length;
}

/* A product's constant factor may yet grow by factors that turn out fixed, as
 * long as these fit 64 bits together. */
static wide weight_of_product(const struct compiler *c, ci_expr e) {
  return wide_mul(c->weight[e], (wide)1 << 63);
}

/* What an argument brings into a sum. */
static wide weight_within(const struct compiler *c, ci_expr arg) {
  if (node_is_int(c->g, arg)) return magnitude(node_int(c->g, arg));
  if (opens_sum(c, arg)) return c->weight[arg];
  return is_product(c->g, arg) && !c->closed[arg] ? weight_of_product(c, arg) : 1;
}

static wide weigh_product(const struct compiler *c, const struct node *node) {
  wide weight = 1;
  for (int32_t i = 0; i < node->n; i++) {
    ci_expr arg = node_args(c->g, node)[i];
    if (node_is_int(c->g, arg)) weight = wide_mul(weight, magnitude(node_int(c->g, arg)));
    else if (opens_product(c, arg)) weight = wide_mul(weight, c->weight[arg]);
  }
  return weight;
}

static wide weigh_sum(const struct compiler *c, const struct node *node) {
  wide weight = node->op == CI_MUL;
  for (int32_t i = 0; i < node->n; i++) {
    wide part = weight_within(c, node_args(c->g, node)[i]);
    weight = node->op == CI_MUL ? wide_mul(weight, part) : wide_add(weight, part);
  }
  return weight;
}

/* Where coefficients might not fit, arguments stay terms of their own. */
static void find_weight(struct compiler *c, ci_expr e) {
  const wide most = WIDE_MAX / 8;
  const struct node *node = &c->g->nodes[e];
  if (is_product(c->g, e)) {
    c->weight[e] = weigh_product(c, node);
    c->closed[e] = weight_of_product(c, e) > most;
  } else if (is_sum(c->g, e) && (c->weight[e] = weigh_sum(c, node)) > most) {
    for (int32_t i = 0; i < node->n; i++) c->closed[node_args(c->g, node)[i]] = true;
    c->weight[e] = weigh_sum(c, node);
  }
}

static void measure_sums(struct compiler *c) {
  count_uses(c);
  for (size_t e = 0; e < c->g->nnodes; e++) {
    find_length(c, (ci_expr)e);
    find_weight(c, (ci_expr)e);
  }
}

static struct bounds hull(struct bounds a, struct bounds b) {
  return (struct bounds){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}

static struct bounds times(struct bounds a, struct bounds b) {
  wide p[4] = {wide_mul(a.lo, b.lo), wide_mul(a.lo, b.hi), wide_mul(a.hi, b.lo), wide_mul(a.hi, b.hi)};
  struct bounds r = {p[0], p[0]};
  for (int i = 1; i < 4; i++) r = hull(r, (struct bounds){p[i], p[i]});
  return r;
}

static struct bounds quotient(struct bounds a, struct bounds b) {
  if (b.lo <= 0 && b.hi >= 0) { /* any divisor but 0 makes it no larger */
    wide most = wide_mul(a.lo, -1) > a.hi ? -a.lo : a.hi;
    return (struct bounds){-most - (most < WIDE_MAX), most + (most < WIDE_MAX)};
  }
  wide x[2] = {a.lo, a.hi}, y[2] = {b.lo, b.hi};
  struct bounds r = {WIDE_MAX, WIDE_MIN};
  for (int i = 0; i < 4; i++) {
    wide u = x[i & 1], v = y[i >> 1];
    if (wide_saturated(u)) r = hull(r, (struct bounds){(u > 0) == (v > 0) ? 0 : WIDE_MIN, (u > 0) == (v > 0) ? WIDE_MAX : 0});
    else r = hull(r, (struct bounds){wide_floordiv(u, v), wide_ceildiv(u, v)});
  }
  return r;
}

static struct bounds remainder_bounds(struct bounds b) {
  return (struct bounds){b.lo < 0 ? b.lo + 1 : 0, b.hi > 0 ? b.hi - 1 : 0};
}

static const struct bounds everything = {WIDE_MIN, WIDE_MAX};

static struct bounds power_bounds(struct bounds x, struct bounds y) {
  if (x.lo < 0) return everything;
  wide top = y.hi <= 0 ? 1 : WIDE_MAX;
  if (x.hi <= 1) return (struct bounds){0, 1};
  struct value v[2] = {{x.hi, wide_saturated(x.hi) ? HUGE_UP : NUMBER}, {y.hi, NUMBER}};
  if (!wide_saturated(y.hi) && y.hi > 0) {
    struct value r = calculate(CI_POW, v, 2);
    if (r.kind == NUMBER) top = r.number;
  }
  return (struct bounds){x.lo > 0 ? 1 : 0, top};
}

static struct bounds folded(const struct compiler *c, const struct node *node, int32_t from,
                            struct bounds (*join)(struct bounds, struct bounds)) {
  const ci_expr *args = node_args(c->g, node);
  struct bounds r = c->bounds[args[from]];
  for (int32_t i = from + 1; i < node->n; i++) r = join(r, c->bounds[args[i]]);
  return r;
}

static struct bounds add(struct bounds a, struct bounds b) {
  struct bounds r = {wide_add(a.lo, b.lo), wide_add(a.hi, b.hi)};
  if (a.lo <= WIDE_MIN || b.lo <= WIDE_MIN) r.lo = WIDE_MIN;
  if (a.hi >= WIDE_MAX || b.hi >= WIDE_MAX) r.hi = WIDE_MAX;
  return r;
}
static struct bounds least(struct bounds a, struct bounds b) {
  return (struct bounds){a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}
static struct bounds greatest(struct bounds a, struct bounds b) {
  return (struct bounds){a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}
static struct bounds negated(struct bounds a) { return (struct bounds){-a.hi, -a.lo}; }

/* Two's complement: within the next power of two on either side. */
static struct bounds xor_bounds(struct bounds a, struct bounds b) {
  struct bounds all = hull(a, b);
  wide top = 1;
  while (top < WIDE_MAX / 2 && (top <= all.hi || top <= -all.lo)) top *= 2;
  if (top <= all.hi || top <= -all.lo) return everything;
  return (struct bounds){all.lo < 0 ? -top : 0, top - 1};
}

static struct bounds bounds_of(const struct compiler *c, const struct node *node) {
  const struct graph *g = c->g;
  const ci_expr *args = node_args(g, node);
  struct bounds a = node->n > 0 ? c->bounds[args[0]] : everything, b = node->n > 1 ? c->bounds[args[1]] : everything;
  switch (node->op) {
  case NODE_INT: return (struct bounds){g->ints[node->data], g->ints[node->data]};
  case NODE_VAR: return (struct bounds){g->vars[node->data].lo, g->vars[node->data].hi};
  case CI_NEG: return negated(a);
  case CI_ABS: return (struct bounds){0, -a.lo > a.hi ? -a.lo : a.hi};
  case CI_ADD: return folded(c, node, 0, add);
  case CI_SUB: return add(a, negated(b));
  case CI_MUL: return folded(c, node, 0, times);
  case CI_FLOORDIV: case CI_CEILDIV: case CI_EXACTDIV: return quotient(a, b);
  case CI_MOD: return remainder_bounds(b);
  case CI_POW: return power_bounds(a, b);
  case CI_BITXOR: return xor_bounds(a, b);
  case CI_MIN: return folded(c, node, 0, least);
  case CI_MAX: return folded(c, node, 0, greatest);
  case CI_ELEMENT: case CI_ITE: return folded(c, node, 1, hull);
  default: return (struct bounds){0, 1};
  }
}

/* May the operation itself be undefined, its arguments defined? */
static bool own_partial(const struct compiler *c, const struct node *node) {
  const ci_expr *args = node_args(c->g, node);
  struct bounds b = node->n > 1 ? c->bounds[args[1]] : everything;
  switch (node->op) {
  case CI_FLOORDIV: case CI_MOD: case CI_CEILDIV: return b.lo <= 0 && b.hi >= 0;
  case CI_EXACTDIV: return true;
  case CI_POW: return b.lo < 0;
  case CI_ELEMENT: return c->bounds[args[0]].lo < 0 || c->bounds[args[0]].hi > node->n - 2;
  default: return false;
  }
}

static void find_bounds(struct compiler *c) {
  const struct graph *g = c->g;
  for (size_t e = 0; e < g->nnodes; e++) {
    const struct node *node = &g->nodes[e];
    c->bounds[e] = bounds_of(c, node);
    c->partial[e] = false;
    if (op_table[node->op].truth) continue;
    c->partial[e] = own_partial(c, node);
    for (int32_t i = node->op == CI_ITE; i < node->n; i++)
      if (c->partial[node_args(g, node)[i]]) c->partial[e] = true;
  }
}

/* ---- downwards: needs ---- */

static void want(struct compiler *c, ci_expr e, int need) { c->need[e] |= (uint16_t)need; }

static void want_args(struct compiler *c, const struct node *node, int32_t from, int need) {
  for (int32_t i = from; i < node->n; i++) want(c, node_args(c->g, node)[i], need);
}

static void want_truth(struct compiler *c, ci_expr e, bool holds) { want(c, e, holds ? NEED_TRUE : NEED_FALSE); }

/* A member of a clause: a negation is taken off by require(). */
static void want_literal(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  if (node->op == CI_NOT) e = node_args(c->g, node)[0];
  want(c, e, NEED_BOOL);
}

static bool is_comparison(int32_t op) { return op >= CI_EQ && op <= CI_GE; }

static bool args_partial(const struct compiler *c, const struct node *node) {
  for (int32_t i = 0; i < node->n; i++)
    if (c->partial[node_args(c->g, node)[i]]) return true;
  return false;
}

static void need_comparison(struct compiler *c, const struct node *node, int defined) {
  ci_expr a, b;
  if (!is_divisibility(c->g, node, &a, &b)) {
    want_args(c, node, 0, NEED_LINEAR | defined);
    return;
  }
  want(c, a, NEED_TERM | defined);
  want(c, b, NEED_TERM | defined);
}

/* True: the truth value itself need not become a term. */
static bool need_required(struct compiler *c, const struct node *node, bool holds) {
  const ci_expr *args = node_args(c->g, node);
  switch (node->op) {
  case CI_NOT: want_truth(c, args[0], !holds); return true;
  case CI_AND: case CI_OR:
    for (int32_t i = 0; i < node->n; i++) {
      if (holds == (node->op == CI_AND)) want_truth(c, args[i], holds);
      else want_literal(c, args[i]);
    }
    return true;
  case CI_IMPLIES:
    if (holds) want_literal(c, args[0]), want_literal(c, args[1]);
    else want_truth(c, args[0], true), want_truth(c, args[1], false);
    return true;
  case CI_XOR: case CI_IFF: want_args(c, node, 0, NEED_BOOL); return true;
  case CI_EQ: case CI_NE: case CI_LT: case CI_LE: case CI_GT: case CI_GE:
    if (!holds && args_partial(c, node)) return false;
    need_comparison(c, node, holds ? NEED_DEFINED : 0);
    return true;
  case CI_DIVIDES: case NODE_IN: case NODE_TABLE: case NODE_GLOBAL: case CI_ALLDIFFERENT:
    if (!holds) return false;
    want_args(c, node, 0, NEED_TERM | NEED_DEFINED);
    return true;
  default: return false;
  }
}

static void need_truth_term(struct compiler *c, const struct node *node) {
  if (is_comparison(node->op)) need_comparison(c, node, 0);
  else if (node->op == CI_DIVIDES || node->op >= NODE_IN || node->op == CI_ALLDIFFERENT) want_args(c, node, 0, NEED_TERM);
  else want_args(c, node, 0, NEED_BOOL);
}

static void need_truth(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  int need = c->need[e];
  if (need & (NEED_LINEAR | NEED_FACTOR | NEED_BOOL)) want(c, e, NEED_TERM);
  if (need & NEED_TRUE && !need_required(c, node, true)) want(c, e, NEED_TERM);
  if (need & NEED_FALSE && !need_required(c, node, false)) want(c, e, NEED_TERM);
  if (c->need[e] & NEED_TERM) need_truth_term(c, node);
}

static void need_integer_args(struct compiler *c, ci_expr e, int defined) {
  const struct node *node = &c->g->nodes[e];
  const ci_expr *args = node_args(c->g, node);
  if (is_sum(c->g, e)) {
    want_args(c, node, 0, NEED_LINEAR | defined);
  } else if (is_product(c->g, e)) {
    want_args(c, node, 0, NEED_FACTOR | defined);
  } else if (node->op == CI_ITE) {
    want(c, args[0], NEED_BOOL);
    want_args(c, node, 1, NEED_TERM);
  } else if (node->op == CI_ELEMENT) {
    want(c, args[0], NEED_TERM | defined);
    want_args(c, node, 1, NEED_TERM);
  } else {
    want_args(c, node, 0, NEED_TERM | defined);
  }
}

static void need_integer(struct compiler *c, ci_expr e) {
  int need = c->need[e];
  if (need & (NEED_TRUE | NEED_FALSE)) want(c, e, NEED_BOOL);
  if (c->need[e] & NEED_TRUE) want(c, e, NEED_DEFINED);
  if (c->need[e] & NEED_BOOL) want(c, e, NEED_TERM);
  if (need & NEED_LINEAR && is_product(c->g, e) && !c->closed[e]) want(c, e, NEED_CORE);
  else if (need & NEED_LINEAR && !opens_sum(c, e)) want(c, e, NEED_TERM);
  if (need & NEED_FACTOR && !opens_product(c, e)) want(c, e, NEED_TERM);
  if (c->need[e] & NEED_TERM && is_product(c->g, e)) want(c, e, NEED_CORE);
  need_integer_args(c, e, c->need[e] & NEED_DEFINED);
}

void find_needs(struct compiler *c, bool with_objectives) {
  const struct graph *g = c->g;
  for (size_t i = 0; i < g->nconstraints; i++) {
    want(c, g->constraints[i].condition, NEED_TRUE);
    c->uses[g->constraints[i].condition]++;
  }
  for (size_t i = 0; i < g->nobjectives && with_objectives; i++) {
    want(c, g->objectives[i].e, NEED_TERM | NEED_DEFINED);
    c->uses[g->objectives[i].e]++;
  }
  measure_sums(c);
  find_bounds(c);
  for (ci_expr e = (ci_expr)g->nnodes - 1; e >= 0; e--) {
    if (!c->need[e]) continue;
    if (node_is_truth(g, e)) need_truth(c, e);
    else need_integer(c, e);
  }
}
