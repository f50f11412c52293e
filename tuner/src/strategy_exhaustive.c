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

static size_t ahead(struct strategy_run *run, void *state, size_t *out, size_t room, size_t *spare) {
  const size_t *at = state, size = space_size(run->space);
  size_t n = 0;
  (void)spare;
  for (size_t i = *at; i < size && n < room; i++)
    if (!strategy_known(run, i)) out[n++] = i;
  return n;
}

const struct strategy strategy_exhaustive = {
  "exhaustive", "every legal configuration, in order", open_exhaustive, next, NULL, free, ahead,
};
