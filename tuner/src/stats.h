/* What a set of timings says: the median and its confidence interval.
 *
 * The interval comes from order statistics: between the l-th smallest and the
 * l-th largest of n samples lies the true median with probability
 * 1 - 2 P(Binomial(n, 1/2) < l), whatever the shape of the noise.  Timings are
 * skewed (a disturbance only ever adds), so nothing here assumes a bell curve.
 */
#ifndef TUNER_STATS_H
#define TUNER_STATS_H

#include <stddef.h>

#define STATS_CONFIDENCE 0.95

enum { STATS_OK = 0, STATS_ENOMEM = -1, STATS_EINVAL = -2 /* none, or one is not a time */ };

struct stats_summary {
  size_t n;
  double median;
  double low, high;  /* the interval; all samples' range where n is too small for the confidence */
  double confidence; /* what low..high really has; below the one asked for when n < 6 */
};

/* A time is finite and above zero; anything else is no measurement. */
int stats_is_time(double seconds);

int stats_summarize(const double *samples, size_t n, struct stats_summary *out);

/* Half the interval's width over the median; infinite while the confidence is short. */
double stats_relative_width(const struct stats_summary *s);

/* How many of n sorted samples to leave out at either end so that what remains
 * holds the median with at least `confidence`; -1 if even all of them do not. */
int stats_rank(size_t n, double confidence);

#endif
