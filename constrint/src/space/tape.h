/* One condition (or several that share much) in the order of its variables: at
 * each level one more variable is given a value, and what can be worked out
 * then is.  Between two levels only the words are kept: the values that
 * later levels still read.  Sums, products and the like are worked out term by
 * term, so that one word holds all terms seen so far. */
#ifndef CI_TAPE_H
#define CI_TAPE_H

#include "pool.h"

/* An undefined value. */
#define TAPE_UNDEFINED INT64_MIN

enum { TAPE_EXACT = POOL_KINDS /* the whole condition, by calculate.c */ };

struct tape_node {
  int32_t op, n, data;
  int32_t level;  /* -1: a constant */
  uint32_t first; /* in args */
  bool undefined; /* may be */
  bool word;      /* read by a later level */
  int64_t lo, hi; /* of its values */
};

/* How a word stands in the key of a state. */
struct tape_word { uint32_t node; uint16_t at, shift; uint16_t bits; };

struct tape {
  budget *b;
  uint32_t levels;
  uint32_t n;               /* nodes, by level */
  struct tape_node *nodes;
  size_t capacity;
  uint32_t *args;
  size_t nargs, arg_capacity;
  uint32_t *begin;          /* levels + 2: begin[i + 1] .. begin[i + 2] - 1 are the nodes of level i; begin[0]: constants */
  uint32_t *variable;       /* per level: its node, or UINT32_MAX */
  uint32_t root;
  struct tape_word *words;
  size_t nwords, word_capacity;
  uint32_t *first_word;     /* levels + 1: the words after level i are first_word[i] .. first_word[i + 1] - 1 */
  uint32_t *key_words;      /* per level: 64-bit words of a key after it */
  const struct pool *pool;
  pool_id condition;
  ci_expr whole;            /* TAPE_EXACT: the graph's condition, or -1 */
  const uint32_t *vars;     /* per level: the variable */
};

/* The tape of a condition whose variables come in the order of vars; whole: what the graph has in
 * its place, if that is to be evaluated as it stands, or -1.  CI_OK or CI_ENOMEM. */
int tape_make(struct tape *t, const struct pool *pool, pool_id condition, ci_expr whole, const uint32_t *vars,
              uint32_t levels);
void tape_free(struct tape *t);

static inline const uint32_t *tape_args(const struct tape *t, const struct tape_node *node) { return t->args + node->first; }

#endif
