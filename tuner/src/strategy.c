/* The table of strategies, and what they share: nobody proposes twice. */
#include "strategy.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "strategy_parts.h"

static const struct strategy *const strategies[] = {
  &strategy_local, &strategy_cost_first, &strategy_uniform, &strategy_exhaustive, NULL,
};

const struct strategy *const *strategy_all(void) { return strategies; }

const struct strategy *strategy_find(const char *name) {
  char names[256] = "";
  for (const struct strategy *const *s = strategies; *s; s++) {
    if (!strcmp((*s)->name, name)) return *s;
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", (*s)->name);
  }
  tuner_fail(TUNER_EINPUT, "there is no strategy '%s'; there are %s", name, names);
  return NULL;
}

int strategy_open(struct strategy_run **out, const struct strategy *how, const struct space *s,
                  const struct strategy_options *options) {
  struct strategy_run *run = calloc(1, sizeof *run);
  if (!run) return tuner_nomem();
  run->how = how;
  run->space = s;
  run->options = *options;
  random_seed(&run->random, options->seed);
  run->known = calloc(space_size(s) / 8 + 1, 1);
  int code = run->known ? how->open(run, &run->state) : tuner_nomem();
  if (code) {
    free(run->known);
    free(run);
    return code;
  }
  *out = run;
  return TUNER_OK;
}

static void remember(struct strategy_run *run, size_t index) {
  if (strategy_known(run, index)) return;
  run->known[index / 8] |= (unsigned char)(1 << index % 8);
  run->nknown++;
}

int64_t strategy_next(struct strategy_run *run) {
  if (run->nknown == space_size(run->space)) return -1;
  int64_t index = run->how->next(run, run->state);
  assert(index >= 0 && !strategy_known(run, (size_t)index));
  remember(run, (size_t)index);
  return index;
}

void strategy_tell(struct strategy_run *run, size_t index, double seconds) {
  assert(index < space_size(run->space));
  remember(run, index);
  if (run->how->tell) run->how->tell(run, run->state, index, seconds);
}

void strategy_close(struct strategy_run *run) {
  if (!run) return;
  run->how->close(run->state);
  free(run->known);
  free(run);
}
