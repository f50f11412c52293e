/* Measuring, fed with recorded measurements in place of a kernel. */
#include <math.h>

#include "fail.h"
#include "measure.h"
#include "test.h"

/* A recording; the last value repeats for ever. */
struct tape { const double *seconds; size_t n, at; int fail_at; };

static int play(void *data, double *seconds, char *why) {
  struct tape *t = data;
  size_t i = t->at < t->n ? t->at : t->n - 1;
  if (t->fail_at && (int)t->at + 1 == t->fail_at) {
    snprintf(why, KP_WHY, "the device is gone");
    return KP_ELAUNCH;
  }
  t->at++;
  *seconds = t->seconds[i];
  return 0;
}

static struct measurement run(struct measure_rules rules, struct tape *t) {
  struct measurement m;
  CHECK(measure(&rules, play, t, &m) == TUNER_OK);
  return m;
}

static struct measure_rules cold(void) {
  struct measure_rules r = measure_defaults();
  r.warmup_seconds = 0;
  r.relative_width = 0.02; /* these tests state what they rest on */
  r.max_seconds = 0.25;
  return r;
}

static void constant_clock_is_precise_at_once(void) {
  const double x[] = {0.001};
  struct tape t = {x, 1, 0, 0};
  struct measurement m = run(cold(), &t);
  CHECK(m.end == MEASURE_PRECISE && m.n == 7 && m.summary.median == 0.001);
  free(m.samples);
}

static void warm_up_is_discarded(void) {
  const double x[] = {0.009, 0.002, 0.001};
  struct tape t = {x, 3, 0, 0};
  struct measure_rules r = cold();
  r.warmup_seconds = 0.01;
  struct measurement m = run(r, &t);
  CHECK(m.end == MEASURE_PRECISE && m.samples[0] == 0.001 && t.at == 9);
  free(m.samples);
}

static void noisy_clock_takes_more_samples(void) {
  double x[64];
  for (int i = 0; i < 64; i++) x[i] = 0.001 * (1 + 0.2 * (i * 37 % 64) / 64.0);
  struct tape t = {x, 64, 0, 0};
  struct measure_rules r = cold();
  r.max_samples = 40;
  struct measurement m = run(r, &t);
  CHECK(m.end == MEASURE_CAPPED && m.n == 40);
  CHECK(stats_relative_width(&m.summary) > r.relative_width);
  free(m.samples);
}

static void the_cap_of_time_comes_before_the_least_number(void) {
  const double x[] = {0.2};
  struct tape t = {x, 1, 0, 0};
  struct measurement m = run(cold(), &t);
  CHECK(m.end == MEASURE_CAPPED && m.n == 2);
  free(m.samples);
}

static void clearly_worse_stops_early(void) {
  const double x[] = {0.0017, 0.0018};
  struct tape t = {x, 2, 0, 0};
  struct measure_rules r = cold();
  r.best_seconds = 0.001;
  r.relative_width = 0;
  struct measurement m = run(r, &t);
  CHECK(m.end == MEASURE_WORSE && m.n < 20);
  free(m.samples);
}

static void hopeless_stops_after_two(void) {
  const double x[] = {0.0031};
  struct tape t = {x, 1, 0, 0};
  struct measure_rules r = cold();
  r.best_seconds = 0.001;
  struct measurement m = run(r, &t);
  CHECK(m.end == MEASURE_WORSE && m.n == 2 && m.summary.median > 0);
  free(m.samples);
}

static void one_slow_run_does_not_condemn(void) {
  const double x[] = {0.1, 0.001};
  struct tape t = {x, 2, 0, 0};
  struct measure_rules r = cold();
  r.best_seconds = 0.001;
  r.max_seconds = 1;
  struct measurement m = run(r, &t);
  CHECK(m.end == MEASURE_PRECISE && m.summary.median == 0.001);
  free(m.samples);
}

/* miniBUDE#37: a failed launch was "very fast" and won. */
static void a_failed_launch_is_no_time(void) {
  const double x[] = {0.001};
  struct tape t = {x, 1, 0, 3};
  struct measurement m = run(cold(), &t);
  CHECK(m.end == MEASURE_FAILED && strstr(m.why, "device is gone"));
  free(m.samples);
}

/* CLBlast#116, tvm#13354: a zero time divides. */
static void zero_and_no_times_are_implausible(void) {
  const double bad[] = {0, -1e-9, NAN, INFINITY, 1e-9};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    double x[] = {0.001, 0.001, bad[i]};
    struct tape t = {x, 3, 0, 0};
    struct measure_rules r = cold();
    r.floor_seconds = 1e-6;
    struct measurement m = run(r, &t);
    CHECKF(m.end == MEASURE_IMPLAUSIBLE && *m.why, "%g", bad[i]);
    free(m.samples);
  }
}

static void a_zero_time_while_warming_up_counts_too(void) {
  const double x[] = {0};
  struct tape t = {x, 1, 0, 0};
  struct measure_rules r = measure_defaults();
  struct measurement m = run(r, &t);
  CHECK(m.end == MEASURE_IMPLAUSIBLE);
  free(m.samples);
}

/* nvbench#231: a filter that discarded everything left nothing; here nothing is filtered. */
static void a_throttled_clock_still_leaves_samples(void) {
  double x[200];
  for (int i = 0; i < 200; i++) x[i] = 0.001 * (1 + i / 20.0);
  struct tape t = {x, 200, 0, 0};
  struct measurement m = run(cold(), &t);
  CHECK(m.end == MEASURE_CAPPED && m.n > 20 && stats_is_time(m.summary.median));
  free(m.samples);
}

static void rules_that_make_no_sense(void) {
  const double x[] = {0.001};
  struct tape t = {x, 1, 0, 0};
  struct measurement m;
  struct measure_rules r[4] = {cold(), cold(), cold(), cold()};
  r[0].min_samples = 0;
  r[1].max_samples = MEASURE_MAX_SAMPLES + 1;
  r[2].max_seconds = NAN;
  r[3].best_seconds = NAN;
  for (int i = 0; i < 4; i++) CHECK(measure(&r[i], play, &t, &m) == TUNER_EINPUT && !m.samples);
}

static const struct test_case cases[] = {
  {"a constant clock is precise at once", constant_clock_is_precise_at_once},
  {"warm-up is discarded", warm_up_is_discarded},
  {"a noisy clock takes more samples", noisy_clock_takes_more_samples},
  {"the cap of time comes before the least number", the_cap_of_time_comes_before_the_least_number},
  {"clearly worse stops early", clearly_worse_stops_early},
  {"hopeless stops after two", hopeless_stops_after_two},
  {"one slow run does not condemn", one_slow_run_does_not_condemn},
  {"miniBUDE#37: a failed launch is no time", a_failed_launch_is_no_time},
  {"CLBlast#116 tvm#13354: zero and no times are implausible", zero_and_no_times_are_implausible},
  {"a zero time while warming up counts too", a_zero_time_while_warming_up_counts_too},
  {"nvbench#231: a throttled clock still leaves samples", a_throttled_clock_still_leaves_samples},
  {"rules that make no sense", rules_that_make_no_sense},
  {NULL, NULL},
};
TEST_MAIN(cases)
