/* The pool: nodes are hash-consed, equal contents get equal numbers. */
#include "pool.h"

#include <string.h>

void pool_init(struct pool *p, budget *b, const struct graph *g, const struct pool_domain *domains) {
  *p = (struct pool){.b = b, .graph = g, .domains = domains};
}

void pool_free(struct pool *p) {
  budget_free(p->b, p->nodes, p->capacity * sizeof *p->nodes);
  budget_free(p->b, p->args, p->arg_capacity * sizeof *p->args);
  budget_free(p->b, p->slots, p->nslots * sizeof *p->slots);
}

static uint32_t mix(uint32_t h, uint64_t v) {
  uint64_t x = (h ^ v) * 0x9e3779b97f4a7c15u;
  return (uint32_t)(x >> 32) ^ (uint32_t)x;
}

static bool grow_slots(struct pool *p) {
  size_t n = p->nslots ? 2 * p->nslots : 256;
  int32_t *slots = budget_alloc(p->b, n * sizeof *slots);
  if (!slots) return false;
  memset(slots, 0xff, n * sizeof *slots);
  for (size_t e = 0; e < p->n; e++) {
    size_t i = p->nodes[e].hash & (n - 1);
    while (slots[i] >= 0) i = (i + 1) & (n - 1);
    slots[i] = (int32_t)e;
  }
  budget_free(p->b, p->slots, p->nslots * sizeof *p->slots);
  p->slots = slots;
  p->nslots = n;
  return true;
}

static bool room(struct pool *p, size_t n) {
  return p->n < INT32_MAX && (2 * (p->n + 1) <= p->nslots || grow_slots(p)) &&
         budget_grow(p->b, &p->nodes, &p->capacity, p->n + 1, sizeof *p->nodes) &&
         budget_grow(p->b, &p->args, &p->arg_capacity, p->nargs + n, sizeof *p->args);
}

static bool same(const struct pool *p, const struct pool_node *x, const struct pool_node *y, const pool_id *args) {
  if (x->hash != y->hash || x->op != y->op || x->n != y->n || x->data != y->data) return false;
  if (x->op == NODE_INT && x->lo != y->lo) return false;
  return x->n == 0 || memcmp(pool_args(p, x), args, (size_t)x->n * sizeof *args) == 0;
}

static pool_id intern(struct pool *p, struct pool_node *node, const pool_id *args) {
  if (!room(p, (size_t)node->n)) return CI_ENOMEM;
  size_t i = node->hash & (p->nslots - 1);
  for (; p->slots[i] >= 0; i = (i + 1) & (p->nslots - 1))
    if (same(p, &p->nodes[p->slots[i]], node, args)) return p->slots[i];
  pool_id e = (pool_id)p->n++;
  node->first = (uint32_t)p->nargs;
  if (node->n) memcpy(p->args + p->nargs, args, (size_t)node->n * sizeof *args);
  p->nargs += (size_t)node->n;
  if (node->op != NODE_INT) pool_bounds(p, node);
  p->nodes[e] = *node;
  p->slots[i] = e;
  return e;
}

pool_id pool_int(struct pool *p, wide value) {
  struct pool_node node = {.op = NODE_INT, .lo = value, .hi = value,
                           .hash = mix(NODE_INT, (uint64_t)value ^ (uint64_t)(value >> 64) * 31)};
  node.wild = value > POOL_LIMIT || value < -POOL_LIMIT;
  return intern(p, &node, NULL);
}

pool_id pool_node(struct pool *p, int32_t op, const pool_id *args, size_t n, int32_t data) {
  struct pool_node node = {.op = op, .n = (int32_t)n, .data = data, .hash = mix((uint32_t)op, (uint64_t)data)};
  for (size_t i = 0; i < n; i++) node.hash = mix(node.hash, (uint64_t)args[i] + 1);
  return intern(p, &node, args);
}
