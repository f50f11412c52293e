/* Time one candidate: warm-up, then runs until the median is known well enough,
 * a cap is reached, or the candidate is clearly worse than the best so far.
 *
 * The run itself is a callback, so that tests feed recorded measurements.
 */
#ifndef TUNER_MEASURE_H
#define TUNER_MEASURE_H

#include <stddef.h>

#include "plugin.h"
#include "stats.h"

enum { MEASURE_MAX_SAMPLES = 1000 };

struct measure_rules {
  double warmup_seconds;  /* discarded runs until they add up to this; 0: none */
  size_t max_warmups;
  size_t min_samples, max_samples; /* max at most MEASURE_MAX_SAMPLES */
  double max_seconds;     /* cap on the sum of the samples; min_samples gives way to it */
  double relative_width;  /* enough: half the 95 % interval within this of the median */
  double floor_seconds;   /* a run below it is implausible */
  double best_seconds;    /* of the best so far; 0: none */
  double give_up_ratio;   /* worse: the interval's lower bound above this times the best */
  double hopeless_ratio;  /* worse already after two runs, both above this times the best */
};

/* What the tuner uses in its search; docs/tuning.md states them. */
struct measure_rules measure_defaults(void);

enum measure_end {
  MEASURE_PRECISE,     /* the interval is narrow enough */
  MEASURE_CAPPED,      /* the cap of time or samples came first */
  MEASURE_WORSE,       /* clearly worse than the best: stopped early */
  MEASURE_IMPLAUSIBLE, /* a run was below the floor, zero, negative or no number */
  MEASURE_FAILED,      /* a run failed: why has its message */
  MEASURE_END_COUNT
};

const char *measure_end_name(enum measure_end end);

/* One run; 0 and its seconds, or a negative code and why. */
typedef int (*measure_run)(void *data, double *seconds, char *why);

struct measurement {
  enum measure_end end;
  struct stats_summary summary;  /* valid for precise, capped and worse */
  double *samples;        /* malloc; the caller frees */
  size_t n;
  char why[KP_WHY];    /* for implausible and failed */
};

/* TUNER_OK, TUNER_ENOMEM, or TUNER_EINPUT for rules that make no sense. */
int measure(const struct measure_rules *rules, measure_run run, void *data, struct measurement *out);

#endif
