/* What is to be built: the domains of the variables, the conditions as simple
 * expressions, and the independent parts that they fall into. */
#ifndef CI_PLAN_H
#define CI_PLAN_H

#include "pool.h"

enum {
  LISTED_SMALL = 256,  /* ranges up to this size are held value by value at once, */
  LISTED_MAX = 1 << 22 /* others up to this one where no equation gives their value */
};

struct plan_var {
  int64_t *values;     /* in listed order; NULL: lo, lo + step, ..., hi */
  uint32_t n;          /* values */
  uint32_t capacity;
  int64_t lo, hi, step;
  double log_size;     /* log2 of the number of values */
  int32_t part;        /* -1: one value only */
  bool left_out;       /* an equation gives its value, and no condition reads it: see plan_give() */
};

/* One condition over the variables vars[first .. first + n - 1]. */
struct condition {
  pool_id root;
  ci_expr whole;  /* the graph's condition, where numbers may be beyond 64 bits; -1: they are not */
  uint32_t first, n;
  int32_t part;
  int32_t defines; /* the variable that this condition gives a value to; -1: none */
};

/* A condition says that a variable equals an expression over the others. */
struct definition {
  uint32_t var;
  uint32_t condition;
  pool_id value;
};

struct plan {
  budget *b;
  const struct graph *graph;
  struct pool pool;
  struct pool_domain *domains; /* of the pool's variables */
  struct pool_domain *tight;   /* per node of the pool: bounds that no configuration leaves, as far as known */
  size_t ntight;
  struct plan_var *vars;
  struct condition *conditions;
  size_t nconditions, condition_capacity;
  struct definition *definitions; /* of variables that are not listed */
  size_t ndefinitions, definition_capacity;
  uint32_t *scope;             /* the variables of all conditions */
  size_t nscope, scope_capacity;
  uint32_t *seen;              /* per node: marks of the current walk */
  size_t seen_capacity;
  uint32_t mark;
  pool_id *stack;
  size_t stack_capacity;
  int32_t nparts;
  bool empty;                  /* proven to have no configuration */
  bool constant;               /* every variable has one value, and some condition is yet to be judged */
};

/* The plan of a model; free it whatever the result. */
int plan_make(struct plan *p, budget *b, const struct graph *g);
void plan_free(struct plan *p);
/* Is this a value of a variable that is not listed? */
bool plan_has(const struct plan_var *v, int64_t value);
/* List the values of a variable that is not; CI_ENOMEM: too many. */
int plan_list(struct plan *p, uint32_t var);

/* Of a listed variable, keep the values with alive[i]; p->empty if there are none. */
void plan_keep(struct plan *p, uint32_t var, const bool *alive);

/* share.c: conditions that are best judged together become one. */
int plan_share(struct plan *p);
/* define.c: fill definitions. */
int plan_define(struct plan *p);
/* give.c: in one part, choose definitions for the variables that are not listed, put the values in their
 * place in all other conditions, and list variables for which there is none.  position: by variable, an order
 * in which a value must come after what it is worked out from; NULL: free.  leave_out: where only the number of
 * configurations matters, variables that are given their values are left out if nothing has to read them. */
int plan_give(struct plan *p, int32_t part, const uint32_t *position, bool leave_out);
/* (Re)fill first and n of a condition. */
int plan_scope(struct plan *p, struct condition *c);

#endif
