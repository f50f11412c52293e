/* Tune one problem: default and naive loops, the search, the contest.
 *
 * Every trial is in the database as soon as it is known.  What the database
 * already knows is not timed again.
 */
#ifndef TUNER_TUNE_H
#define TUNER_TUNE_H

#include "budget.h"
#include "hwmodel.h"
#include "journal.h"
#include "plugin_load.h"
#include "prefetch.h"
#include "problem.h"
#include "spec.h"
#include "strategy.h"
#include "worker_client.h"
#include "yard.h"

/* Where a problem stands; for progress. */
struct tune_status {
  size_t tried, failed; /* of this run */
  double elapsed, left; /* seconds; left < 0: the budget is of trials */
  double trials_left;   /* of a budget of trials; < 0: it is of seconds */
  double default_seconds, best_seconds; /* 0: none yet */
};

/* What happens, as it happens; each may be NULL. */
struct tune_events {
  void *data;
  void (*trial)(void *data, const struct tune_status *at, const struct journal_row *row);
  void (*note)(void *data, const char *text); /* one line for people */
};

struct tune_job {
  tdb *db;
  struct worker *worker;
  struct yard *yard;          /* NULL: the worker builds */
  const struct plugin *plugin;
  const kp_device *device;
  const struct spec *spec;
  const hw_model *hw;
  const struct strategy *strategy;
  struct prefetch **prefetch; /* may hold this problem's space; gets the next one's; NULL: each opens its own */
  const struct problem *next; /* NULL: none */
  uint64_t seed;
  double time_limit;          /* seconds for one candidate */
  enum budget_kind budget;
  double share, nominal;      /* of the budget, for this problem: what it may spend; what closes it */
  const struct tune_events *events;
};

enum tune_outcome {
  TUNE_DONE,         /* searched and confirmed */
  TUNE_NOTHING_LEFT, /* all of it was known before */
  TUNE_INTERRUPTED,
  TUNE_FAILED        /* message says why */
};

struct tune_result {
  enum tune_outcome outcome;
  char message[512];
  char *best, *standard;  /* configurations; NULL: none */
  int confirmed;          /* the best one was confirmed in the contest */
  int exhausted;          /* every legal configuration is known */
  size_t space;           /* legal configurations */
  size_t trials;          /* recorded for this problem, before and now */
  size_t added;           /* of them by this run */
  size_t failures[TDB_TRIAL_STATUS_COUNT];
  double best_seconds, default_seconds, reference_seconds; /* 0: none */
  double spent;           /* of the budget, by this run and the interrupted ones before */
};

/* TUNER_OK with any outcome; another code: the whole run cannot go on (the
 * database, the worker's start, memory).  The caller releases in both cases. */
int tune_problem(struct tune_result *out, const struct tune_job *job, const struct problem *p);
void tune_result_release(struct tune_result *r);

#endif
