/* The compiler: nodes that must be equal share one term.  That makes a*b*c ==
 * d*e*f two products with the same result instead of three propagators. */
#include "compile_internal.h"

ci_expr class_of(struct compiler *c, ci_expr e) {
  while (c->same[e] != e) {
    c->same[e] = c->same[c->same[e]];
    e = c->same[e];
  }
  return e;
}

/* Its value is one term without a factor of its own. */
static bool eligible(const struct compiler *c, ci_expr e) {
  wide factor;
  size_t rest;
  ci_expr only;
  if (node_is_truth(c->g, e) || is_sum(c->g, e)) return false;
  if (!is_product(c->g, e)) return true;
  return constant_factor(c->g, &c->g->nodes[e], &factor, &rest, &only) && factor == 1;
}

static bool is_argument(const struct graph *g, ci_expr e, ci_expr user) {
  const struct node *node = &g->nodes[user];
  for (int32_t i = 0; i < node->n; i++)
    if (node_args(g, node)[i] == e) return true;
  return false;
}

/* What a class holds beside operations: at most one constant, and then no variable. */
enum { HAS_INT = 1, HAS_VAR = 2 };

static int contents(const struct graph *g, ci_expr e) {
  return g->nodes[e].op == NODE_INT ? HAS_INT : g->nodes[e].op == NODE_VAR ? HAS_VAR : 0;
}

static void unite(struct compiler *c, uint8_t *held, ci_expr equation) {
  const struct graph *g = c->g;
  const ci_expr *args = node_args(g, &g->nodes[equation]);
  ci_expr a, b, x = args[0], y = args[1];
  if (is_divisibility(g, &g->nodes[equation], &a, &b)) return;
  if (!eligible(c, x) || !eligible(c, y) || is_argument(g, x, y) || is_argument(g, y, x)) return;
  a = class_of(c, x);
  b = class_of(c, y);
  if ((held[a] & HAS_INT && held[b]) || (held[b] & HAS_INT && held[a])) return;
  c->same[a] = b;
  held[b] |= held[a];
  c->need[x] |= NEED_TERM;
  c->need[y] |= NEED_TERM;
  c->need[equation] |= NEED_DONE;
}

void find_equalities(struct compiler *c) {
  const struct graph *g = c->g;
  uint8_t *held = budget_alloc(c->b, g->nnodes);
  for (size_t e = 0; e < g->nnodes; e++) {
    c->same[e] = (ci_expr)e;
    if (held) held[e] = (uint8_t)contents(g, (ci_expr)e);
  }
  if (!held) return; /* the budget has noted it */
  for (size_t e = 0; e < g->nnodes; e++)
    if (g->nodes[e].op == CI_EQ && c->need[e] & NEED_TRUE) unite(c, held, (ci_expr)e);
  budget_free(c->b, held, g->nnodes);
}
