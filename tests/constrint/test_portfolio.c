/* Several searches at once against one: the same answers, the same on every run. */
#include <time.h>

#include "random_model.h"
#include "test.h"

enum { VARS = 20 };

static uint64_t seed_of_run(void) {
  const char *text = getenv("MODES_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "MODES_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

/* Clauses of three, hard to satisfy, and a sum of costs. */
static ci_model *hard_model(uint64_t *state, int n, int clauses, bool objective) {
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[VARS], part[VARS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < n; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 0, 2, 1);
    part[i] = ci_apply2(b, CI_MUL, ci_int(b, 3 + random_below(state, 30)), x[i]);
  }
  for (int k = 0; k < clauses; k++) {
    ci_expr of[3];
    for (int i = 0; i < 3; i++)
      of[i] = ci_apply2(b, random_below(state, 2) ? CI_EQ : CI_NE, x[random_below(state, n)], ci_int(b, random_below(state, 3)));
    ci_constrain(b, ci_apply(b, CI_OR, of, 3), NULL, NULL);
  }
  if (objective) ci_objective(b, ci_apply(b, CI_ADD, part, (size_t)n), random_below(state, 2));
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

static bool satisfied(const ci_model *m, const int64_t *values) {
  size_t *broken, n;
  int outside;
  CHECK(ci_check(m, values, &broken, &n, &outside) == CI_OK);
  free(broken);
  return n == 0 && outside < 0;
}

struct run {
  ci_answer answer;
  int64_t values[VARS], objective;
  int improvements;
};

static void count(void *data, const int64_t *values) {
  (void)values;
  ++*(int *)data;
}

static void several(const ci_model *m, unsigned threads, bool optimize, struct run *out) {
  memset(out, 0, sizeof *out);
  CHECK(ci_portfolio(m, NULL, threads, optimize, out->values, &out->answer, count, &out->improvements) == CI_OK);
  if (out->answer == CI_NONE) return;
  CHECK(satisfied(m, out->values));
  if (optimize) CHECK(ci_eval_objective(m, 0, out->values, &out->objective) == CI_OK);
}

static void one(const ci_model *m, bool optimize, struct run *out) {
  ci_solver *s;
  memset(out, 0, sizeof *out);
  CHECK(ci_solver_new(&s, m, NULL) == CI_OK);
  CHECK((optimize ? ci_optimize(s, out->values, &out->answer, NULL, NULL) : ci_solve(s, out->values, &out->answer)) == CI_OK);
  if (optimize && out->answer == CI_FOUND) CHECK(ci_eval_objective(m, 0, out->values, &out->objective) == CI_OK);
  ci_solver_free(s);
}

static void compare(bool optimize) {
  uint64_t seed = seed_of_run();
  int none = 0, rounds = getenv("MODES_ROUNDS") ? atoi(getenv("MODES_ROUNDS")) : 30;
  for (int i = 0; i < rounds; i++) {
    uint64_t state = seed + (uint64_t)i;
    int n = 8 + i % 12;
    ci_model *m = hard_model(&state, n, n * (5 + i % 12), optimize);
    struct run alone, together, again;
    unsigned threads = 1 + (unsigned)i % 5;
    one(m, optimize, &alone);
    several(m, threads, optimize, &together);
    several(m, threads, optimize, &again);
    CHECKF(alone.answer == together.answer, "%d with one search, %d with %u", alone.answer, together.answer, threads);
    CHECKF(alone.objective == together.objective, "%lld, and %lld with several", (long long)alone.objective, (long long)together.objective);
    CHECK(together.answer == again.answer && together.improvements == again.improvements);
    CHECK(!memcmp(together.values, again.values, sizeof again.values));
    none += alone.answer == CI_NONE;
    ci_model_free(m);
  }
  CHECKF(rounds < 30 || (none > 0 && none < rounds), "%d of %d without a solution", none, rounds);
}

static void test_solve(void) { compare(false); }
static void test_optimize(void) { compare(true); }

/* Many rounds: a knapsack that no search proves soon; the time ends it. */
static void test_limit(void) {
  uint64_t state = seed_of_run();
  ci_builder *b;
  ci_model *m;
  ci_expr x[60], part[60];
  int64_t values[60];
  ci_answer answer;
  int improvements = 0;
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < 60; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 0, 1, 1);
  }
  for (int k = 0; k < 6; k++) {
    for (int i = 0; i < 60; i++) part[i] = ci_apply2(b, CI_MUL, ci_int(b, 1000 + random_below(&state, 9000)), x[i]);
    if (k == 5) ci_objective(b, ci_apply(b, CI_ADD, part, 60), 1);
    else ci_constrain(b, ci_apply2(b, CI_LE, ci_apply(b, CI_ADD, part, 60), ci_int(b, 60 * 1300)), NULL, NULL);
  }
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  ci_options options = {.limits.seconds = 0.5};
  int error = ci_portfolio(m, &options, 3, 1, values, &answer, count, &improvements);
  CHECK(error == CI_ELIMIT || (error == CI_OK && answer != CI_NONE && satisfied(m, values)));
  CHECK(error == CI_ELIMIT || improvements > 0);
  ci_model_free(m);
}

/* ---- against brute force, where they need many rounds ---- */

enum { ITEMS = 18, SUMS = 3, SLACK = 2 };

struct split {
  int64_t weight[SUMS][ITEMS], sum[SUMS], worth[ITEMS];
  bool maximize;
};

static int64_t total(const int64_t *of, unsigned chosen) {
  int64_t sum = 0;
  for (int i = 0; i < ITEMS; i++) sum += chosen >> i & 1 ? of[i] : 0;
  return sum;
}

/* Sums that some choice has, or nearly has, up to the slack. */
static struct split random_split(uint64_t *state) {
  struct split p = {.maximize = random_below(state, 2)};
  unsigned chosen = (unsigned)random_below(state, 1 << ITEMS);
  for (int i = 0; i < ITEMS; i++) {
    p.worth[i] = 1 + random_below(state, 99);
    for (int k = 0; k < SUMS; k++) p.weight[k][i] = 1 + random_below(state, 40);
  }
  for (int k = 0; k < SUMS; k++) p.sum[k] = total(p.weight[k], chosen) - random_below(state, 3 + (int)(*state % 2));
  return p;
}

static ci_model *split_model(const struct split *p) {
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[ITEMS], part[ITEMS];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < ITEMS; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    x[i] = ci_var_range(b, name, 0, 1, 1);
  }
  for (int k = 0; k <= SUMS; k++) {
    for (int i = 0; i < ITEMS; i++) part[i] = ci_apply2(b, CI_MUL, ci_int(b, k < SUMS ? p->weight[k][i] : p->worth[i]), x[i]);
    ci_expr sum = ci_apply(b, CI_ADD, part, ITEMS);
    if (k == SUMS) ci_objective(b, sum, p->maximize);
    else { /* no equations: these are solved at the root */
      ci_constrain(b, ci_apply2(b, CI_GE, sum, ci_int(b, p->sum[k])), NULL, NULL);
      ci_constrain(b, ci_apply2(b, CI_LE, sum, ci_int(b, p->sum[k] + SLACK)), NULL, NULL);
    }
  }
  CHECK(ci_build(b, &m) == CI_OK);
  ci_builder_free(b);
  return m;
}

static bool within(int64_t more) { return more >= 0 && more <= SLACK; }

/* False: no choice has these sums. */
static bool best_split(const struct split *p, int64_t *best) {
  bool any = false;
  for (unsigned chosen = 0; chosen < 1u << ITEMS; chosen++) {
    bool fits = true;
    for (int k = 0; k < SUMS && fits; k++) fits = within(total(p->weight[k], chosen) - p->sum[k]);
    if (!fits) continue;
    int64_t worth = total(p->worth, chosen);
    if (!any || (p->maximize ? worth > *best : worth < *best)) *best = worth;
    any = true;
  }
  return any;
}

struct watched { int64_t best, bound; bool maximize, any, bounded; const ci_model *m; };

/* Solutions only ever get better, bounds tighter, and neither passes the other's last. */
static void watch(void *data, const ci_progress *p) {
  struct watched *w = data;
  int64_t value;
  if (p->improved) {
    CHECK(ci_eval_objective(w->m, 0, p->values, &value) == CI_OK);
    CHECK(!w->any || (w->maximize ? value > w->best : value < w->best));
    w->best = value;
    w->any = true;
  }
  if (!p->bounded) return;
  CHECK(!w->bounded || (w->maximize ? p->bound <= w->bound : p->bound >= w->bound));
  w->bound = p->bound;
  w->bounded = true;
}

static ci_portfolio_stats check_split(const struct split *p, const ci_model *m, unsigned threads, uint64_t seed) {
  int64_t values[ITEMS], best = 0, got = 0;
  ci_answer answer;
  ci_portfolio_stats stats;
  ci_options options = {.seed = seed, .no_relaxation = seed % 2 == 0};
  struct watched w = {.maximize = p->maximize, .m = m};
  bool any = best_split(p, &best);
  CHECK(ci_portfolio_watched(m, &options, threads, 1, values, &answer, watch, &w, &stats) == CI_OK);
  CHECKF(answer == (any ? CI_FOUND : CI_NONE), "%d, but brute force: %d", answer, any);
  if (any) CHECK(satisfied(m, values) && ci_eval_objective(m, 0, values, &got) == CI_OK);
  CHECKF(got == best, "%lld, but the best is %lld", (long long)got, (long long)best);
  CHECK(w.any == any && (!any || w.best == best));
  CHECK(stats.searches == threads && stats.winner >= 1 && stats.winner <= threads && stats.rounds >= 1);
  return stats;
}

/* What is exchanged changes no answer, and is the same each time, too. */
static void test_exchange(void) {
  uint64_t seed = seed_of_run(), nogoods = 0, taken = 0;
  int rounds = getenv("MODES_ROUNDS") ? atoi(getenv("MODES_ROUNDS")) : 6;
  for (int i = 0; i < rounds; i++) {
    uint64_t state = seed + (uint64_t)i;
    struct split p = random_split(&state);
    ci_model *m = split_model(&p);
    unsigned threads = 2 + (unsigned)i % 3;
    ci_portfolio_stats one = check_split(&p, m, threads, state % 100), other = check_split(&p, m, threads, state % 100);
    CHECK(one.rounds == other.rounds && one.winner == other.winner && one.failures == other.failures && one.nodes == other.nodes);
    CHECK(one.facts == other.facts && one.nogoods == other.nogoods && one.taken == other.taken);
    CHECK(threads > 1 || one.nogoods == 0);
    nogoods += one.nogoods;
    taken += one.taken;
    ci_model_free(m);
  }
  CHECKF(rounds < 6 || (nogoods > 100 && taken > 100), "only %llu nogoods were exchanged", (unsigned long long)taken);
}

static const struct test_case cases[] = {
  {"solve", test_solve},
  {"optimize", test_optimize},
  {"exchange", test_exchange},
  {"limit", test_limit},
  {NULL, NULL},
};

TEST_MAIN(cases)
