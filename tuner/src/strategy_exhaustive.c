/* Every configuration in the order of the space. */
#include <stdlib.h>
#include "fail.h"
#include "strategy_parts.h"

static int open_exhaustive(struct strategy_run *run, void **state) {
  (void)run;
  *state = calloc(1, sizeof(size_t));
  return *state ? TUNER_OK : tuner_nomem();
}

static int64_t next(struct strategy_run *run, void *state) {
  size_t *at = state;
  while (strategy_known(run, *at)) ++*at;
  return (int64_t)*at;
}

const struct strategy strategy_exhaustive = {
  "exhaustive", "every legal configuration, in order", open_exhaustive, next, NULL, free,
};
