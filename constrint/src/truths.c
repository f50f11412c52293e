/* The compiler: truth values, as terms where they are parts of others and
 * posted outright where they must hold. */
#include "compile_internal.h"
#include "error.h"
#include "global.h"
#include "integer.h"
#include "post.h"
#include "proof/proof.h"

term bool_of(struct compiler *c, ci_expr e) {
  if (node_is_truth(c->g, e)) return c->value[e];
  return c->truth[e];
}

/* ---- comparisons ---- */

/* sum(f) REL c, from a comparison; `holds` false: its negation. */
struct relation_of {
  struct form form;
  enum relation rel;
  wide c;
};

static int32_t negation_of(int32_t op) {
  static const int32_t negated[] = {[CI_EQ] = CI_NE, [CI_NE] = CI_EQ, [CI_LT] = CI_GE,
                                    [CI_GE] = CI_LT, [CI_LE] = CI_GT, [CI_GT] = CI_LE};
  return negated[op];
}

static int read_comparison(struct compiler *c, const struct node *node, bool holds, struct relation_of *r) {
  int32_t op = holds ? node->op : negation_of(node->op);
  wide sign = op == CI_GT || op == CI_GE ? -1 : 1;
  const ci_expr *args = node_args(c->g, node);
  r->form = (struct form){0};
  int error = form_add(c, &r->form, args[0], sign);
  if (error == CI_OK) error = form_add(c, &r->form, args[1], -sign);
  if (error == CI_OK) error = form_merge(c, &r->form);
  r->rel = op == CI_EQ ? REL_EQ : op == CI_NE ? REL_NE : REL_LE;
  r->c = -r->form.constant - (op == CI_LT || op == CI_GT);
  return error;
}

static bool constant_holds(const struct relation_of *r) {
  return r->rel == REL_EQ ? r->c == 0 : r->rel == REL_NE ? r->c != 0 : r->c >= 0;
}

static int require_comparison(struct compiler *c, const struct node *node, bool holds) {
  struct relation_of r;
  int error = read_comparison(c, node, holds, &r);
  if (error == CI_OK && r.form.n == 0) {
    if (!constant_holds(&r)) store_fail(c->s);
  } else if (error == CI_OK) {
    error = post_linear(c->s, r.form.a, r.form.x, r.form.n, r.rel, r.c);
  }
  form_free(c, &r.form);
  return error;
}

static int fix_truth(struct compiler *c, term b, bool v) {
  if (!term_fix(c->s, b, v, NULL)) store_fail(c->s);
  return CI_OK;
}

static int reify_comparison(struct compiler *c, const struct node *node, term b) {
  struct relation_of r;
  int error = read_comparison(c, node, true, &r);
  if (error == CI_OK && r.form.n == 0) error = fix_truth(c, b, constant_holds(&r));
  else if (error == CI_OK) error = post_linear_reified(c->s, r.form.a, r.form.x, r.form.n, r.rel, r.c, b);
  form_free(c, &r.form);
  return error;
}

/* ---- lists of terms ---- */

static term *args_of(struct compiler *c, const struct node *node, bool as_truth) {
  term *x = budget_alloc(c->b, ((size_t)node->n + 1) * sizeof *x);
  for (int32_t i = 0; x && i < node->n; i++) {
    ci_expr arg = node_args(c->g, node)[i];
    x[i] = as_truth ? bool_of(c, arg) : value_of(c, arg);
  }
  return x;
}

static void free_args(struct compiler *c, const struct node *node, term *x) {
  budget_free(c->b, x, ((size_t)node->n + 1) * sizeof *x);
}

static int post_values(struct compiler *c, const struct node *node, term b) {
  const struct list *list = &c->g->lists[node->data];
  wide *values = budget_alloc(c->b, list->n * sizeof *values);
  if (!values) return CI_ENOMEM;
  for (size_t i = 0; i < list->n; i++) values[i] = list->values[i];
  int error = post_in(c->s, b, value_of(c, node_args(c->g, node)[0]), values, list->n);
  budget_free(c->b, values, list->n * sizeof *values);
  return error;
}

static bool fixed_to(const store *s, term b, wide v) { return term_fixed(s, b) && term_value(s, b) == v; }

static int post_listed_global(struct compiler *c, const struct node *node, const term *x, term b, bool holds) {
  const struct list *list = &c->g->lists[node->data];
  const struct global *g = global_of(list->values[0]);
  size_t n = (size_t)node->n;
  return holds ? g->post(c->s, list->values + 1, x, n) : post_global_reified(c->s, g, list->values + 1, list->n - 1, x, n, b);
}

/* b <-> the constraint, whose arguments are defined. */
static int post_global(struct compiler *c, const struct node *node, term b) {
  size_t n = (size_t)node->n;
  bool holds = fixed_to(c->s, b, 1);
  term *x = args_of(c, node, false);
  if (!x) return CI_ENOMEM;
  int error = CI_OK;
  if (node->op == NODE_TABLE) {
    const struct list *list = &c->g->lists[node->data];
    if (holds) error = post_table(c->s, x, n, list->values, list->n / n);
    else error = post_table_reified(c->s, x, n, list->values, list->n / n, b);
  } else if (node->op == NODE_GLOBAL) {
    error = post_listed_global(c, node, x, b, holds);
  } else {
    error = holds ? post_alldifferent(c->s, x, n) : post_alldifferent_reified(c->s, x, n, b);
  }
  free_args(c, node, x);
  return error;
}

/* b <-> (the divisor is not 0, and divides x) */
static int post_division_truth(struct compiler *c, ci_expr divisor, ci_expr x, term b) {
  term a = value_of(c, divisor), y = value_of(c, x), safe, d;
  bool holds = fixed_to(c->s, b, 1);
  int error = safe_divisor(c, a, holds, &safe, &d);
  if (error < 0) return error;
  if (holds) {
    if (d != ALWAYS) fix_truth(c, d, true);
    return post_divides(c->s, safe, y);
  }
  if (d == ALWAYS) return post_divides_reified(c->s, safe, y, b);
  term both[2] = {store_new_term(c->s, 0, 1), d};
  if (both[0] < 0) return CI_ENOMEM;
  proof_define2(c->s, both[0], CI_DIVIDES, safe, y);
  error = post_divides_reified(c->s, safe, y, both[0]);
  return error < 0 ? error : post_and(c->s, b, both, 2);
}

/* b <-> the truth value of a node over integers, all defined. */
static int post_defined(struct compiler *c, const struct node *node, term b) {
  const ci_expr *args = node_args(c->g, node);
  ci_expr x, y;
  if (is_divisibility(c->g, node, &x, &y)) return post_division_truth(c, y, x, b);
  switch (node->op) {
  case CI_DIVIDES: return post_division_truth(c, args[0], args[1], b);
  case NODE_IN: return post_values(c, node, b);
  case NODE_TABLE: case NODE_GLOBAL: case CI_ALLDIFFERENT: return post_global(c, node, b);
  default: return reify_comparison(c, node, b);
  }
}

/* The definedness that a truth value over integers takes in. */
static int defined_of_integers(struct compiler *c, const struct node *node, term *out) {
  ci_expr x, y;
  if (!is_divisibility(c->g, node, &x, &y)) return defined_of_args(c, node, 0, out);
  *out = defined_and(c, c->defined[x], c->defined[y]);
  return *out < ALWAYS ? CI_ENOMEM : CI_OK;
}

static int build_over_integers(struct compiler *c, const struct node *node, term b) {
  term d;
  int error = defined_of_integers(c, node, &d);
  if (error < 0 || d == ALWAYS) return error < 0 ? error : post_defined(c, node, b);
  term inner = store_new_term(c->s, 0, 1), both[2] = {inner, d};
  if (inner < 0) return inner;
  proof_name_relation(c->s, inner, (ci_expr)(node - c->g->nodes));
  if ((error = post_defined(c, node, inner)) < 0) return error;
  return post_and(c->s, b, both, 2);
}

/* ---- boolean combinations ---- */

static term negation(struct compiler *c, term x) {
  term z = store_new_term(c->s, 0, 1), one = store_constant(c->s, 1);
  if (z < 0 || one < 0) return CI_ENOMEM;
  proof_define1(c->s, z, CI_NOT, x);
  return post_xor(c->s, z, x, one) < 0 ? CI_ENOMEM : z;
}

static int build_over_truths(struct compiler *c, const struct node *node, term b) {
  term *x = args_of(c, node, true), one = store_constant(c->s, 1), other;
  int error = CI_ENOMEM;
  if (!x || one < 0) return CI_ENOMEM;
  switch (node->op) {
  case CI_NOT: error = post_xor(c->s, b, x[0], one); break;
  case CI_AND: error = post_and(c->s, b, x, (size_t)node->n); break;
  case CI_OR: error = post_or(c->s, b, x, (size_t)node->n); break;
  case CI_XOR: error = post_xor(c->s, b, x[0], x[1]); break;
  case CI_IMPLIES:
    if ((x[0] = negation(c, x[0])) >= 0) error = post_or(c->s, b, x, 2);
    break;
  default:
    if ((other = negation(c, x[1])) >= 0) error = post_xor(c->s, b, x[0], other);
    break;
  }
  free_args(c, node, x);
  return error;
}

static bool is_over_integers(int32_t op) { return (op >= CI_EQ && op <= CI_DIVIDES) || op >= CI_ALLDIFFERENT; }

int build_truth(struct compiler *c, ci_expr e) {
  const struct node *node = &c->g->nodes[e];
  int need = c->need[e];
  if (!(need & NEED_TERM)) return CI_OK;
  term b = store_new_term(c->s, need & NEED_TRUE ? 1 : 0, need & NEED_FALSE ? 0 : 1);
  if (b < 0) return b;
  c->value[e] = b;
  return is_over_integers(node->op) ? build_over_integers(c, node, b) : build_over_truths(c, node, b);
}

int build_bool(struct compiler *c, ci_expr e) {
  store *s = c->s;
  int need = c->need[e];
  if (!(need & NEED_BOOL)) return CI_OK;
  term x = value_of(c, e), d = c->defined[e];
  if (x < 0) return CI_ENOMEM;
  wide one = 1;
  int error = CI_OK;
  if (term_lo(s, x) < 0 || term_hi(s, x) > 1) {
    term b = store_new_term(s, 0, 1);
    if (b < 0) return b;
    proof_define_with(s, b, CI_NE, x, 0);
    error = post_linear_reified(s, &one, &x, 1, REL_NE, 0, b);
    x = b;
  }
  c->truth[e] = x = defined_and(c, x, d);
  if (x < 0) return CI_ENOMEM;
  if (need & NEED_TRUE) fix_truth(c, x, true);
  if (need & NEED_FALSE) fix_truth(c, x, false);
  return error;
}

/* ---- what must hold ---- */

/* Some argument is true (`wanted`) or, for it false, some argument is not;
 * first_negated: of an implication. */
static int require_clause(struct compiler *c, const struct node *node, bool wanted, bool first_negated) {
  size_t n = (size_t)node->n, npos = 0, nneg = 0;
  term *x = budget_alloc(c->b, 2 * (n + 1) * sizeof *x);
  if (!x) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) {
    ci_expr arg = node_args(c->g, node)[i];
    bool positive = wanted != (first_negated && i == 0), is_not = c->g->nodes[arg].op == CI_NOT;
    if (is_not) arg = node_args(c->g, &c->g->nodes[arg])[0];
    if (positive != is_not) x[npos++] = bool_of(c, arg);
    else x[n + 1 + nneg++] = bool_of(c, arg);
  }
  int error = post_clause(c->s, x, npos, x + n + 1, nneg);
  budget_free(c->b, x, 2 * (n + 1) * sizeof *x);
  return error;
}

/* x + y = 1, or x - y = 0 */
static int require_parity(struct compiler *c, const struct node *node, bool different) {
  wide a[2] = {1, different ? 1 : -1};
  term x[2] = {bool_of(c, node_args(c->g, node)[0]), bool_of(c, node_args(c->g, node)[1])};
  return post_linear(c->s, a, x, 2, REL_EQ, different);
}

static int require_truth(struct compiler *c, ci_expr e, bool holds) {
  const struct node *node = &c->g->nodes[e];
  switch (node->op) {
  case CI_OR: return holds ? require_clause(c, node, true, false) : CI_OK;
  case CI_AND: return holds ? CI_OK : require_clause(c, node, false, false);
  case CI_IMPLIES: return holds ? require_clause(c, node, true, true) : CI_OK;
  case CI_XOR: return require_parity(c, node, holds);
  case CI_IFF: return require_parity(c, node, !holds);
  case CI_NOT: return CI_OK;
  default: break;
  }
  if (!holds && c->need[e] & NEED_TERM) return CI_OK; /* its term is 0 already */
  ci_expr x, y;
  if (holds && c->need[e] & NEED_DONE) return CI_OK;
  if (is_divisibility(c->g, node, &x, &y) || !(node->op >= CI_EQ && node->op <= CI_GE)) {
    term b = store_constant(c->s, holds);
    return b < 0 ? b : post_defined(c, node, b);
  }
  return require_comparison(c, node, holds);
}

int require(struct compiler *c, ci_expr e) {
  int need = c->need[e], error = CI_OK;
  if (!node_is_truth(c->g, e)) return CI_OK;
  if (need & NEED_TRUE) error = require_truth(c, e, true);
  if (error == CI_OK && need & NEED_FALSE) error = require_truth(c, e, false);
  return error;
}
