/* From the model to cells: one pass over its nodes, from arguments to users. */
#include <stdlib.h>
#include <string.h>

#include "../integer.h"
#include "network.h"

/* ---- sums and products ---- */

static cell make_sum(struct network *w, const cell *args, const wide *a, size_t n, wide constant) {
  if (n == 1 && a[0] == 1 && constant == 0) return args[0];
  return network_cell(w, CELL_SUM, args, a, n, 0, constant);
}

static bool is_multiple(const struct network *w, cell x) {
  return w->cells[x].op == CELL_SUM && w->cells[x].n == 1 && w->cells[x].constant == 0;
}

/* a * x; of a multiple its own. */
static cell scaled(struct network *w, cell x, wide a) {
  wide b;
  if (x < 0) return -1;
  if (is_multiple(w, x) && exact_mul(a, w->coefficients[w->cells[x].first], &b)) {
    x = cell_args(w, x)[0];
    a = b;
  }
  return make_sum(w, &x, &a, 1, 0);
}

static cell shifted(struct network *w, cell x, wide by) { return x < 0 ? -1 : make_sum(w, &x, &(wide){1}, 1, by); }

static cell beyond(struct network *w) {
  w->spent = true;
  return -1;
}

/* A product's factors, inner products opened, its constants gathered. */
struct factors { cell *x; size_t n, capacity; wide constant; };

static bool add_factor(struct network *w, struct factors *f, cell x) {
  if (x < 0) return false;
  const struct cell_of *c = &w->cells[x];
  if (c->op == CELL_CONSTANT) return exact_mul(f->constant, c->constant, &f->constant) || beyond(w) >= 0;
  if (is_multiple(w, x)) {
    cell inner = cell_args(w, x)[0];
    if (!exact_mul(f->constant, w->coefficients[c->first], &f->constant)) return beyond(w) >= 0;
    return add_factor(w, f, inner); /* one deep: a sum of a sum is none such */
  }
  size_t n = c->op == CELL_PRODUCT ? (size_t)c->n : 1;
  if (!network_room(w, &f->x, &f->capacity, f->n + n, sizeof *f->x)) return false;
  for (size_t i = 0; i < n; i++) f->x[f->n++] = c->op == CELL_PRODUCT ? cell_args(w, x)[i] : x;
  return true;
}

static int by_number(const void *p, const void *q) {
  cell a = *(const cell *)p, b = *(const cell *)q;
  return (a > b) - (a < b);
}

/* Is p's list q's with one more? Then which. */
static cell one_more(const struct network *w, cell p, cell q) {
  const struct cell_of *a = &w->cells[p], *b = &w->cells[q];
  const cell *x = cell_args(w, p), *y = cell_args(w, q);
  cell more = -1;
  if (a->n != b->n + 1) return -1;
  for (int32_t i = 0, k = 0; i < a->n; i++) {
    if (k < b->n && x[i] == y[k]) k++;
    else if (more >= 0) return -1;
    else more = x[i];
  }
  return more;
}

/* p = q * factor, for all products that there are. */
static void add_splits(struct network *w, cell p) {
  size_t n = w->n;
  for (cell q = 0; (size_t)q < n; q++) {
    if (w->cells[q].op != CELL_PRODUCT || q == p) continue;
    cell more = one_more(w, p, q), less = one_more(w, q, p);
    if (more >= 0) network_cell(w, CELL_SPLIT, (cell[]){p, q, more}, NULL, 3, 0, 0);
    if (less >= 0) network_cell(w, CELL_SPLIT, (cell[]){q, p, less}, NULL, 3, 0, 0);
  }
}

static cell make_product(struct network *w, const cell *args, size_t n) {
  struct factors f = {.constant = 1};
  cell core = -1;
  bool fine = true;
  for (size_t i = 0; i < n && fine; i++) fine = add_factor(w, &f, args[i]);
  if (fine && (f.n == 0 || f.constant == 0)) core = network_constant(w, 1);
  else if (fine && f.n == 1) core = f.x[0];
  else if (fine) {
    size_t before = w->n;
    qsort(f.x, f.n, sizeof *f.x, by_number);
    core = network_cell(w, CELL_PRODUCT, f.x, NULL, f.n, 0, 0);
    if (w->n > before) add_splits(w, core);
  }
  network_release(w, f.x, f.capacity, sizeof *f.x);
  return scaled(w, core, f.constant);
}

/* ---- truth values ---- */

static cell make(struct network *w, enum cell_op op, cell x, cell y) { return network_cell(w, op, (cell[]){x, y}, NULL, 2, 0, 0); }
static cell negated(struct network *w, cell x) { return network_cell(w, CELL_NOT, &x, NULL, 1, 0, 0); }
static cell equals(struct network *w, cell x, wide v) { return make(w, CELL_EQUAL, x, network_constant(w, v)); }

/* -1: always. */
static cell both(struct network *w, cell x, cell y) {
  if (x < 0 || x == y) return y;
  return y < 0 ? x : make(w, CELL_AND, x, y);
}

static cell or_true(struct network *w, cell x) { return x < 0 ? network_constant(w, 1) : x; }

static cell truth_of(struct network *w, ci_expr e) {
  if (node_is_truth(w->g, e)) return w->number[e];
  return both(w, w->defined[e], negated(w, equals(w, w->number[e], 0)));
}

/* ---- operations on cells that are defined ---- */

static cell apply(struct network *w, int32_t op, const cell *x, size_t n) {
  wide ones[2] = {1, -1};
  switch (op) {
  case CI_NEG: return scaled(w, x[0], -1);
  case CI_SUB: return make_sum(w, x, ones, 2, 0);
  case CI_MUL: return make_product(w, x, n);
  case CI_FLOORDIV: case CI_EXACTDIV: return make(w, CELL_DIV, x[0], x[1]);
  case CI_CEILDIV: return scaled(w, make(w, CELL_DIV, scaled(w, x[0], -1), x[1]), -1);
  case CI_MOD: return make(w, CELL_MOD, x[0], x[1]);
  case CI_POW: return make(w, CELL_POWER, x[0], x[1]);
  case CI_BITXOR: return make(w, CELL_BITXOR, x[0], x[1]);
  case CI_ABS: return network_cell(w, CELL_ABS, x, NULL, 1, 0, 0);
  case CI_MIN: return network_cell(w, CELL_MIN, x, NULL, n, 0, 0);
  case CI_MAX: return network_cell(w, CELL_MAX, x, NULL, n, 0, 0);
  case CI_ELEMENT: return network_cell(w, CELL_ELEMENT, x, NULL, n, 0, 0);
  case CI_ITE: return network_cell(w, CELL_ITE, x, NULL, 3, 0, 0);
  case CI_EQ: return make(w, CELL_EQUAL, x[0], x[1]);
  case CI_NE: return negated(w, make(w, CELL_EQUAL, x[0], x[1]));
  case CI_LE: return make(w, CELL_LESS_EQUAL, x[0], x[1]);
  case CI_GE: return make(w, CELL_LESS_EQUAL, x[1], x[0]);
  case CI_LT: return make(w, CELL_LESS_EQUAL, shifted(w, x[0], 1), x[1]);
  case CI_GT: return make(w, CELL_LESS_EQUAL, shifted(w, x[1], 1), x[0]);
  case CI_DIVIDES: return make(w, CELL_DIVIDES, x[0], x[1]);
  case CI_NOT: return negated(w, x[0]);
  case CI_AND: return network_cell(w, CELL_AND, x, NULL, n, 0, 0);
  case CI_OR: return network_cell(w, CELL_OR, x, NULL, n, 0, 0);
  case CI_XOR: return make(w, CELL_XOR, x[0], x[1]);
  case CI_IFF: return negated(w, make(w, CELL_XOR, x[0], x[1]));
  case CI_IMPLIES: return make(w, CELL_OR, negated(w, x[0]), x[1]);
  case CI_ALLDIFFERENT: return network_cell(w, CELL_DIFFERENT, x, NULL, n, 0, 0);
  default: return -1;
  }
}

cell network_define(struct network *w, const char *op, const cell *args, size_t n) {
  static const struct { const char *name; int32_t op; size_t args; } known[] = {
    {"neg", CI_NEG, 1}, {"mul", CI_MUL, 2}, {"and", CI_AND, 2}, {"ite", CI_ITE, 3}, {"ne", CI_NE, 2}, {"ge", CI_GE, 2},
    {"le", CI_LE, 2}, {"divides", CI_DIVIDES, 2}, {"element", CI_ELEMENT, 0}, {"not", CI_NOT, 1},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(op, known[i].name) && (known[i].args ? n == known[i].args : n >= 2)) return apply(w, known[i].op, args, n);
  return -1;
}

/* ---- nodes ---- */

static bool is_over_truths(int32_t op) { return op >= CI_NOT && op <= CI_IFF; }

/* (x % y) == 0 holds of y = 0 nowhere: what its remainder's "is defined" says besides. */
static cell own_defined(struct network *w, const struct node *node, const cell *x) {
  switch (node->op) {
  case CI_FLOORDIV: case CI_MOD: case CI_CEILDIV: return negated(w, equals(w, x[1], 0));
  case CI_EXACTDIV: return both(w, negated(w, equals(w, x[1], 0)), make(w, CELL_DIVIDES, x[1], x[0]));
  case CI_POW: return make(w, CELL_LESS_EQUAL, network_constant(w, 0), x[1]);
  case CI_DIVIDES: return negated(w, equals(w, x[0], 0));
  case CI_ELEMENT:
    return both(w, make(w, CELL_LESS_EQUAL, network_constant(w, 0), x[0]),
                make(w, CELL_LESS_EQUAL, x[0], network_constant(w, node->n - 2)));
  default: return -1;
  }
}

static cell defined_args(struct network *w, const struct node *node) {
  const ci_expr *args = node_args(w->g, node);
  cell d = -1;
  for (int32_t i = 0; i < node->n; i++) d = both(w, d, w->defined[args[i]]);
  return d;
}

/* Of the chosen item; x: the index and room. */
static cell defined_choice(struct network *w, const struct node *node, cell *x) {
  const ci_expr *args = node_args(w->g, node);
  bool all = true;
  for (int32_t i = 1; i < node->n; i++) all = all && w->defined[args[i]] < 0;
  if (all) return w->defined[args[0]];
  for (int32_t i = 1; i < node->n; i++) x[i] = or_true(w, w->defined[args[i]]);
  return both(w, w->defined[args[0]], network_cell(w, CELL_ELEMENT, x, NULL, (size_t)node->n, 0, 0));
}

static cell defined_ite(struct network *w, const struct node *node, cell condition) {
  const ci_expr *args = node_args(w->g, node);
  cell d1 = w->defined[args[1]], d2 = w->defined[args[2]];
  if (d1 == d2) return d1;
  return network_cell(w, CELL_ITE, (cell[]){condition, or_true(w, d1), or_true(w, d2)}, NULL, 3, 0, 0);
}

static bool is_remainder_of(const struct graph *g, const struct node *node, ci_expr *remainder) {
  if (node->op != CI_EQ) return false;
  const ci_expr *args = node_args(g, node);
  for (int i = 0; i < 2; i++) {
    *remainder = args[i];
    if (g->nodes[args[i]].op == CI_MOD && node_is_int(g, args[1 - i]) && node_int(g, args[1 - i]) == 0) return true;
  }
  return false;
}

/* A truth value over integers: the relation, and that they are defined. */
static void load_relation(struct network *w, ci_expr e, cell relation, const cell *x) {
  const struct node *node = &w->g->nodes[e];
  cell own = own_defined(w, node, x);
  ci_expr remainder;
  if (is_remainder_of(w->g, node, &remainder))
    own = negated(w, equals(w, w->number[node_args(w->g, &w->g->nodes[remainder])[1]], 0));
  w->relation[e] = both(w, own, relation);
  w->number[e] = both(w, defined_args(w, node), w->relation[e]);
}

static void load_operation(struct network *w, ci_expr e, cell *x) {
  const struct node *node = &w->g->nodes[e];
  const ci_expr *args = node_args(w->g, node);
  size_t n = (size_t)node->n;
  for (size_t i = 0; i < n; i++)
    x[i] = is_over_truths(node->op) || (node->op == CI_ITE && i == 0) ? truth_of(w, args[i]) : w->number[args[i]];
  cell z;
  if (node->op == CI_ADD) {
    wide *ones = malloc((n + 1) * sizeof *ones);
    for (size_t i = 0; ones && i < n; i++) ones[i] = 1;
    z = ones ? make_sum(w, x, ones, n, 0) : beyond(w);
    free(ones);
  } else if (node_has_list(node->op)) {
    z = network_cell(w, node->op == NODE_IN ? CELL_IN : node->op == NODE_TABLE ? CELL_TABLE : CELL_GLOBAL, x, NULL, n, node->data, 0);
  } else {
    z = apply(w, node->op, x, n);
  }
  if (z < 0) w->spent = true;
  else if (is_over_truths(node->op)) w->number[e] = z;
  else if (node_is_truth(w->g, e)) load_relation(w, e, z, x);
  else {
    w->number[e] = z;
    cell own = own_defined(w, node, x);
    if (node->op == CI_EXACTDIV) network_cell(w, CELL_EXACT, (cell[]){z, x[1], x[0], own}, NULL, 4, 0, 0);
    w->defined[e] = both(w, own, node->op == CI_ITE ? defined_ite(w, node, x[0]) : node->op == CI_ELEMENT ? defined_choice(w, node, x) : defined_args(w, node));
  }
}

static void load_node(struct network *w, ci_expr e, cell *x) {
  const struct node *node = &w->g->nodes[e];
  w->number[e] = w->defined[e] = w->relation[e] = -1;
  if (node->op == NODE_INT) w->number[e] = network_constant(w, node_int(w->g, e));
  else if (node->op == NODE_VAR) w->number[e] = network_cell(w, CELL_VARIABLE, NULL, NULL, 0, node->data, 0);
  else load_operation(w, e, x);
}

static int by_size(const void *p, const void *q) {
  wide a = *(const wide *)p, b = *(const wide *)q;
  return (a > b) - (a < b);
}

static bool load_variables(struct network *w) {
  w->allowed = budget_alloc(&w->budget, (w->g->nvars + 1) * sizeof *w->allowed);
  for (size_t i = 0; w->allowed && i < w->g->nvars; i++) {
    const struct var *v = &w->g->vars[i];
    if (!v->values) continue;
    w->allowed[i] = budget_alloc(&w->budget, (v->n + 1) * sizeof **w->allowed);
    if (!w->allowed[i]) return false;
    for (size_t k = 0; k < v->n; k++) w->allowed[i][k] = v->values[k];
    qsort(w->allowed[i], v->n, sizeof **w->allowed, by_size);
  }
  return w->allowed != NULL;
}

/* ---- what must hold ---- */

static void require_all(struct network *w) {
  const struct graph *g = w->g;
  for (size_t i = 0; i < g->nvars && !w->spent; i++) cell_within(w, w->number[g->vars[i].node], g->vars[i].lo, g->vars[i].hi);
  for (size_t i = 0; i < g->nconstraints && !w->spent; i++) {
    cell t = truth_of(w, g->constraints[i].condition);
    if (t >= 0) cell_within(w, t, 1, 1);
  }
}

static int make_better(struct network *w) {
  const struct graph *g = w->g;
  cell *x = malloc((g->nobjectives + 1) * sizeof *x);
  if (!x) return CI_ENOMEM;
  for (size_t k = 0; k < g->nobjectives; k++) x[k] = w->number[g->objectives[k].e];
  w->better = network_cell(w, CELL_BETTER, x, NULL, g->nobjectives, 0, 0);
  free(x);
  return CI_OK;
}

int network_load(struct network *w, const struct graph *g, const ci_limits *limits) {
  int32_t longest = 0;
  *w = (struct network){.g = g, .better = -1};
  memset(w->buckets, 0xff, sizeof w->buckets);
  budget_init(&w->budget, limits);
  budget_start(&w->budget);
  for (size_t e = 0; e < g->nnodes; e++)
    if (g->nodes[e].n > longest) longest = g->nodes[e].n;
  cell *x = malloc(((size_t)longest + 1) * sizeof *x);
  w->number = budget_alloc(&w->budget, (g->nnodes + 1) * sizeof *w->number);
  w->defined = budget_alloc(&w->budget, (g->nnodes + 1) * sizeof *w->defined);
  w->relation = budget_alloc(&w->budget, (g->nnodes + 1) * sizeof *w->relation);
  w->best = malloc((g->nobjectives + 1) * sizeof *w->best);
  bool fine = x && w->number && w->defined && w->relation && w->best && load_variables(w);
  for (size_t e = 0; fine && e < g->nnodes && !network_stopped(w); e++) load_node(w, (ci_expr)e, x);
  free(x);
  if (fine && !w->spent && make_better(w) == CI_OK && !w->spent) require_all(w);
  if (!fine) w->spent = true;
  return w->spent ? CI_ENOMEM : CI_OK;
}
