/* The cheapest first, by the spec's cost terms. */
#include <stdlib.h>
#include "fail.h"
#include "strategy_parts.h"

static int open_cost_first(struct strategy_run *run, void **state) {
  if (!space_by_cost(run->space))
    return tuner_fail(TUNER_ELIMIT, "%zu legal configurations are too many to rank by cost; take the strategy local or uniform",
                      space_size(run->space));
  *state = calloc(1, sizeof(size_t));
  return *state ? TUNER_OK : tuner_nomem();
}

static int64_t next(struct strategy_run *run, void *state) {
  size_t *at = state;
  const size_t *ranked = space_by_cost(run->space);
  while (strategy_known(run, ranked[*at])) ++*at;
  return (int64_t)ranked[*at];
}

static size_t ahead(struct strategy_run *run, void *state, size_t *out, size_t room, size_t *spare) {
  const size_t *at = state, *ranked = space_by_cost(run->space), size = space_size(run->space);
  size_t n = 0;
  (void)spare;
  for (size_t i = *at; i < size && n < room; i++)
    if (!strategy_known(run, ranked[i])) out[n++] = ranked[i];
  return n;
}

const struct strategy strategy_cost_first = {
  "cost-first", "the cheapest by the spec's cost terms first", open_cost_first, next, NULL, free, ahead,
};
