/* The expressions of a model as the compact form's builder wants them: flat
 * (sums of sums, products of products, ...), folded, with 128-bit bounds.
 *
 * As in the graph, a node's arguments have smaller numbers than the node. */
#ifndef CI_POOL_H
#define CI_POOL_H

#include "../calculate.h"

enum {
  POOL_TRUTH = NODE_KINDS, /* (x): x is defined and not 0 */
  POOL_UNDEFINED,          /* (): has no value */
  POOL_KINDS
};

/* Numbers of a smaller magnitude are worked with in 64 bits. */
#define POOL_LIMIT ((wide)1 << 62)

typedef int32_t pool_id; /* < 0: out of memory */

struct pool_node {
  int32_t op, n, data;
  uint32_t first; /* in args */
  uint32_t hash;
  bool undefined; /* may be */
  bool wild;      /* it, or something below it, may be beyond POOL_LIMIT */
  wide lo, hi;    /* of its values */
};

struct pool {
  budget *b;
  const struct graph *graph; /* lists, and the bounds of variables */
  const struct pool_domain *domains;
  struct pool_node *nodes;
  size_t n, capacity;
  pool_id *args;
  size_t nargs, arg_capacity;
  int32_t *slots;
  size_t nslots;
};

/* What is known of a variable. */
struct pool_domain { wide lo, hi; };

static inline const pool_id *pool_args(const struct pool *p, const struct pool_node *node) {
  return node->n ? p->args + node->first : NULL;
}
static inline bool pool_is_int(const struct pool *p, pool_id e) { return p->nodes[e].op == NODE_INT; }
static inline wide pool_value(const struct pool *p, pool_id e) { return p->nodes[e].lo; }
static inline bool pool_is_truth_op(int32_t op) { return op < NODE_KINDS ? op_table[op].truth : op == POOL_TRUTH; }

void pool_init(struct pool *p, budget *b, const struct graph *g, const struct pool_domain *domains);
void pool_free(struct pool *p);
/* As they are: */
pool_id pool_int(struct pool *p, wide value);
pool_id pool_node(struct pool *p, int32_t op, const pool_id *args, size_t n, int32_t data);
/* simplify.c: an operation of the graph (CI_..., NODE_...) made simple. */
pool_id pool_make(struct pool *p, int32_t op, const pool_id *args, size_t n, int32_t data);
/* bounds.c: fill lo, hi, undefined and wild of a node whose arguments have theirs. */
void pool_bounds(const struct pool *p, struct pool_node *node);

#endif
