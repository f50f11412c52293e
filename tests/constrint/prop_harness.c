/* The harness itself: deliberately wrong propagators, which it must catch. */
#include "harness.h"
#include "learn/because.h"
#include "test.h"

/* All state x0 <= x1; each errs in its own way. */
struct wrong {
  propagator super;
  term x, y;
};

static void draw_pair(struct rng *r, struct instance *in) { draw_terms(r, in, 2, -5, 5, 5); }
static bool order_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] <= v[1];
}

static enum outcome narrow_order(store *s, propagator *p, int slack) {
  struct wrong *w = (struct wrong *)p;
  wide most = term_hi(s, w->y), least = term_lo(s, w->x);
  if (!term_le(s, w->x, most == WIDE_MAX ? most : most + slack, p)) return FAILED;
  if (!term_ge(s, w->y, least == WIDE_MIN ? least : least - slack, p)) return FAILED;
  if (w->x == w->y && slack >= 0) return SUBSUMED;
  wide floor_of_y = term_lo(s, w->y);
  if (floor_of_y != WIDE_MAX && floor_of_y != WIDE_MIN) floor_of_y += slack;
  return term_hi(s, w->x) <= floor_of_y ? SUBSUMED : FIXPOINT;
}

static enum outcome right(store *s, propagator *p) { return narrow_order(s, p, 0); }
static enum outcome prunes_too_much(store *s, propagator *p) { return narrow_order(s, p, -1); }
static enum outcome misses_failure(store *s, propagator *p) { return narrow_order(s, p, 1); }

/* Asleep as soon as one solution is sure, not all. */
static enum outcome sleeps_early(store *s, propagator *p) {
  struct wrong *w = (struct wrong *)p;
  enum outcome done = narrow_order(s, p, 0);
  return done == FIXPOINT && term_lo(s, w->x) <= term_lo(s, w->y) ? SUBSUMED : done;
}

static enum outcome never_sleeps(store *s, propagator *p) {
  enum outcome done = narrow_order(s, p, 0);
  return done == SUBSUMED ? FIXPOINT : done;
}

/* Half of the pruning, until something is fixed. */
static enum outcome prunes_half(store *s, propagator *p) {
  struct wrong *w = (struct wrong *)p;
  if (w->x == w->y || term_hi(s, w->x) <= term_lo(s, w->y)) return SUBSUMED;
  if (!term_ge(s, w->y, term_lo(s, w->x), p)) return FAILED;
  return term_fixed(s, w->x) || term_fixed(s, w->y) ? right(s, p) : FIXPOINT;
}

/* Counts in a plain variable what backtracking should undo. */
static enum outcome forgets_backtracking(store *s, propagator *p) {
  static int runs; /* of all instances: any will do for being wrong */
  return ++runs % 7 == 0 ? SUBSUMED : right(s, p);
}

static int post_with(store *s, const term *x, const struct propagator_class *class) {
  struct wrong *w = store_alloc(s, sizeof *w);
  if (!w) return -1;
  w->x = x[0];
  w->y = x[1];
  return store_post(s, &w->super, class, x, 2, ON_ANY);
}

#define POST(name)                                                              \
  static const struct propagator_class name##_class = {#name, name, NULL, 1, NULL};   \
  static int post_##name(store *s, const struct instance *in, const term *x) {  \
    (void)in;                                                                   \
    return post_with(s, x, &name##_class);                                      \
  }
POST(right)
POST(prunes_too_much)
POST(misses_failure)
POST(sleeps_early)
POST(never_sleeps)
POST(prunes_half)
POST(forgets_backtracking)

static const char *complaint(int (*post)(store *, const struct instance *, const term *), int result) {
  static char message[4096];
  struct constraint_test t = {"x <= y", draw_pair, order_oracle, post, STRENGTH_DOMAIN, result};
  return harness_run(&t, harness_seed(), 1000, message, sizeof message) ? NULL : message;
}

static void caught(int (*post)(store *, const struct instance *, const term *), const char *as) {
  const char *message = complaint(post, -1);
  CHECK(message != NULL);
  CHECKF(strstr(message, as) != NULL, "%s", message);
}

static void test_right(void) {
  const char *message = complaint(post_right, -1);
  CHECKF(message == NULL, "%s", message);
}
static void test_over_pruning(void) { CHECK(complaint(post_prunes_too_much, -1) != NULL); }
static void test_missed_failure(void) { CHECK(complaint(post_misses_failure, -1) != NULL); }
static void test_false_subsumption(void) { caught(post_sleeps_early, "asleep, but a tuple"); }
static void test_missed_subsumption(void) { caught(post_never_sleeps, "all fixed, and still awake"); }
static void test_weakness(void) { caught(post_prunes_half, "has no support"); }
static void test_state_outside_the_trail(void) { CHECK(complaint(post_forgets_backtracking, -1) != NULL); }
static void test_open_result(void) {
  const char *message = complaint(post_right, 1); /* y is no function of x */
  CHECK(message != NULL && strstr(message, "all but x1 are fixed, and it is not") != NULL);
}

/* ---- Explanations ---- */

/* x1 >= v because x0 >= v; x0 <= v because x1 <= v. */
static bool explain_order(struct because *b, const propagator *p, struct fact what) {
  const struct wrong *w = (const struct wrong *)p;
  if (what.x == w->y && what.kind == AT_LEAST) because_at_least(b, w->x, what.v);
  else if (what.x == w->x && what.kind == AT_MOST) because_at_most(b, w->y, what.v);
  else return false;
  return true;
}

static bool says_nothing(struct because *b, const propagator *p, struct fact what) {
  (void)b, (void)p;
  return what.x >= 0;
}

/* Off by one: the fact held, but does not suffice. */
static bool says_too_little(struct because *b, const propagator *p, struct fact what) {
  const struct wrong *w = (const struct wrong *)p;
  if (what.x != w->y || what.kind != AT_LEAST) return explain_order(b, p, what);
  because_at_least(b, w->x, what.v - 1);
  return true;
}

/* What is to be explained explains itself: it did not hold before. */
static bool says_itself(struct because *b, const propagator *p, struct fact what) {
  (void)p;
  if (what.x < 0) return false;
  because(b, what);
  return true;
}

#define POST_EXPLAINED(name)                                                                \
  static const struct propagator_class name##_class = {#name, right, name, 1, NULL};        \
  static int post_##name(store *s, const struct instance *in, const term *x) {              \
    (void)in;                                                                               \
    return post_with(s, x, &name##_class);                                                  \
  }
POST_EXPLAINED(explain_order)
POST_EXPLAINED(says_nothing)
POST_EXPLAINED(says_too_little)
POST_EXPLAINED(says_itself)

static const char *objection(int (*post)(store *, const struct instance *, const term *)) {
  static char message[4096];
  struct constraint_test t = {"x <= y", draw_pair, order_oracle, post, STRENGTH_DOMAIN, -1};
  return explained_run(&t, harness_seed(), 1000, message, sizeof message) ? NULL : message;
}

static void test_explanations(void) {
  const char *message = objection(post_right); /* everything that is known: always right */
  CHECKF(message == NULL, "%s", message);
  message = objection(post_explain_order);
  CHECKF(message == NULL, "%s", message);
}

static void test_wrong_explanations(void) {
  const char *message = objection(post_says_nothing);
  CHECK(message && strstr(message, "there is a solution for which that is not so"));
  message = objection(post_says_too_little);
  CHECK(message && strstr(message, "there is a solution for which that is not so"));
  message = objection(post_says_itself);
  CHECK(message && strstr(message, "did not hold then"));
}

/* ---- The witness tests ---- */

static bool draw_order(struct rng *r, wide *v) {
  v[0] = rng_magnitude(r, 62);
  v[1] = v[0] + (wide)(rng_next(r) >> 3);
  return true;
}
static int post_pair(store *s, const term *x) { return post_with(s, x, &right_class); }
static int post_tight_pair(store *s, const term *x) { return post_with(s, x, &prunes_too_much_class); }
static bool draw_equal(struct rng *r, wide *v) {
  v[0] = v[1] = rng_magnitude(r, 62);
  return true;
}

static void test_witness(void) {
  char message[512];
  const struct witness_test good = {"x <= y", 2, draw_order, post_pair};
  const struct witness_test bad = {"x < y", 2, draw_equal, post_tight_pair};
  CHECKF(witness_run(&good, -1, harness_seed(), 1000, message, sizeof message), "%s", message);
  CHECK(!witness_run(&bad, -1, harness_seed(), 1000, message, sizeof message));
  CHECK(!witness_run(&good, 1, harness_seed(), 1000, message, sizeof message));
}

/* ---- The starvation tests ---- */

static int post_misnaming(store *s, const struct instance *in, const term *x) {
  (void)in;
  return store_alloc(s, 1 << 22) ? post_with(s, x, &right_class) : -2; /* -2 is not CI_ENOMEM */
}

static void test_starvation(void) {
  char message[512];
  const struct constraint_test good = {"x <= y", draw_pair, order_oracle, post_right, STRENGTH_SOUND, -1};
  const struct constraint_test bad = {"x <= y", draw_pair, order_oracle, post_misnaming, STRENGTH_SOUND, -1};
  CHECKF(starvation_run(&good, harness_seed(), 20, message, sizeof message), "%s", message);
  CHECK(!starvation_run(&bad, harness_seed(), 20, message, sizeof message));
}

static const struct test_case cases[] = {
  {"a right propagator passes", test_right},
  {"over-pruning is caught", test_over_pruning},
  {"a missed failure is caught", test_missed_failure},
  {"false subsumption is caught", test_false_subsumption},
  {"missed subsumption is caught", test_missed_subsumption},
  {"weak propagation is caught", test_weakness},
  {"state outside the trail is caught", test_state_outside_the_trail},
  {"an open result is caught", test_open_result},
  {"right explanations pass", test_explanations},
  {"wrong explanations are caught", test_wrong_explanations},
  {"witnesses", test_witness},
  {"starvation", test_starvation},
  {NULL, NULL},
};

TEST_MAIN(cases)
