/* The graph: nodes are hash-consed, equal contents get equal numbers. */
#include "graph.h"

#include <string.h>

void graph_init(struct graph *g) {
  memset(g, 0, sizeof *g);
  budget_init(&g->budget, NULL);
  arena_init(&g->arena, &g->budget);
}

void graph_free(struct graph *g) {
  budget *b = &g->budget;
  arena_free(&g->arena);
  budget_free(b, g->nodes, g->node_capacity * sizeof *g->nodes);
  budget_free(b, g->args, g->arg_capacity * sizeof *g->args);
  budget_free(b, g->ints, g->int_capacity * sizeof *g->ints);
  budget_free(b, g->lists, g->list_capacity * sizeof *g->lists);
  budget_free(b, g->vars, g->var_capacity * sizeof *g->vars);
  budget_free(b, g->constraints, g->constraint_capacity * sizeof *g->constraints);
  budget_free(b, g->objectives, g->objective_capacity * sizeof *g->objectives);
  budget_free(b, g->order, g->order_capacity * sizeof *g->order);
  budget_free(b, g->phases, g->phase_capacity * sizeof *g->phases);
  budget_free(b, g->phase_vars, g->phase_var_capacity * sizeof *g->phase_vars);
  budget_free(b, g->shown, g->shown_capacity * sizeof *g->shown);
  budget_free(b, g->names, g->name_capacity * sizeof *g->names);
  budget_free(b, g->slots, g->nslots * sizeof *g->slots);
  budget_free(b, g->name_slots, g->nname_slots * sizeof *g->name_slots);
}

char *graph_string(struct graph *g, const char *text, size_t length) {
  char *copy = arena_alloc(&g->arena, length + 1);
  if (copy) memcpy(copy, text, length);
  return copy;
}

/* ---- hash-consing ---- */

static uint32_t mix(uint32_t h, uint64_t v) {
  uint64_t x = (h ^ v) * 0x9e3779b97f4a7c15u;
  return (uint32_t)(x >> 32) ^ (uint32_t)x;
}

static uint32_t hash_contents(int32_t op, const ci_expr *args, size_t n, uint64_t data) {
  uint32_t h = mix((uint32_t)op, data);
  for (size_t i = 0; i < n; i++) h = mix(h, (uint64_t)(uint32_t)args[i] + 1);
  return h;
}

static bool grow_slots(struct graph *g) {
  size_t n = g->nslots ? 2 * g->nslots : 256;
  int32_t *slots = budget_alloc(&g->budget, n * sizeof *slots);
  if (!slots) return false;
  memset(slots, 0xff, n * sizeof *slots);
  for (size_t e = 0; e < g->nnodes; e++) {
    size_t i = g->nodes[e].hash & (n - 1);
    while (slots[i] >= 0) i = (i + 1) & (n - 1);
    slots[i] = (int32_t)e;
  }
  budget_free(&g->budget, g->slots, g->nslots * sizeof *g->slots);
  g->slots = slots;
  g->nslots = n;
  return true;
}

/* What makes two nodes equal beside op, hash and arguments. */
struct contents {
  int32_t op, data;
  const ci_expr *args;
  size_t n;
  wide value;            /* of NODE_INT */
  const int64_t *values; /* where node_has_list() */
  size_t nvalues;
};

static bool same(const struct graph *g, const struct node *node, const struct contents *c) {
  if (node->op != c->op || (size_t)node->n != c->n) return false;
  if (c->n && memcmp(node_args(g, node), c->args, c->n * sizeof *c->args) != 0) return false;
  if (c->op == NODE_INT) return g->ints[node->data] == c->value;
  if (!node_has_list(c->op)) return node->data == c->data;
  const struct list *list = &g->lists[node->data];
  return list->n == c->nvalues && (list->n == 0 || memcmp(list->values, c->values, list->n * sizeof *list->values) == 0);
}

static size_t find_slot(const struct graph *g, const struct contents *c, uint32_t hash) {
  size_t i = hash & (g->nslots - 1);
  for (; g->slots[i] >= 0; i = (i + 1) & (g->nslots - 1)) {
    const struct node *node = &g->nodes[g->slots[i]];
    if (node->hash == hash && same(g, node, c)) break;
  }
  return i;
}

static bool room(struct graph *g, size_t n) {
  budget *b = &g->budget;
  if (g->nnodes >= INT32_MAX) {
    b->stopped = CI_ENOMEM;
    return false;
  }
  return (2 * (g->nnodes + 1) <= g->nslots || grow_slots(g)) &&
         budget_grow(b, &g->nodes, &g->node_capacity, g->nnodes + 1, sizeof *g->nodes) &&
         budget_grow(b, &g->args, &g->arg_capacity, g->nargs + n, sizeof *g->args) &&
         budget_grow(b, &g->ints, &g->int_capacity, g->nints + 1, sizeof *g->ints) &&
         budget_grow(b, &g->lists, &g->list_capacity, g->nlists + 1, sizeof *g->lists);
}

/* The payload of a new node, and its index; -1: out of memory. */
static int32_t store_data(struct graph *g, const struct contents *c) {
  if (c->op == NODE_INT) {
    g->ints[g->nints] = c->value;
    return (int32_t)g->nints++;
  }
  if (!node_has_list(c->op)) return c->data;
  int64_t *copy = arena_alloc(&g->arena, (c->nvalues + 1) * sizeof *copy);
  if (!copy) return -1;
  if (c->nvalues) memcpy(copy, c->values, c->nvalues * sizeof *copy);
  g->lists[g->nlists] = (struct list){copy, c->nvalues};
  return (int32_t)g->nlists++;
}

static ci_expr intern(struct graph *g, const struct contents *c, uint64_t salt) {
  if (!room(g, c->n)) return CI_ENOMEM;
  uint32_t hash = hash_contents(c->op, c->args, c->n, salt);
  size_t slot = find_slot(g, c, hash);
  if (g->slots[slot] >= 0) return g->slots[slot];
  int32_t data = store_data(g, c);
  if (data < 0) return CI_ENOMEM;
  ci_expr e = (ci_expr)g->nnodes++;
  g->nodes[e] = (struct node){c->op, (int32_t)c->n, data, hash, g->nargs};
  if (c->n) memcpy(g->args + g->nargs, c->args, c->n * sizeof *c->args);
  g->nargs += c->n;
  g->slots[slot] = e;
  return e;
}

ci_expr graph_node(struct graph *g, int32_t op, const ci_expr *args, size_t n, int32_t data) {
  struct contents c = {.op = op, .data = data, .args = args, .n = n};
  return intern(g, &c, (uint64_t)data);
}

ci_expr graph_int(struct graph *g, wide value) {
  struct contents c = {.op = NODE_INT, .value = value};
  return intern(g, &c, (uint64_t)value ^ (uint64_t)(value >> 64) * 31);
}

ci_expr graph_list(struct graph *g, int32_t op, const ci_expr *args, size_t n, const int64_t *values, size_t nvalues) {
  struct contents c = {.op = op, .args = args, .n = n, .values = values, .nvalues = nvalues};
  uint64_t salt = nvalues;
  for (size_t i = 0; i < nvalues; i++) salt = salt * 0x100000001b3u ^ (uint64_t)values[i];
  return intern(g, &c, salt);
}
