/* The graph of expressions: what a builder fills and a model freezes.
 *
 * A node's arguments have smaller numbers than the node itself, so that one
 * pass in order of number visits every argument before its user: nothing that
 * works on a graph needs recursion, however deep it is. */
#ifndef CI_GRAPH_H
#define CI_GRAPH_H

#include <stdbool.h>

#include "arena.h"
#include "wide.h"

/* Beside the operations of ci_op, whose numbers come first. */
enum {
  NODE_INT = CI_OP_COUNT, /* data: index of the value in ints */
  NODE_VAR,               /* data: index of the variable */
  NODE_IN,                /* (x) is one of list[data] */
  NODE_TABLE,             /* (args) is one of the rows of list[data] */
  NODE_GLOBAL,            /* of kind list[data][0], with the parameters behind it */
  NODE_KINDS
};

struct node {
  int32_t op;
  int32_t n;     /* arguments */
  int32_t data;
  uint32_t hash;
  size_t first;  /* in args */
};

/* The values of NODE_IN (ascending, no doubles), NODE_TABLE (row-major) and NODE_GLOBAL. */
static inline bool node_has_list(int32_t op) { return op == NODE_IN || op == NODE_TABLE || op == NODE_GLOBAL; }
struct list {
  int64_t *values;
  size_t n;
};

struct var {
  char *name;
  ci_expr node;
  int64_t lo, hi, step; /* of a range; of a list its ends, and step 0 */
  int64_t *values;      /* in listed order; NULL: a range */
  size_t n;             /* listed values */
  char **labels;        /* one per listed value; NULL: none */
  bool hidden;          /* solutions are not told apart by it */
};

struct constraint {
  ci_expr condition;
  char *name;
  ci_place place;
};

struct objective { ci_expr e; int maximize; };
struct order { size_t var; int largest_first; };

/* A step of the search: which of its variables next, which values first. */
struct phase { size_t first, n; ci_choice choice; ci_branching branching; };

/* What a solution shows: a variable (ndims 0) or an array of items, each a
 * variable or a constant; dims: lo, hi of each index. */
struct shown {
  char *name;
  bool boolean;
  size_t ndims, n;
  int64_t *dims;
  ci_expr *items;
};

/* A name and what it stands for, in a hash table; nodes name each other's first. */
struct named { char *name; ci_expr e; };

struct graph {
  budget budget;
  arena arena; /* strings and lists */
  struct node *nodes;
  size_t nnodes, node_capacity;
  ci_expr *args;
  size_t nargs, arg_capacity;
  wide *ints;
  size_t nints, int_capacity;
  struct list *lists;
  size_t nlists, list_capacity;
  struct var *vars;
  size_t nvars, var_capacity;
  struct constraint *constraints;
  size_t nconstraints, constraint_capacity;
  struct objective *objectives;
  size_t nobjectives, objective_capacity;
  struct order *order;
  size_t norder, order_capacity;
  struct phase *phases;
  size_t nphases, phase_capacity;
  size_t *phase_vars; /* of all phases */
  size_t nphase_vars, phase_var_capacity;
  struct shown *shown;
  size_t nshown, shown_capacity;
  bool has_global; /* a NODE_GLOBAL */
  bool projected; /* some hidden variable has several values for one solution */
  struct named *names; /* in the order given */
  size_t nnames, name_capacity;
  int32_t *slots; /* of nodes, by hash; -1: empty */
  size_t nslots;
  int32_t *name_slots; /* of names, by hash; -1: empty */
  size_t nname_slots;
};

struct ci_model {
  struct graph graph;
  int owners;     /* atomic */
  ci_model *base; /* owned; all of the graph but its order is that model's. NULL: none */
};

/* What is known of each kind of node. */
enum shape { SHAPE_INFIX, SHAPE_PREFIX, SHAPE_CALL };
struct op_info {
  const char *symbol;
  int min_args, max_args; /* max 0: any number */
  bool truth;             /* its value is 0 or 1 */
  enum shape shape;
  int binding;            /* of the printed text: higher binds tighter */
};
extern const struct op_info op_table[NODE_KINDS];

static inline const ci_expr *node_args(const struct graph *g, const struct node *n) {
  return n->n ? g->args + n->first : NULL;
}
static inline bool node_is_truth(const struct graph *g, ci_expr e) { return op_table[g->nodes[e].op].truth; }
static inline bool node_is_int(const struct graph *g, ci_expr e) { return g->nodes[e].op == NODE_INT; }
static inline wide node_int(const struct graph *g, ci_expr e) { return g->ints[g->nodes[e].data]; }

void graph_init(struct graph *g);
void graph_free(struct graph *g);
char *graph_string(struct graph *g, const char *text, size_t length); /* NULL: out of memory */
/* The node of these contents, made if it is new; < 0: out of memory. */
ci_expr graph_node(struct graph *g, int32_t op, const ci_expr *args, size_t n, int32_t data);
ci_expr graph_int(struct graph *g, wide value);
/* A node over a list, whose values are copied. */
ci_expr graph_list(struct graph *g, int32_t op, const ci_expr *args, size_t n, const int64_t *values, size_t nvalues);
/* names.c: index in names, or -1. */
int32_t graph_find(const struct graph *g, const char *name, size_t length);
int graph_add_name(struct graph *g, const char *name, size_t length, ci_expr e);
/* The name that was given to a node, or NULL (variables have theirs elsewhere). */
const char *graph_name_of(const struct graph *g, ci_expr e);

/* text.c: the expression in the native language, cut to what fits. */
void graph_text(const struct graph *g, ci_expr e, char *text, size_t size);

#endif
