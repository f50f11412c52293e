/* What the files of the compiler share.
 *
 * 1. need.c, from the top down: which nodes must hold, which are wanted as
 *    terms, which only as parts of a sum or a product.
 * 2. equalities.c: nodes that must be equal share one term.
 * 3. integers.c, truths.c, from the bottom up: terms and propagators.
 *
 * Undefined values: every integer node has a truth value "is defined" (ALWAYS,
 * or a term); the innermost comparison around it takes that in.  Partial
 * operations are made total first, so that every term is a function of the
 * declared variables and counts are exact. */
#ifndef CI_COMPILE_INTERNAL_H
#define CI_COMPILE_INTERNAL_H

#include "compile.h"
#include "store_internal.h"

enum need {
  NEED_TERM = 1,  /* its value as a term */
  NEED_LINEAR = 2, /* as a part of a sum */
  NEED_FACTOR = 4, /* as a part of a product */
  NEED_CORE = 8,  /* a product's term without its constant factor */
  NEED_TRUE = 16, /* must hold */
  NEED_FALSE = 32, /* must not hold */
  NEED_BOOL = 64, /* an integer as a truth value */
  NEED_DEFINED = 128, /* is defined in every solution */
  NEED_DONE = 256 /* what must hold is taken care of elsewhere */
};

enum { NO_TERM = -1, ALWAYS = -1 };

/* The interval that the declared bounds alone give. */
struct bounds { wide lo, hi; };

struct product { uint64_t key; term z; };

struct compiler {
  const struct graph *g;
  store *s;
  budget *b;
  uint16_t *need;
  int32_t *uses;
  int32_t *length;     /* of a sum (a product) with its inner ones opened */
  wide *weight;        /* bound of a sum's coefficients and constants together, so opened */
  bool *closed;        /* not to be written into the sum around it: coefficients would not fit */
  bool *partial;       /* may be undefined */
  struct bounds *bounds;
  ci_expr *same;       /* union-find over nodes that must be equal */
  term *class_term;    /* of the representative */
  term *value;         /* of the node */
  term *core;          /* NEED_CORE */
  wide *factor;        /* the constant factor that core leaves out */
  term *truth;         /* NEED_BOOL of an integer */
  term *defined;       /* ALWAYS or a term */
  const term *vars;
  /* products of two terms that exist: open addressing, z < 0 empty */
  struct product *products;
  size_t product_slots, product_count;
  /* scratch */
  ci_expr *stack;
  wide *stack_factor;
  size_t stack_capacity, stack_factor_capacity;
};

/* need.c */
void find_needs(struct compiler *c, bool with_objectives);
bool is_sum(const struct graph *g, ci_expr e);
bool is_product(const struct graph *g, ci_expr e);
bool opens_sum(const struct compiler *c, ci_expr e);     /* written into the sum around it */
bool opens_product(const struct compiler *c, ci_expr e); /* into the product */
/* The constant factor of a product; *rest: how many other arguments, *only: one of them. */
bool constant_factor(const struct graph *g, const struct node *node, wide *factor, size_t *rest, ci_expr *only);
/* (a % b) == 0, either way around: then a and b. */
bool is_divisibility(const struct graph *g, const struct node *node, ci_expr *a, ci_expr *b);

/* equalities.c */
void find_equalities(struct compiler *c);
ci_expr class_of(struct compiler *c, ci_expr e);

/* linear_form.c: a sum of terms and a constant. */
struct form {
  wide *a;
  term *x;
  size_t n, a_capacity, x_capacity;
  wide constant;
};
void form_free(struct compiler *c, struct form *f);
int form_add(struct compiler *c, struct form *f, ci_expr e, wide factor);
int form_open(struct compiler *c, struct form *f, ci_expr sum); /* its parts, whether or not it opens elsewhere */
int form_add_term(struct compiler *c, struct form *f, term x, wide factor);
int form_merge(struct compiler *c, struct form *f); /* equal terms gathered, constants moved out */

/* integers.c: the term of an integer node; CI_OK or an error. */
int build_integer(struct compiler *c, ci_expr e);
/* A node's term, made before. */
term value_of(struct compiler *c, ci_expr e);
/* The conjunction of two "is defined"; < -1: an error. */
term defined_and(struct compiler *c, term a, term b);
/* That of all arguments of a node from `first` on. */
int defined_of_args(struct compiler *c, const struct node *node, int32_t first, term *out);
/* A divisor without 0, and the truth value of its being the divisor given. */
int safe_divisor(struct compiler *c, term y, bool never_zero, term *safe, term *d);
int product_of(struct compiler *c, term x, term y, term wanted, term *out);

/* truths.c */
int build_truth(struct compiler *c, ci_expr e);
int build_bool(struct compiler *c, ci_expr e); /* NEED_BOOL of an integer */
int require(struct compiler *c, ci_expr e);    /* NEED_TRUE, NEED_FALSE */
term bool_of(struct compiler *c, ci_expr e);

#endif
