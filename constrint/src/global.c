/* What the global constraints mean, on values, and their table.
 *
 * The lists follow one another in the arguments; parameters say the rest. */
#include "global.h"

#include "../include/constrint.h"

/* ---- cumulative: starts, durations, needs, then the capacity ---- */

static bool fits_cumulative(const int64_t *p, size_t np, size_t n) {
  (void)p;
  return np == 0 && n % 3 == 1;
}

/* What is in use at a moment; tasks without duration or need are none. */
static wide use_at(const wide *v, size_t n, wide at) {
  wide use = 0;
  for (size_t i = 0; i < n; i++)
    if (v[n + i] > 0 && v[2 * n + i] > 0 && v[i] <= at && at < wide_add(v[i], v[n + i])) use = wide_add(use, v[2 * n + i]);
  return use;
}

static bool holds_cumulative(const int64_t *p, const wide *v, size_t args) {
  size_t n = args / 3;
  (void)p;
  for (size_t i = 0; i < n; i++)
    if (use_at(v, n, v[i]) > 0 && use_at(v, n, v[i]) > v[3 * n]) return false;
  return true;
}

static int post_cumulative_of(store *s, const int64_t *p, const term *x, size_t n) {
  (void)p;
  return post_cumulative(s, x, x + n / 3, x + 2 * (n / 3), n / 3, x[n - 1]);
}

/* ---- circuit: the successors of p[0], p[0] + 1, ... ---- */

static bool fits_circuit(const int64_t *p, size_t np, size_t n) {
  (void)p, (void)n;
  return np == 1;
}

static bool holds_circuit(const int64_t *p, const wide *v, size_t n) {
  size_t at = 0;
  for (size_t i = 0; i < n; i++)
    if (v[i] < p[0] || v[i] - p[0] >= (wide)n) return false;
  for (size_t steps = 1; steps < n; steps++)
    if ((at = (size_t)(v[at] - p[0])) == 0) return false;
  return n == 0 || v[at] == p[0];
}

static int post_circuit_of(store *s, const int64_t *p, const term *x, size_t n) { return post_circuit(s, x, n, p[0]); }

/* ---- inverse: p[0] values of f, the others of g; their indices begin at p[1] and p[2] ---- */

static bool fits_inverse(const int64_t *p, size_t np, size_t n) { return np == 3 && p[0] >= 0 && (uint64_t)p[0] <= n; }

static bool inverts(const wide *f, size_t n, wide of, const wide *g, size_t m, wide og) {
  for (size_t i = 0; i < n; i++) {
    wide j = f[i] - og;
    if (j < 0 || j >= (wide)m || g[j] != (wide)i + of) return false;
  }
  return true;
}

static bool holds_inverse(const int64_t *p, const wide *v, size_t n) {
  size_t nf = (size_t)p[0];
  return inverts(v, nf, p[1], v + nf, n - nf, p[2]) && inverts(v + nf, n - nf, p[2], v, nf, p[1]);
}

static int post_inverse_of(store *s, const int64_t *p, const term *x, size_t n) {
  size_t nf = (size_t)p[0];
  return post_inverse(s, x, nf, p[1], x + nf, n - nf, p[2]);
}

/* ---- cardinality: x, then how often each of some values occurs among them ---- */

/* p[0]: how many values are counted, which follow. */
static bool fits_cardinality(const int64_t *p, size_t np, size_t n) {
  return np >= 1 && p[0] >= 0 && (uint64_t)p[0] == np - 1 && np - 1 <= n;
}

static bool holds_cardinality(const int64_t *p, const wide *v, size_t n) {
  size_t values = (size_t)p[0];
  for (size_t k = 0; k < values; k++) {
    wide count = 0;
    for (size_t i = 0; i < n - values; i++) count += v[i] == p[1 + k];
    if (count != v[n - values + k]) return false;
  }
  return true;
}

static int post_cardinality_of(store *s, const int64_t *p, const term *x, size_t n) {
  size_t values = (size_t)p[0];
  return post_cardinality(s, x, n - values, p + 1, x + (n - values), values);
}

/* ---- lexicographic order: x, then y, as many; p[0]: strictly ---- */

static bool fits_lex(const int64_t *p, size_t np, size_t n) { return np == 1 && (p[0] == 0 || p[0] == 1) && n % 2 == 0; }

static bool holds_lex(const int64_t *p, const wide *v, size_t n) {
  for (size_t i = 0; i < n / 2; i++)
    if (v[i] != v[n / 2 + i]) return v[i] < v[n / 2 + i];
  return !p[0];
}

static int post_lex_of(store *s, const int64_t *p, const term *x, size_t n) {
  return post_lex(s, x, x + n / 2, n / 2, p[0] != 0);
}

/* ---- disjunctive: starts, then durations ---- */

static bool fits_disjunctive(const int64_t *p, size_t np, size_t n) {
  (void)p;
  return np == 0 && n % 2 == 0;
}

static bool holds_disjunctive(const int64_t *p, const wide *v, size_t args) {
  size_t n = args / 2;
  (void)p;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < i; k++)
      if (v[n + i] > 0 && v[n + k] > 0 && v[i] < wide_add(v[k], v[n + k]) && v[k] < wide_add(v[i], v[n + i])) return false;
  return true;
}

static int post_disjunctive_of(store *s, const int64_t *p, const term *x, size_t n) {
  (void)p;
  return post_disjunctive(s, x, x + n / 2, n / 2);
}

/* ---- regular: x; p: states, symbols, the first state, the accepting ones'
 * number, for each state and symbol the next state or 0, the accepting ones ---- */

enum { REGULAR_HEAD = 4, AUTOMATON_MAX = 1 << 24 };

static bool within(int64_t v, int64_t lo, int64_t hi) { return lo <= v && v <= hi; }

static bool fits_regular(const int64_t *p, size_t np, size_t n) {
  (void)n;
  if (np < REGULAR_HEAD || !within(p[0], 1, AUTOMATON_MAX) || !within(p[1], 1, AUTOMATON_MAX) || !within(p[2], 1, p[0])) return false;
  if (!within(p[3], 0, p[0]) || p[0] * p[1] > AUTOMATON_MAX || np != (size_t)(REGULAR_HEAD + p[0] * p[1] + p[3])) return false;
  for (size_t i = REGULAR_HEAD; i < np; i++)
    if (!within(p[i], (int64_t)i >= REGULAR_HEAD + p[0] * p[1], p[0])) return false;
  return true;
}

static struct automaton automaton_of(const int64_t *p) {
  const int64_t *next = p + REGULAR_HEAD;
  return (struct automaton){(size_t)p[0], (size_t)p[1], (size_t)p[2], (size_t)p[3], next, next + p[0] * p[1]};
}

static bool holds_regular(const int64_t *p, const wide *v, size_t n) {
  struct automaton a = automaton_of(p);
  return automaton_accepts(&a, v, n);
}

static int post_regular_of(store *s, const int64_t *p, const term *x, size_t n) {
  struct automaton a = automaton_of(p);
  return post_regular(s, x, n, &a);
}

/* ---- the table ---- */

static const struct global globals[] = {
  [CI_CUMULATIVE] = {"cumulative", fits_cumulative, holds_cumulative, post_cumulative_of},
  [CI_CIRCUIT] = {"circuit", fits_circuit, holds_circuit, post_circuit_of},
  [CI_INVERSE] = {"inverse", fits_inverse, holds_inverse, post_inverse_of},
  [CI_CARDINALITY] = {"cardinality", fits_cardinality, holds_cardinality, post_cardinality_of},
  [CI_LEX] = {"lex", fits_lex, holds_lex, post_lex_of},
  [CI_DISJUNCTIVE] = {"disjunctive", fits_disjunctive, holds_disjunctive, post_disjunctive_of},
  [CI_REGULAR] = {"regular", fits_regular, holds_regular, post_regular_of},
};

const struct global *global_of(int64_t kind) {
  return kind >= 0 && kind < (int64_t)(sizeof globals / sizeof *globals) ? &globals[kind] : NULL;
}
