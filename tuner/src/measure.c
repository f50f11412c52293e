/* Time one candidate until its median is known well enough. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

struct measure_rules measure_defaults(void) {
  return (struct measure_rules){
    .warmup_seconds = 0.01, .max_warmups = 100,
    .min_samples = 7, .max_samples = 200, .max_seconds = 0.2,
    .relative_width = 0.03, .give_up_ratio = 1.5, .hopeless_ratio = 3,
  };
}

const char *measure_end_name(enum measure_end end) {
  static const char *const names[MEASURE_END_COUNT] = {
    "precise", "capped", "worse", "implausible", "failed"};
  return (unsigned)end < MEASURE_END_COUNT ? names[end] : "unknown";
}

static int sensible(const struct measure_rules *r) {
  return r->min_samples >= 1 && r->min_samples <= r->max_samples &&
         r->max_samples <= MEASURE_MAX_SAMPLES && r->max_seconds > 0 &&
         r->relative_width >= 0 && r->floor_seconds >= 0 && r->best_seconds >= 0 &&
         r->warmup_seconds >= 0;
}

/* One run and its judgement: 0 and a plausible time, or out->end says why not. */
static int run_once(const struct measure_rules *r, measure_run run, void *data, double *seconds, struct measurement *out) {
  if (run(data, seconds, out->why) < 0) {
    out->end = MEASURE_FAILED;
    return -1;
  }
  if (stats_is_time(*seconds) && *seconds >= r->floor_seconds) return 0;
  out->end = MEASURE_IMPLAUSIBLE;
  snprintf(out->why, sizeof out->why, "a run took %.3g s; none can take less than %.3g s", *seconds, r->floor_seconds);
  return -1;
}

static int warm_up(const struct measure_rules *r, measure_run run, void *data, struct measurement *out) {
  double spent = 0, seconds = 0;
  for (size_t i = 0; i < r->max_warmups && spent < r->warmup_seconds; i++) {
    if (run_once(r, run, data, &seconds, out) < 0) return -1;
    spent += seconds;
  }
  return 0;
}

static int hopeless(const struct measure_rules *r, const double *samples, size_t n) {
  double limit = r->hopeless_ratio * r->best_seconds;
  return limit > 0 && n >= 2 && samples[n - 1] > limit && samples[n - 2] > limit;
}

/* Is there a reason to stop after these samples?  Sets end and summary. */
static int settled(const struct measure_rules *r, double spent, struct measurement *out) {
  size_t n = out->n;
  int capped = n >= r->max_samples || spent >= r->max_seconds;
  /* a summary sorts: look only when it can matter, and rarely when there are many */
  int look = n >= r->min_samples && (n < 32 || n % 8 == 0);
  if (hopeless(r, out->samples, n)) {
    out->end = MEASURE_WORSE;
    return stats_summarize(out->samples, n, &out->summary), 1;
  }
  if (!capped && !look) return 0;
  if (stats_summarize(out->samples, n, &out->summary) < 0) return 0;
  int known = out->summary.confidence >= STATS_CONFIDENCE;
  if (known && r->best_seconds > 0 && out->summary.low > r->give_up_ratio * r->best_seconds)
    out->end = MEASURE_WORSE;
  else if (stats_relative_width(&out->summary) <= r->relative_width)
    out->end = MEASURE_PRECISE;
  else if (capped)
    out->end = MEASURE_CAPPED;
  else
    return 0;
  return 1;
}

static void sample(const struct measure_rules *r, measure_run run, void *data, struct measurement *out) {
  double spent = 0;
  do {
    double seconds = 0;
    if (run_once(r, run, data, &seconds, out) < 0) return;
    out->samples[out->n++] = seconds;
    spent += seconds;
  } while (!settled(r, spent, out));
}

int measure(const struct measure_rules *rules, measure_run run, void *data, struct measurement *out) {
  memset(out, 0, sizeof *out);
  if (!sensible(rules)) return tuner_fail(TUNER_EINPUT, "the rules of measuring make no sense");
  out->samples = malloc(rules->max_samples * sizeof *out->samples);
  if (!out->samples) return tuner_nomem();
  if (warm_up(rules, run, data, out) == 0) sample(rules, run, data, out);
  return TUNER_OK;
}
