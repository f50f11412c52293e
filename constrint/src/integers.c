/* The compiler: a term and a propagator for each integer node that is needed. */
#include "compile_internal.h"
#include "error.h"
#include "integer.h"
#include "post.h"
#include "proof/proof.h"

term value_of(struct compiler *c, ci_expr e) {
  if (c->value[e] == NO_TERM && node_is_int(c->g, e)) c->value[e] = store_constant(c->s, node_int(c->g, e));
  return c->value[e];
}

static struct bounds term_bounds(const store *s, term x) { return (struct bounds){term_lo(s, x), term_hi(s, x)}; }

/* ---- results ---- */

static bool among(term z, const term *args, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (args[i] == z) return true;
  return false;
}

static int post_equal(struct compiler *c, term x, term y) {
  wide a[2] = {1, -1};
  term both[2] = {x, y};
  return post_linear(c->s, a, both, 2, REL_EQ, 0);
}

/* The term that an operation's result goes to: that of its class, if there is
 * one, within the bounds; never one of the operation's own arguments. */
static int result_term(struct compiler *c, ci_expr e, const term *args, size_t n, struct bounds within, term *out) {
  ci_expr class = class_of(c, e);
  term z = c->class_term[class];
  if (z == NO_TERM || among(z, args, n)) {
    term fresh = store_new_term(c->s, within.lo, within.hi);
    if (fresh < 0) return fresh;
    if (z != NO_TERM) proof_name(c->s, fresh, e);
    int error = z == NO_TERM ? CI_OK : post_equal(c, fresh, z);
    if (error < 0) return error;
    if (z == NO_TERM) c->class_term[class] = fresh;
    z = fresh;
  } else if (!term_ge(c->s, z, within.lo, NULL) || !term_le(c->s, z, within.hi, NULL)) {
    store_fail(c->s);
  }
  c->value[e] = c->class_term[class];
  *out = z;
  return CI_OK;
}

/* ---- sums ---- */

static struct bounds form_range(const struct compiler *c, const struct form *f) {
  struct bounds r = {f->constant, f->constant};
  for (size_t i = 0; i < f->n; i++) {
    struct bounds x = term_bounds(c->s, f->x[i]);
    wide a = wide_mul(f->a[i], f->a[i] > 0 ? x.lo : x.hi), b = wide_mul(f->a[i], f->a[i] > 0 ? x.hi : x.lo);
    r.lo = a <= WIDE_MIN || r.lo <= WIDE_MIN ? WIDE_MIN : wide_add(r.lo, a);
    r.hi = b >= WIDE_MAX || r.hi >= WIDE_MAX ? WIDE_MAX : wide_add(r.hi, b);
  }
  return r;
}

static int post_sum(struct compiler *c, ci_expr e, struct form *f) {
  term z;
  int error = result_term(c, e, f->x, f->n, form_range(c, f), &z);
  if (error == CI_OK) error = form_add_term(c, f, z, -1);
  if (error == CI_OK) error = post_linear(c->s, f->a, f->x, f->n, REL_EQ, -f->constant);
  return error;
}

static bool is_one_term(const struct form *f) { return f->n == 1 && f->a[0] == 1 && f->constant == 0; }

static int build_sum(struct compiler *c, ci_expr e) {
  struct form f = {0};
  int error = form_open(c, &f, e);
  if (error == CI_OK) error = form_merge(c, &f);
  if (error == CI_OK && is_one_term(&f) && c->class_term[class_of(c, e)] == NO_TERM) {
    c->value[e] = c->class_term[class_of(c, e)] = f.x[0];
  } else if (error == CI_OK) {
    error = post_sum(c, e, &f);
  }
  form_free(c, &f);
  return error;
}

/* ---- products ---- */

static size_t product_slot(const struct compiler *c, uint64_t key) {
  size_t mask = c->product_slots - 1, i = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & mask;
  while (c->products[i].z >= 0 && c->products[i].key != key) i = (i + 1) & mask;
  return i;
}

static int grow_products(struct compiler *c) {
  size_t old = c->product_slots, n = old ? 2 * old : 64;
  struct product *before = c->products, *table = budget_alloc(c->b, n * sizeof *table);
  if (!table) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) table[i].z = -1;
  c->products = table;
  c->product_slots = n;
  for (size_t i = 0; i < old; i++)
    if (before[i].z >= 0) table[product_slot(c, before[i].key)] = before[i];
  budget_free(c->b, before, old * sizeof *before);
  return CI_OK;
}

static struct bounds times_range(const store *s, term x, term y) {
  wide xs[2] = {term_lo(s, x), term_hi(s, x)}, ys[2] = {term_lo(s, y), term_hi(s, y)};
  struct bounds r = {WIDE_MAX, WIDE_MIN};
  for (int i = 0; i < 4; i++) {
    wide v = wide_mul(xs[i & 1], ys[i >> 1]);
    if (v < r.lo) r.lo = v;
    if (v > r.hi) r.hi = v;
  }
  return r;
}

/* x * y, made once.  wanted: the term it must be, or NO_TERM. */
int product_of(struct compiler *c, term x, term y, term wanted, term *out) {
  if (2 * (c->product_count + 1) > c->product_slots && grow_products(c) < 0) return CI_ENOMEM;
  if (x > y) return product_of(c, y, x, wanted, out);
  uint64_t key = (uint64_t)x << 32 | (uint32_t)y;
  size_t slot = product_slot(c, key);
  if (c->products[slot].z >= 0) {
    *out = c->products[slot].z;
    return wanted == NO_TERM || wanted == *out ? CI_OK : post_equal(c, wanted, *out);
  }
  struct bounds range = times_range(c->s, x, y);
  bool fresh = wanted == NO_TERM || wanted == x || wanted == y;
  term z = fresh ? store_new_term(c->s, range.lo, range.hi) : wanted;
  if (z < 0) return z;
  if (fresh) proof_define2(c->s, z, CI_MUL, x, y);
  c->products[slot] = (struct product){key, z};
  c->product_count++;
  *out = z;
  int error = post_times(c->s, z, x, y);
  return error < 0 || !fresh || wanted == NO_TERM ? error : post_equal(c, z, wanted);
}

/* The factors of a product, inner products opened, onto the stack. */
static int push_factors(struct compiler *c, ci_expr e, size_t *n, bool keep_constants) {
  const struct node *node = &c->g->nodes[e];
  if (!budget_grow(c->b, &c->stack, &c->stack_capacity, *n + (size_t)node->n, sizeof *c->stack)) return CI_ENOMEM;
  for (int32_t i = 0; i < node->n; i++) {
    ci_expr arg = node_args(c->g, node)[i];
    if (keep_constants || !node_is_int(c->g, arg)) c->stack[(*n)++] = arg;
  }
  return CI_OK;
}

static void insert_sorted(struct form *f) {
  term x = f->x[f->n - 1];
  size_t i = f->n - 1;
  for (; i > 0 && f->x[i - 1] > x; i--) f->x[i] = f->x[i - 1];
  f->x[i] = x;
}

/* All factors as terms, in f->x (ascending), and the constant factor in f->constant. */
static int gather_factors(struct compiler *c, ci_expr e, struct form *f) {
  size_t n = 0, rest;
  ci_expr only;
  wide factor, all;
  bool fits = constant_factor(c->g, &c->g->nodes[e], &f->constant, &rest, &only);
  if (!fits) f->constant = 1;
  int error = push_factors(c, e, &n, !fits);
  while (n > 0 && error == CI_OK) {
    ci_expr arg = c->stack[--n];
    bool open = opens_product(c, arg);
    if (open) {
      fits = constant_factor(c->g, &c->g->nodes[arg], &factor, &rest, &only) && exact_mul(factor, f->constant, &all);
      if (fits) f->constant = all;
      error = push_factors(c, arg, &n, !fits);
    } else if ((error = form_add_term(c, f, value_of(c, arg), 1)) == CI_OK) {
      insert_sorted(f);
    }
  }
  return error;
}

/* Terms known to be constant are factors of the product as a whole, as far as
 * 64 bits: what sums may count on (need.c). */
static void fold_fixed(const struct compiler *c, struct form *f) {
  size_t n = 0;
  for (size_t i = 0; i < f->n; i++) {
    wide all;
    bool fits = term_fixed(c->s, f->x[i]) && exact_mul(f->constant, term_value(c->s, f->x[i]), &all);
    if (fits && (wide_fits64(all) || all == f->constant)) f->constant = all;
    else f->x[n++] = f->x[i];
  }
  f->n = n;
}

static int build_core(struct compiler *c, ci_expr e) {
  struct form f = {0};
  int error = gather_factors(c, e, &f);
  term z = NO_TERM, wanted = c->class_term[class_of(c, e)];
  if (error == CI_OK) fold_fixed(c, &f);
  if (error == CI_OK && f.n == 0) z = store_constant(c->s, 1);
  if (error == CI_OK && f.n > 0) z = f.x[0];
  if (f.constant != 1 || c->class_term[class_of(c, e)] == NO_TERM) wanted = NO_TERM;
  for (size_t i = 1; i < f.n && error == CI_OK; i++) error = product_of(c, z, f.x[i], i + 1 == f.n ? wanted : NO_TERM, &z);
  c->core[e] = z;
  c->factor[e] = f.constant;
  form_free(c, &f);
  return error < 0 ? error : z < 0 ? z : CI_OK;
}

static int build_product(struct compiler *c, ci_expr e) {
  int error = build_core(c, e);
  if (error < 0 || !(c->need[e] & NEED_TERM)) return error;
  ci_expr class = class_of(c, e);
  if (c->factor[e] == 1 && c->class_term[class] == NO_TERM) c->class_term[class] = c->core[e];
  if (c->factor[e] == 1 && c->class_term[class] == c->core[e]) {
    c->value[e] = c->core[e];
    return CI_OK;
  }
  struct form f = {0};
  error = form_add_term(c, &f, c->core[e], c->factor[e]);
  if (error == CI_OK) error = post_sum(c, e, &f);
  form_free(c, &f);
  return error;
}

/* ---- what is defined ---- */

term defined_and(struct compiler *c, term a, term b) {
  if (a == ALWAYS || a == b) return b;
  if (b == ALWAYS) return a;
  term z = store_new_term(c->s, 0, 1), x[2] = {a, b};
  if (z < 0) return CI_ENOMEM;
  proof_define2(c->s, z, CI_AND, a, b);
  return post_and(c->s, z, x, 2) < 0 ? CI_ENOMEM : z;
}

int defined_of_args(struct compiler *c, const struct node *node, int32_t first, term *out) {
  *out = ALWAYS;
  for (int32_t i = first; i < node->n; i++) {
    *out = defined_and(c, *out, c->defined[node_args(c->g, node)[i]]);
    if (*out < ALWAYS) return CI_ENOMEM;
  }
  return CI_OK;
}

/* A new truth value for (x REL v). */
static term compare_constant(struct compiler *c, term x, enum relation rel, wide v, wide factor) {
  term d = store_new_term(c->s, 0, 1);
  if (d < 0) return CI_ENOMEM;
  proof_define_with(c->s, d, rel == REL_NE ? CI_NE : factor > 0 ? CI_LE : CI_GE, x, factor > 0 ? v : -v);
  return post_linear_reified(c->s, &factor, &x, 1, rel, v, d) < 0 ? CI_ENOMEM : d;
}

static term constant_truth(struct compiler *c, bool b) { return store_constant(c->s, b); }

/* A term that is x where d holds and v elsewhere. */
static term guarded(struct compiler *c, term d, term x, wide v) {
  struct bounds r = term_bounds(c->s, x);
  term other = store_constant(c->s, v);
  term z = store_new_term(c->s, v < r.lo ? v : r.lo, v > r.hi ? v : r.hi);
  if (other < 0 || z < 0) return CI_ENOMEM;
  if (c->s->record) proof_define(c->s, z, CI_ITE, (struct operand[]){{d, 0}, {x, 0}, {-1, v}}, 3);
  return post_ite(c->s, z, d, x, other) < 0 ? CI_ENOMEM : z;
}

int safe_divisor(struct compiler *c, term y, bool never_zero, term *safe, term *d) {
  store *s = c->s;
  *safe = y;
  *d = ALWAYS;
  if (never_zero && !term_remove(s, y, 0, NULL)) store_fail(s);
  if (!term_has(s, y, 0)) return CI_OK;
  if (term_fixed(s, y)) {
    *safe = store_constant(s, 1);
    *d = constant_truth(c, false);
  } else {
    *d = compare_constant(c, y, REL_NE, 0, 1);
    if (*d < 0) return CI_ENOMEM;
    *safe = guarded(c, *d, y, 1);
  }
  if (*safe >= 0 && !term_remove(s, *safe, 0, NULL)) store_fail(s);
  return *safe < 0 || *d < 0 ? CI_ENOMEM : CI_OK;
}

/* ---- division and powers ---- */

/* z = ceil(x / y) = -floor(-x / y) */
static int post_ceildiv(struct compiler *c, term z, term x, term y) {
  struct bounds bx = term_bounds(c->s, x), bz = term_bounds(c->s, z);
  term nx = store_new_term(c->s, -bx.hi, -bx.lo), nz = store_new_term(c->s, -bz.hi, -bz.lo);
  if (nx < 0 || nz < 0) return CI_ENOMEM;
  proof_define1(c->s, nx, CI_NEG, x);
  proof_define1(c->s, nz, CI_NEG, z);
  wide a[2] = {1, 1};
  term first[2] = {x, nx}, second[2] = {z, nz};
  if (post_linear(c->s, a, first, 2, REL_EQ, 0) < 0 || post_linear(c->s, a, second, 2, REL_EQ, 0) < 0) return CI_ENOMEM;
  return post_floordiv(c->s, nz, nx, y);
}

static int build_division(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  term args[2] = {value_of(c, node_args(c->g, node)[0]), value_of(c, node_args(c->g, node)[1])}, safe, z;
  int error = safe_divisor(c, args[1], c->need[e] & NEED_DEFINED, &safe, &c->defined[e]);
  if (error < 0) return error;
  args[1] = safe;
  if ((error = result_term(c, e, args, 2, c->bounds[e], &z)) < 0) return error;
  if (node->op == CI_MOD) return post_mod(c->s, z, args[0], safe);
  if (node->op == CI_CEILDIV) return post_ceildiv(c, z, args[0], safe);
  return post_floordiv(c->s, z, args[0], safe);
}

/* Defined in every solution: x = z * y.  Else the floor where y divides x. */
static int build_exactdiv(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  term args[2] = {value_of(c, node_args(c->g, node)[0]), value_of(c, node_args(c->g, node)[1])}, safe, z, d;
  int error = safe_divisor(c, args[1], c->need[e] & NEED_DEFINED, &safe, &d);
  if (error < 0) return error;
  args[1] = safe;
  if ((error = result_term(c, e, args, 2, c->bounds[e], &z)) < 0) return error;
  if (c->need[e] & NEED_DEFINED) {
    term same;
    c->defined[e] = d;
    return product_of(c, z, safe, args[0], &same);
  }
  term exact = store_new_term(c->s, 0, 1);
  if (exact < 0) return CI_ENOMEM;
  proof_define2(c->s, exact, CI_DIVIDES, safe, args[0]);
  if ((error = post_divides_reified(c->s, safe, args[0], exact)) < 0) return error;
  if ((error = post_floordiv(c->s, z, args[0], safe)) < 0) return error;
  c->defined[e] = defined_and(c, d, exact);
  return c->defined[e] < ALWAYS ? CI_ENOMEM : CI_OK;
}

static int build_power(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  term args[2] = {value_of(c, node_args(c->g, node)[0]), value_of(c, node_args(c->g, node)[1])}, z;
  if (c->need[e] & NEED_DEFINED && !term_ge(c->s, args[1], 0, NULL)) store_fail(c->s);
  if (term_lo(c->s, args[1]) < 0) {
    term d = compare_constant(c, args[1], REL_LE, 0, -1);
    if (d < 0) return CI_ENOMEM;
    c->defined[e] = d;
    args[1] = guarded(c, d, args[1], 0);
    if (args[1] < 0) return CI_ENOMEM;
    if (!term_ge(c->s, args[1], 0, NULL)) store_fail(c->s);
  }
  int error = result_term(c, e, args, 2, c->bounds[e], &z);
  return error < 0 ? error : post_power(c->s, z, args[0], args[1]);
}

/* ---- the others ---- */

static int build_binary(struct compiler *c, ci_expr e, int (*post)(store *, term, term, term)) {
  const struct node *node = &c->g->nodes[e];
  term args[2] = {value_of(c, node_args(c->g, node)[0]), value_of(c, node_args(c->g, node)[1])}, z;
  int error = result_term(c, e, args, 2, c->bounds[e], &z);
  return error < 0 ? error : post(c->s, z, args[0], args[1]);
}

static int build_abs(struct compiler *c, ci_expr e) {
  term x = value_of(c, node_args(c->g, &c->g->nodes[e])[0]), z;
  int error = result_term(c, e, &x, 1, c->bounds[e], &z);
  return error < 0 ? error : post_abs(c->s, z, x);
}

/* The values of the arguments from `first` on, as scratch memory of *n terms. */
static term *arg_terms(struct compiler *c, const struct node *node, int32_t first, size_t *n) {
  *n = (size_t)(node->n - first);
  term *x = budget_alloc(c->b, *n * sizeof *x);
  for (size_t i = 0; x && i < *n; i++) x[i] = value_of(c, node_args(c->g, node)[first + (int32_t)i]);
  return x;
}

static int build_extreme(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  size_t n;
  term *x = arg_terms(c, node, 0, &n), z;
  if (!x) return CI_ENOMEM;
  int error = result_term(c, e, x, n, c->bounds[e], &z);
  if (error == CI_OK) error = node->op == CI_MIN ? post_min(c->s, z, x, n) : post_max(c->s, z, x, n);
  budget_free(c->b, x, n * sizeof *x);
  return error;
}

/* d <-> 0 <= x < n, for an index that may leave its items. */
static int index_inside(struct compiler *c, ci_expr e, term *index, wide n, term *d) {
  store *s = c->s;
  *d = ALWAYS;
  if (c->need[e] & NEED_DEFINED && (!term_ge(s, *index, 0, NULL) || !term_le(s, *index, n - 1, NULL))) store_fail(s);
  if (term_lo(s, *index) >= 0 && term_hi(s, *index) < n) return CI_OK;
  term above = compare_constant(c, *index, REL_LE, 0, -1), below = compare_constant(c, *index, REL_LE, n - 1, 1);
  if (above < 0 || below < 0) return CI_ENOMEM;
  *d = defined_and(c, above, below);
  if (*d < 0) return CI_ENOMEM;
  *index = guarded(c, *d, *index, 0);
  if (*index < 0) return CI_ENOMEM;
  if (!term_ge(s, *index, 0, NULL) || !term_le(s, *index, n - 1, NULL)) store_fail(s);
  return CI_OK;
}

/* For the proof. */
static void define_choice(struct compiler *c, term z, term index, const term *x, size_t n) {
  struct operand *args = c->s->record ? budget_alloc(c->b, (n + 1) * sizeof *args) : NULL;
  if (!args) return; /* or the budget has noted it */
  args[0] = (struct operand){index, 0};
  for (size_t i = 0; i < n; i++) args[i + 1] = (struct operand){x[i], 0};
  proof_define(c->s, z, CI_ELEMENT, args, n + 1);
  budget_free(c->b, args, (n + 1) * sizeof *args);
}

/* Is the chosen item defined? */
static int chosen_defined(struct compiler *c, const struct node *node, term index, term *out) {
  size_t n = (size_t)node->n - 1;
  bool all = true;
  for (size_t i = 0; i < n; i++) all = all && c->defined[node_args(c->g, node)[i + 1]] == ALWAYS;
  *out = ALWAYS;
  if (all) return CI_OK;
  term *x = budget_alloc(c->b, n * sizeof *x), z = store_new_term(c->s, 0, 1);
  if (!x || z < 0) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) {
    x[i] = c->defined[node_args(c->g, node)[i + 1]];
    if (x[i] == ALWAYS) x[i] = constant_truth(c, true);
  }
  *out = z;
  define_choice(c, z, index, x, n);
  int error = post_element(c->s, z, index, x, n);
  budget_free(c->b, x, n * sizeof *x);
  return error;
}

static int build_element(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  term index = value_of(c, node_args(c->g, node)[0]), z, inside, chosen;
  size_t n;
  int error = index_inside(c, e, &index, node->n - 1, &inside);
  if (error == CI_OK) error = chosen_defined(c, node, index, &chosen);
  if (error < 0) return error;
  term *x = arg_terms(c, node, 0, &n);
  if (!x) return CI_ENOMEM;
  x[0] = index; /* which the result must not be, either: c == element(..., d) and c == d */
  c->defined[e] = defined_and(c, inside, chosen);
  error = c->defined[e] < ALWAYS ? CI_ENOMEM : result_term(c, e, x, n, c->bounds[e], &z);
  if (error == CI_OK) error = post_element(c->s, z, index, x + 1, n - 1);
  budget_free(c->b, x, n * sizeof *x);
  return error;
}

static int build_ite(struct compiler *c, ci_expr e) {
  const ci_expr *args = node_args(c->g, &c->g->nodes[e]);
  term b = bool_of(c, args[0]), x[3] = {value_of(c, args[1]), value_of(c, args[2]), b}, z;
  int error = result_term(c, e, x, 3, c->bounds[e], &z);
  if (error == CI_OK) error = post_ite(c->s, z, b, x[0], x[1]);
  term d1 = c->defined[args[1]], d2 = c->defined[args[2]];
  if (error < 0 || d1 == d2) {
    c->defined[e] = d1;
    return error;
  }
  if (d1 == ALWAYS) d1 = constant_truth(c, true);
  if (d2 == ALWAYS) d2 = constant_truth(c, true);
  term d = store_new_term(c->s, 0, 1);
  if (d < 0 || d1 < 0 || d2 < 0) return CI_ENOMEM;
  c->defined[e] = d;
  if (c->s->record) proof_define(c->s, d, CI_ITE, (struct operand[]){{b, 0}, {d1, 0}, {d2, 0}}, 3);
  return post_ite(c->s, d, b, d1, d2);
}

static int build_operation(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  switch (node->op) {
  case CI_FLOORDIV: case CI_MOD: case CI_CEILDIV: return build_division(c, e);
  case CI_EXACTDIV: return build_exactdiv(c, e);
  case CI_POW: return build_power(c, e);
  case CI_BITXOR: return build_binary(c, e, post_bitxor);
  case CI_ABS: return build_abs(c, e);
  case CI_MIN: case CI_MAX: return build_extreme(c, e);
  case CI_ELEMENT: return build_element(c, e);
  case CI_ITE: return build_ite(c, e);
  default: return ci_fail(CI_EINTERNAL, "operation %d has no compiler", (int)node->op);
  }
}

/* Its own "is defined" and its arguments' together; settled where it must hold. */
static int settle_defined(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  term inner = ALWAYS;
  int error = CI_OK;
  if (node->op == CI_ELEMENT) inner = c->defined[node_args(c->g, node)[0]];
  else if (node->op != CI_ITE) error = defined_of_args(c, node, 0, &inner);
  if (error < 0) return error;
  c->defined[e] = defined_and(c, c->defined[e], inner);
  if (c->defined[e] < ALWAYS) return CI_ENOMEM;
  if (c->defined[e] == ALWAYS || !(c->need[e] & NEED_DEFINED)) return CI_OK;
  if (!term_fix(c->s, c->defined[e], 1, NULL)) store_fail(c->s);
  c->defined[e] = ALWAYS;
  return CI_OK;
}

int build_integer(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  int error = CI_OK;
  if (node->op == NODE_VAR) {
    c->value[e] = c->vars[node->data];
    return CI_OK;
  }
  if (node->op == NODE_INT) return value_of(c, e) < 0 ? CI_ENOMEM : CI_OK;
  if (c->need[e] & NEED_TERM && is_sum(c->g, e)) error = build_sum(c, e);
  else if (is_product(c->g, e) && c->need[e] & NEED_CORE) error = build_product(c, e);
  else if (!is_sum(c->g, e) && !is_product(c->g, e)) error = build_operation(c, e);
  return error < 0 ? error : settle_defined(c, e);
}
