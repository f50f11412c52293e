/* Random models in all dialects: every operation of their spaces against brute
 * force and against the others; half of the models have solutions, but few.
 *
 * usage: space_random [MODELS [SEED]] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "space_checks.h"
#include "test.h"

static const struct { const char *name; space_check *run; } checks[] = {
  {"size", check_size}, {"counted", check_counted}, {"at", check_at}, {"rank", check_rank}, {"values", check_values},
  {"marginals", check_marginals}, {"parts", check_parts}, {"columns", check_columns}, {"cursor", check_cursor}, {"independent", check_independent},
  {"distinct", check_distinct}, {"stratified", check_stratified}, {"spread", check_spread},
  {"neighbours", check_neighbours}, {"restrict", check_restrict}, {"saved", check_saved},
};
enum { CHECKS = sizeof checks / sizeof *checks };

static int models = 3000;
static uint64_t first_seed;
static struct trial trial;
static struct listing listing;

static void run_checks(const struct trial *t, struct verdict *v) {
  if (!list_in_order(t, &listing, v)) return;
  for (int i = 0; i < CHECKS && v->agrees; i++)
    if (!checks[i].run(t, &listing, v) && !v->skipped) {
      char why[sizeof v->why];
      memcpy(why, v->why, sizeof why);
      fail(v, "%s: %.480s", checks[i].name, why);
    }
}

static struct verdict try_model(enum dialect dialect, uint64_t seed, bool sparse, enum mutation mutation) {
  struct verdict v = {.agrees = true};
  trial_generate(&trial, dialect, seed, sparse, mutation);
  v.skipped = trial.too_large;
  if (v.skipped) return v;
  if (trial_build(&trial, &v)) run_checks(&trial, &v);
  trial_free(&trial);
  return v;
}

/* ---- The cases ---- */

static void agree(enum dialect dialect, int share) {
  int skipped = 0, sparse = 0, empty = 0, n = (int)((int64_t)models * share / 10);
  for (int i = 0; i < n; i++) {
    uint64_t seed = first_seed + (uint64_t)i * DIALECTS + dialect;
    struct verdict v = try_model(dialect, seed, i % 2, NO_MUTATION);
    skipped += v.skipped;
    empty += trial.solutions == 0;
    sparse += trial.solutions > 0 && trial.solutions * 5 <= trial.total;
    CHECKF(v.agrees || v.skipped, "seed %" PRIu64 "%s: %s\norder '%s'\n%s", seed, i % 2 ? " (sparse)" : "", v.why, trial.order, trial.text);
  }
  printf("%d models: %d sparse, %d empty, %d skipped for their size\n", n, sparse, empty, skipped);
  CHECKF(skipped * 20 <= n, "%d of %d", skipped, n);
  CHECKF(sparse * 5 >= n * 2, "%d of %d", sparse, n);
}

static void native_spaces_agree(void) { agree(NATIVE, 5); }
static void t1_spaces_agree(void) { agree(T1, 3); }
static void flashrnn_spaces_agree(void) { agree(FLASHRNN, 2); }

static bool caught(enum mutation mutation) {
  for (int i = 0; i < 4000; i++) {
    struct verdict v = try_model(NATIVE, first_seed + (uint64_t)i, false, mutation);
    if (!v.agrees && !v.skipped) return true;
  }
  return false;
}

static void a_wrong_oracle_is_caught(void) {
  for (enum mutation m = TRUNCATED_DIVISION; m <= UNDEFINED_HOLDS; m++) CHECKF(caught(m), "mutation %d", m);
}

/* Each check fails on a space that lacks a configuration, or has one too many. */
static bool notices(int check, bool lacks) {
  for (int i = 0; i < 400; i++) {
    struct verdict v = {.agrees = true};
    trial_generate(&trial, NATIVE, first_seed + (uint64_t)i, true, NO_MUTATION);
    if (trial.too_large || trial.solutions == trial.total || !trial_build(&trial, &v)) continue;
    int number = 0;
    while (trial.valid[number]) number++;
    if (lacks) trial.rows[trial.solutions++] = number; /* the space lacks what the listing has */
    else if (trial.solutions > 1) trial.solutions--;
    bool seen = !list_in_order(&trial, &listing, &v) || !checks[check].run(&trial, &listing, &v);
    trial_free(&trial);
    if (seen) return true;
  }
  return false;
}

static void every_check_can_fail(void) {
  for (int i = 0; i < CHECKS; i++) {
    CHECKF(notices(i, true) || notices(i, false), "%s", checks[i].name);
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
    {"native spaces agree with brute force", native_spaces_agree},
    {"t1 spaces agree with brute force", t1_spaces_agree},
    {"flashrnn spaces agree with brute force", flashrnn_spaces_agree},
    {"a wrong oracle is caught", a_wrong_oracle_is_caught},
    {"every check can fail", every_check_can_fail},
    {NULL, NULL},
  };
  if (argc > 1) models = atoi(argv[1]);
  first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL) << 20;
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("seed %" PRIu64 "\n", first_seed);
  return test_main(cases, 1, argv);
}
