/* The compiler: sums opened into terms with coefficients, without recursion. */
#include <stdlib.h>

#include "compile_internal.h"
#include "error.h"
#include "integer.h"

void form_free(struct compiler *c, struct form *f) {
  budget_free(c->b, f->a, f->a_capacity * sizeof *f->a);
  budget_free(c->b, f->x, f->x_capacity * sizeof *f->x);
  *f = (struct form){0};
}

int form_add_term(struct compiler *c, struct form *f, term x, wide factor) {
  if (x < 0) return x;
  if (!budget_grow(c->b, &f->a, &f->a_capacity, f->n + 1, sizeof *f->a) ||
      !budget_grow(c->b, &f->x, &f->x_capacity, f->n + 1, sizeof *f->x))
    return CI_ENOMEM;
  f->a[f->n] = factor;
  f->x[f->n++] = x;
  return CI_OK;
}

static int too_large(const struct compiler *c, ci_expr e) {
  char text[512];
  graph_text(c->g, e, text, sizeof text);
  return ci_fail(CI_EOVERFLOW, "a coefficient of %s does not fit 128 bits", text);
}

static int push(struct compiler *c, size_t *n, ci_expr e, wide factor) {
  if (!budget_grow(c->b, &c->stack, &c->stack_capacity, *n + 1, sizeof *c->stack) ||
      !budget_grow(c->b, &c->stack_factor, &c->stack_factor_capacity, *n + 1, sizeof *c->stack_factor))
    return CI_ENOMEM;
  c->stack[*n] = e;
  c->stack_factor[(*n)++] = factor;
  return CI_OK;
}

/* The parts of a sum, each times the factor. */
static int push_parts(struct compiler *c, size_t *n, ci_expr e, wide factor) {
  const struct node *node = &c->g->nodes[e];
  const ci_expr *args = node_args(c->g, node);
  if (node->op == CI_NEG) return push(c, n, args[0], -factor);
  if (node->op == CI_MUL) {
    wide own;
    size_t rest;
    ci_expr only;
    constant_factor(c->g, node, &own, &rest, &only);
    if (rest == 0) only = args[0], own = own / (node_int(c->g, args[0]) ? node_int(c->g, args[0]) : 1);
    if (!exact_mul(own, factor, &factor)) return too_large(c, e);
    return push(c, n, only, factor);
  }
  for (int32_t i = 0; i < node->n; i++) {
    int error = push(c, n, args[i], node->op == CI_SUB && i == 1 ? -factor : factor);
    if (error < 0) return error;
  }
  return CI_OK;
}

static int add_constant(struct compiler *c, struct form *f, ci_expr e, wide factor) {
  wide v;
  if (!exact_mul(node_int(c->g, e), factor, &v) || !exact_add(f->constant, v, &f->constant)) return too_large(c, e);
  return CI_OK;
}

static int add_part(struct compiler *c, struct form *f, size_t *n, ci_expr e, wide factor) {
  if (node_is_int(c->g, e)) return add_constant(c, f, e, factor);
  if (opens_sum(c, e)) return push_parts(c, n, e, factor);
  if (!is_product(c->g, e) || c->closed[e]) return form_add_term(c, f, value_of(c, e), factor);
  if (!exact_mul(factor, c->factor[e], &factor)) return too_large(c, e);
  return form_add_term(c, f, c->core[e], factor);
}

static int drain(struct compiler *c, struct form *f, size_t n) {
  int error = CI_OK;
  while (n > 0 && error == CI_OK) {
    n--;
    error = add_part(c, f, &n, c->stack[n], c->stack_factor[n]);
  }
  return error;
}

int form_add(struct compiler *c, struct form *f, ci_expr e, wide factor) {
  size_t n = 0;
  int error = push(c, &n, e, factor);
  return error < 0 ? error : drain(c, f, n);
}

int form_open(struct compiler *c, struct form *f, ci_expr sum) {
  size_t n = 0;
  int error = push_parts(c, &n, sum, 1);
  return error < 0 ? error : drain(c, f, n);
}

struct member { wide a; term x; };

static int by_term(const void *a, const void *b) {
  const struct member *x = a, *y = b;
  return (x->x > y->x) - (x->x < y->x);
}

static int gather(struct compiler *c, struct form *f, struct member *m) {
  size_t n = f->n;
  for (size_t i = 0; i < n; i++) m[i] = (struct member){f->a[i], f->x[i]};
  qsort(m, n, sizeof *m, by_term);
  f->n = 0;
  for (size_t i = 0; i < n;) {
    term x = m[i].x;
    wide a = 0, v;
    for (; i < n && m[i].x == x; i++)
      if (!exact_add(a, m[i].a, &a)) return ci_fail(CI_EOVERFLOW, "a coefficient of a sum does not fit 128 bits");
    if (a != 0 && term_fixed(c->s, x) && exact_mul(a, term_value(c->s, x), &v) &&
        exact_add(f->constant, v, &v)) {
      f->constant = v;
      continue;
    }
    if (a == 0) continue;
    f->a[f->n] = a;
    f->x[f->n++] = x;
  }
  return CI_OK;
}

int form_merge(struct compiler *c, struct form *f) {
  size_t n = f->n;
  struct member *m = budget_alloc(c->b, n * sizeof *m);
  if (!m) return CI_ENOMEM;
  int error = gather(c, f, m);
  budget_free(c->b, m, n * sizeof *m);
  return error;
}
