/* Spaces of 2^60 to 2^400 configurations: colourings of chains, whose number
 * is known, and unions of several.
 *
 * usage: space_huge [CASE [SEED]] */
#include <gmp.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "space_sets.h"
#include "test.h"

static uint64_t seed;

enum { MOST_PARTS = 3, MOST_LEVELS = 120, COLOURS = 9, MOST = MOST_PARTS * MOST_LEVELS };

/* Chains of variables in which neighbours differ: q (q - 1)^(n - 1) each. */
struct chains {
  int n, levels[MOST_PARTS], colours[MOST_PARTS];
  size_t nvars;
  char names[MOST][8];
  struct draft_var vars[MOST];
  mpz_t size;
  ci_space *s;
};

static const int64_t colours[COLOURS] = {40, 30, 50, 20, 60, 10, 70, 5, 80};

/* A level's node i: the colour before was i; the root has no colour before. */
static struct draft_part draft_chain(int levels, int q, uint32_t first_var) {
  struct draft_part p = {.levels = (uint32_t)levels};
  uint32_t *var = malloc(sizeof *var * (size_t)levels), *first = malloc(sizeof *first * ((size_t)levels + 2));
  size_t most = (size_t)levels * (size_t)q + 2;
  uint32_t *edge = malloc(sizeof *edge * most), *value = malloc(sizeof *value * most * (size_t)q), *child = malloc(sizeof *child * most * (size_t)q);
  for (uint32_t l = 0; l < p.levels; l++) {
    int nodes = l == 0 ? 1 : q;
    var[l] = first_var + l;
    first[l] = p.nodes;
    for (int i = 0; i < nodes; i++) {
      edge[p.nodes + (uint32_t)i] = p.edges;
      for (int c = 0; c < q; c++) {
        if (l > 0 && c == i) continue;
        value[p.edges] = (uint32_t)c;
        child[p.edges++] = p.nodes + (uint32_t)nodes + (l + 1 < p.levels ? (uint32_t)c : 0);
      }
    }
    p.nodes += (uint32_t)nodes;
  }
  first[levels] = p.nodes;
  first[levels + 1] = p.nodes + 1;
  edge[p.nodes] = edge[p.nodes + 1] = p.edges;
  p.nodes++;
  p.var = var, p.first = first, p.edge = edge, p.value = value, p.child = child;
  return p;
}

static void free_chain(struct draft_part *p) {
  free((void *)(uintptr_t)p->var);
  free((void *)(uintptr_t)p->first);
  free((void *)(uintptr_t)p->edge);
  free((void *)(uintptr_t)p->value);
  free((void *)(uintptr_t)p->child);
}

static void multiply_in(struct chains *c, int part) {
  mpz_t one;
  mpz_init(one);
  mpz_ui_pow_ui(one, (unsigned long)c->colours[part] - 1, (unsigned long)c->levels[part] - 1);
  mpz_mul(c->size, c->size, one);
  mpz_mul_ui(c->size, c->size, (unsigned long)c->colours[part]);
  mpz_clear(one);
}

static void merge_orders(const struct chains *c, uint64_t *state, uint32_t *order) {
  uint32_t from[MOST_PARTS], at = 0;
  int taken[MOST_PARTS] = {0};
  for (int i = 0; i < c->n; at += (uint32_t)c->levels[i++]) from[i] = at;
  for (size_t n = 0; n < c->nvars;) {
    int i = set_below(state, c->n);
    if (taken[i] < c->levels[i]) order[n++] = from[i] + (uint32_t)taken[i]++;
  }
}

static void make_chains(struct chains *c, int levels, uint64_t *state) {
  struct draft_part parts[MOST_PARTS];
  uint32_t order[MOST];
  *c = (struct chains){.n = 1 + set_below(state, MOST_PARTS)};
  mpz_init_set_ui(c->size, 1);
  for (int i = 0; i < c->n; i++) {
    c->levels[i] = 2 + set_below(state, levels - 1);
    c->colours[i] = 3 + set_below(state, COLOURS - 2);
    parts[i] = draft_chain(c->levels[i], c->colours[i], (uint32_t)c->nvars);
    for (int l = 0; l < c->levels[i]; l++, c->nvars++) {
      snprintf(c->names[c->nvars], sizeof *c->names, "v%zu", c->nvars);
      c->vars[c->nvars] = (struct draft_var){.name = c->names[c->nvars], .values = colours, .n = (size_t)c->colours[i]};
    }
    multiply_in(c, i);
  }
  merge_orders(c, state, order);
  CHECKF(space_make(&c->s, c->vars, c->nvars, parts, (size_t)c->n, set_below(state, 2) ? order : NULL, NULL) == CI_OK, "%s", ci_error());
  for (int i = 0; i < c->n; i++) free_chain(&parts[i]);
}

static void free_chains(struct chains *c) {
  mpz_clear(c->size);
  ci_space_free(c->s);
}

static bool is_colouring(const struct chains *c, const int64_t *values) {
  size_t v = 0;
  for (int i = 0; i < c->n; i++)
    for (int l = 0; l < c->levels[i]; l++, v++) {
      bool known = false;
      for (int k = 0; k < c->colours[i]; k++) known = known || values[v] == colours[k];
      if (!known || (l > 0 && values[v] == values[v - 1])) return false;
    }
  return true;
}

static void for_chains(void (*check)(struct chains *c, uint64_t *state), int times, int levels) {
  static struct chains c;
  for (int i = 0; i < times; i++) {
    uint64_t state = seed + (uint64_t)i;
    make_chains(&c, levels, &state);
    check(&c, &state);
    free_chains(&c);
  }
}

static void random_index(mpz_ptr z, const struct chains *c, uint64_t *state) {
  mpz_set_ui(z, 0);
  for (int i = 0; i < 20; i++) {
    mpz_mul_2exp(z, z, 64);
    mpz_add_ui(z, z, set_random(state));
  }
  mpz_fdiv_r(z, z, c->size);
}

/* ---- cases ---- */

static void check_size(struct chains *c, uint64_t *state) {
  char *text, *expected = mpz_get_str(NULL, 10, c->size);
  uint64_t n;
  mpz_t share;
  CHECK(ci_space_size(c->s, &text) == CI_OK);
  CHECKF(strcmp(text, expected) == 0, "%s, not %s", text, expected);
  free(text);
  free(expected);
  CHECK(ci_space_size_u64(c->s, &n) == (mpz_size(c->size) > 1 ? CI_EOVERFLOW : CI_OK));
  size_t v = (size_t)set_below(state, (int)c->nvars), i = (size_t)set_below(state, (int)c->vars[v].n);
  CHECK(ci_space_marginal(c->s, v, i, &text) == CI_OK); /* no colour is special */
  mpz_init(share);
  mpz_divexact_ui(share, c->size, c->vars[v].n);
  expected = mpz_get_str(NULL, 10, share);
  CHECKF(strcmp(text, expected) == 0, "%s, not %s", text, expected);
  mpz_clear(share);
  free(text);
  free(expected);
}

static void check_rank(struct chains *c, uint64_t *state) {
  int64_t values[MOST], next[MOST];
  mpz_t z;
  mpz_init(z);
  for (int k = 0; k < 6; k++) {
    random_index(z, c, state);
    if (k == 0) mpz_sub_ui(z, c->size, 1);
    char *text = mpz_get_str(NULL, 10, z), *rank;
    ci_answer answer;
    uint64_t small;
    CHECK(ci_space_at_decimal(c->s, text, values) == CI_OK && is_colouring(c, values) && ci_space_has(c->s, values));
    CHECK(ci_space_rank_decimal(c->s, values, &rank, &answer) == CI_OK && answer == CI_FOUND && strcmp(rank, text) == 0);
    int rc = ci_space_rank(c->s, values, &small, &answer);
    CHECK(rc == (mpz_size(z) > 1 ? CI_EOVERFLOW : CI_OK) && (rc < 0 || small == mpz_get_ui(z)));
    free(rank);
    free(text);
    mpz_add_ui(z, z, 1);
    text = mpz_get_str(NULL, 10, z);
    CHECK(ci_space_at_decimal(c->s, text, next) == (k == 0 ? CI_EINVAL : mpz_cmp(z, c->size) < 0 ? CI_OK : CI_EINVAL));
    free(text);
    values[set_below(state, (int)c->nvars)] = 99;
    CHECK(!ci_space_has(c->s, values) && ci_space_rank_decimal(c->s, values, &rank, &answer) == CI_OK && answer == CI_NONE);
  }
  mpz_clear(z);
}

/* A window of columns, somewhere: its rows are those of the index. */
static void check_columns(struct chains *c, uint64_t *state) {
  enum { ROWS = 40 };
  static int64_t cells[MOST][ROWS];
  void *columns[MOST];
  int64_t values[MOST];
  uint64_t given, first = set_random(state) >> set_below(state, 64);
  if (mpz_size(c->size) <= 1) first %= mpz_get_ui(c->size);
  for (size_t v = 0; v < c->nvars; v++) columns[v] = cells[v];
  CHECK(ci_space_columns(c->s, first, ROWS, 8, 0, columns, &given) == CI_OK && given > 0);
  for (uint64_t i = 0; i < given; i++) {
    CHECK(ci_space_at(c->s, first + i, values) == CI_OK);
    for (size_t v = 0; v < c->nvars; v++) CHECK(cells[v][i] == values[v]);
  }
}

static void check_cursor(struct chains *c, uint64_t *state) {
  ci_cursor *along, *across;
  ci_answer answer;
  int64_t values[MOST], expected[MOST], before = INT64_MIN;
  (void)state;
  CHECK(ci_cursor_new(&along, c->s, NULL) == CI_OK && ci_cursor_new(&across, c->s, "<v1") == CI_OK);
  for (uint64_t i = 0; i < 30; i++) {
    if (ci_cursor_next(along, values, &answer) == CI_OK && answer == CI_NONE) break;
    CHECK(ci_space_at(c->s, i, expected) == CI_OK && memcmp(values, expected, c->nvars * sizeof *values) == 0);
    CHECK(ci_cursor_next(across, values, &answer) == CI_OK && answer == CI_FOUND && is_colouring(c, values));
    CHECKF(values[1] >= before, "%" PRId64, values[1]);
    before = values[1];
  }
  ci_cursor_free(along);
  ci_cursor_free(across);
}

static void check_samples(struct chains *c, uint64_t *state) {
  enum { DRAWN = 50 };
  static int64_t rows[DRAWN * MOST];
  size_t given;
  for (int kind = 0; kind < 4; kind++) {
    CHECK(ci_space_sample(c->s, (ci_sampling)kind, set_random(state), DRAWN, rows, &given) == CI_OK);
    CHECK(given == DRAWN || mpz_cmp_ui(c->size, DRAWN) < 0);
    for (size_t i = 0; i < given; i++) CHECK(is_colouring(c, rows + i * c->nvars));
  }
}

/* One change: each variable to each colour that its neighbours leave. */
static void check_neighbours(struct chains *c, uint64_t *state) {
  int64_t values[MOST], *rows;
  size_t n, expected = 0, v = 0, given;
  CHECK(ci_space_sample(c->s, CI_SAMPLE_INDEPENDENT, set_random(state), 1, values, &given) == CI_OK);
  for (int i = 0; i < c->n; i++)
    for (int l = 0; l < c->levels[i]; l++, v++)
      for (int k = 0; k < c->colours[i]; k++)
        expected += colours[k] != values[v] && (l == 0 || colours[k] != values[v - 1]) && (l + 1 == c->levels[i] || colours[k] != values[v + 1]);
  CHECK(ci_space_neighbours(c->s, values, CI_NEIGHBOURS_HAMMING, 0, 0, &rows, &n) == CI_OK && n == expected);
  for (size_t i = 0; i < n; i++) CHECK(is_colouring(c, rows + i * c->nvars));
  free(rows);
  CHECK(ci_space_neighbours(c->s, values, CI_NEIGHBOURS_ADJACENT, 0, 25, &rows, &n) == CI_OK && n <= 25);
  free(rows);
}

static void case_size(void) { for_chains(check_size, 40, MOST_LEVELS); }
static void case_rank(void) { for_chains(check_rank, 40, MOST_LEVELS); }
static void case_rank_medium(void) { for_chains(check_rank, 100, 20); }
static void case_columns(void) { for_chains(check_columns, 100, 40); }
static void case_cursor(void) { for_chains(check_cursor, 20, 60); }
static void case_samples(void) { for_chains(check_samples, 20, MOST_LEVELS); }
static void case_neighbours(void) { for_chains(check_neighbours, 20, MOST_LEVELS); }

/* ---- uniform in every variable and pair, at 4 limbs ---- */

/* Standard deviations that a chi-squared statistic of equal cells is off. */
static double off(const int *seen, int cells, double samples) {
  double k = cells - 1, sum = 0, expected = samples / cells;
  for (int i = 0; i < cells; i++) sum += (seen[i] - expected) * (seen[i] - expected) / expected;
  return fabs(cbrt(sum / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
}

static void case_uniform(void) {
  enum { DRAWN = 60000, Q = 4, LEVELS = 90 };
  struct draft_part p = draft_chain(LEVELS, Q, 0);
  struct draft_var vars[LEVELS];
  ci_space *s;
  size_t given;
  int64_t *rows = malloc(DRAWN * LEVELS * sizeof *rows);
  for (int l = 0; l < LEVELS; l++) vars[l] = (struct draft_var){.name = "x", .values = colours, .n = Q};
  CHECK(space_make(&s, vars, LEVELS, &p, 1, NULL, NULL) == CI_OK && s->parts[0].limbs > 2);
  CHECK(ci_space_sample(s, CI_SAMPLE_INDEPENDENT, seed, DRAWN, rows, &given) == CI_OK && given == DRAWN);
  for (int l = 0; l + 2 < LEVELS; l++) {
    int pair[Q * (Q - 1)] = {0};
    for (int i = 0; i < DRAWN; i++) {
      int a = (int)space_position(&s->vars[l], rows[i * LEVELS + l]), b = (int)space_position(&s->vars[l + 1], rows[i * LEVELS + l + 1]);
      pair[a * (Q - 1) + b - (b > a)]++;
    }
    CHECKF(off(pair, Q * (Q - 1), DRAWN) < 6, "level %d", l);
  }
  free(rows);
  ci_space_free(s);
  free_chain(&p);
}

/* ---- distinct samples: every sequence equally likely ---- */

static const ci_space *five; /* of five configurations, unequally branched */

static int sequence_of(const int64_t *rows, int n) {
  int number = 0;
  for (int i = 0; i < n; i++) {
    uint64_t index = 0;
    ci_answer answer;
    ci_space_rank(five, rows + 2 * i, &index, &answer);
    number = number * 5 + (int)index;
  }
  return number;
}

/* Deliberately wrong: walks down with equal chances, then drops what it has. */
static void sample_badly(uint64_t *state, int n, int64_t *rows) {
  for (int i = 0; i < n;) {
    const struct diagram *d = &five->parts[0];
    uint32_t node = 0;
    bool old = false;
    for (uint32_t l = 0; l < d->levels; l++) {
      uint32_t e = d->edge[node] + (uint32_t)set_below(state, (int)(d->edge[node + 1] - d->edge[node]));
      rows[2 * i + l] = five->vars[d->var[l]].values[d->value[e]];
      node = d->child[e];
    }
    for (int k = 0; k < i; k++) old = old || memcmp(rows + 2 * k, rows + 2 * i, 2 * sizeof *rows) == 0;
    i += !old;
  }
}

/* Off by how much, over the sequences of n of five. */
static double off_sequences(int n, bool badly) {
  enum { DRAWN = 40000 };
  int seen[625] = {0}, possible[625], cells = 0;
  uint64_t state = seed;
  for (int i = 0; i < DRAWN; i++) {
    int64_t rows[10];
    size_t given;
    if (badly) sample_badly(&state, n, rows);
    else ci_space_sample(five, CI_SAMPLE_DISTINCT, set_random(&state), (size_t)n, rows, &given);
    seen[sequence_of(rows, n)]++;
  }
  for (int i = 0, all = n == 2 ? 25 : 625; i < all; i++) {
    bool twice = false;
    for (int a = i, k = 0; k < n; k++, a /= 5)
      for (int b = a / 5, l = k + 1; l < n; l++, b /= 5) twice = twice || a % 5 == b % 5;
    if (!twice) possible[cells++] = seen[i];
  }
  return off(possible, cells, DRAWN);
}

static void case_distinct(void) {
  int64_t values[] = {1, 2, 3, 4}, rows[] = {1, 1, 2, 1, 2, 2, 2, 3, 2, 4};
  struct draft_var vars[] = {{.name = "x", .values = values, .n = 4}, {.name = "y", .values = values, .n = 4}};
  ci_space *s;
  CHECK(space_from_rows(&s, vars, 2, rows, 5) == CI_OK);
  five = s;
  for (int n = 2; n <= 4; n += 2) { /* few: by dropping; many: by shuffling */
    CHECKF(off_sequences(n, false) < 6, "%d of 5: %g", n, off_sequences(n, false));
    CHECKF(off_sequences(n, true) > 20, "the test has no power: %g", off_sequences(n, true));
  }
  ci_space_free(s);
}

/* ---- spread: even marginals ---- */

static double unevenness(const ci_space *s, const int64_t *rows, size_t n) {
  double sum = 0;
  for (size_t v = 0; v < s->nvars; v++)
    for (uint32_t i = 0; i < s->vars[v].n; i++) {
      double used = 0, fair = (double)n / s->vars[v].n;
      for (size_t r = 0; r < n; r++) used += rows[r * s->nvars + v] == s->vars[v].values[i];
      sum += (used - fair) * (used - fair) / fair;
    }
  return sum / (double)s->nvars;
}

static int uneven; /* uniform sets that the check of evenness refuses */

static void check_spread(struct chains *c, uint64_t *state) {
  enum { DRAWN = 60 };
  static int64_t rows[DRAWN * MOST], plain[DRAWN * MOST];
  size_t given, fewer;
  CHECK(ci_space_sample(c->s, CI_SAMPLE_SPREAD, set_random(state), DRAWN, rows, &given) == CI_OK);
  CHECK(ci_space_sample(c->s, CI_SAMPLE_DISTINCT, set_random(state), DRAWN, plain, &fewer) == CI_OK);
  if (mpz_cmp_ui(c->size, 1000) < 0) return;
  CHECKF(unevenness(c->s, rows, given) < 0.6, "%g", unevenness(c->s, rows, given)); /* at best: below 0.34 */
  uneven += !(unevenness(c->s, plain, fewer) < 0.6);
}

static void case_spread(void) {
  uneven = 0;
  for_chains(check_spread, 20, 30);
  CHECKF(uneven >= 8, "%d", uneven);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
    {"size", case_size}, {"rank", case_rank}, {"rank of medium spaces", case_rank_medium}, {"columns", case_columns},
    {"cursor", case_cursor}, {"samples", case_samples}, {"neighbours", case_neighbours}, {"uniform", case_uniform},
    {"distinct", case_distinct}, {"spread", case_spread}, {0}};
  seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) << 20;
  printf("seed %" PRIu64 "\n", seed);
  return test_main(cases, argc, argv);
}
