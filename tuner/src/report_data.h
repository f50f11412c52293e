/* What a report shows, collected from a database: every problem with its
 * trials, its reference, default and best, and its failures by kind. */
#ifndef TUNER_REPORT_DATA_H
#define TUNER_REPORT_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "tunedb.h"

struct report_trial {
  int64_t id, created_us;
  tdb_phase phase;
  tdb_status status;
  double seconds;   /* > 0 if status is ok */
  double low, high; /* fastest and slowest sample; seconds if there are none */
  double error;     /* < 0: not measured */
  double clock_hz, celsius, watts; /* of the device then; 0: not known */
  char *config, *message;
};

struct report_problem {
  char *kernel, *version, *problem, *scaling, *device, *architecture;
  int64_t units;
  char *driver, *compiler;      /* of the newest trial */
  struct report_trial *trials;  /* by time */
  size_t ntrials, room;
  /* NULL where there is none.  They point into trials. */
  const struct report_trial *reference; /* the fastest: the strongest of several */
  const struct report_trial *standard;  /* the default, as timed last */
  const struct report_trial *best;
  const struct report_trial **ranking;  /* one trial a configuration: the best, then by time */
  size_t nranking;
  size_t failures[TDB_TRIAL_STATUS_COUNT];
  const struct report_trial *example[TDB_TRIAL_STATUS_COUNT]; /* the newest failure of each kind */
  struct report_problem *chain; /* of the look-up while collecting */
};

struct report_data {
  struct report_problem **problems;
  size_t nproblems, room;
  size_t ntrials, nfailed;
  int64_t first_us, last_us; /* of all trials; 0 if there are none */
};

/* kernel NULL: all.  TDB_OK or a negative tdb_ code with tdb_error(), or
 * TDB_ENOMEM with nothing said. */
int report_collect(struct report_data **out, tdb *db, const char *kernel);
void report_free(struct report_data *d);

/* Times faster than; 0 if either is missing. */
double report_speedup(const struct report_trial *than, const struct report_trial *t);
/* Geometric mean over the problems of best against what is picked; 0 if none has both. */
double report_mean_speedup(const struct report_data *d, const struct report_trial *(*pick)(const struct report_problem *));
const struct report_trial *report_standard(const struct report_problem *p);
const struct report_trial *report_reference(const struct report_problem *p);

#endif
