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
  int code = how->open(run, &run->state);
  if (code) free(run);
  else *out = run;
  return code;
}

static void remember(struct strategy_run *run, size_t index, double seconds) {
  union map_value *v = map_put(&run->known, index);
  if (v) v->seconds = seconds;
  else run->starved = 1;
}

int64_t strategy_next(struct strategy_run *run) {
  if (run->known.n == space_size(run->space)) return STRATEGY_END;
  int64_t index = run->starved ? STRATEGY_NOMEM : run->how->next(run, run->state);
  if (index < 0) return STRATEGY_NOMEM;
  assert(!strategy_known(run, (size_t)index));
  remember(run, (size_t)index, NAN);
  return run->starved ? STRATEGY_NOMEM : index;
}

void strategy_tell(struct strategy_run *run, size_t index, double seconds) {
  assert(index < space_size(run->space));
  remember(run, index, seconds >= 0 ? seconds : NAN);
  if (run->how->tell && !run->starved) run->how->tell(run, run->state, index, seconds);
}

size_t strategy_ahead(struct strategy_run *run, size_t *out, size_t room, size_t *spare) {
  *spare = 0;
  return run->how->ahead && !run->starved ? run->how->ahead(run, run->state, out, room, spare) : 0;
}

void strategy_close(struct strategy_run *run) {
  if (!run) return;
  run->how->close(run->state);
  map_free(&run->known);
  free(run);
}
