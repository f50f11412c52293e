/* Random small models as trees of their own: generated, printed in a dialect
 * and evaluated by code that shares nothing with the library. */
#ifndef MODEL_TREE_H
#define MODEL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum dialect { NATIVE, T1, FLASHRNN, DIALECTS };

enum kind {
  K_INT, K_FRACTION, K_VAR, K_NEG, K_ABS, K_ADD, K_SUB, K_MUL, K_FLOORDIV, K_MOD, K_DIV, K_CEILDIV, K_POW,
  K_BITXOR, K_BITAND, K_BITOR, K_SHL, K_SHR, K_INVERT, K_MIN, K_MAX, K_ELEMENT, K_ITE, K_TRUNC, K_FLOOR, K_CEIL,
  /* truth values */
  K_CHAIN, K_IN, K_NOT_IN, K_NOT, K_AND, K_OR, K_XOR, K_IMPLIES, K_IFF, K_DIVIDES, K_ALLDIFFERENT, K_TABLE,
  K_LABEL, /* T1: a string parameter is (not) one of some labels */
  KINDS
};

enum relation { R_EQ, R_NE, R_LT, R_LE, R_GT, R_GE, RELATIONS };

enum { MAX_KIDS = 6, MAX_NODES = 2000, MAX_VARS = 4, MAX_VALUES = 8, MAX_CONSTRAINTS = 4, MAX_ROWS = 4096 };

struct node {
  enum kind kind;
  int n, kid[MAX_KIDS];
  enum relation relation[MAX_KIDS]; /* of a chain: before kid i */
  int64_t value[MAX_VALUES];        /* of K_INT, K_FRACTION (tenths), sets and tables */
  int values;
};

enum var_type { V_INT, V_FLOAT, V_STRING, V_BOOL };

struct variable {
  enum var_type type;
  int64_t value[MAX_VALUES]; /* as declared: in tenths for floats, an index for strings, 0 or 1 for bools */
  int n;
  bool range;                /* written as lo..hi step k */
  int64_t step;
};

struct model {
  enum dialect dialect;
  struct variable var[MAX_VARS];
  int vars;
  int constraint[MAX_CONSTRAINTS];
  int constraints;
  int objective[2];
  bool maximize[2];
  int objectives;
  struct node node[MAX_NODES];
  int nodes;
};

/* What a broken oracle gets wrong: the test's own test. */
enum mutation {
  NO_MUTATION, TRUNCATED_DIVISION, DIVIDEND_SIGN, FIRST_PAIR_ONLY, UNDEFINED_HOLDS, EAGER_OR, MUTATIONS
};

uint64_t random_bits(void);
void random_seed(uint64_t seed);
int random_below(int n);

void generate(struct model *m, enum dialect dialect);
/* The model's text; its length. */
size_t print_model(const struct model *m, char *out, size_t size);
/* What the solver's variable holds for choice i of a variable's values. */
int64_t held_value(const struct variable *v, int i);

/* Constraint c under a choice of value indices; *too_large: beyond 2^62 on the way. */
bool holds(const struct model *m, int c, const int *choice, enum mutation mutation, bool *too_large);
int64_t objective_value(const struct model *m, int k, const int *choice, bool *too_large);

#endif
