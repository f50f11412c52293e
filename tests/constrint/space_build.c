/* The builder of the compact form against enumeration with the evaluator: random
 * models in every order, equations over wide ranges, limits. */
#include <constrint_space.h>
#include <time.h>

#include "random_model.h"
#include "test.h"

struct expected {
  uint64_t count;
  bool overflow; /* some assignment cannot be judged */
};

static bool satisfied(const ci_model *m, const int64_t *values, bool *overflow) {
  size_t *broken, n;
  int outside, error = ci_check(m, values, &broken, &n, &outside);
  if (error == CI_EOVERFLOW) *overflow = true;
  if (error < 0) return false;
  free(broken);
  return n == 0 && outside < 0;
}

static struct expected enumerate(const ci_model *m) {
  struct expected e = {0, false};
  struct assignments a;
  for (assignments_begin(&a, m); !a.done; assignments_next(&a)) e.count += satisfied(m, a.values, &e.overflow);
  assignments_end(&a);
  return e;
}

/* Every assignment is in the space or not, as the evaluator says. */
static bool same_set(const ci_model *m, const ci_space *s) {
  struct assignments a;
  bool same = true, overflow = false;
  for (assignments_begin(&a, m); !a.done && same; assignments_next(&a)) {
    bool is = satisfied(m, a.values, &overflow);
    same = overflow || is == (ci_space_has(s, a.values) == 1);
    overflow = false;
  }
  assignments_end(&a);
  return same;
}

/* A form and a count without one: the same size, or the same failure. */
static bool same_count(const ci_model *m, const ci_space_options *options, const ci_space *s, int error) {
  char *counted = NULL, *size = NULL;
  if (ci_space_count(m, options, &counted) != error || (error == CI_OK) != (counted != NULL)) return free(counted), false;
  if (error < 0) return true;
  bool same = ci_space_size(s, &size) == CI_OK && !strcmp(counted, size);
  if (!same) fprintf(stderr, "counted %s, not %s\n", counted, size);
  free(counted);
  free(size);
  return same;
}

static bool agrees(const ci_model *m, const struct expected *e, const char *order) {
  ci_space_options options = {.order = order};
  ci_space *s = NULL;
  int error = ci_space_build(&s, m, &options);
  if (!same_count(m, &options, s, error)) return ci_space_free(s), false;
  if (error == CI_EOVERFLOW && e->overflow) return true;
  if (error < 0) return fprintf(stderr, "%s\n", ci_error()), false;
  uint64_t n = UINT64_MAX;
  bool good = ci_space_size_u64(s, &n) == CI_OK && (e->overflow || n == e->count) && same_set(m, s);
  if (!good) fprintf(stderr, "%llu configurations, not %llu\n", (unsigned long long)n, (unsigned long long)e->count);
  ci_space_free(s);
  return good;
}

static void explain(const ci_model *m, uint64_t seed) {
  fprintf(stderr, "seed %llu:\n", (unsigned long long)seed);
  for (size_t i = 0; i < ci_model_vars(m); i++) {
    const int64_t *values;
    int64_t lo, hi, step;
    size_t n = ci_model_listed(m, i, &values, &lo, &hi, &step);
    fprintf(stderr, "  %s: %lld..%lld step %lld, %zu values\n", ci_model_var_name(m, i), (long long)lo, (long long)hi, (long long)step, n);
  }
  for (size_t i = 0; i < ci_model_constraints(m); i++) fprintf(stderr, "  %s;\n", ci_model_constraint_name(m, i));
}

static uint64_t fresh_seed(void) {
  const char *given = getenv("TEST_SEED");
  return given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 1000003;
}

/* The names of a model's variables, shuffled; some left out. */
static void draw_order(const ci_model *m, uint64_t *state, char *text, size_t size) {
  size_t n = ci_model_vars(m), index[MOST_VARS];
  for (size_t i = 0; i < n; i++) index[i] = i;
  text[0] = 0;
  for (size_t i = 0; i < n; i++) {
    size_t k = i + (size_t)random_below(state, (int)(n - i)), x = index[k];
    index[k] = index[i];
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", i ? random_below(state, 2) ? ", " : " > " : "", ci_model_var_name(m, x));
    if (random_below(state, 4) == 0) break;
  }
}

static void try_model(const ci_model *m, uint64_t seed, uint64_t *state) {
  char order[256];
  struct expected e = enumerate(m);
  draw_order(m, state, order, sizeof order);
  bool good = agrees(m, &e, NULL) && agrees(m, &e, "declared") && agrees(m, &e, order);
  if (!good) explain(m, seed);
  CHECKF(good, "order %s", order);
}

static void run_random(const struct recipe *r, int models) {
  uint64_t state = fresh_seed();
  for (int i = 0; i < models; i++) {
    uint64_t seed = state;
    ci_model *m = random_model(&state, r);
    CHECK(m != NULL);
    try_model(m, seed, &state);
    ci_model_free(m);
  }
}

static void test_shallow(void) { run_random(&(struct recipe){.vars = 3, .values = 6, .constraints = 2, .depth = 2}, 2500); }
static void test_deep(void) { run_random(&(struct recipe){.vars = 3, .values = 5, .constraints = 1, .depth = 4}, 2500); }
static void test_many(void) { run_random(&(struct recipe){.vars = 5, .values = 3, .constraints = 4, .depth = 2}, 2500); }
static void test_big(void) { run_random(&(struct recipe){.vars = 3, .values = 4, .constraints = 2, .depth = 3, .big = true}, 2500); }

/* ---- equations ---- */

static ci_model *read(const char *text) {
  ci_model *m;
  CHECKF(ci_read(&m, "native", text, strlen(text), "test", NULL, 0) == CI_OK, "%s", ci_error());
  return m;
}

static uint64_t size_of(const ci_model *m, const char *order) {
  ci_space_options options = {.order = order};
  ci_space *s;
  uint64_t n;
  CHECKF(ci_space_build(&s, m, &options) == CI_OK, "%s", ci_error());
  CHECK(ci_space_size_u64(s, &n) == CI_OK);
  ci_space_free(s);
  return n;
}

static void check_size(const char *text, uint64_t expected) {
  static const char *const orders[] = {NULL, "declared", "x y", "y x"};
  ci_model *m = read(text);
  for (int i = 0; i < 4; i++) CHECKF(size_of(m, orders[i]) == expected, "%s (order %s)", text, orders[i] ? orders[i] : "free");
  ci_model_free(m);
}

static void test_equations(void) {
  check_size("var x in 1..1000; var y in 1..1000; x == 3 * y + 1;", 333);
  check_size("var x in 1..1000; var y in 1..1000; 2 * x + 3 * y == 100;", 16);
  check_size("var x in 1..1000; var y in 1..1000; x * y == 720;", 30);
  check_size("var x in -1000..1000; var y in -1000..1000; x * y == 0;", 4001);
  check_size("var x in 1..100000; var y in 1..20; x == y * y * y; x % 7 == 1; x <= 5000;", 8);
  check_size("var x in 0..1000000 step 3; var y in 0..99; x == 7 * y; x > 21;", 32);
  check_size("var x in -100000..100000; var y in 1..50; -x == y * 100; x // 300 == -3;", 3);
}

/* Equations over wide ranges, of random shape; enumeration over the small variables. */
static void test_random_equations(void) {
  uint64_t state = fresh_seed();
  for (int i = 0; i < 400; i++) {
    int p = 1 + random_below(&state, 6), q = random_below(&state, 20) - 5, k = 1 + random_below(&state, 5), top = 50 + random_below(&state, 3000);
    uint64_t expected = 0;
    for (int a = 1; a <= 12; a++)
      for (int b = -3; b <= 9; b++) {
        int w = p * a * a - q * b; /* k * w2 == w */
        if (w % k == 0 && w / k >= -2000 && w / k <= 2000 && w / k + a <= top && (w / k % a + a) % a != 1) expected++;
      }
    char text[300];
    snprintf(text, sizeof text, "var y in -2000..2000; var a in 1..12; var b in -3..9; var x in -4000..4000;"
             "%d * y + %d * b == %d * a * a; x == y + a; x <= %d; not (y %% a == 1);", k, q, p, top);
    check_size(text, expected);
  }
}

static int quotient(int a, int b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* Equations that rest on each other, and conditions that speak of what they give, where some have no value. */
static void test_equation_chains(void) {
  uint64_t state = fresh_seed();
  for (int i = 0; i < 80; i++) {
    int q = random_below(&state, 30), k = 1 + random_below(&state, 4), r = random_below(&state, 9) - 4, w = 3 + random_below(&state, 4);
    uint64_t expected = 0;
    for (int a = 1; a <= 15; a++)
      for (int b = -4; b <= 9; b++) {
        int y = a * b - q, z = (y + 3 * b) / k;
        if (y < -200 || y > 200 || (y + 3 * b) % k || z < -40 || z > 3000) continue;
        bool first = b != 0 && z - quotient(z, b) * b == 1, second = b != 2 && quotient(y, b - 2) >= r;
        expected += first || second || (z - y) * (z - y) == w;
      }
    char text[300];
    snprintf(text, sizeof text, "var z in -40..3000; var x in 1..15; var y in -200..200; var b in -4..9; y == x * b - %d;"
             "%d * z == y + 3 * b; z %% b == 1 or y // (b - 2) >= %d or (z - y) ^ 2 == %d;", q, k, r, w);
    check_size(text, expected);
  }
}

/* ---- shapes that are worked out in ways of their own ---- */

/* Tables beside conditions, some over a range that is too wide to be listed. */
static void test_tables(void) {
  uint64_t state = fresh_seed();
  for (int i = 0; i < 150; i++) {
    int wide = i % 50 == 0 ? 400 : 6, rows = 1 + random_below(&state, 40);
    char text[2000];
    int at = snprintf(text, sizeof text, "var a in 0..%d; var b in 1..5; var c in {4, 1, 3, 2}; var d in 0..3; table((c, a, %sb), [", wide, i % 2 ? "2, " : "");
    for (int r = 0; r < rows; r++) {
      at += snprintf(text + at, sizeof text - (size_t)at, "%s(%d, %d, ", r ? ", " : "", random_below(&state, 6), random_below(&state, wide + 2));
      if (i % 2) at += snprintf(text + at, sizeof text - (size_t)at, "%d, ", 1 + random_below(&state, 2));
      at += snprintf(text + at, sizeof text - (size_t)at, "%d)", random_below(&state, 7));
    }
    snprintf(text + at, sizeof text - (size_t)at, "]); (a + d) %% %d != 1;%s", 2 + random_below(&state, 4),
             i % 3 ? "" : " table((d, b), [(0, 1), (1, 1), (1, 3), (3, 4), (1, 3)]);");
    ci_model *m = read(text);
    struct expected e = enumerate(m);
    CHECKF(agrees(m, &e, i % 4 ? NULL : "d a"), "%s", text);
    ci_model_free(m);
  }
}

/* Wide variables of which few values are left. */
static void test_chains(void) {
  uint64_t state = fresh_seed();
  for (int i = 0; i < 6; i++) {
    int n = 64 + random_below(&state, 12), m = 12 * (1 + random_below(&state, 8));
    char text[300];
    snprintf(text, sizeof text, "var a in 1..%d; var b in 1..%d; var c in 1..%d; %d %% a == 0; %s; (a // b) %% c == 0; a * c <= %d;",
             n, n, 1 + random_below(&state, 5), m, i % 2 ? "a % b == 0" : "b % a == 0",
             n + random_below(&state, 200));
    ci_model *model = read(text);
    struct expected e = enumerate(model);
    CHECKF(agrees(model, &e, i % 3 ? NULL : "c b a"), "%s", text);
    ci_model_free(model);
  }
}

static void test_different(void) {
  ci_model *m = read("var x in 3..6; alldifferent(2, 9, x);");
  CHECK(size_of(m, NULL) == 4);
  ci_model_free(m);
}

/* ---- restriction ---- */

static void append(char *text, size_t size, const char *format, long long value) {
  size_t used = strlen(text);
  snprintf(text + used, size - used, format, value);
}

/* The model's variables in the native language. */
static void print_variables(const ci_model *m, char *text, size_t size) {
  for (size_t i = 0; i < ci_model_vars(m); i++) {
    const int64_t *values;
    int64_t lo, hi, step;
    size_t n = ci_model_listed(m, i, &values, &lo, &hi, &step);
    size_t used = strlen(text);
    snprintf(text + used, size - used, "var %s in {", ci_model_var_name(m, i));
    for (size_t k = 0; k < n; k++)
      append(text, size, k ? ", %lld" : "%lld", (long long)(values ? values[k] : lo + (int64_t)k * step));
    append(text, size, "};%lld", 0);
    text[strlen(text) - 1] = '\n';
  }
}

static void print_constraints(const ci_model *m, char *text, size_t size) {
  for (size_t c = 0; c < ci_model_constraints(m); c++) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s;\n", ci_model_constraint_name(m, c));
  }
}

/* Some configurations of m, and those of them that also satisfy what `more` says. */
static void try_restriction(const ci_model *m, const ci_model *more, uint64_t seed) {
  static char text[1 << 16], conditions[1 << 15];
  text[0] = conditions[0] = 0;
  print_constraints(more, conditions, sizeof conditions);
  print_variables(m, text, sizeof text);
  print_constraints(m, text, sizeof text);
  if (strstr(text, "...") || strstr(conditions, "...")) return; /* a name that was cut short */
  strcat(text, conditions);
  ci_model *both = read(text);
  ci_space *all, *some = NULL;
  CHECKF(ci_space_build(&all, m, NULL) == CI_OK, "%s", ci_error());
  CHECKF(ci_space_restrict(&some, all, conditions, NULL) == CI_OK, "seed %llu: %s", (unsigned long long)seed, ci_error());
  uint64_t n;
  struct expected e = enumerate(both);
  CHECK(ci_space_size_u64(some, &n) == CI_OK);
  CHECKF(e.overflow || n == e.count, "%llu, not %llu:\n%s", (unsigned long long)n, (unsigned long long)e.count, text);
  CHECKF(same_set(both, some), "seed %llu:\n%s", (unsigned long long)seed, text);
  ci_space_free(all);
  ci_space_free(some);
  ci_model_free(both);
}

static void test_restrict(void) {
  static const struct recipe first = {.vars = 5, .values = 4, .constraints = 2, .depth = 2};
  static const struct recipe second = {.vars = 5, .values = 1, .constraints = 2, .depth = 2};
  uint64_t state = fresh_seed();
  for (int i = 0; i < 1500; i++) {
    uint64_t seed = state;
    ci_model *m = random_model(&state, &first), *more = random_model(&state, &second);
    CHECK(m && more);
    try_restriction(m, more, seed);
    ci_model_free(m);
    ci_model_free(more);
  }
}

static void test_restrict_misuse(void) {
  ci_model *m = read("var a in 1..9; var b in 1..9; a < b;");
  ci_space *s, *t = NULL;
  CHECK(ci_space_build(&s, m, NULL) == CI_OK);
  CHECK(ci_space_restrict(&t, s, "a < c", NULL) < 0 && strstr(ci_error(), "c"));
  CHECK(ci_space_restrict(&t, s, "var c in 1..2; a < c", NULL) < 0);
  CHECK(ci_space_restrict(&t, s, "a <", NULL) == CI_ESYNTAX);
  CHECK(ci_space_restrict(&t, s, "", NULL) == CI_OK);
  uint64_t n;
  CHECK(ci_space_size_u64(t, &n) == CI_OK && n == 36);
  ci_space_free(t);
  CHECK(ci_space_restrict(&t, s, "a > b", NULL) == CI_OK);
  CHECK(ci_space_size_u64(t, &n) == CI_OK && n == 0);
  ci_space *u;
  CHECK(ci_space_restrict(&u, t, "a > 3", NULL) == CI_OK);
  CHECK(ci_space_size_u64(u, &n) == CI_OK && n == 0);
  ci_space_free(u);
  ci_space_free(t);
  ci_space_free(s);
  ci_model_free(m);
}

/* ---- counts that leave variables out ---- */

static int64_t draw(uint64_t *state, int64_t lo, int64_t hi) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return lo + (int64_t)((*state >> 33) % (uint64_t)(hi - lo + 1));
}

/* An expression over the small variables and the first n wide ones. */
static int draw_sum(uint64_t *state, char *text, size_t size, int n) {
  const char *names[] = {"a", "b", "c", "d", "x", "y", "z"};
  const char *p = names[draw(state, 0, 3)], *q = names[draw(state, 0, 3 + n)], *r = names[draw(state, 0, 3 + n)];
  int k = (int)draw(state, -3, 9);
  switch (draw(state, 0, 3)) {
  case 0: return snprintf(text, size, "%s * %s + %d", p, q, k);
  case 1: return snprintf(text, size, "%s * %d - %s", q, k, r);
  case 2: return snprintf(text, size, "%s + %s * %s", r, p, q);
  default: return snprintf(text, size, "%d * %s * %s", k, p, r);
  }
}

/* Wide variables that equations give, bounded and stepped in ways that matter, read by one another and by conditions. */
static void draw_given(uint64_t *state, char *text, size_t size) {
  static const char *const wide[] = {"x", "y", "z"}, *const compare[] = {"<=", "<", ">=", "!="};
  size_t n = 0;
  for (int i = 0; i < 4; i++) n += (size_t)snprintf(text + n, size - n, "var %c in 1..%d;\n", 'a' + i, (int)draw(state, 2, 7));
  for (int i = 0; i < 3; i++)
    n += (size_t)snprintf(text + n, size - n, "var %s in %d..%d;\n", wide[i], (int)draw(state, -20, 20), (int)draw(state, 1, 3) == 1 ? 330 : 5000000);
  for (int i = 0; i < 3; i++) {
    if (draw(state, 0, 2)) n += (size_t)snprintf(text + n, size - n, "%s == ", wide[i]);
    else n += (size_t)snprintf(text + n, size - n, "%s * %d * a == ", wide[i], (int)draw(state, 1, 3));
    n += (size_t)draw_sum(state, text + n, size - n, i);
    n += (size_t)snprintf(text + n, size - n, ";\n");
  }
  for (int i = (int)draw(state, 0, 3); i > 0; i--) {
    n += (size_t)draw_sum(state, text + n, size - n, 3);
    n += (size_t)snprintf(text + n, size - n, " %s ", compare[draw(state, 0, 3)]);
    n += (size_t)draw_sum(state, text + n, size - n, 3);
    n += (size_t)snprintf(text + n, size - n, ";\n");
  }
}

static void test_left_out(void) {
  uint64_t state = fresh_seed();
  int counted = 0;
  for (int i = 0; i < 3000; i++) {
    char text[4000];
    draw_given(&state, text, sizeof text);
    ci_model *m = read(text);
    ci_space_options options = {.order = i % 4 ? NULL : "declared", .limits.memory_bytes = 256 << 20};
    ci_space *s = NULL;
    int error = ci_space_build(&s, m, &options);
    CHECKF(error == CI_ENOMEM || same_count(m, &options, s, error), "%s", text);
    counted += error == CI_OK;
    ci_space_free(s);
    ci_model_free(m);
  }
  CHECKF(counted > 2000, "%d", counted);
}

/* ---- limits ---- */

static const char *const large =
    "var a in 1..60; var b in 1..60; var c in 1..60; var d in 1..60; var x in 1..60; var y in 1..60;"
    "(a * 7 + b * b + c * 13) % 101 > d; (d * d + x * 11 + a * y) % 89 > b; (x * y + c * a) % 97 > 50;";

static int stop_at_once(void *data) {
  int *polls = data;
  return ++*polls > 3;
}

static void check_stops(const ci_model *m, const ci_limits *limits, int expected) {
  ci_space_options options = {.limits = *limits};
  ci_space *s = NULL;
  CHECKF(ci_space_build(&s, m, &options) == expected, "%s", ci_error());
  CHECK(s == NULL && strlen(ci_error()) > 10);
}

static void test_limits(void) {
  ci_model *m = read(large);
  int polls = 0;
  check_stops(m, &(ci_limits){.memory_bytes = 400000}, CI_ENOMEM);
  check_stops(m, &(ci_limits){.seconds = 0.02}, CI_ELIMIT);
  check_stops(m, &(ci_limits){.cancel = stop_at_once, .cancel_data = &polls}, CI_ECANCEL);
  ci_model_free(m);
}

/* Every amount of memory from nothing up to enough: an error or the answer. */
static void test_memory(void) {
  ci_model *m = read("var a in 1..9; var b in 1..9; var x in 1..100000; a * b <= 40; x == a * b + 3; a != b;");
  int successes = 0;
  for (uint64_t bytes = 1; bytes < 300000; bytes += 1 + bytes / 64) {
    ci_space_options options = {.limits.memory_bytes = bytes};
    ci_space *s = NULL;
    int error = ci_space_build(&s, m, &options);
    CHECK(error == CI_OK || error == CI_ENOMEM);
    successes += error == CI_OK;
    ci_space_free(s);
  }
  CHECK(successes > 0);
  ci_model_free(m);
}

static void test_unknown_order(void) {
  ci_model *m = read("var a in 1..9; var b in 1..9; a < b;");
  ci_space_options options = {.order = "b, nobody"};
  ci_space *s;
  CHECK(ci_space_build(&s, m, &options) == CI_EINVAL);
  CHECK(strstr(ci_error(), "nobody"));
  ci_model_free(m);
}

static void test_overflow(void) {
  ci_model *m = read("var a in 2..3; var b in 100..101; a ** b % 7 == 1;");
  ci_space *s;
  CHECK(ci_space_build(&s, m, NULL) == CI_EOVERFLOW || ci_space_build(&s, m, NULL) == CI_OK);
  ci_model_free(m);
  m = read("var a in 2..3; var b in 200..201; a ** b % 7 == 1;");
  CHECK(ci_space_build(&s, m, NULL) == CI_EOVERFLOW);
  CHECK(strstr(ci_error(), "128 bits"));
  ci_model_free(m);
  check_size("var x in 2..3; var y in 100..200; x ** y <= 1000;", 0);
}

/* The checker sees a wrong answer. */
static void test_checker(void) {
  ci_model *m = read("var a in 1..4; var b in 1..4; a < b;");
  struct expected e = enumerate(m);
  CHECK(e.count == 6 && agrees(m, &e, NULL));
  e.count++;
  CHECK(!agrees(m, &e, NULL));
  ci_model *other = read("var a in 1..4; var b in 1..4; b < a;");
  e.count--;
  CHECK(!agrees(other, &(struct expected){5, false}, NULL));
  ci_model_free(m);
  ci_model_free(other);
}

static const struct test_case cases[] = {
    {"shallow", test_shallow}, {"deep", test_deep}, {"many", test_many}, {"big", test_big},
    {"equations", test_equations}, {"random equations", test_random_equations},
    {"equation chains", test_equation_chains}, {"limits", test_limits},
    {"tables", test_tables}, {"chains", test_chains}, {"alldifferent", test_different},
    {"left out", test_left_out}, {"restrict", test_restrict}, {"restrict misuse", test_restrict_misuse},
    {"memory", test_memory}, {"unknown order", test_unknown_order}, {"overflow", test_overflow},
    {"checker", test_checker}, {NULL, NULL}};
TEST_MAIN(cases)
