/* Samples of every kind, and neighbours by looking at every configuration. */
#include <stdlib.h>
#include <string.h>

#include "space_checks.h"

enum { MOST_DRAWN = 64 };

/* ---- Samples ---- */

/* The indices of n samples; how many there were, or -1. */
static int draw(const struct trial *t, const struct listing *l, ci_sampling kind, int n, int *indices, struct verdict *v) {
  static int64_t rows[MOST_DRAWN * MAX_VARS], again[MOST_DRAWN * MAX_VARS];
  size_t given, given_again;
  uint64_t seed = random_bits();
  if (!fine(v, ci_space_sample(t->space, kind, seed, (size_t)n, rows, &given), "sample")) return -1;
  if (!fine(v, ci_space_sample(t->space, kind, seed, (size_t)n, again, &given_again), "sample")) return -1;
  size_t bytes = given * (size_t)t->m.vars * sizeof *rows;
  if (given != given_again || memcmp(rows, again, bytes)) return fail(v, "sample %d: another for the same seed", kind) - 1;
  for (size_t i = 0; i < given; i++) {
    int number = number_with(&t->m, rows + i * (size_t)t->m.vars);
    if (number < 0 || l->index[number] < 0) return fail(v, "sample %d: number %zu is no configuration", kind, i) - 1;
    indices[i] = l->index[number];
  }
  return (int)given;
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static bool are_distinct(int *indices, int n) {
  qsort(indices, (size_t)n, sizeof *indices, ascending);
  for (int i = 1; i < n; i++)
    if (indices[i] == indices[i - 1]) return false;
  return true;
}

static int least(int a, int b) { return a < b ? a : b; }

bool check_independent(const struct trial *t, const struct listing *l, struct verdict *v) {
  int indices[MOST_DRAWN], n = random_below(MOST_DRAWN + 1), given = draw(t, l, CI_SAMPLE_INDEPENDENT, n, indices, v);
  if (given < 0) return false;
  return given == (l->n ? n : 0) ? true : fail(v, "independent: %d of %d samples", given, n);
}

bool check_distinct(const struct trial *t, const struct listing *l, struct verdict *v) {
  int indices[MOST_DRAWN], n = random_below(MOST_DRAWN + 1), given = draw(t, l, CI_SAMPLE_DISTINCT, n, indices, v);
  if (given < 0) return false;
  if (given != least(n, l->n)) return fail(v, "distinct: %d of %d samples, of %d", given, n, l->n);
  return are_distinct(indices, given) ? true : fail(v, "distinct: one twice, %d of %d", given, l->n);
}

/* One in each of `given` ranges that divide the indices as evenly as integers can. */
bool check_stratified(const struct trial *t, const struct listing *l, struct verdict *v) {
  int indices[MOST_DRAWN], n = random_below(MOST_DRAWN + 1), given = draw(t, l, CI_SAMPLE_STRATIFIED, n, indices, v);
  if (given < 0) return false;
  if (given != least(n, l->n)) return fail(v, "stratified: %d of %d samples, of %d", given, n, l->n);
  if (!are_distinct(indices, given)) return fail(v, "stratified: one twice");
  for (int i = 0; i < given; i++) {
    int low = i * l->n / given, high = ((i + 1) * l->n + given - 1) / given;
    if (indices[i] < low || indices[i] >= high) return fail(v, "stratified: %d is not in %d..%d", indices[i], low, high - 1);
  }
  return true;
}

bool check_spread(const struct trial *t, const struct listing *l, struct verdict *v) {
  int indices[MOST_DRAWN], n = random_below(MOST_DRAWN + 1), given = draw(t, l, CI_SAMPLE_SPREAD, n, indices, v);
  if (given < 0) return false;
  if (given != least(n, l->n)) return fail(v, "spread: %d of %d samples, of %d", given, n, l->n);
  return are_distinct(indices, given) ? true : fail(v, "spread: one twice");
}

/* ---- Neighbours ---- */

static bool occurs(const struct trial *t, int var, int choice) {
  const int64_t *values;
  size_t n = ci_space_values(t->space, (size_t)var, &values);
  for (size_t i = 0; i < n; i++)
    if (values[i] == held_value(&t->m.var[var], choice)) return true;
  return false;
}

/* Next to each other among the values that occur (or, strict, among those declared to the library). */
static bool beside(const struct trial *t, int var, int from, int to, bool strict) {
  int step = from < to ? 1 : -1;
  if (from == to) return true;
  if (strict) {
    const int64_t *listed;
    int64_t lo, hi, width;
    ci_model_listed(t->model, (size_t)var, &listed, &lo, &hi, &width);
    int64_t a = held_value(&t->m.var[var], from), b = held_value(&t->m.var[var], to);
    return listed ? to - from == step : a - b == width || b - a == width;
  }
  for (int k = from + step; k != to; k += step)
    if (occurs(t, var, k)) return false;
  return true;
}

static bool is_near(const struct trial *t, const int *from, const int *to, ci_neighbourhood kind, int k) {
  int changed = 0;
  bool all_beside = true, strict = kind == CI_NEIGHBOURS_STRICT;
  for (int i = 0; i < t->m.vars; i++) {
    changed += from[i] != to[i];
    if (kind == CI_NEIGHBOURS_ADJACENT || strict) all_beside &= beside(t, i, from[i], to[i], strict);
  }
  switch (kind) {
    case CI_NEIGHBOURS_HAMMING: return changed == 1;
    case CI_NEIGHBOURS_WITHIN: return changed >= 1 && changed <= k;
    default: return changed >= 1 && all_beside;
  }
}

static int near_ones(const struct trial *t, const int *from, ci_neighbourhood kind, int k, char *near) {
  int n = 0;
  memset(near, 0, (size_t)t->total);
  for (int i = 0; i < t->solutions; i++) {
    int to[MAX_VARS];
    choice_of(&t->m, t->rows[i], to);
    near[t->rows[i]] = is_near(t, from, to, kind, k);
    n += near[t->rows[i]];
  }
  return n;
}

/* Each row is one of the near ones and comes once. */
static bool all_near(const struct trial *t, const int64_t *rows, size_t n, char *near, ci_neighbourhood kind, struct verdict *v) {
  for (size_t i = 0; i < n; i++) {
    int number = number_with(&t->m, rows + i * (size_t)t->m.vars);
    if (number < 0 || !near[number]) return fail(v, "neighbours %d: number %zu is none, or came before", kind, i);
    near[number] = 0;
  }
  return true;
}

static bool neighbours_of(const struct trial *t, int number, ci_neighbourhood kind, struct verdict *v) {
  static char near[MAX_ROWS];
  int from[MAX_VARS], k = random_below(4), most = random_below(3) ? 0 : 1 + random_below(8);
  int64_t values[MAX_VARS], *rows = NULL;
  size_t n;
  choice_of(&t->m, number, from);
  values_of(&t->m, number, values);
  int wanted = near_ones(t, from, kind, k, near);
  if (most) wanted = least(wanted, most);
  if (!fine(v, ci_space_neighbours(t->space, values, kind, (unsigned)k, (size_t)most, &rows, &n), "neighbours")) return false;
  bool right = n == (size_t)wanted ? all_near(t, rows, n, near, kind, v)
                                   : fail(v, "neighbours %d (k %d, most %d) of assignment %d: %zu, not %d", kind, k, most, number, n, wanted);
  free(rows);
  return right;
}

/* Of configurations, and of assignments that are none. */
bool check_neighbours(const struct trial *t, const struct listing *l, struct verdict *v) {
  (void)l;
  for (int k = 0; k < 8; k++) {
    int number = t->solutions && random_below(2) ? t->rows[random_below(t->solutions)] : random_below(t->total);
    if (!neighbours_of(t, number, (ci_neighbourhood)(k % 4), v)) return false;
  }
  return true;
}
