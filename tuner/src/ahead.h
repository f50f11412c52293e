/* Building ahead of the device: what the strategy will likely want is built in
 * the yard while something else is timed.
 *
 * Without a yard everything is as if there were none: the strategy proposes, and
 * the worker builds what it loads.
 */
#ifndef TUNER_AHEAD_H
#define TUNER_AHEAD_H

#include "strategy.h"
#include "worker_client.h"
#include "yard.h"

struct ahead {
  struct yard *yard;           /* NULL: none */
  const struct worker *worker; /* tells whether the user asked to stop */
  int64_t proposed;            /* by the strategy and not yet tried; < 0: none */
  int openings;                /* of the cheapest by cost, still to be tried before the strategy goes its way */
};

enum { AHEAD_OPENINGS = 12 };

/* Building begins with these, before anything is timed: the default (an index, or
 * -1) and the cheapest of the space, of which a new search tries some first. */
int ahead_begin(struct ahead *a, const struct space *space, int64_t standard, uint64_t seed);
/* Wait for one that is wanted; TUNER_ECANCEL when the user asks to stop. */
int ahead_wait(struct ahead *a, size_t index);
/* What to try next: the strategy's proposal, or while that is being built something
 * else that is ready and worth it.  TUNER_OK with an index or a STRATEGY_ code. */
int ahead_next(struct ahead *a, struct strategy_run *run, int64_t *index);
/* Did its build fail?  Then out is its outcome, without any launch. */
int ahead_failed(const struct ahead *a, size_t index, struct answer *out);
/* The file that it was built into; NULL: not built ahead. */
const char *ahead_file(const struct ahead *a, int64_t index);

#endif
