/* Proofs: of random models every answer is verified; claims that enumeration
 * contradicts never are, however a proof is spoilt. */
#include "random_model.h"
#include "test.h"

#include <time.h>

struct log { char *text; size_t n, capacity; };

static int take(void *data, const char *text, size_t n) {
  struct log *log = data;
  if (n > SIZE_MAX / 4) abort();
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
  int64_t values[16];
  ci_solver *s;
  CHECK(ci_model_vars(m) <= 16);
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

struct tally { int none, found, optimal, missed, beyond; uint64_t lines, general; };

/* A checker whose own numbers leave 128 bits says so and accepts nothing: that is no wrong answer, and rare. */
static void verify(const ci_model *m, const struct log *log, bool big, bool best, ci_answer answer, struct tally *tally) {
  ci_verdict v;
  int error = ci_verify(m, log->text, log->n, &v);
  if (big && error == CI_ENOMEM && strstr(ci_error(), "beyond 128 bits")) {
    CHECK(!v.accepted);
    tally->beyond++;
    return;
  }
  CHECK(error == CI_OK);
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
      verify(m, &log, recipes[which].big, best, answer, &tally);
      if (missed < tally.missed) fprintf(stderr, "PROOF_SEED=%llu PROOF_ROUNDS=1 PROOF_RECIPE=%d\n", (unsigned long long)(seed + (uint64_t)i), i % RECIPES);
    }
    free(log.text);
    ci_model_free(m);
  }
  fprintf(stderr, "none %d, found %d, optimal %d, missed %d, beyond 128 bits %d; %llu lines, %llu by the whole model\n", tally.none, tally.found,
          tally.optimal, tally.missed, tally.beyond, (unsigned long long)tally.lines, (unsigned long long)tally.general);
  CHECK(tally.beyond * 50 <= tally.none + tally.found + tally.optimal + 50);
  CHECK(!tally.missed && tally.none > 0 && tally.found > 0 && tally.optimal > 0);
}

/* ---- spoilt proofs ---- */

struct line { char *at; size_t n; };

/* The lines of a log, each with its end; the caller frees them. */
static struct line *lines_of(const struct log *log, size_t *n) {
  struct line *lines = malloc((log->n + 1) * sizeof *lines);
  *n = 0;
  for (char *at = log->text, *end; lines && at < log->text + log->n; at = end) {
    end = strchr(at, '\n') + 1;
    lines[(*n)++] = (struct line){at, (size_t)(end - at)};
  }
  CHECK(lines != NULL);
  return lines;
}

static void append(struct log *log, const char *text, size_t n) { take(log, text, n); }

/* A digit, or a relation, of the line is another one. */
static bool change_line(struct log *out, const struct line *line, uint64_t *state) {
  size_t places[256], n = 0;
  for (size_t i = 0; i < line->n && n < 256; i++)
    if (strchr("0123456789<>!", line->at[i])) places[n++] = i;
  append(out, line->at, line->n);
  if (!n) return false;
  char *c = out->text + out->n - line->n + places[random_below(state, (int)n)];
  if (*c == '<' || *c == '>') *c = *c == '<' ? '>' : '<';
  else if (*c == '!') *c = '<';
  else *c = (char)('0' + (*c - '0' + 1 + random_below(state, 9)) % 10);
  return true;
}

enum damage { DROP, CHANGE, SWAP, CLAIM, CUT, DAMAGES };

/* Another text than the log's; false: none was made. */
static bool spoil(struct log *out, const struct log *log, enum damage damage, bool best, uint64_t *state) {
  size_t n, which;
  bool done = true;
  struct line *lines = lines_of(log, &n);
  *out = (struct log){0};
  which = 1 + (size_t)random_below(state, (int)n - 2);
  for (size_t i = 0; i < n; i++) {
    if (damage == CLAIM && (i + 1 == n || (best && !strncmp(lines[i].at, "solution", 8)))) continue;
    if (damage == CUT && i > n / 2 && i + 1 < n) continue;
    if (i != which || damage == CLAIM || damage == CUT) append(out, lines[i].at, lines[i].n);
    else if (damage == CHANGE) done = change_line(out, &lines[i], state);
    else if (damage == SWAP && i + 2 < n) append(out, lines[i + 1].at, lines[i + 1].n);
  }
  if (damage == CLAIM) append(out, "conclusion unsatisfiable\n", 25);
  free(lines);
  return done && (out->n != log->n || memcmp(out->text, log->text, log->n));
}

static bool last_objective(const ci_model *m, const struct log *log, int64_t *v) {
  const char *at = NULL;
  int64_t values[MOST_VARS];
  for (const char *next = log->text; (next = strstr(next, "\nsolution")); next++) at = next + 9;
  if (!at) return false;
  for (size_t i = 0; i < ci_model_vars(m); i++) values[i] = strtoll(at, (char **)&at, 10);
  return ci_eval_objective(m, 0, values, v) == CI_OK;
}

/* Is what was accepted so? */
static bool is_so(const ci_model *m, const struct log *log, const ci_verdict *v, const struct truth *t) {
  int64_t found;
  switch (v->conclusion) {
  case CI_PROVEN_SATISFIABLE: return t->solvable;
  case CI_PROVEN_UNSATISFIABLE: return !t->solvable;
  case CI_PROVEN_OPTIMAL: return last_objective(m, log, &found) && found == t->best;
  default: return true;
  }
}

static void spoil_and_verify(const ci_model *m, const struct log *log, bool best, const struct truth *t, uint64_t *state,
                             int tried[DAMAGES], int refused[DAMAGES]) {
  for (int k = 0; k < 3 * DAMAGES; k++) {
    struct log bad;
    ci_verdict v;
    if (spoil(&bad, log, k % DAMAGES, best, state)) {
      CHECK(bad.text && ci_verify(m, bad.text, bad.n, &v) <= CI_OK);
      tried[k % DAMAGES]++;
      refused[k % DAMAGES] += !v.accepted;
      if (v.accepted && !is_so(m, &bad, &v, t)) fprintf(stderr, "%s", bad.text);
      CHECK(!v.accepted || is_so(m, &bad, &v, t));
    }
    free(bad.text);
  }
}

/* A spoilt proof may still be one: of a line that was not needed, of a changed
 * number that is as true.  What it shows must be so. */
static void test_spoilt(void) {
  static const char *const names[] = {"a line dropped", "a line changed", "a line in place of another", "another claim", "half of it"};
  uint64_t seed = seed_of_run();
  int tried[DAMAGES] = {0}, refused[DAMAGES] = {0};
  for (int i = 0; i < rounds(400); i++) {
    uint64_t state = seed + (uint64_t)i;
    ci_model *m = random_model(&state, &recipes[i % RECIPES]);
    if (!m) continue;
    bool best = ci_model_objectives(m) > 0;
    struct log log = {0};
    ci_answer answer;
    struct truth t = truth_of(m, best);
    if (ci_model_objectives(m) <= 1 && t.usable && prove(m, best, (uint64_t)i, &log, &answer) == CI_OK) {
      CHECK((answer != CI_NONE) == t.solvable);
      spoil_and_verify(m, &log, best, &t, &state, tried, refused);
    }
    free(log.text);
    ci_model_free(m);
  }
  for (int d = 0; d < DAMAGES; d++) {
    fprintf(stderr, "%s: %d of %d refused\n", names[d], refused[d], tried[d]);
    CHECK(tried[d] > 0 && refused[d] > 0);
  }
}

/* ---- proofs meant to harm ---- */

/* A model by its text, and a proof of it that is right. */
static ci_model *read_and_prove(const char *text, struct log *log) {
  ci_model *m;
  ci_answer answer;
  CHECK(ci_read(&m, "native", text, strlen(text), "test", NULL, 0) == CI_OK);
  CHECK(prove(m, false, 1, log, &answer) == CI_OK);
  return m;
}

/* The log's first line, then others. */
static struct log with_lines(const struct log *log, const char *lines) {
  struct log out = {0};
  const char *end = strchr(log->text, '\n');
  if (!end) abort();
  append(&out, log->text, (size_t)(end - log->text) + 1);
  append(&out, lines, strlen(lines));
  return out;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A number beyond 128 bits is no contradiction. */
static void test_beyond(void) {
  static const char *const claims[] = {
    "conclusion unsatisfiable\n", "holds -\nconclusion unsatisfiable\n", "infer -\nnogood 1 by\nconclusion unsatisfiable\n",
  };
  static const char *const models[] = {
    "var a in 4611686018427387904..4611686018427387905; c: a*a*a*a*a > 0;",
    "var a in 4611686018427387904..4611686018427387905; c: -a*a*a*a*a < 0;",
    "var a in 3..5; c: (0 - 9223372036854775807)**a < 1 or a == 4;",
  };
  for (size_t k = 0; k < sizeof models / sizeof *models; k++) {
    struct log log;
    ci_model *m = read_and_prove(models[k], &log);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
      struct log bad = with_lines(&log, claims[i]);
      ci_verdict v;
      CHECK(ci_verify(m, bad.text, bad.n, &v) <= CI_OK && !v.accepted);
      free(bad.text);
    }
    free(log.text);
    ci_model_free(m);
  }
}

static void test_harmful(void) {
  static const char *const lines[] = {
    "constraint 2147483646 n0\n", "constraint 99999999999999999999999999999999999999999999 n0\n", "constraint 1 n99999999\n",
    "define t2147483646 not n0\ndefine t2147483646 not n0\n", "define t1 mul t1 t1\n", "nogood 2147483646 by\n", "nogood 1 by 18446744073709551615\n",
    "delete 2147483646\n", "holds @2147483646 n0>=1\n", "holds 2147483646 n0>=1\n",
    "holds - n0>=170141183460469231731687303715884105727\n", "holds - #170141183460469231731687303715884105726>=1\nconclusion unsatisfiable\n",
    "infer - n0<=-170141183460469231731687303715884105727\n", "solution 1 1 1 1 1 1\n", "solution\n", "\n", " \n", "conclusion", "conclusion \n",
    "define t0 neg n0\ndefine t1 mul t0 t0\ndefine t2 mul t1 t1\ndefine t3 mul t2 t2\nholds - t3>=5\nconclusion unsatisfiable\n",
  };
  struct log log;
  ci_model *m = read_and_prove("var a, b in 0..9; c: a + b >= 3;", &log);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    struct log bad = with_lines(&log, lines[i]);
    ci_limits limits = {.memory_bytes = 4 << 20, .seconds = 10};
    ci_verdict v;
    int error = ci_verify_within(m, bad.text, bad.n, &limits, &v);
    CHECKF(error != CI_ELIMIT && !v.accepted, "%s", lines[i]);
    free(bad.text);
  }
  free(log.text);
  ci_model_free(m);
}

/* Much to do: the limits end it, and say so. */
static void test_limits(void) {
  struct log log;
  ci_model *m = read_and_prove("var x[1..13] in 1..14; c: alldifferent(x); d: x[1] + x[2] * x[3] + x[4] * x[5] >= 3;", &log);
  struct log busy = with_lines(&log, "");
  for (int i = 0; i < 200000; i++) append(&busy, "infer - n0>=1 n1>=1 n2>=1\n", 26);
  ci_limits limits = {.seconds = 0.05};
  ci_verdict v;
  double start = now();
  int error = ci_verify_within(m, busy.text, busy.n, &limits, &v);
  CHECKF(!v.accepted && (error == CI_OK || error == CI_ELIMIT) && now() - start < 0.05 + 2, "%d", error);
  limits = (ci_limits){.memory_bytes = 1000};
  CHECK(ci_verify_within(m, log.text, log.n, &limits, &v) == CI_ENOMEM && !v.accepted && strstr(ci_error(), "memory limit"));
  limits = (ci_limits){.seconds = 1e-9};
  CHECK(ci_verify_within(m, log.text, log.n, &limits, &v) == CI_ELIMIT && !v.accepted && strstr(ci_error(), "time limit"));
  free(busy.text);
  free(log.text);
  ci_model_free(m);
}

static const struct test_case cases[] = {
  {"random models", test_random},
  {"spoilt proofs", test_spoilt},
  {"numbers beyond 128 bits", test_beyond},
  {"proofs meant to harm", test_harmful},
  {"limits", test_limits},
  {NULL, NULL},
};

TEST_MAIN(cases)
