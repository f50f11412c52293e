/* The checker's own picture of a model: cells, each a total function of others,
 * with an interval and values taken out of it.  It shares the graph and the
 * meaning of operations on numbers (calculate.h) with the solver, nothing else.
 *
 * What is undefined in the model has some value here, and a truth value beside
 * it says so: x // 0 is x // 1, an index outside chooses the first item. */
#ifndef CI_PROOF_NETWORK_H
#define CI_PROOF_NETWORK_H

#include "../budget.h"
#include "../graph.h"

enum cell_op {
  CELL_CONSTANT, CELL_VARIABLE,
  CELL_SUM,      /* of coefficient * argument, and a constant */
  CELL_PRODUCT,  /* of two arguments or more, ascending */
  CELL_DIV, CELL_MOD, CELL_POWER, CELL_BITXOR, CELL_ABS, CELL_MIN, CELL_MAX, CELL_ELEMENT, CELL_ITE,
  CELL_EQUAL, CELL_LESS_EQUAL, CELL_DIVIDES, CELL_IN, CELL_TABLE, CELL_DIFFERENT, CELL_GLOBAL,
  CELL_NOT, CELL_AND, CELL_OR, CELL_XOR,
  /* no values, but what always holds */
  CELL_SPLIT,    /* args[0] = args[1] * args[2] */
  CELL_EXACT,    /* args[3] implies args[2] = args[0] * args[1] */
  CELL_BETTER,   /* the objectives are better than the best known */
  CELL_OPS
};

typedef int32_t cell;

struct cell_of {
  enum cell_op op;
  int32_t n, data; /* data: a list of the graph, or a variable */
  size_t first;
  wide constant;
  cell next; /* hashed */
  cell ring; /* the next one that is equal */
};

struct domain_of { wide lo, hi; int32_t removed; };
struct removed { wide v; int32_t next; };
struct saved { cell x; struct domain_of domain; };

enum literal_kind { LITERAL_GE, LITERAL_LE, LITERAL_IS, LITERAL_NOT };
struct literal { cell x; enum literal_kind kind; wide v; };

struct network {
  const struct graph *g;
  budget budget;
  struct cell_of *cells;
  size_t n, capacity;
  cell *args;
  wide *coefficients; /* beside args; of sums */
  size_t nargs, arg_capacity, coefficient_capacity;
  struct domain_of *domains; /* of the first of a ring */
  size_t domain_capacity;
  cell *same; /* the first of the ring */
  size_t same_capacity;
  uint32_t *stop, stamp; /* cells at which a sum is not opened further */
  size_t stop_capacity;
  struct removed *removed;
  size_t nremoved, removed_capacity;
  struct saved *trail;
  size_t ntrail, trail_capacity;
  cell buckets[4096];
  wide **allowed; /* per variable: its listed values, ascending; NULL: a range */
  cell *number, *defined, *relation; /* per node; -1: none, always */
  wide *best; /* of the objectives */
  bool has_best;
  cell better;
  cell *first; /* cases are of these, as long as one is open */
  size_t nfirst, first_capacity;
  uint64_t changes;
  bool broken; /* some domain is empty */
  bool spent;  /* the budget, or a number beyond 128 bits */
};

/* network.c */
void network_free(struct network *w);
bool network_room(struct network *w, void *list, size_t *capacity, size_t n, size_t size);
void network_release(struct network *w, void *list, size_t capacity, size_t size);
/* Looks at the clock: is there a reason to stop? */
bool network_stopped(struct network *w);
/* The cell of these contents, made if it is new; < 0: w->spent. */
cell network_cell(struct network *w, enum cell_op op, const cell *args, const wide *coefficients, size_t n, int32_t data, wide constant);
cell network_constant(struct network *w, wide v);
static inline const cell *cell_args(const struct network *w, cell x) { return w->args + w->cells[x].first; }
static inline cell cell_same(const struct network *w, cell x) { return w->same[x]; }

/* domains.c (of the checker) */
static inline wide cell_lo(const struct network *w, cell x) { return w->domains[w->same[x]].lo; }
static inline wide cell_hi(const struct network *w, cell x) { return w->domains[w->same[x]].hi; }
static inline bool cell_fixed(const struct network *w, cell x) { return cell_lo(w, x) == cell_hi(w, x) && !wide_saturated(cell_lo(w, x)); }
static inline bool cell_true(const struct network *w, cell x) { return cell_lo(w, x) == 1; }
static inline bool cell_false(const struct network *w, cell x) { return cell_hi(w, x) == 0; }
bool cell_has(const struct network *w, cell x, wide v);
/* False: the domain is empty (w->broken). */
bool cell_within(struct network *w, cell x, wide lo, wide hi);
bool cell_remove(struct network *w, cell x, wide v);
bool cell_unite(struct network *w, cell x, cell y);
size_t network_mark(const struct network *w);
void network_undo(struct network *w, size_t mark);
enum state { LITERAL_FALSE, LITERAL_TRUE, LITERAL_OPEN };
enum state literal_state(const struct network *w, struct literal l);
bool literal_assert(struct network *w, struct literal l);
bool literal_deny(struct network *w, struct literal l);

/* cells.c: from the model; CI_OK or an error. */
int network_load(struct network *w, const struct graph *g, const ci_limits *limits);
/* A definition of the proof, over cells; < 0: no such operation. */
cell network_define(struct network *w, const char *op, const cell *args, size_t n);

/* sums.c, lists.c, steps.c: what one cell says of the domains; false: broken. */
bool step_sum(struct network *w, cell x, bool open);
bool step_compare(struct network *w, cell x, bool open);
bool step_product(struct network *w, cell z, const cell *factors, size_t n);
bool step_list(struct network *w, cell x);
bool step_global(struct network *w, cell x);
bool step_cell(struct network *w, cell x);

/* refute.c: no assignment within the domains agrees with these cells.  True is
 * certain; false: not found out with so many cases. */
bool network_refute(struct network *w, const cell *list, size_t n, int64_t *cases);

#endif
