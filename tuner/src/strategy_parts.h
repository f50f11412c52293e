/* What a strategy's own file sees of a run, and the table's entries. */
#ifndef TUNER_STRATEGY_PARTS_H
#define TUNER_STRATEGY_PARTS_H

#include <math.h>
#include "map.h"
#include "random.h"
#include "strategy.h"

struct strategy_run {
  const struct strategy *how;
  void *state;
  const struct space *space;
  struct strategy_options options;
  struct random random;
  struct map known; /* seconds of each that was proposed or told; NAN: it failed, or not told yet */
  int starved;      /* something could not be remembered for want of memory */
};

/* Proposed or told already? */
static inline int strategy_known(const struct strategy_run *run, size_t index) {
  return map_find(&run->known, index) != NULL;
}

/* As told; NAN: not told, or it failed. */
static inline double strategy_seconds(const struct strategy_run *run, size_t index) {
  const union map_value *v = map_find(&run->known, index);
  return v ? v->seconds : NAN;
}

extern const struct strategy strategy_exhaustive, strategy_uniform, strategy_cost_first, strategy_local;

#endif
