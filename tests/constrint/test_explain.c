/* Conflicts and relaxations against brute force: every assignment of a random
 * model tells which constraints it breaks, and that tells everything. */
#include <time.h>

#include "random_model.h"
#include "test.h"

enum { CONSTRAINTS = 12 };

/* Which constraints each assignment breaks, a bit each; each set once. */
struct broken {
  size_t n;
  bool usable; /* nothing overflowed */
  bool seen[1 << CONSTRAINTS];
};

static uint64_t seed_of_run(void) {
  const char *text = getenv("MODES_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "MODES_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

static unsigned bits_of(const size_t *list, size_t n) {
  unsigned bits = 0;
  for (size_t i = 0; i < n; i++) bits |= 1u << list[i];
  return bits;
}

static void survey(const ci_model *m, struct broken *b) {
  struct assignments a;
  memset(b, 0, sizeof *b);
  b->usable = true;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a)) {
    size_t *list, n;
    int outside;
    if (ci_check(m, a.values, &list, &n, &outside) < 0) {
      b->usable = false;
      continue;
    }
    b->seen[bits_of(list, n)] = true;
    free(list);
  }
  assignments_end(&a);
}

/* Is there an assignment that breaks none of these? */
static bool solvable(const struct broken *b, unsigned constraints) {
  for (unsigned s = 0; s < 1u << CONSTRAINTS; s++)
    if (b->seen[s] && !(s & constraints)) return true;
  return false;
}

/* The fewest constraints that some assignment breaks, none of those kept; -1: there is none. */
static int fewest(const struct broken *b, unsigned kept) {
  int best = -1;
  for (unsigned s = 0; s < 1u << CONSTRAINTS; s++)
    if (b->seen[s] && !(s & kept) && (best < 0 || __builtin_popcount(s) < best)) best = __builtin_popcount(s);
  return best;
}

static void check_conflict(const ci_model *m, const struct broken *b, ci_conflict_method method, size_t *largest) {
  size_t *set, n;
  ci_answer answer;
  unsigned all = (1u << ci_model_constraints(m)) - 1;
  CHECK(ci_conflict_by(m, NULL, method, &set, &n, &answer) == CI_OK);
  CHECK((answer == CI_FOUND) == solvable(b, all));
  CHECK((answer == CI_FOUND) == (n == 0));
  unsigned bits = bits_of(set, n);
  if (answer == CI_NONE) CHECK(!solvable(b, bits));
  for (size_t i = 0; i < n; i++) CHECKF(solvable(b, bits & ~(1u << set[i])), "%zu is not needed", set[i]);
  *largest = n > *largest ? n : *largest;
  free(set);
}

static void check_relaxation(const ci_model *m, const struct broken *b, unsigned kept, size_t *largest) {
  unsigned char keep[CONSTRAINTS];
  size_t *set, n, *list, broken;
  int outside;
  int64_t values[MOST_VARS];
  ci_answer answer;
  for (int i = 0; i < CONSTRAINTS; i++) keep[i] = kept >> i & 1;
  int best = fewest(b, kept);
  CHECK(ci_relax(m, NULL, kept ? keep : NULL, &set, &n, values, &answer) == CI_OK);
  CHECKF((answer == CI_NONE) == (best < 0), "%d", best);
  if (answer == CI_FOUND) {
    CHECKF((int)n == best, "%zu dropped, but %d will do", n, best);
    CHECK(!(bits_of(set, n) & kept));
    CHECK(ci_check(m, values, &list, &broken, &outside) == CI_OK);
    CHECK(outside < 0 && !(bits_of(list, broken) & ~bits_of(set, n)));
    free(list);
  }
  *largest = n > *largest ? n : *largest;
  free(set);
}

/* Sums of a few variables against constants: many small conflicts. */
static ci_model *crowded_model(uint64_t *state) {
  static const char *const names[] = {"a", "b", "c", "d"};
  static const ci_op ops[] = {CI_EQ, CI_LE, CI_GE, CI_NE};
  ci_builder *b;
  ci_model *m = NULL;
  ci_expr x[4];
  CHECK(ci_builder_new(&b) == CI_OK);
  for (int i = 0; i < 4; i++) x[i] = ci_var_range(b, names[i], 0, 4, 1);
  for (int i = 0; i < CONSTRAINTS; i++) {
    ci_expr y = ci_apply2(b, random_below(state, 4) ? CI_ADD : CI_MUL, x[random_below(state, 4)], x[random_below(state, 4)]);
    ci_constrain(b, ci_apply2(b, ops[random_below(state, 4)], y, ci_int(b, random_below(state, 11))), NULL, NULL);
  }
  ci_build(b, &m);
  ci_builder_free(b);
  return m;
}

static void each_model(int few, void (*check)(const ci_model *m, const struct broken *b, uint64_t *state, size_t *largest)) {
  static struct broken b;
  uint64_t seed = seed_of_run();
  size_t largest = 0;
  int rounds = getenv("MODES_ROUNDS") ? atoi(getenv("MODES_ROUNDS")) : few;
  for (int i = 0; i < rounds; i++) {
    uint64_t state = seed + (uint64_t)i;
    struct recipe r = {.vars = 3, .values = 5, .constraints = 8, .depth = 1 + i % 2};
    ci_model *m = i % 3 ? crowded_model(&state) : random_model(&state, &r);
    if (!m) continue;
    CHECK(ci_model_constraints(m) <= CONSTRAINTS);
    survey(m, &b);
    if (b.usable) check(m, &b, &state, &largest);
    ci_model_free(m);
  }
  CHECKF(largest > 1, "%zu constraints at most", largest);
}

static void conflicts(const ci_model *m, const struct broken *b, uint64_t *state, size_t *largest) {
  (void)state;
  check_conflict(m, b, CI_CONFLICT_HALVES, largest);
  check_conflict(m, b, CI_CONFLICT_DELETION, largest);
}

static void relaxations(const ci_model *m, const struct broken *b, uint64_t *state, size_t *largest) {
  check_relaxation(m, b, 0, largest);
  check_relaxation(m, b, (unsigned)random_below(state, 1 << ci_model_constraints(m)) & (unsigned)random_below(state, 1 << CONSTRAINTS), largest);
}

static void test_conflicts(void) { each_model(200, conflicts); }
static void test_relaxations(void) { each_model(150, relaxations); }

/* Without constraints, and with one that cannot hold. */
static void test_edges(void) {
  ci_builder *b;
  ci_model *m;
  size_t *set, n;
  int64_t value = 7;
  ci_answer answer;
  for (int none = 0; none < 2; none++) {
    CHECK(ci_builder_new(&b) == CI_OK);
    ci_expr x = ci_var_range(b, "x", 1, 3, 1);
    if (none) ci_constrain(b, ci_apply2(b, CI_GT, x, ci_int(b, 5)), "large", NULL);
    CHECK(ci_build(b, &m) == CI_OK);
    ci_builder_free(b);
    CHECK(ci_relax(m, NULL, NULL, &set, &n, &value, &answer) == CI_OK && answer == CI_FOUND && n == (size_t)none);
    CHECK(value >= 1 && value <= 3);
    free(set);
    CHECK(ci_conflict_by(m, NULL, CI_CONFLICT_DELETION, &set, &n, &answer) == CI_OK && n == (size_t)none);
    CHECK(answer == (none ? CI_NONE : CI_FOUND));
    free(set);
    unsigned char keep = 1;
    CHECK(ci_relax(m, NULL, &keep, &set, &n, NULL, &answer) == CI_OK && answer == (none ? CI_NONE : CI_FOUND) && n == 0);
    free(set);
    ci_model_free(m);
  }
}

static int stop(void *unused) { return unused == NULL; }

static void test_cancelled(void) {
  uint64_t state = 1;
  ci_model *m = crowded_model(&state);
  ci_options options = {.limits = {.cancel = stop}};
  size_t *set = NULL, n;
  ci_answer answer;
  CHECK(ci_relax(m, &options, NULL, &set, &n, NULL, &answer) == CI_ECANCEL);
  CHECK(ci_conflict(m, &options, &set, &n, &answer) == CI_ECANCEL);
  ci_model_free(m);
}

static const struct test_case cases[] = {
  {"conflicts", test_conflicts},
  {"relaxations", test_relaxations},
  {"edges", test_edges},
  {"cancelled", test_cancelled},
  {NULL, NULL},
};

TEST_MAIN(cases)
