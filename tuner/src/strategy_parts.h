/* What a strategy's own file sees of a run, and the table's entries. */
#ifndef TUNER_STRATEGY_PARTS_H
#define TUNER_STRATEGY_PARTS_H

#include "random.h"
#include "strategy.h"

struct strategy_run {
  const struct strategy *how;
  void *state;
  const struct space *space;
  struct strategy_options options;
  struct random random;
  unsigned char *known; /* a bit a configuration: proposed or told */
  size_t nknown;
};

/* Proposed or told already? */
static inline int strategy_known(const struct strategy_run *run, size_t index) {
  return run->known[index / 8] >> index % 8 & 1;
}

extern const struct strategy strategy_exhaustive, strategy_uniform, strategy_cost_first, strategy_local;

#endif
