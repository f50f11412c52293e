/* The global constraints that a model holds as one node: propagators and their
 * reified form against oracles written anew. */
#include "global.h"
#include "prop_test.h"
#include "../../constrint/include/constrint.h"

/* ---- cumulative: two tasks of any duration and need, or four alike ---- */

static void draw_cumulative(struct rng *r, struct instance *in) {
  in->n = 7;
  for (int i = 0; i < 7; i++) {
    draw_values(r, &in->domain[i], i < 2 ? -3 : i < 6 ? -1 : 0, i < 2 ? 5 : 4, 4);
    in->same[i] = i;
  }
  if (rng_chance(r, 20)) draw_same(r, in, rng_int(r, 1, 6));
}

static bool tasks_fit(const wide *start, const wide *duration, const wide *need, int n, wide capacity) {
  for (wide t = -20; t <= 30; t++) {
    wide use = 0;
    bool some = false;
    for (int i = 0; i < n; i++)
      if (duration[i] > 0 && need[i] > 0 && start[i] <= t && t < start[i] + duration[i]) use += need[i], some = true;
    if (some && use > capacity) return false;
  }
  return true;
}
static bool cumulative_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return tasks_fit(v, v + 2, v + 4, 2, v[6]);
}
static int post_tasks(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_cumulative(s, x, x + 2, x + 4, 2, x[6]);
}

/* Four tasks of one duration and one need: terms are the starts, then these. */
enum { TASKS = 4 };
static void draw_alike(struct rng *r, struct instance *in) {
  in->n = TASKS + 3;
  for (int i = 0; i < in->n; i++) {
    draw_values(r, &in->domain[i], 0, i < TASKS ? 7 : 4, i < TASKS ? 4 : 2);
    in->same[i] = i;
  }
}
static void spread(wide *to, wide v) {
  for (int i = 0; i < TASKS; i++) to[i] = v;
}
static bool alike_oracle(const struct instance *in, const wide *v) {
  (void)in;
  wide duration[TASKS], need[TASKS];
  spread(duration, v[TASKS]);
  spread(need, v[TASKS + 1]);
  return tasks_fit(v, duration, need, TASKS, v[TASKS + 2]);
}
static int post_alike(store *s, const struct instance *in, const term *x) {
  (void)in;
  term duration[TASKS], need[TASKS];
  for (int i = 0; i < TASKS; i++) {
    duration[i] = x[TASKS];
    need[i] = x[TASKS + 1];
  }
  return post_cumulative(s, x, duration, need, TASKS, x[TASKS + 2]);
}

/* Up to six tasks of given durations and needs; the last term is the capacity. */
static void draw_loads(struct rng *r, struct instance *in) {
  int n = rng_int(r, 3, 6);
  draw_terms(r, in, n + 1, 0, 10, n > 4 ? 4 : 5);
  draw_values(r, &in->domain[n], 2, 5, 2);
  in->same[n] = n;
  in->params = 2 * n;
  for (int i = 0; i < n; i++) in->param[i] = rng_int(r, 1, 5);
  for (int i = n; i < 2 * n; i++) in->param[i] = rng_int(r, 0, 4);
}
static bool loads_oracle(const struct instance *in, const wide *v) {
  int n = in->n - 1;
  return tasks_fit(v, in->param, in->param + n, n, v[n]);
}
static int post_loads(store *s, const struct instance *in, const term *x) {
  term all[2 * MAX_TERMS];
  int n = in->n - 1;
  for (int i = 0; i < 2 * n; i++)
    if ((all[i] = store_constant(s, in->param[i])) < 0) return CI_ENOMEM;
  return post_cumulative(s, x, all, all + n, (size_t)n, x[n]);
}

/* ---- circuit ---- */

static void draw_circuit(struct rng *r, struct instance *in) {
  in->param[0] = rng_int(r, -1, 1);
  in->params = 1;
  draw_terms(r, in, rng_int(r, 1, 6), (int)in->param[0] - 1, (int)in->param[0] + 6, 6);
}
static bool circuit_oracle(const struct instance *in, const wide *v) {
  bool seen[MAX_TERMS] = {false};
  wide at = 0;
  for (int k = 0; k < in->n; k++) {
    if (at < 0 || at >= in->n || seen[at]) return false;
    seen[at] = true;
    at = v[at] - in->param[0];
  }
  return at == 0;
}
static int post_nodes(store *s, const struct instance *in, const term *x) {
  return post_circuit(s, x, (size_t)in->n, in->param[0]);
}

/* ---- inverse ---- */

static void draw_inverse(struct rng *r, struct instance *in) {
  in->param[0] = rng_int(r, 0, 2);
  in->param[1] = rng_int(r, 0, 2);
  in->params = 2;
  draw_terms(r, in, rng_int(r, 1, 3) * 2, -1, 5, 5);
}
static bool inverse_oracle(const struct instance *in, const wide *v) {
  int n = in->n / 2;
  for (int i = 0; i < n; i++) {
    if (v[i] < in->param[1] || v[i] >= in->param[1] + n || v[n + i] < in->param[0] || v[n + i] >= in->param[0] + n) return false;
    for (int j = 0; j < n; j++)
      if ((v[i] == j + in->param[1]) != (v[n + j] == i + in->param[0])) return false;
  }
  return true;
}
static int post_lists(store *s, const struct instance *in, const term *x) {
  size_t n = (size_t)in->n / 2;
  return post_inverse(s, x, n, in->param[0], x + n, n, in->param[1]);
}

/* ---- cardinality: the last two terms count two values ---- */

static void draw_cardinality(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 3, 6), 0, 4, 4);
  in->param[0] = rng_int(r, 0, 4);
  in->param[1] = rng_int(r, 0, 4);
  in->params = 2;
}
static bool cardinality_oracle(const struct instance *in, const wide *v) {
  for (int k = 0; k < 2; k++) {
    wide count = 0;
    for (int i = 0; i < in->n - 2; i++) count += v[i] == in->param[k];
    if (v[in->n - 2 + k] != count) return false;
  }
  return true;
}
static int post_counts(store *s, const struct instance *in, const term *x) {
  int64_t value[2] = {(int64_t)in->param[0], (int64_t)in->param[1]};
  size_t n = (size_t)in->n - 2;
  return post_cardinality(s, x, n, value, x + n, 2);
}

/* ---- lexicographic order ---- */

static void draw_lex(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 1, 3) * 2, -2, 3, 4);
  in->param[0] = rng_int(r, 0, 1);
  in->params = 1;
}
static bool lex_oracle(const struct instance *in, const wide *v) {
  int n = in->n / 2, i = 0;
  while (i < n && v[i] == v[n + i]) i++;
  return i < n ? v[i] < v[n + i] : in->param[0] == 0;
}
static int post_order(store *s, const struct instance *in, const term *x) {
  size_t n = (size_t)in->n / 2;
  return post_lex(s, x, x + n, n, in->param[0] != 0);
}

/* ---- b <-> lexicographic order, b the first term ---- */

static void draw_reified(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 1, 2) * 2 + 1, -2, 3, 4);
  for (int i = 0; i < in->n; i++) in->same[i] = i;
  draw_truth(r, &in->domain[0]);
  in->param[0] = rng_int(r, 0, 1);
  in->params = 1;
}
static bool reified_oracle(const struct instance *in, const wide *v) {
  struct instance rest = *in;
  rest.n = in->n - 1;
  return v[0] == lex_oracle(&rest, v + 1);
}
static int post_reified(store *s, const struct instance *in, const term *x) {
  int64_t strict = (int64_t)in->param[0];
  return post_global_reified(s, global_of(CI_LEX), &strict, 1, x + 1, (size_t)in->n - 1, x[0]);
}

/* ---- terms with offsets that differ ---- */

static void draw_apart(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 1, 5), -2, 4, 4);
  in->params = in->n;
  for (int i = 0; i < in->n; i++) {
    in->same[i] = i;
    in->param[i] = rng_int(r, -3, 3);
  }
}
static bool apart_oracle(const struct instance *in, const wide *v) {
  for (int i = 0; i < in->n; i++)
    for (int k = 0; k < i; k++)
      if (v[i] + in->param[i] == v[k] + in->param[k]) return false;
  return true;
}
static int post_offsets(store *s, const struct instance *in, const term *x) {
  return post_apart(s, x, in->param, (size_t)in->n);
}

/* ---- disjunctive: three tasks of any duration, or up to five of given ones ---- */

static bool apart_in_time(const wide *start, const wide *duration, int n) {
  for (wide t = -20; t <= 40; t++) {
    int busy = 0;
    for (int i = 0; i < n; i++) busy += duration[i] > 0 && start[i] <= t && t < start[i] + duration[i];
    if (busy > 1) return false;
  }
  return true;
}

static void draw_disjunctive(struct rng *r, struct instance *in) {
  in->n = 6;
  for (int i = 0; i < 6; i++) {
    draw_values(r, &in->domain[i], i < 3 ? -3 : -1, i < 3 ? 8 : 4, i < 3 ? 5 : 3);
    in->same[i] = i;
  }
  if (rng_chance(r, 20)) draw_same(r, in, rng_int(r, 1, 5));
}
static bool disjunctive_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return apart_in_time(v, v + 3, 3);
}
static int post_three(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_disjunctive(s, x, x + 3, 3);
}

static void draw_jobs(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 1, 5), 0, 12, 4);
  in->params = in->n;
  for (int i = 0; i < in->n; i++) in->param[i] = rng_int(r, 0, 4);
}
static bool jobs_oracle(const struct instance *in, const wide *v) { return apart_in_time(v, in->param, in->n); }
static int post_jobs(store *s, const struct instance *in, const term *x) {
  term duration[MAX_TERMS];
  for (int i = 0; i < in->n; i++)
    if ((duration[i] = store_constant(s, in->param[i])) < 0) return CI_ENOMEM;
  return post_disjunctive(s, x, duration, (size_t)in->n);
}

/* ---- regular: three states, three symbols ---- */

enum { STATES = 3, SYMBOLS = 3 };

static void draw_regular(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 1, 5), 0, SYMBOLS + 1, 4);
  in->params = 1 + STATES * SYMBOLS + 1;
  in->param[0] = rng_int(r, 1, STATES);
  for (int i = 1; i <= STATES * SYMBOLS; i++) in->param[i] = rng_int(r, 0, STATES);
  in->param[1 + STATES * SYMBOLS] = rng_int(r, 1, STATES);
}
static bool regular_oracle(const struct instance *in, const wide *v) {
  wide q = in->param[0];
  for (int i = 0; i < in->n; i++) {
    if (v[i] < 1 || v[i] > SYMBOLS) return false;
    q = in->param[1 + (q - 1) * SYMBOLS + v[i] - 1];
    if (q == 0) return false;
  }
  return q == in->param[1 + STATES * SYMBOLS];
}
static int post_automaton(store *s, const struct instance *in, const term *x) {
  int64_t p[STATES * SYMBOLS + 1];
  for (int i = 0; i <= STATES * SYMBOLS; i++) p[i] = (int64_t)in->param[i + 1];
  struct automaton a = {STATES, SYMBOLS, (size_t)in->param[0], 1, p, p + STATES * SYMBOLS};
  return post_regular(s, x, (size_t)in->n, &a);
}

static const struct constraint_test tests[] = {
  {"disjunctive", draw_disjunctive, disjunctive_oracle, post_three, STRENGTH_SOUND, -1},
  {"disjunctive jobs", draw_jobs, jobs_oracle, post_jobs, STRENGTH_SOUND, -1},
  {"regular", draw_regular, regular_oracle, post_automaton, STRENGTH_DOMAIN, -1},
  {"apart", draw_apart, apart_oracle, post_offsets, STRENGTH_SOUND, -1},
  {"cumulative", draw_cumulative, cumulative_oracle, post_tasks, STRENGTH_SOUND, -1},
  {"cumulative alike", draw_alike, alike_oracle, post_alike, STRENGTH_SOUND, -1},
  {"cumulative loads", draw_loads, loads_oracle, post_loads, STRENGTH_SOUND, -1},
  {"circuit", draw_circuit, circuit_oracle, post_nodes, STRENGTH_SOUND, -1},
  {"inverse", draw_inverse, inverse_oracle, post_lists, STRENGTH_SOUND, -1},
  {"cardinality", draw_cardinality, cardinality_oracle, post_counts, STRENGTH_SOUND, -1},
  {"lex", draw_lex, lex_oracle, post_order, STRENGTH_BOUNDS, -1},
  {"global reified", draw_reified, reified_oracle, post_reified, STRENGTH_SOUND, 0},
};

PROP_MAIN(tests)
