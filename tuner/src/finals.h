/* The contest at the end of a search: loads the contestants, times them round
 * by round in one worker, and records what came of it. */
#ifndef TUNER_FINALS_H
#define TUNER_FINALS_H

#include "confirm.h"
#include "journal.h"
#include "session.h"
#include "space.h"

enum { FINALS_BEST = 4 /* of the search take part, beside default and incumbent */ };

struct finals {
  struct session *session;
  struct journal *journal;
  const struct space *space;
  const char *standard;           /* the default's text */
  const int64_t *standard_values;
  const char *incumbent;          /* the database's best before this run; NULL: none */
  double limit;                   /* seconds for one candidate */
  double until;                   /* clock_seconds() after which no more rounds are played than must be */
  double given;                   /* the budget that the search had: closes it */
  void (*recorded)(void *data, const struct journal_row *row); /* may be NULL */
  void *data;
};

/* Rows of phase CONFIRM: the winner and those it beats.  A finalist that was
 * faster than the winner only within noise is recorded as one more row of the
 * search, so that the smallest confirmed time is the winner's. */
int finals_run(const struct finals *f);

#endif
