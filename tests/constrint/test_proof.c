/* Proofs: of random models every answer is verified; claims that enumeration
 * contradicts never are, however a proof is spoilt. */
#include "random_model.h"
#include "test.h"

#include <time.h>

struct log { char *text; size_t n, capacity; };

static int take(void *data, const char *text, size_t n) {
  struct log *log = data;
  if (log->n + n + 1 > log->capacity) {
    log->capacity = 2 * (log->n + n + 1);
    log->text = realloc(log->text, log->capacity);
    if (!log->text) abort();
  }
  memcpy(log->text + log->n, text, n);
  log->n += n;
  log->text[log->n] = 0;
  return 0;
}

static uint64_t seed_of_run(void) {
  const char *text = getenv("PROOF_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "PROOF_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

static int rounds(int few) { return getenv("PROOF_ROUNDS") ? atoi(getenv("PROOF_ROUNDS")) : few; }

/* CI_OK and the log, or the solver's error. */
static int prove(const ci_model *m, bool best, uint64_t seed, struct log *log, ci_answer *answer) {
  ci_options options = {.seed = seed, .free_search = seed & 1, .limits.seconds = 5};
  int64_t values[MOST_VARS];
  ci_solver *s;
  *log = (struct log){0};
  CHECK(ci_solver_new(&s, m, &options) == CI_OK && ci_solver_proof(s, take, log) == CI_OK);
  int error = best ? ci_optimize(s, values, answer, NULL, NULL) : ci_solve(s, values, answer);
  ci_solver_free(s);
  return error;
}

/* ---- brute force ---- */

struct truth { bool usable, solvable, has_best; int64_t best; };

static void look_at(const ci_model *m, const int64_t *values, struct truth *t, bool best) {
  size_t nbroken;
  int outside;
  int64_t v;
  int error = ci_check(m, values, NULL, &nbroken, &outside);
  if (error < 0) t->usable = false;
  if (error < 0 || nbroken) return;
  if (best && (error = ci_eval_objective(m, 0, values, &v)) < 0) {
    if (error == CI_EOVERFLOW) t->usable = false;
    return;
  }
  t->solvable = true;
  if (!best) return;
  if (!t->has_best || (ci_model_maximizes(m, 0) ? v > t->best : v < t->best)) t->best = v;
  t->has_best = true;
}

static struct truth truth_of(const ci_model *m, bool best) {
  struct truth t = {.usable = true};
  struct assignments a;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a)) look_at(m, a.values, &t, best);
  assignments_end(&a);
  return t;
}

/* ---- all is verified ---- */

struct tally { int none, found, optimal, missed; uint64_t lines, general; };

static void verify(const ci_model *m, const struct log *log, bool best, ci_answer answer, struct tally *tally) {
  ci_verdict v;
  CHECK(ci_verify(m, log->text, log->n, &v) == CI_OK);
  ci_proven wanted = answer == CI_NONE ? CI_PROVEN_UNSATISFIABLE : best ? CI_PROVEN_OPTIMAL : CI_PROVEN_SATISFIABLE;
  if (!v.accepted || v.conclusion != wanted) {
    fprintf(stderr, "line %zu of %zu: %s\n", v.line, v.lines, v.message);
    if (getenv("PROOF_SHOW")) fprintf(stderr, "%s", log->text);
    tally->missed++;
  }
  else if (answer == CI_NONE) tally->none++;
  else if (best) tally->optimal++;
  else tally->found++;
  tally->lines += v.lines;
  tally->general += v.general;
}

static const struct recipe recipes[] = {
  {.vars = 3, .values = 6, .constraints = 4, .depth = 2},
  {.vars = 3, .values = 6, .constraints = 3, .depth = 3, .objective = true},
  {.vars = 4, .values = 5, .constraints = 5, .depth = 1, .order = true},
  {.vars = 4, .values = 5, .constraints = 3, .depth = 1, .objective = true},
  {.vars = 3, .values = 5, .constraints = 4, .depth = 2, .big = true},
  {.vars = 5, .values = 4, .constraints = 7, .depth = 1},
};
enum { RECIPES = sizeof recipes / sizeof *recipes };

static void test_random(void) {
  uint64_t seed = seed_of_run();
  struct tally tally = {0};
  for (int i = 0; i < rounds(600); i++) {
    uint64_t state = seed + (uint64_t)i;
    int which = getenv("PROOF_RECIPE") ? atoi(getenv("PROOF_RECIPE")) : i % RECIPES;
    ci_model *m = random_model(&state, &recipes[which]);
    if (!m) continue;
    bool best = ci_model_objectives(m) > 0;
    struct log log;
    ci_answer answer;
    if (prove(m, best, (uint64_t)i, &log, &answer) == CI_OK) {
      int missed = tally.missed;
      verify(m, &log, best, answer, &tally);
      if (missed < tally.missed) fprintf(stderr, "PROOF_SEED=%llu PROOF_ROUNDS=1 PROOF_RECIPE=%d\n", (unsigned long long)(seed + (uint64_t)i), i % RECIPES);
    }
    free(log.text);
    ci_model_free(m);
  }
  fprintf(stderr, "none %d, found %d, optimal %d, missed %d; %llu lines, %llu by the whole model\n", tally.none, tally.found,
          tally.optimal, tally.missed, (unsigned long long)tally.lines, (unsigned long long)tally.general);
  CHECK(!tally.missed && tally.none > 0 && tally.found > 0 && tally.optimal > 0);
}

static const struct test_case cases[] = {
  {"random models", test_random},
  {NULL, NULL},
};

TEST_MAIN(cases)
