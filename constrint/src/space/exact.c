/* A pass over the nodes below a condition. */
#include "exact.h"

/* The arguments of a node, of the graph or of the pool: they are numbered alike. */
static size_t arguments(const struct exact *x, int32_t e, const int32_t **args) {
  if (x->whole) {
    *args = node_args(x->pool->graph, &x->pool->graph->nodes[e]);
    return (size_t)x->pool->graph->nodes[e].n;
  }
  *args = pool_args(x->pool, &x->pool->nodes[e]);
  return (size_t)x->pool->nodes[e].n;
}

/* Mark what the root rests on; the longest list of arguments. */
static size_t mark(const struct exact *x, bool *used) {
  size_t longest = 1;
  used[x->root] = true;
  for (int32_t e = x->root; e >= 0; e--) {
    const int32_t *args;
    size_t n = used[e] ? arguments(x, e, &args) : 0;
    for (size_t i = 0; i < n; i++) used[args[i]] = true;
    if (n > longest) longest = n;
  }
  return longest;
}

int exact_begin(struct exact *x, const struct pool *p, pool_id condition, ci_expr whole) {
  budget *b = p->b;
  x->b = b;
  x->pool = p;
  x->whole = whole >= 0;
  x->root = x->whole ? whole : condition;
  size_t n = (size_t)x->root + 1, nvars = p->graph->nvars + 1;
  bool *used = budget_alloc(b, n);
  if (!used) return CI_ENOMEM;
  size_t longest = mark(x, used);
  bool ok = budget_grow(b, &x->values, &x->value_capacity, n, sizeof *x->values) &&
            budget_grow(b, &x->nodes, &x->capacity, n, sizeof *x->nodes) &&
            budget_grow(b, &x->args, &x->arg_capacity, longest, sizeof *x->args) &&
            budget_grow(b, &x->assigned, &x->assigned_capacity, nvars, sizeof *x->assigned);
  x->n = 0;
  for (size_t e = 0; e < n && ok; e++)
    if (used[e]) x->nodes[x->n++] = (int32_t)e;
  for (size_t i = 0; i + 1 < nvars && ok; i++) x->assigned[i] = (int64_t)p->domains[i].lo;
  budget_free(b, used, n);
  return ok ? CI_OK : CI_ENOMEM;
}

void exact_free(struct exact *x) {
  if (!x->b) return;
  budget_free(x->b, x->values, x->value_capacity * sizeof *x->values);
  budget_free(x->b, x->nodes, x->capacity * sizeof *x->nodes);
  budget_free(x->b, x->args, x->arg_capacity * sizeof *x->args);
  budget_free(x->b, x->assigned, x->assigned_capacity * sizeof *x->assigned);
}

static struct value of_pool(const struct exact *x, int32_t e) {
  const struct pool_node *node = &x->pool->nodes[e];
  if (node->op == NODE_VAR) return (struct value){x->assigned[node->data], NUMBER};
  if (node->op == NODE_INT) return (struct value){node->lo, NUMBER};
  if (node->op == POOL_UNDEFINED) return (struct value){0, UNDEFINED};
  if (node->op == POOL_TRUTH) return calculate(CI_NE, (struct value[2]){x->args[0], {0, NUMBER}}, 2);
  return calculate_node(x->pool->graph, &(struct node){.op = node->op, .n = node->n, .data = node->data}, x->args);
}

static struct value of_graph(const struct exact *x, int32_t e) {
  const struct node *node = &x->pool->graph->nodes[e];
  if (node->op == NODE_VAR) return (struct value){x->assigned[node->data], NUMBER};
  return calculate_node(x->pool->graph, node, x->args);
}

int64_t exact_truth(struct exact *x) {
  for (size_t i = 0; i < x->n; i++) {
    int32_t e = x->nodes[i];
    const int32_t *args;
    size_t n = arguments(x, e, &args);
    for (size_t k = 0; k < n; k++) x->args[k] = x->values[args[k]];
    x->values[e] = x->whole ? of_graph(x, e) : of_pool(x, e);
  }
  struct value v = x->values[x->root];
  if (v.kind == UNKNOWN) return 2;
  return v.kind != UNDEFINED && (v.kind != NUMBER || v.number != 0);
}
