/* Whole models against brute force, in all dialects: counts, the enumerated
 * set, the first solution under a random order, optima, and check.
 *
 * usage: test_models [MODELS [SEED]] */
#include <inttypes.h>
#include <time.h>

#include "constrint.h"
#include "model_tree.h"
#include "test.h"

static const char *const dialect_names[DIALECTS] = {"native", "t1", "flashrnn"};

enum { TEXT = 1 << 16 };

/* A model, its text and its solutions by brute force. */
struct trial {
  struct model m;
  char text[TEXT];
  size_t len;
  int solution[MAX_ROWS][MAX_VARS]; /* value indices, in listed order */
  int solutions;
  bool too_large;
};

struct verdict { bool agrees, skipped; char why[512]; };

static bool next_choice(const struct model *m, int *choice) {
  for (int i = m->vars; i-- > 0;) {
    if (++choice[i] < m->var[i].n) return true;
    choice[i] = 0;
  }
  return false;
}

static void brute_force(struct trial *t, enum mutation mutation) {
  int choice[MAX_VARS] = {0};
  t->solutions = 0;
  t->too_large = false;
  do {
    bool all = true;
    for (int c = 0; c < t->m.constraints; c++) all &= holds(&t->m, c, choice, mutation, &t->too_large);
    if (all) memcpy(t->solution[t->solutions++], choice, sizeof choice);
  } while (next_choice(&t->m, choice));
}

static bool differs(struct verdict *v, const char *format, const char *what, long long got, long long wanted) {
  v->agrees = false;
  snprintf(v->why, sizeof v->why, format, what, got, wanted);
  return false;
}

static bool failed(struct verdict *v, const char *what, int code) {
  v->agrees = false;
  v->skipped = code == CI_EOVERFLOW;
  snprintf(v->why, sizeof v->why, "%s: %d: %s", what, code, ci_error());
  return false;
}

static bool same_values(const struct trial *t, const int *choice, const int64_t *values) {
  for (int i = 0; i < t->m.vars; i++)
    if (held_value(&t->m.var[i], choice[i]) != values[i]) return false;
  return true;
}

static int find_solution(const struct trial *t, const int64_t *values) {
  for (int s = 0; s < t->solutions; s++)
    if (same_values(t, t->solution[s], values)) return s;
  return -1;
}

/* ---- What is compared ---- */

static bool compare_count(const struct trial *t, ci_solver *s, struct verdict *v) {
  char *decimal;
  int rc = ci_count(s, &decimal);
  if (rc < 0) return failed(v, "count", rc);
  long long n = atoll(decimal);
  free(decimal);
  return n == t->solutions ? true : differs(v, "%s: %lld, not %lld", "count", n, t->solutions);
}

static bool compare_set(const struct trial *t, ci_solver *s, struct verdict *v) {
  static char seen[MAX_ROWS];
  int64_t values[MAX_VARS];
  memset(seen, 0, sizeof seen);
  for (int n = 0;; n++) {
    ci_answer answer;
    int rc = ci_next(s, values, &answer);
    if (rc < 0) return failed(v, "enumerate", rc);
    if (answer == CI_NONE) return n == t->solutions ? true : differs(v, "%s: %lld, not %lld", "enumerated", n, t->solutions);
    int at = find_solution(t, values);
    if (at < 0) return differs(v, "%s: number %lld is no solution (%lld are)", "enumerated", n, t->solutions);
    if (seen[at]) return differs(v, "%s: number %lld came before (%lld are)", "enumerated", n, t->solutions);
    seen[at] = 1;
  }
}

/* Variables in search order, and which go from the largest value down. */
struct order { int var[MAX_VARS]; bool largest[MAX_VARS]; int given; };

static void random_order(const struct model *m, struct order *o) {
  for (int i = 0; i < m->vars; i++) o->var[i] = i, o->largest[i] = false;
  o->given = random_below(m->vars + 1);
  for (int i = 0; i < o->given; i++) {
    int j = i + random_below(m->vars - i), swap = o->var[j];
    o->var[j] = o->var[i];
    o->var[i] = swap;
    o->largest[i] = random_below(2);
  }
  for (int i = o->given; i < m->vars; i++) /* the rest by declaration */
    for (int j = i + 1; j < m->vars; j++)
      if (o->var[j] < o->var[i]) {
        int swap = o->var[j];
        o->var[j] = o->var[i];
        o->var[i] = swap;
      }
}

static void order_text(const struct order *o, char *text) {
  *text = 0;
  for (int i = 0; i < o->given; i++) text += sprintf(text, "%c v%d ", o->largest[i] ? '>' : '<', o->var[i]);
}

/* Does solution a come before b? */
static bool before(const struct trial *t, const struct order *o, const int *a, const int *b) {
  for (int i = 0; i < t->m.vars; i++) {
    const struct variable *v = &t->m.var[o->var[i]];
    int64_t x = held_value(v, a[o->var[i]]), y = held_value(v, b[o->var[i]]);
    if (x != y) return (x < y) != o->largest[i];
  }
  return false;
}

static const int *first_in_order(const struct trial *t, const struct order *o) {
  const int *best = NULL;
  for (int s = 0; s < t->solutions; s++)
    if (!best || before(t, o, t->solution[s], best)) best = t->solution[s];
  return best;
}

static bool compare_first(const struct trial *t, const ci_model *ordered, const struct order *o, struct verdict *v) {
  ci_solver *s;
  int64_t values[MAX_VARS];
  ci_answer answer;
  int rc = ci_solver_new(&s, ordered, NULL);
  if (rc < 0) return failed(v, "ordered solver", rc);
  rc = ci_solve(s, values, &answer);
  ci_solver_free(s);
  if (rc < 0) return failed(v, "solve", rc);
  const int *best = first_in_order(t, o);
  if ((answer == CI_NONE) != !best) return differs(v, "%s: answer %lld with %lld solutions", "solve", answer, t->solutions);
  if (best && !same_values(t, best, values)) return differs(v, "%s: not the first in the order (%lld, %lld)", "solve", values[0], best[0]);
  return true;
}

static bool compare_ordered(const struct trial *t, const ci_model *m, struct verdict *v) {
  struct order o;
  char text[128];
  ci_model *ordered;
  random_order(&t->m, &o);
  order_text(&o, text);
  if (!o.given) return true;
  int rc = ci_with_order(&ordered, m, text);
  if (rc < 0) return failed(v, "order", rc);
  bool fine = compare_first(t, ordered, &o, v);
  ci_model_free(ordered);
  return fine;
}

static bool better(const struct trial *t, const int *a, const int *b, bool *too_large) {
  for (int k = 0; k < t->m.objectives; k++) {
    int64_t x = objective_value(&t->m, k, a, too_large), y = objective_value(&t->m, k, b, too_large);
    if (x != y) return (x > y) == t->m.maximize[k];
  }
  return false;
}

static bool compare_optimum(const struct trial *t, const ci_model *m, ci_solver *s, struct verdict *v) {
  int64_t values[MAX_VARS];
  ci_answer answer;
  bool too_large = false;
  const int *best = NULL;
  if (!t->m.objectives) return true;
  for (int i = 0; i < t->solutions; i++)
    if (!best || better(t, t->solution[i], best, &too_large)) best = t->solution[i];
  int rc = ci_optimize(s, values, &answer, NULL, NULL);
  if (rc < 0) return failed(v, "optimize", rc);
  if (answer != (best ? CI_FOUND : CI_NONE)) return differs(v, "%s: answer %lld with %lld solutions", "optimize", answer, t->solutions);
  int at = best ? find_solution(t, values) : 0;
  if (at < 0) return differs(v, "%s: no solution (%lld, %lld)", "optimize", values[0], 0);
  for (int k = 0; best && k < t->m.objectives; k++) {
    int64_t got, wanted = objective_value(&t->m, k, best, &too_large);
    rc = ci_eval_objective(m, (size_t)k, values, &got);
    if (rc < 0) return failed(v, "objective", rc);
    if (got != wanted) return differs(v, "%s: %lld, not %lld", "optimum", got, wanted);
  }
  return true;
}

/* The first constraints of a flashrnn text are the variables' domains. */
static size_t own_constraints(const struct trial *t) { return t->m.dialect == FLASHRNN ? (size_t)t->m.vars : 0; }

static bool compare_broken(const struct trial *t, const ci_model *m, const int *choice, enum mutation mutation, struct verdict *v) {
  int64_t values[MAX_VARS];
  size_t *broken, n, found = 0;
  int outside;
  bool too_large = false;
  for (int i = 0; i < t->m.vars; i++) values[i] = held_value(&t->m.var[i], choice[i]);
  int rc = ci_check(m, values, &broken, &n, &outside);
  if (rc < 0) return failed(v, "check", rc);
  bool fine = outside < 0;
  for (int c = 0; c < t->m.constraints; c++) {
    bool listed = found < n && broken[found] == (size_t)c + own_constraints(t);
    found += listed;
    fine &= listed != holds(&t->m, c, choice, mutation, &too_large);
  }
  free(broken);
  return fine && found == n ? true : differs(v, "%s: wrong constraints (%lld broken, outside %lld)", "check", (long long)n, outside);
}

static bool compare_checks(const struct trial *t, const ci_model *m, enum mutation mutation, struct verdict *v) {
  for (int k = 0; k < 4; k++) {
    int choice[MAX_VARS];
    for (int i = 0; i < t->m.vars; i++) choice[i] = random_below(t->m.var[i].n);
    if (!compare_broken(t, m, choice, mutation, v)) return false;
  }
  return true;
}

static void compare_solver(const struct trial *t, const ci_model *m, struct verdict *v) {
  ci_solver *s;
  int rc = ci_solver_new(&s, m, NULL);
  if (rc < 0) {
    failed(v, "solver", rc);
    return;
  }
  if (compare_set(t, s, v) && compare_count(t, s, v)) compare_optimum(t, m, s, v);
  ci_solver_free(s);
}

static struct verdict compare(struct trial *t, enum mutation mutation) {
  struct verdict v = {.agrees = true};
  ci_model *m;
  brute_force(t, mutation);
  v.skipped = t->too_large;
  if (v.skipped) return v;
  int rc = ci_read(&m, dialect_names[t->m.dialect], t->text, t->len, "model", NULL, 0);
  if (rc < 0) {
    failed(&v, "read", rc);
    return v;
  }
  compare_solver(t, m, &v);
  if (v.agrees) compare_checks(t, m, mutation, &v);
  if (v.agrees) compare_ordered(t, m, &v);
  ci_model_free(m);
  return v;
}

static struct verdict try_model(struct trial *t, enum dialect dialect, uint64_t seed, enum mutation mutation) {
  random_seed(seed);
  generate(&t->m, dialect);
  t->len = print_model(&t->m, t->text, sizeof t->text);
  return compare(t, mutation);
}

/* ---- The cases ---- */

static int models = 20000;
static uint64_t first_seed;
static struct trial trial;

static void agree(enum dialect dialect, int share) {
  int skipped = 0, n = (int)((int64_t)models * share / 10);
  for (int i = 0; i < n; i++) {
    uint64_t seed = first_seed + (uint64_t)i * DIALECTS + dialect;
    struct verdict v = try_model(&trial, dialect, seed, NO_MUTATION);
    skipped += v.skipped;
    CHECKF(v.agrees || v.skipped, "seed %" PRIu64 ": %s\n%s", seed, v.why, trial.text);
  }
  printf("%s: %d models, %d skipped for their size\n", dialect_names[dialect], n, skipped);
  CHECKF(skipped * 20 <= n, "%d of %d", skipped, n);
}

static void native_models_agree(void) { agree(NATIVE, 5); }
static void t1_models_agree(void) { agree(T1, 3); }
static void flashrnn_models_agree(void) { agree(FLASHRNN, 2); }

static bool caught(enum mutation mutation, enum dialect dialect) {
  for (int i = 0; i < 4000; i++) {
    struct verdict v = try_model(&trial, dialect, first_seed + (uint64_t)i, mutation);
    if (!v.agrees && !v.skipped) return true;
  }
  return false;
}

static void a_wrong_oracle_is_caught(void) {
  static const struct { enum mutation mutation; enum dialect dialect; } wrong[] = {
    {TRUNCATED_DIVISION, NATIVE}, {DIVIDEND_SIGN, NATIVE}, {FIRST_PAIR_ONLY, NATIVE}, {UNDEFINED_HOLDS, NATIVE},
    {TRUNCATED_DIVISION, T1}, {DIVIDEND_SIGN, T1}, {FIRST_PAIR_ONLY, T1}, {EAGER_OR, T1},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    CHECKF(caught(wrong[i].mutation, wrong[i].dialect), "mutation %d", wrong[i].mutation);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
    {"native models agree with brute force", native_models_agree},
    {"t1 models agree with brute force", t1_models_agree},
    {"flashrnn models agree with brute force", flashrnn_models_agree},
    {"a wrong oracle is caught", a_wrong_oracle_is_caught},
    {NULL, NULL},
  };
  if (argc > 1) models = atoi(argv[1]);
  first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL) << 20;
  printf("seed %" PRIu64 "\n", first_seed);
  return test_main(cases, 1, argv);
}
