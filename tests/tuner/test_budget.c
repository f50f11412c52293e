/* Budgets: their texts, and how they are split. */
#include <math.h>

#include "budget.h"
#include "fail.h"
#include "test.h"

static void texts(void) {
  struct budget b;
  CHECK(budget_parse(&b, "60s") == TUNER_OK && b.kind == BUDGET_SECONDS && b.amount == 60);
  CHECK(budget_parse(&b, "0.5m") == TUNER_OK && b.amount == 30);
  CHECK(budget_parse(&b, "1h") == TUNER_OK && b.amount == 3600);
  CHECK(budget_parse(&b, "200trials") == TUNER_OK && b.kind == BUDGET_TRIALS && b.amount == 200);
  const char *const bad[] = {"", "60", "s", "-1s", "0s", "nans", "infs", "1.5trials", "60 s", "60sec", "1e99s", "0trials"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECKF(budget_parse(&b, bad[i]) == TUNER_EINPUT, "'%s'", bad[i]);
}

static void what_one_leaves_goes_to_the_rest(void) {
  struct budget_split s = {.total = {BUDGET_SECONDS, 60}, .problems = 3};
  CHECK(budget_nominal(&s) == 20 && budget_share(&s) == 20);
  budget_spend(&s, 10);
  CHECK(budget_share(&s) == 25);
  budget_spend(&s, 26); /* over: the rest pays */
  CHECK(budget_share(&s) == 24);
  budget_spend(&s, 24);
  struct budget_split poor = {.total = {BUDGET_SECONDS, 60}, .problems = 3};
  budget_spend(&poor, 1000);
  CHECK(budget_share(&poor) == 2); /* but everybody gets something */
}

static void the_whole_is_never_exceeded(void) {
  srand48(11);
  for (int run = 0; run < 1000; run++) {
    struct budget_split s = {.total = {BUDGET_SECONDS, 100}, .problems = 1 + (size_t)(lrand48() % 20)};
    double spent = 0;
    for (size_t i = 0, n = s.problems; i < n; i++) {
      double use = budget_share(&s) * drand48();
      spent += use;
      budget_spend(&s, use);
    }
    CHECK(spent <= 100 + 1e-6);
  }
}

static void trials_are_whole_and_at_least_one(void) {
  struct budget_split s = {.total = {BUDGET_TRIALS, 10}, .problems = 4};
  CHECK(budget_share(&s) == 2);
  budget_spend(&s, 0);
  CHECK(budget_share(&s) == 2 && s.left_over == 2);
  struct budget_split few = {.total = {BUDGET_TRIALS, 2}, .problems = 4};
  CHECK(budget_share(&few) == 1);
}

static void what_is_complete_gives_nothing_away(void) {
  struct budget_split s = {.total = {BUDGET_SECONDS, 60}, .problems = 3};
  budget_skip(&s);
  CHECK(budget_share(&s) == 20);
}

static const struct test_case cases[] = {
  {"texts", texts},
  {"what one leaves goes to the rest", what_one_leaves_goes_to_the_rest},
  {"the whole is never exceeded", the_whole_is_never_exceeded},
  {"trials are whole and at least one", trials_are_whole_and_at_least_one},
  {"what is complete gives nothing away", what_is_complete_gives_nothing_away},
  {NULL, NULL},
};
TEST_MAIN(cases)
