/* The contest on simulated clocks: drift, noise, equals, and who must win. */
#include <math.h>
#include <stdlib.h>

#include "confirm.h"
#include "test.h"

/* Uniform noise that only adds, with now and then a disturbance: like a machine in use. */
static double noisy(double seconds, double noise) {
  double x = seconds * (1 + noise * drand48());
  return drand48() < 0.05 ? x * 3 : x;
}

static struct contest make(const double *seconds, const enum confirm_role *roles, size_t n) {
  struct contest c = {.n = n};
  (void)seconds;
  for (size_t i = 0; i < n; i++) c.who[i].role = roles[i];
  return c;
}

/* `drift`: the clock's speed by round. */
static void play(struct contest *c, const double *seconds, double noise, double (*drift)(size_t), size_t rounds) {
  for (size_t r = 0; r < rounds; r++) {
    for (size_t i = 0; i < c->n; i++) {
      size_t who = contest_turn(c, r, i);
      c->who[who].seconds[r] = noisy(seconds[who], noise) * drift(r);
    }
    c->rounds++;
  }
}

static double steady(size_t r) { return 1 + 0 * (double)r; }
static double boost_fades(size_t r) { return r < 10 ? 1 : 1.4; }

static const enum confirm_role three[] = {CONFIRM_DEFAULT, CONFIRM_CANDIDATE, CONFIRM_CANDIDATE};

static void everybody_has_every_turn(void) {
  struct contest c = {.n = 3};
  for (size_t r = 0; r < 3; r++) {
    int seen[3] = {0, 0, 0};
    for (size_t i = 0; i < 3; i++) seen[contest_turn(&c, r, i)]++;
    CHECK(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    CHECK(contest_turn(&c, r, 0) == r);
  }
}

/* futhark#1554, KernelTuner#73: tuned was slower than default. */
static void equals_leave_the_default(void) {
  const double seconds[] = {1, 1, 1};
  int kept = 0;
  srand48(1);
  for (int run = 0; run < 200; run++) {
    struct contest c = make(seconds, three, 3);
    play(&c, seconds, 0.05, steady, 31);
    kept += contest_winner(&c) == 0;
  }
  CHECKF(kept >= 180, "%d of 200", kept);
}

static void never_worse_than_default_beyond_noise(void) {
  srand48(2);
  for (int run = 0; run < 300; run++) {
    double seconds[] = {1, 0.9 + 0.2 * drand48(), 0.9 + 0.2 * drand48()};
    struct contest c = make(seconds, three, 3);
    play(&c, seconds, 0.02, boost_fades, 31);
    int winner = contest_winner(&c);
    CHECKF(seconds[winner] < 1.01, "%g won over 1", seconds[winner]);
  }
}

static void the_faster_wins_on_a_clock_that_drifts(void) {
  const double seconds[] = {1, 0.9, 0.95};
  srand48(3);
  for (int run = 0; run < 100; run++) {
    struct contest c = make(seconds, three, 3);
    play(&c, seconds, 0.02, boost_fades, 21);
    CHECK(contest_winner(&c) == 1);
    CHECK(contest_better(&c, 1, 0) && contest_better(&c, 2, 0) && !contest_better(&c, 0, 1));
  }
}

/* helion#2377: a lucky timing won.  Here a candidate's search was lucky; its contest is not. */
static void a_lucky_round_does_not_win(void) {
  const double seconds[] = {1, 1.05};
  srand48(4);
  struct contest c = make(seconds, three, 2);
  play(&c, seconds, 0.01, steady, 21);
  c.who[1].seconds[4] = 0.3;
  CHECK(contest_winner(&c) == 0);
}

static void the_incumbent_keeps_its_place_among_equals(void) {
  static const enum confirm_role roles[] = {CONFIRM_DEFAULT, CONFIRM_INCUMBENT, CONFIRM_CANDIDATE};
  const double same[] = {1, 0.8, 0.8}, better[] = {1, 0.8, 0.7}, worse[] = {1, 1.1, 0.9};
  int kept = 0;
  srand48(5);
  for (int run = 0; run < 100; run++) {
    struct contest c = make(same, roles, 3);
    play(&c, same, 0.02, steady, 31);
    kept += contest_winner(&c) == 1;
  }
  CHECKF(kept >= 90, "%d of 100", kept);
  struct contest c = make(better, roles, 3);
  play(&c, better, 0.02, steady, 31);
  CHECK(contest_winner(&c) == 2);
  c = make(worse, roles, 3);
  play(&c, worse, 0.02, steady, 31);
  CHECK(contest_winner(&c) == 2);
}

static void who_failed_cannot_win(void) {
  const double seconds[] = {1, 0.5, 0.9};
  srand48(6);
  struct contest c = make(seconds, three, 3);
  play(&c, seconds, 0.02, steady, 21);
  c.who[1].failed = 1;
  CHECK(contest_winner(&c) == 2);
  c.who[0].failed = 1;
  CHECK(contest_winner(&c) == 2); /* a default that fails is beaten by whoever does not */
  c.who[2].failed = 1;
  CHECK(contest_winner(&c) == -1);
}

static void too_few_rounds_prove_nothing(void) {
  const double seconds[] = {1, 0.5};
  struct contest c = make(seconds, three, 2);
  play(&c, seconds, 0, steady, 5);
  CHECK(contest_winner(&c) == 0);
  struct contest none = make(seconds, three, 2);
  CHECK(contest_winner(&none) == -1);
}

static void settled_when_known_or_at_the_last_round(void) {
  const struct contest_rules rules = contest_defaults();
  const double apart[] = {1, 0.5}, same[] = {1, 1};
  srand48(7);
  struct contest c = make(apart, three, 2);
  play(&c, apart, 0, steady, 5);
  CHECK(!contest_settled(&c, &rules));
  play(&c, apart, 0.0001, steady, rules.min_rounds - 5);
  CHECK(contest_settled(&c, &rules));
  struct contest long_one = make(same, three, 2);
  play(&long_one, same, 0.5, steady, rules.min_rounds);
  CHECK(!contest_settled(&long_one, &rules));
  play(&long_one, same, 0.5, steady, rules.max_rounds - rules.min_rounds);
  CHECK(contest_settled(&long_one, &rules));
}

static const struct test_case cases[] = {
  {"everybody has every turn", everybody_has_every_turn},
  {"futhark#1554 KernelTuner#73: equals leave the default", equals_leave_the_default},
  {"never worse than default beyond noise", never_worse_than_default_beyond_noise},
  {"KataGo#743: the faster wins on a clock that drifts", the_faster_wins_on_a_clock_that_drifts},
  {"helion#2377: a lucky round does not win", a_lucky_round_does_not_win},
  {"the incumbent keeps its place among equals", the_incumbent_keeps_its_place_among_equals},
  {"who failed cannot win", who_failed_cannot_win},
  {"too few rounds prove nothing", too_few_rounds_prove_nothing},
  {"settled when known or at the last round", settled_when_known_or_at_the_last_round},
  {NULL, NULL},
};
TEST_MAIN(cases)
