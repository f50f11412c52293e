/* Strategies: which configuration to try next.
 *
 * A strategy only sees a space and what it was told.  It proposes each
 * configuration at most once, nothing that it was told, and ends when the
 * space is exhausted.  Adding one is a file strategy_NAME.c and a line in the
 * table of strategy.c.
 */
#ifndef TUNER_STRATEGY_H
#define TUNER_STRATEGY_H

#include <stddef.h>
#include <stdint.h>
#include "space.h"

struct strategy_run; /* one use of a strategy on one space */

/* In place of an index. */
enum { STRATEGY_END = -1 /* none is left */, STRATEGY_NOMEM = -2 };

struct strategy_options {
  uint64_t seed;
  int64_t start; /* index of the default configuration, or -1 */
};

/* What a strategy is; `state` is its own. */
struct strategy {
  const char *name, *summary;
  /* May look at the run's space, options and random numbers (strategy_parts.h). */
  int (*open)(struct strategy_run *run, void **state);
  /* A configuration that is not yet known (strategy_known()), of which there is one; or STRATEGY_NOMEM. */
  int64_t (*next)(struct strategy_run *run, void *state);
  /* NULL: does not learn.  seconds < 0: it failed. strategy_seconds() has it already. */
  void (*tell)(struct strategy_run *run, void *state, size_t index, double seconds);
  void (*close)(void *state);
  /* See strategy_ahead(); NULL: it cannot say. */
  size_t (*ahead)(struct strategy_run *run, void *state, size_t *out, size_t room, size_t *spare);
};

/* Every strategy; ends with NULL. */
const struct strategy *const *strategy_all(void);
/* NULL: none of that name; tuner_error() lists them. */
const struct strategy *strategy_find(const char *name);

/* The space must outlive the run. */
int strategy_open(struct strategy_run **out, const struct strategy *how, const struct space *s,
                  const struct strategy_options *options);
/* The next configuration to try; STRATEGY_END when every one of the space is known; STRATEGY_NOMEM. */
int64_t strategy_next(struct strategy_run *run);
/* The median seconds of a configuration, or < 0 for a failure: one just
 * proposed, or (resume, default) one from elsewhere, which is then not proposed. */
void strategy_tell(struct strategy_run *run, size_t index, double seconds);
/* What it will likely propose next, the likeliest first, so that it can be built
 * meanwhile: writes at most `room` configurations, none of them known, and says how
 * many.  The last *spare of them are no proposals, but worth a try while the device
 * has nothing else to do. */
size_t strategy_ahead(struct strategy_run *run, size_t *out, size_t room, size_t *spare);
void strategy_close(struct strategy_run *run); /* NULL is fine */

#endif
