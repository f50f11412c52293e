/* The cost of a spec against recorded trials of a real device: a change of either
 * that makes the search look in the wrong places is noticed.
 * usage: test_costs SPEC HARDWARE TRIALS...
 * TRIALS: "problem TEXT", then a line a trial: the values in the spec's order, seconds. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include "predict.h"
#include "space.h"
#include "test.h"
#include "toy.h"

enum { TRIALS = 400, PARAMETERS = 64 };

struct recorded {
  char problem[512];
  double costs[TRIALS], seconds[TRIALS];
  size_t n, gone; /* gone: no longer legal */
};

static struct spec *spec;
static hw_model *hw;
static char **files;

/* 0: a problem is read; -1: the file is over. */
static int read_trials(FILE *f, struct recorded *out) {
  const struct space_limits unranked = {.ranked = 1};
  struct space *s = NULL;
  struct problem *p = NULL;
  int64_t values[PARAMETERS];
  double seconds;
  out->n = out->gone = 0;
  if (fscanf(f, " problem %511s", out->problem) != 1) return -1;
  CHECKF(!problem_parse(&p, spec, out->problem) && !space_open(&s, spec, p, hw, &unranked), "%s", tuner_error());
  CHECK(space_parameters(s) <= PARAMETERS);
  while (fscanf(f, "%" SCNd64, values) == 1) {
    for (size_t i = 1; i < space_parameters(s); i++) CHECK(fscanf(f, "%" SCNd64, &values[i]) == 1);
    CHECK(fscanf(f, "%lf", &seconds) == 1 && out->n < TRIALS);
    const int64_t index = space_find(s, values);
    if (index < 0) {
      out->gone++;
      continue;
    }
    out->costs[out->n] = space_cost(s, (size_t)index);
    out->seconds[out->n++] = seconds;
  }
  space_close(s);
  problem_free(p);
  return 0;
}

/* The best of the tenth that is cheapest (of ten at least), over the best. */
static double regret_of_a_tenth(const struct recorded *r) {
  const size_t tenth = r->n / 10 > 10 ? r->n / 10 : 10;
  double best = INFINITY, found = INFINITY;
  for (size_t i = 0; i < r->n; i++) {
    size_t cheaper = 0;
    for (size_t k = 0; k < r->n; k++) cheaper += r->costs[k] < r->costs[i];
    best = fmin(best, r->seconds[i]);
    if (cheaper < tenth) found = fmin(found, r->seconds[i]);
  }
  return found / best;
}

static void costs_lead_to_the_best(void) {
  static double costs[64 * TRIALS], seconds[64 * TRIALS];
  static struct recorded r;
  size_t n = 0;
  for (char **file = files; *file; file++) {
    FILE *f = fopen(*file, "r");
    CHECKF(f, "%s", *file);
    while (!read_trials(f, &r)) {
      const double rank = rank_correlation(r.costs, r.seconds, r.n), regret = regret_of_a_tenth(&r);
      printf("%.3f, best of a tenth %+5.1f %%, %3zu trials  %s\n", rank, 100 * regret - 100, r.n, r.problem);
      CHECKF(r.gone <= r.n / 20, "%zu are no longer legal", r.gone);
      CHECK(rank > 0.7 && regret < 1.08);
      for (size_t i = 0; i < r.n && n < 64 * TRIALS; i++, n++) costs[n] = r.costs[i], seconds[n] = r.seconds[i];
    }
    fclose(f);
  }
  const double all = rank_correlation(costs, seconds, n);
  printf("%.3f over all %zu\n", all, n);
  CHECK(n > 1000 && all > 0.93);
}

static const struct test_case cases[] = {{"costs lead to the best", costs_lead_to_the_best}, {NULL, NULL}};

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  files = argv + 3;
  if (spec_load(&spec, argv[1]) || hw_load(&hw, argv[2])) return 2;
  const int failed = test_main(cases, 0, NULL);
  spec_free(spec);
  hw_free(hw);
  return failed;
}
