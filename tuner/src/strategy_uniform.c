/* Exactly uniform over the configurations that are not known yet, without
 * replacement: a uniformly random order in which known ones are skipped. */
#include <stdlib.h>
#include "fail.h"
#include "shuffle.h"
#include "strategy_parts.h"

static int open_uniform(struct strategy_run *run, void **state) {
  struct shuffle *s = malloc(sizeof *s);
  if (!s) return tuner_nomem();
  shuffle_open(s, space_size(run->space));
  *state = s;
  return TUNER_OK;
}

static int64_t next(struct strategy_run *run, void *state) {
  int64_t index;
  do index = shuffle_next(state, &run->random);
  while (index >= 0 && strategy_known(run, (size_t)index));
  return index;
}

static void close_uniform(void *state) {
  shuffle_close(state);
  free(state);
}

const struct strategy strategy_uniform = {
  "uniform", "legal configurations drawn uniformly, none twice", open_uniform, next, NULL, close_uniform, NULL,
};
