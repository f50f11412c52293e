/* Random small models through the builder, and what enumeration says of them. */
#ifndef RANDOM_MODEL_H
#define RANDOM_MODEL_H

#include <constrint.h>
#include <stdbool.h>

enum { MOST_VARS = 5 };

uint64_t random_next(uint64_t *state);
int random_below(uint64_t *state, int n);

/* What a model may hold. */
struct recipe {
  int vars, values, constraints, depth;
  bool objective, order, big; /* big: constants near the ends of int64 */
};

ci_model *random_model(uint64_t *state, const struct recipe *r);

/* All assignments of a small model, one by one, in the model's search order. */
struct assignments {
  const ci_model *model;
  size_t n, position[MOST_VARS], size[MOST_VARS];
  int64_t *sorted[MOST_VARS];
  int64_t values[MOST_VARS];
  bool done;
};
void assignments_begin(struct assignments *a, const ci_model *m);
void assignments_next(struct assignments *a);
void assignments_end(struct assignments *a);

/* A knapsack of n things, 0 or 1 of each, that `sums` weights bound; their worth is maximised. */
struct knapsack { int sums, least, range, capacity; }; /* weights and worth from least on, so many; capacity for each of n */
ci_model *random_knapsack(uint64_t *state, int n, const struct knapsack *k);

/* The best value of a model of at most 64 variables that has one. */
int64_t optimum(const ci_model *m, ci_options options, ci_stats *stats);

#endif
