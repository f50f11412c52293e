/* Strategies: they end, never repeat, resume, draw uniformly, and find optima. */
#include <math.h>
#include <stdlib.h>
#include "random.h"
#include "strategy.h"
#include "test.h"
#include "toy.h"

#define HEAD \
  "schema: 1\nkernel: toy\nversion: 1\nplugin: toy-cpu\ndevice: cpu\nproblem:\n  N: {range: 1..2}\n"

/* 22 configurations, unevenly spread over the first parameter. */
static const char small_text[] = HEAD
  "parameters:\n  a: 1..6\n  b: 1..12\nconstraints:\n  few: a * b <= 15 and (a > 1 or b <= 2)\ncost:\n  c: (a - 3) ** 2 + b\n";

/* A few thousand configurations with holes. */
static const char large_text[] = HEAD
  "parameters:\n  a: 0..15\n  b: 0..15\n  c: 0..7\n  d: 0..3\nconstraints:\n  holes: (a + b + c) % 3 != 0 or d == 0\n"
  "cost:\n  c: abs(a - 4) + abs(b - 4)\n";

struct toy { struct spec *spec; struct space *space; };

static struct toy open_toy(const char *text) {
  struct toy t = {NULL, NULL};
  CHECKF(!toy_space(&t.space, &t.spec, text, strlen(text), NULL), "%s", tuner_error());
  return t;
}

static void close_toy(struct toy t) {
  space_close(t.space);
  spec_free(t.spec);
}

static struct strategy_run *open_run(const char *name, const struct space *s, uint64_t seed, int64_t start) {
  const struct strategy *how = strategy_find(name);
  struct strategy_options options = {seed, start};
  struct strategy_run *run = NULL;
  CHECK(how && !strategy_open(&run, how, s, &options));
  return run;
}

/* ---- They end and never repeat ---- */

/* A deterministic landscape; every fifth configuration fails. */
static double landscape(const struct space *s, size_t index) {
  struct random r;
  random_seed(&r, index);
  if (random_below(&r, 5) == 0) return -1;
  return 1e-3 + 1e-6 * space_cost(s, index) + 1e-9 * (double)random_below(&r, 1000);
}

static void exhaust(const char *name, const struct space *s, uint64_t seed, size_t told_before) {
  size_t n = space_size(s), proposals = 0;
  char *seen = calloc(n, 1);
  struct strategy_run *run = open_run(name, s, seed, (int64_t)(seed % n));
  struct random r;
  random_seed(&r, seed);
  for (size_t i = 0; i < told_before; i++) {
    size_t index = random_below(&r, n);
    strategy_tell(run, index, landscape(s, index));
    seen[index] = 1;
  }
  size_t left = 0;
  for (size_t i = 0; i < n; i++) left += !seen[i];
  for (int64_t index; (index = strategy_next(run)) >= 0; proposals++) {
    CHECKF((size_t)index < n && !seen[index], "%s proposes %lld again", name, (long long)index);
    seen[index] = 1;
    strategy_tell(run, (size_t)index, landscape(s, (size_t)index));
  }
  CHECKF(proposals == left, "%s: %zu of %zu", name, proposals, left);
  CHECK(strategy_next(run) == -1);
  strategy_close(run);
  free(seen);
}

/* opentuner#82: it did not stop when the space was exhausted. */
static void opentuner_82_ends_when_exhausted(void) {
  struct toy small = open_toy(small_text), large = open_toy(large_text);
  for (const struct strategy *const *how = strategy_all(); *how; how++)
    for (uint64_t seed = 0; seed < 20; seed++) {
      exhaust((*how)->name, small.space, seed, 0);
      exhaust((*how)->name, small.space, seed, seed);
      if (seed < 3) exhaust((*how)->name, large.space, seed, 300 * seed);
    }
  close_toy(small);
  close_toy(large);
}

/* What is never told (a run that lost its worker) is not proposed again either. */
static void silence_is_survived(void) {
  struct toy t = open_toy(small_text);
  for (const struct strategy *const *how = strategy_all(); *how; how++) {
    struct strategy_run *run = open_run((*how)->name, t.space, 1, -1);
    size_t n = 0;
    while (strategy_next(run) >= 0) n++;
    CHECK(n == space_size(t.space));
    strategy_close(run);
  }
  close_toy(t);
}

/* tvm#12330: it hung after one failure.  All fail, and it ends. */
static void tvm_12330_failures_are_survived(void) {
  struct toy t = open_toy(large_text);
  for (const struct strategy *const *how = strategy_all(); *how; how++) {
    struct strategy_run *run = open_run((*how)->name, t.space, 1, 5);
    size_t n = 0;
    for (int64_t i; (i = strategy_next(run)) >= 0; n++) strategy_tell(run, (size_t)i, -1);
    CHECK(n == space_size(t.space));
    strategy_close(run);
  }
  close_toy(t);
}

static void an_empty_space_ends_at_once(void) {
  struct toy t = open_toy(HEAD "parameters:\n  a: 1..4\nconstraints:\n  none: a > 4\n");
  for (const struct strategy *const *how = strategy_all(); *how; how++) {
    struct strategy_run *run = open_run((*how)->name, t.space, 1, -1);
    CHECK(strategy_next(run) == -1);
    strategy_close(run);
  }
  close_toy(t);
}

/* The same seed proposes the same, another seed something else. */
static void seeds_decide(void) {
  static const char *const names[] = {"uniform", "local"};
  struct toy t = open_toy(large_text);
  for (int k = 0; k < 2; k++) {
    struct strategy_run *a = open_run(names[k], t.space, 7, -1), *b = open_run(names[k], t.space, 7, -1);
    struct strategy_run *c = open_run(names[k], t.space, 8, -1);
    int different = 0;
    for (int i = 0; i < 50; i++) {
      int64_t x = strategy_next(a), y = strategy_next(b), z = strategy_next(c);
      CHECK(x == y);
      different += x != z;
      strategy_tell(a, (size_t)x, 1 + (double)x);
      strategy_tell(b, (size_t)y, 1 + (double)y);
      strategy_tell(c, (size_t)z, 1 + (double)z);
    }
    CHECK(different > 25);
    strategy_close(a);
    strategy_close(b);
    strategy_close(c);
  }
  close_toy(t);
}

static void unknown_names_are_listed(void) {
  CHECK(!strategy_find("genetic"));
  CHECKF(!strcmp(tuner_error(), "there is no strategy 'genetic'; there are local, cost-first, uniform, exhaustive"), "%s",
         tuner_error());
}

/* ---- Order ---- */

static void cost_first_follows_the_cost(void) {
  struct toy t = open_toy(large_text);
  struct strategy_run *run = open_run("cost-first", t.space, 1, 17);
  strategy_tell(run, space_by_cost(t.space)[1], 1.0);
  CHECK(strategy_next(run) == (int64_t)space_by_cost(t.space)[0]);
  for (size_t i = 2; i < 100; i++) CHECK(strategy_next(run) == (int64_t)space_by_cost(t.space)[i]);
  strategy_close(run);
  close_toy(t);
}

/* ---- Uniformity ---- */

/* Chi-squared of counts against equal shares. */
static double chi_squared(const uint32_t *counts, size_t n, double total) {
  double sum = 0, expected = total / (double)n;
  for (size_t i = 0; i < n; i++) sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  return sum;
}

/* Beyond this a uniform sampler comes once in a million (Wilson and Hilferty's approximation). */
static double critical(size_t degrees) {
  double k = (double)degrees, z = 4.7534, c = 2 / (9 * k);
  return k * pow(1 - c + z * sqrt(c), 3);
}

enum { DRAWS = 24 * 400 };

static uint64_t fresh_seed(void) {
  static uint64_t seed;
  FILE *f = seed ? NULL : fopen("/dev/urandom", "rb");
  if (f && fread(&seed, sizeof seed, 1, f) != 1) seed = 1;
  if (f) fclose(f);
  return ++seed;
}

/* The k-th proposal of many runs, each with a seed of its own. */
static double uniformity_of_proposal(const struct space *s, int k) {
  size_t n = space_size(s);
  uint32_t *counts = calloc(n, sizeof *counts);
  for (int i = 0; i < DRAWS; i++) {
    struct strategy_run *run = open_run("uniform", s, fresh_seed(), -1);
    int64_t index = -1;
    for (int j = 0; j <= k; j++) index = strategy_next(run);
    counts[index]++;
    strategy_close(run);
  }
  double chi = chi_squared(counts, n, DRAWS);
  free(counts);
  return chi;
}

static void uniform_is_uniform(void) {
  struct toy t = open_toy(small_text);
  size_t degrees = space_size(t.space) - 1;
  CHECK(degrees > 20);
  for (int k = 0; k < 22; k += 7) {
    double chi = uniformity_of_proposal(t.space, k);
    CHECKF(chi < critical(degrees), "proposal %d: %g, critical %g", k, chi, critical(degrees));
  }
  close_toy(t);
}

/* Pairs: without replacement, the first two proposals are every ordered pair alike. */
static void uniform_pairs_are_uniform(void) {
  struct toy t = open_toy(small_text);
  size_t n = space_size(t.space);
  uint32_t *counts = calloc(n * n, sizeof *counts);
  for (int i = 0; i < 4 * DRAWS; i++) {
    struct strategy_run *run = open_run("uniform", t.space, fresh_seed(), -1);
    int64_t a = strategy_next(run), b = strategy_next(run);
    CHECK(a != b);
    counts[a < b ? (size_t)a * n + (size_t)b : (size_t)b * n + (size_t)a]++;
    strategy_close(run);
  }
  size_t pairs = 0;
  for (size_t a = 0; a < n; a++)
    for (size_t b = a + 1; b < n; b++) counts[pairs++] = counts[a * n + b];
  double chi = chi_squared(counts, pairs, 4 * DRAWS);
  CHECKF(chi < critical(pairs - 1), "%g, critical %g", chi, critical(pairs - 1));
  free(counts);
  close_toy(t);
}

/* After a resume the rest is still uniform. */
static void uniform_after_resume(void) {
  struct toy t = open_toy(small_text);
  size_t n = space_size(t.space);
  uint32_t *counts = calloc(n, sizeof *counts);
  for (int i = 0; i < DRAWS; i++) {
    struct strategy_run *run = open_run("uniform", t.space, fresh_seed(), -1);
    for (size_t k = 0; k < 5; k++) strategy_tell(run, k, 1.0);
    counts[strategy_next(run)]++;
    strategy_close(run);
  }
  for (size_t k = 0; k < 5; k++) CHECK(!counts[k]);
  double chi = chi_squared(counts + 5, n - 5, DRAWS);
  CHECKF(chi < critical(n - 6), "%g", chi);
  free(counts);
  close_toy(t);
}

/* The usual mistake: choose the parameters one after the other, each uniformly
 * among what can be completed.  The test must see it. */
static size_t biased_draw(const struct space *s, struct random *r) {
  size_t n = 0, fitting[64];
  int64_t a = 1 + (int64_t)random_below(r, 6); /* each of them occurs */
  for (size_t i = 0; i < space_size(s); i++)
    if (toy_values(s, i)[0] == a) fitting[n++] = i;
  return fitting[random_below(r, n)];
}

static void the_test_sees_a_biased_sampler(void) {
  struct toy t = open_toy(small_text);
  size_t n = space_size(t.space);
  uint32_t *counts = calloc(n, sizeof *counts);
  struct random r;
  random_seed(&r, fresh_seed());
  for (int i = 0; i < DRAWS; i++) counts[biased_draw(t.space, &r)]++;
  double chi = chi_squared(counts, n, DRAWS);
  CHECKF(chi > 2 * critical(n - 1), "%g", chi);
  free(counts);
  close_toy(t);
}

/* A bound of 3 * 2^62: taking the remainder alone would hit the lowest third half of the time. */
static void bounded_draws_have_no_bias(void) {
  const uint64_t quarter = (uint64_t)1 << 62;
  struct random r;
  int low = 0, low_by_remainder = 0;
  random_seed(&r, fresh_seed());
  for (int i = 0; i < 30000; i++) {
    low += random_below(&r, 3 * quarter) < quarter;
    low_by_remainder += random_next(&r) % (3 * quarter) < quarter;
  }
  CHECKF(abs(low - 10000) < 500, "%d", low);
  CHECKF(abs(low_by_remainder - 15000) < 500, "%d: the test must see the bias", low_by_remainder);
  for (uint64_t n = 1; n < 100; n++) CHECK(random_below(&r, n) < n);
}

/* CLBlast#613: a sample of a fraction of the space indexed beyond it. */
static void clblast_613_samples_stay_inside(void) {
  struct toy t = open_toy(large_text);
  size_t n = space_size(t.space);
  for (size_t part = 1; part <= 4; part++) {
    struct strategy_run *run = open_run("uniform", t.space, fresh_seed(), -1);
    for (size_t i = 0; i < n * part / 4; i++) {
      int64_t index = strategy_next(run);
      CHECK(index >= 0 && (size_t)index < n);
    }
    strategy_close(run);
  }
  close_toy(t);
}

/* ---- Local search on landscapes ---- */

typedef double (*landscape_fn)(const int64_t *v);

static double bowl(const int64_t *v) {
  return 1 + pow((double)v[0] - 11, 2) + 2 * pow((double)v[1] - 3, 2) + 3 * pow((double)v[2] - 5, 2) + (double)v[3];
}

/* Two basins; the deeper one is away from where the cost points. */
static double basins(const int64_t *v) {
  double near = 5 + pow((double)v[0] - 4, 2) + pow((double)v[1] - 4, 2);
  double far = 1 + pow((double)v[0] - 13, 2) + pow((double)v[1] - 12, 2);
  return fmin(near, far) + (double)v[2] + (double)v[3];
}

static size_t best_index(const struct space *s, landscape_fn f) {
  size_t best = 0;
  for (size_t i = 1; i < space_size(s); i++)
    if (f(toy_values(s, i)) < f(toy_values(s, best))) best = i;
  return best;
}

/* Proposals until the optimum is proposed. */
static size_t proposals_to_optimum(const char *name, const struct space *s, landscape_fn f, uint64_t seed, int64_t start) {
  size_t best = best_index(s, f), n = 0;
  struct strategy_run *run = open_run(name, s, seed, start);
  for (int64_t i; (i = strategy_next(run)) >= 0;) {
    n++;
    if ((size_t)i == best) break;
    strategy_tell(run, (size_t)i, 1e-6 * f(toy_values(s, (size_t)i)));
  }
  strategy_close(run);
  return n;
}

static double mean_proposals(const char *name, const struct space *s, landscape_fn f) {
  double sum = 0;
  for (uint64_t seed = 1; seed <= 40; seed++)
    sum += (double)proposals_to_optimum(name, s, f, seed, (int64_t)(seed * 37 % space_size(s)));
  return sum / 40;
}

static void local_finds_optima(void) {
  static const landscape_fn landscapes[] = {bowl, basins};
  struct toy t = open_toy(large_text);
  for (int k = 0; k < 2; k++) {
    double local = mean_proposals("local", t.space, landscapes[k]), uniform = mean_proposals("uniform", t.space, landscapes[k]);
    CHECKF(local < uniform / 4, "landscape %d: local %g, uniform %g of %zu", k, local, uniform, space_size(t.space));
  }
  close_toy(t);
}

static void local_begins_with_default_and_cheapest(void) {
  struct toy t = open_toy(large_text);
  struct strategy_run *run = open_run("local", t.space, 3, 1234);
  CHECK(strategy_next(run) == 1234);
  strategy_tell(run, 1234, -1); /* the default fails: no climb from there */
  CHECK(strategy_next(run) == (int64_t)space_by_cost(t.space)[0]);
  strategy_close(run);
  close_toy(t);
}

/* The default was measured before the search and is faster than the cheapest: the climb begins at its cheapest neighbour. */
static void local_climbs_from_what_it_was_told(void) {
  struct toy t = open_toy(large_text);
  struct strategy_run *run = open_run("local", t.space, 3, 1234);
  strategy_tell(run, 1234, 1.0);
  int64_t first = strategy_next(run);
  size_t *list, n, at = 0;
  CHECK(first == (int64_t)space_by_cost(t.space)[0]);
  strategy_tell(run, (size_t)first, 2.0);
  first = strategy_next(run);
  CHECK(!space_neighbours(t.space, 1234, &list, &n));
  while (at < n && list[at] != (size_t)first) at++;
  CHECK(at < n);
  for (size_t i = 0; i < n; i++) CHECK(space_cost(t.space, (size_t)first) <= space_cost(t.space, list[i]));
  free(list);
  strategy_close(run);
  close_toy(t);
}

/* Three families, of which one cannot have the second exchange, and one is hopeless. */
static const char kinds_text[] = HEAD
  "parameters:\n  family: {labels: [one, two, three]}\n  exchange: {labels: [left, right]}\n  a: 0..9\n"
  "constraints:\n  no: not (family == 1 and exchange == 1)\n"
  "cost:\n  c: ite(family == 2, 1000, 100 + 10 * family + 20 * exchange) + (a - 4) ** 2\n";

/* The cheapest of each kind that is not hopeless, the cheapest kind first, then the neighbours of the best. */
static void local_looks_at_each_kind(void) {
  static const int64_t kinds[][3] = {{0, 0, 4}, {1, 0, 4}, {0, 1, 4}};
  struct toy t = open_toy(kinds_text);
  struct strategy_run *run = open_run("local", t.space, 3, -1);
  size_t n;
  const size_t *all = space_cheapest_kinds(t.space, &n);
  CHECK(n == 5 && all);
  for (int i = 0; i < 3; i++) {
    int64_t index = strategy_next(run);
    CHECK(index == space_find(t.space, kinds[i]) && index == (int64_t)all[i]);
    strategy_tell(run, (size_t)index, i == 1 ? 0.5 : 1);
  }
  int64_t values[3];
  space_values(t.space, (size_t)strategy_next(run), values);
  CHECK((values[0] != 1) + (values[1] != 0) + (values[2] != 4) == 1);
  strategy_close(run);
  close_toy(t);
}

/* An interrupted search that is told its past needs about as many further
 * proposals as if it had never stopped. */
static void local_resumes(void) {
  struct toy t = open_toy(large_text);
  size_t best = best_index(t.space, basins);
  double whole = mean_proposals("local", t.space, basins), halves = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct strategy_run *first = open_run("local", t.space, seed, 0), *second = open_run("local", t.space, seed + 1000, 0);
    int found = 0;
    for (int k = 0; k < 40 && !found; k++) {
      size_t i = (size_t)strategy_next(first);
      found = i == best;
      strategy_tell(first, i, basins(toy_values(t.space, i)));
      strategy_tell(second, i, basins(toy_values(t.space, i)));
      halves++;
    }
    while (!found) {
      size_t i = (size_t)strategy_next(second);
      found = i == best;
      strategy_tell(second, i, basins(toy_values(t.space, i)));
      halves++;
    }
    strategy_close(first);
    strategy_close(second);
  }
  CHECKF(halves / 40 < 2 * whole, "%g resumed, %g whole", halves / 40, whole);
  close_toy(t);
}

/* ---- Beyond memory ---- */

static const char huge_text[] = HEAD
  "parameters:\n  a: 1..100000\n  b: 1..100000\n  c: 1..100000\n  d: 1..100\n"
  "cost:\n  c: abs(a - 500) + abs(b - 90000) + abs(c - 7) + d\n";

static void uniform_draws_from_more_than_memory_holds(void) {
  struct toy t = open_toy(huge_text);
  struct strategy_run *run = open_run("uniform", t.space, fresh_seed(), -1);
  size_t n = space_size(t.space), low = 0;
  CHECK(n == 100000000000000000u);
  for (int i = 0; i < 10000; i++) {
    int64_t index = strategy_next(run);
    CHECK(index >= 0 && (size_t)index < n);
    low += (size_t)index < n / 2;
    strategy_tell(run, (size_t)index, 1.0);
  }
  CHECKF(low > 4700 && low < 5300, "%zu of 10000 in the lower half", low);
  strategy_close(run);
  close_toy(t);
}

/* By its cost, of which it sees a sample only. */
static void local_climbs_in_more_than_memory_holds(void) {
  struct toy t = open_toy(huge_text);
  struct strategy_run *run = open_run("local", t.space, fresh_seed(), -1);
  double best = INFINITY;
  for (int i = 0; i < 60; i++) {
    int64_t index = strategy_next(run);
    CHECK(index >= 0);
    double cost = space_cost(t.space, (size_t)index);
    best = fmin(best, cost);
    strategy_tell(run, (size_t)index, cost);
  }
  CHECKF(best == 1, "%g", best); /* a = 500, b = 90000, c = 7, d = 1 */
  strategy_close(run);
  close_toy(t);
}

static void cost_first_needs_a_ranking(void) {
  struct toy t = open_toy(huge_text);
  struct strategy_options options = {1, -1};
  struct strategy_run *run = NULL;
  CHECK(strategy_open(&run, strategy_find("cost-first"), t.space, &options) == TUNER_ELIMIT && !run);
  CHECKF(strstr(tuner_error(), "too many to rank"), "%s", tuner_error());
  close_toy(t);
}

static const struct test_case cases[] = {
  {"opentuner#82 ends when exhausted", opentuner_82_ends_when_exhausted},
  {"silence is survived", silence_is_survived},
  {"tvm#12330 failures are survived", tvm_12330_failures_are_survived},
  {"an empty space ends at once", an_empty_space_ends_at_once},
  {"seeds decide", seeds_decide},
  {"unknown names are listed", unknown_names_are_listed},
  {"cost-first follows the cost", cost_first_follows_the_cost},
  {"uniform is uniform", uniform_is_uniform},
  {"uniform pairs are uniform", uniform_pairs_are_uniform},
  {"uniform after resume", uniform_after_resume},
  {"the test sees a biased sampler", the_test_sees_a_biased_sampler},
  {"bounded draws have no bias", bounded_draws_have_no_bias},
  {"CLBlast#613 samples stay inside", clblast_613_samples_stay_inside},
  {"local finds optima", local_finds_optima},
  {"local begins with default and cheapest", local_begins_with_default_and_cheapest},
  {"local climbs from what it was told", local_climbs_from_what_it_was_told},
  {"local looks at each kind", local_looks_at_each_kind},
  {"local resumes", local_resumes},
  {"uniform draws from more than memory holds", uniform_draws_from_more_than_memory_holds},
  {"local climbs in more than memory holds", local_climbs_in_more_than_memory_holds},
  {"cost-first needs a ranking", cost_first_needs_a_ranking},
  {NULL, NULL},
};
TEST_MAIN(cases)
