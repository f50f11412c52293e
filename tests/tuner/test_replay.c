/* The strategies on recorded measurements: no kernel runs, and the same seeds
 * give the same searches (tests/tuner/record.c made the recordings).
 * usage: test_replay RECORDED-FOLDER */
#include <math.h>
#include <stdlib.h>
#include "lexicographic.h"
#include "strategy.h"
#include "test.h"
#include "toy.h"

static const char *folder;

struct replay { struct spec *spec; struct space *space; double *seconds, best; };

static void path_of(char *path, size_t size, const char *name) { snprintf(path, size, "%s/%s", folder, name); }

static void read_seconds(struct replay *r, FILE *f) {
  r->seconds = calloc(space_size(r->space) + 1, sizeof *r->seconds);
  r->best = INFINITY;
  size_t n = 0, *index = lexicographic(r->space);
  for (double x; fscanf(f, "%lf", &x) == 1; n++) {
    CHECK(n < space_size(r->space));
    r->seconds[index[n]] = x;
    if (x > 0 && x < r->best) r->best = x;
  }
  CHECKF(n == space_size(r->space), "%zu recorded, %zu legal", n, space_size(r->space));
  free(index);
}

static struct replay open_replay(const char *name) {
  struct replay r = {0};
  char path[4096], text[512];
  hw_model *hw = NULL;
  struct problem *p = NULL;
  path_of(path, sizeof path, "spec.yaml");
  CHECKF(!spec_load(&r.spec, path), "%s", tuner_error());
  path_of(path, sizeof path, "hardware.yaml");
  CHECKF(!hw_load(&hw, path), "%s", hw_error());
  path_of(path, sizeof path, name);
  FILE *f = fopen(path, "r");
  CHECK(f && fgets(text, sizeof text, f));
  CHECKF(!problem_parse(&p, r.spec, text), "%s", tuner_error());
  CHECKF(!space_open(&r.space, r.spec, p, hw, NULL), "%s", tuner_error());
  CHECK(space_has_cost(r.space));
  read_seconds(&r, f);
  fclose(f);
  problem_free(p);
  hw_free(hw);
  return r;
}

static void close_replay(struct replay r) {
  space_close(r.space);
  spec_free(r.spec);
  free(r.seconds);
}

/* The best seconds after so many trials, over the best there is. */
static double regret(const struct replay *r, const char *name, uint64_t seed, size_t trials) {
  struct strategy_options options = {seed, (int64_t)(seed * 7919 % space_size(r->space))};
  struct strategy_run *run = NULL;
  double best = INFINITY;
  CHECK(!strategy_open(&run, strategy_find(name), r->space, &options));
  for (int64_t i; trials-- && (i = strategy_next(run)) >= 0;) {
    double x = r->seconds[i];
    if (x > 0 && x < best) best = x;
    strategy_tell(run, (size_t)i, x);
  }
  strategy_close(run);
  return best / r->best;
}

enum { SEEDS = 101 };

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_regret(const struct replay *r, const char *name, size_t trials) {
  double all[SEEDS];
  for (uint64_t seed = 0; seed < SEEDS; seed++) all[seed] = regret(r, name, seed, trials);
  qsort(all, SEEDS, sizeof *all, compare_numbers);
  return all[SEEDS / 2];
}

static const char *const recordings[] = {"lstm-training.txt", "slstm-backward.txt", NULL};

static void every_strategy_ends_at_the_best(void) {
  for (const char *const *name = recordings; *name; name++) {
    struct replay r = open_replay(*name);
    for (const struct strategy *const *how = strategy_all(); *how; how++)
      CHECK(regret(&r, (*how)->name, 1, space_size(r.space)) == 1);
    close_replay(r);
  }
}

/* With a hundred trials of 1,800: near the best, and nearer than by chance. */
static void local_search_pays(void) {
  for (const char *const *name = recordings; *name; name++) {
    struct replay r = open_replay(*name);
    double local = median_regret(&r, "local", 100), uniform = median_regret(&r, "uniform", 100);
    double cost = median_regret(&r, "cost-first", 100);
    printf("%s: 100 of %zu trials, slower than the best by: local %.1f %%, uniform %.1f %%, cost-first %.1f %%\n", *name,
           space_size(r.space), 100 * local - 100, 100 * uniform - 100, 100 * cost - 100);
    CHECKF(local < 1.05 && local < uniform, "local %g, uniform %g", local, uniform);
    close_replay(r);
  }
}

static const struct test_case cases[] = {
  {"every strategy ends at the best", every_strategy_ends_at_the_best},
  {"local search pays", local_search_pays},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  folder = argv[1];
  return test_main(cases, argc - 1, argv + 1);
}
