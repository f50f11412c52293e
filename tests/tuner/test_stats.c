/* Medians and their intervals: known samples, the order statistics' ranks by
 * brute force, constant samples, and what is no time. */
#include <math.h>
#include <stdlib.h>

#include "stats.h"
#include "test.h"

static void known_samples(void) {
  const double odd[] = {5, 1, 4, 2, 3}, even[] = {4, 1, 3, 2};
  struct stats_summary s;
  CHECK(stats_summarize(odd, 5, &s) == STATS_OK && s.median == 3);
  CHECK(s.low == 1 && s.high == 5 && fabs(s.confidence - 0.9375) < 1e-12); /* five are too few for 95 % */
  CHECK(isinf(stats_relative_width(&s)));
  CHECK(stats_summarize(even, 4, &s) == STATS_OK && s.median == 2.5);
}

static void ten_samples_leave_out_one_at_either_end(void) {
  const double x[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  struct stats_summary s;
  CHECK(stats_summarize(x, 10, &s) == STATS_OK);
  CHECK(s.low == 2 && s.high == 9 && fabs(s.confidence - (1 - 22.0 / 1024)) < 1e-12);
}

/* All 2^n ways in which n samples fall below or above the median. */
static void ranks_by_brute_force(void) {
  for (size_t n = 1; n <= 16; n++) {
    int expected = -1;
    for (size_t skip = 0; skip < (n + 1) / 2; skip++) {
      unsigned long inside = 0;
      for (unsigned long ways = 0; ways < 1ul << n; ways++) {
        size_t below = (size_t)__builtin_popcountl(ways);
        inside += below > skip && n - below > skip;
      }
      if ((double)inside / (double)(1ul << n) >= 0.95) expected = (int)skip;
    }
    CHECKF(stats_rank(n, 0.95) == expected, "n = %zu: %d, not %d", n, stats_rank(n, 0.95), expected);
  }
}

static void a_thousand_samples_and_more(void) {
  CHECK(stats_rank(1000, 0.95) == 468); /* R: qbinom(0.025, 1000, 0.5) - 1 */
  CHECK(stats_rank(5000, 0.95) > 2400 && stats_rank(5000, 0.95) < 2450);
}

static void constant_samples(void) {
  double x[20];
  struct stats_summary s;
  for (int i = 0; i < 20; i++) x[i] = 0.125;
  CHECK(stats_summarize(x, 20, &s) == STATS_OK);
  CHECK(s.median == 0.125 && s.low == 0.125 && s.high == 0.125 && stats_relative_width(&s) == 0);
}

static void what_is_no_time(void) {
  const double bad[] = {NAN, INFINITY, -INFINITY, 0, -1, -0.0};
  struct stats_summary s;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    double x[] = {1, 2, bad[i], 3, 4, 5, 6};
    CHECK(!stats_is_time(bad[i]));
    CHECK(stats_summarize(x, 7, &s) == STATS_EINVAL);
  }
  CHECK(stats_summarize(bad, 0, &s) == STATS_EINVAL);
}

/* The interval holds the true median about as often as it says, for skewed noise. */
static void intervals_hold_the_median(void) {
  int held = 0, runs = 2000;
  srand48(20261123);
  for (int r = 0; r < runs; r++) {
    double x[25];
    struct stats_summary s;
    for (int i = 0; i < 25; i++) x[i] = 1 - log(drand48()); /* median 1 + ln 2 */
    CHECK(stats_summarize(x, 25, &s) == STATS_OK);
    held += s.low <= 1 + log(2) && 1 + log(2) <= s.high;
  }
  CHECKF(held >= 0.94 * runs && held <= 0.985 * runs, "%d of %d", held, runs);
}

static const struct test_case cases[] = {
  {"known samples", known_samples},
  {"ten samples leave out one at either end", ten_samples_leave_out_one_at_either_end},
  {"ranks by brute force", ranks_by_brute_force},
  {"a thousand samples and more", a_thousand_samples_and_more},
  {"constant samples", constant_samples},
  {"what is no time", what_is_no_time},
  {"intervals hold the median", intervals_hold_the_median},
  {NULL, NULL},
};
TEST_MAIN(cases)
