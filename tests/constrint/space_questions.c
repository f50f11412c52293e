/* Every question about forms of random sets, against the sets themselves.
 *
 * usage: space_questions [CASE [SETS [SEED]]] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "space_sets.h"
#include "test.h"

static int sets = 400;
static uint64_t seed;
static struct set set;

static const int64_t *row_of(size_t i) { return set.rows + i * set.nvars; }
static bool same(const int64_t *a, const int64_t *b) { return memcmp(a, b, set.nvars * sizeof *a) == 0; }

/* Each set a seed of its own, so that a failure can be run alone. */
static void for_sets(void (*check)(uint64_t *state), int share) {
  for (int i = 0; i < sets / share; i++) {
    uint64_t state = seed + (uint64_t)i;
    set_make(&set, &state, 3);
    check(&state);
    set_free(&set);
  }
}

/* ---- size, index, rank ---- */

static void check_index(uint64_t *state) {
  char *text;
  uint64_t size, index;
  int64_t values[SET_VARS];
  ci_answer answer;
  CHECK(ci_space_size_u64(set.s, &size) == CI_OK && size == set.n);
  CHECK(ci_space_size(set.s, &text) == CI_OK && strtoull(text, NULL, 10) == set.n);
  free(text);
  for (size_t i = 0; i < set.n; i += 1 + (size_t)set_below(state, 20)) {
    char number[32];
    snprintf(number, sizeof number, "%zu", i);
    CHECK(ci_space_at(set.s, i, values) == CI_OK && same(values, row_of(i)));
    CHECK(ci_space_at_decimal(set.s, number, values) == CI_OK && same(values, row_of(i)));
    CHECK(ci_space_rank(set.s, values, &index, &answer) == CI_OK && answer == CI_FOUND && index == i);
    CHECK(ci_space_rank_decimal(set.s, values, &text, &answer) == CI_OK && answer == CI_FOUND && strcmp(text, number) == 0);
    free(text);
    CHECK(ci_space_has(set.s, values));
  }
  for (int k = 0; k < 20; k++) {
    set_anywhere(&set, state, values);
    long at = set_find(&set, values);
    CHECK(ci_space_has(set.s, values) == (at >= 0));
    CHECK(ci_space_rank(set.s, values, &index, &answer) == CI_OK && (answer == CI_FOUND) == (at >= 0));
    CHECK(at < 0 || index == (uint64_t)at);
  }
  CHECK(ci_space_at(set.s, set.n, values) == CI_EINVAL);
}

static void case_index(void) { for_sets(check_index, 1); }

/* ---- marginals ---- */

static void check_marginals(uint64_t *state) {
  (void)state;
  for (size_t v = 0; v < set.nvars; v++) {
    const int64_t *values;
    char *all[SET_VALUES], *one;
    size_t n = ci_space_values(set.s, v, &values);
    CHECK(ci_space_marginals(set.s, v, all) == CI_OK);
    for (size_t i = 0; i < n; i++) {
      size_t count = 0;
      for (size_t r = 0; r < set.n; r++) count += row_of(r)[v] == values[i];
      CHECK(strtoull(all[i], NULL, 10) == count && count > 0);
      CHECK(ci_space_marginal(set.s, v, i, &one) == CI_OK && strcmp(one, all[i]) == 0);
      free(one);
      free(all[i]);
    }
    CHECK(ci_space_marginal(set.s, v, n, &one) == CI_EINVAL);
  }
}

static void case_marginals(void) { for_sets(check_marginals, 2); }

/* ---- columns ---- */

static int64_t cell(const void *column, int width, size_t i) {
  switch (width) {
  case 1: return ((const int8_t *)column)[i];
  case 2: return ((const int16_t *)column)[i];
  case 4: return ((const int32_t *)column)[i];
  default: return ((const int64_t *)column)[i];
  }
}

static void check_window(uint64_t *state) {
  int width = 1 << set_below(state, 4), positions = set_below(state, 2);
  uint64_t first = (uint64_t)set_below(state, (int)set.n + 2), n = (uint64_t)set_below(state, (int)set.n + 5), given = 77;
  bool whole = set_below(state, 3) == 0, fits = true;
  if (whole) first = 0, n = set.n;
  uint64_t expected = first >= set.n ? 0 : n < set.n - first ? n : set.n - first;
  char *columns[SET_VARS];
  for (size_t v = 0; v < set.nvars; v++) {
    bool wanted = set_below(state, 5) > 0;
    columns[v] = wanted ? malloc((expected + 1) * (size_t)width) : NULL;
    if (wanted) memset(columns[v], 0x55, (expected + 1) * (size_t)width);
    for (size_t i = 0; i < set.s->vars[v].n; i++)
      fits = fits && (!wanted || positions || width == 8 || set.s->vars[v].values[i] > -100);
  }
  int rc = ci_space_columns(set.s, first, n, width, positions, (void *const *)columns, &given);
  CHECKF(rc == (fits ? CI_OK : CI_EOVERFLOW), "%d %s", rc, ci_error());
  CHECK(!fits || given == expected);
  for (size_t v = 0; v < set.nvars; v++) {
    for (size_t i = 0; columns[v] && fits && i < expected; i++) {
      int64_t value = row_of(first + i)[v];
      CHECK(cell(columns[v], width, i) == (positions ? (int64_t)space_position(&set.s->vars[v], value) : value));
    }
    for (int k = 0; columns[v] && k < width; k++) CHECK(columns[v][expected * (size_t)width + (size_t)k] == 0x55);
    free(columns[v]);
  }
}

static void check_columns(uint64_t *state) {
  for (int k = 0; k < 8; k++) check_window(state);
}

static void case_columns(void) { for_sets(check_columns, 1); }

/* ---- cursors ---- */

struct wanted { uint32_t var[SET_VARS]; int sign[SET_VARS]; };

static int by_wanted(const void *a, const void *b, void *data) {
  const struct wanted *w = data;
  const int64_t *x = a, *y = b;
  for (size_t i = 0; i < set.nvars; i++) {
    uint32_t v = w->var[i];
    if (x[v] == y[v]) continue;
    if (w->sign[i] == 0) return set_listed(&set, v, x[v]) < set_listed(&set, v, y[v]) ? -1 : 1;
    return (x[v] < y[v]) == (w->sign[i] < 0) ? -1 : 1;
  }
  return 0;
}

static void wanted_order(struct wanted *w, char *text, uint64_t *state) {
  static const char *const between[] = {" ", ", ", "  ", ","}, *const signs[] = {"<", "", ">"};
  size_t named = (size_t)set_below(state, (int)set.nvars + 1), n = 0;
  for (uint32_t i = 0; i < set.nvars; i++) {
    size_t j = (size_t)set_below(state, (int)i + 1);
    w->var[i] = w->var[j];
    w->var[j] = i;
  }
  bool taken[SET_VARS] = {false};
  for (size_t i = 0; i < set.nvars; i++) w->sign[i] = i < named ? set_below(state, 3) - 1 : 0;
  for (size_t i = 0; i < named; i++) {
    taken[w->var[i]] = true;
    text += sprintf(text, "%s%s%s", signs[w->sign[i] + 1], ci_space_var_name(set.s, w->var[i]), between[set_below(state, 4)]);
  }
  *text = '\0';
  for (uint32_t v = 0; v < set.nvars; v++)
    if (!taken[v]) w->var[named + n++] = v;
}

static void walk(const char *order, const int64_t *rows) {
  ci_cursor *c;
  ci_answer answer = CI_FOUND;
  int64_t values[SET_VARS];
  size_t n = 0;
  CHECKF(ci_cursor_new(&c, set.s, order) == CI_OK, "%s", ci_error());
  for (;; n++) {
    CHECK(ci_cursor_next(c, values, &answer) == CI_OK);
    if (answer == CI_NONE) break;
    CHECKF(n < set.n && same(values, rows + n * set.nvars), "order '%s', row %zu", order ? order : "", n);
  }
  CHECK(n == set.n && ci_cursor_next(c, values, &answer) == CI_OK && answer == CI_NONE);
  ci_cursor_free(c);
}

static void check_cursor(uint64_t *state) {
  struct wanted w;
  char text[SET_VARS * 8];
  int64_t *rows = malloc(set.n * set.nvars * sizeof *rows);
  walk(NULL, set.rows);
  for (int k = 0; k < 2; k++) {
    wanted_order(&w, text, state);
    memcpy(rows, set.rows, set.n * set.nvars * sizeof *rows);
    qsort_r(rows, set.n, set.nvars * sizeof *rows, by_wanted, &w);
    walk(text, rows);
  }
  free(rows);
}

static void case_cursor(void) { for_sets(check_cursor, 2); }

/* ---- neighbours ---- */

/* Is a value next to the centre's, judged by the lists? */
static bool near_by_place(size_t v, int64_t centre, int64_t value, bool strict) {
  const struct space_var *var = &set.s->vars[v];
  int place = set_listed(&set, v, centre), other = set_listed(&set, v, value);
  if (value == centre) return true;
  if (place < 0) { /* nearest by size */
    for (uint32_t i = 0; i < var->n; i++)
      if (value < centre ? var->values[i] > value && var->values[i] < centre : var->values[i] < value && var->values[i] > centre) return false;
    return true;
  }
  if (strict) return abs(place - other) <= 1;
  for (uint32_t i = 0; i < var->n; i++) {
    int between = set_listed(&set, v, var->values[i]);
    if (between > (place < other ? place : other) && between < (place < other ? other : place)) return false;
  }
  return true;
}

static bool is_neighbour(const int64_t *centre, const int64_t *row, ci_neighbourhood kind, unsigned k) {
  unsigned changed = 0;
  bool near = true;
  for (size_t v = 0; v < set.nvars; v++) {
    changed += centre[v] != row[v];
    if (kind == CI_NEIGHBOURS_ADJACENT || kind == CI_NEIGHBOURS_STRICT)
      near = near && near_by_place(v, centre[v], row[v], kind == CI_NEIGHBOURS_STRICT);
  }
  if (kind == CI_NEIGHBOURS_HAMMING) return changed == 1;
  if (kind == CI_NEIGHBOURS_WITHIN) return changed >= 1 && changed <= k;
  return near && changed > 0;
}

static void check_kind(const int64_t *centre, ci_neighbourhood kind, unsigned k, uint64_t *state) {
  size_t expected = 0, n, fewer;
  int64_t *rows, *some;
  char *met = calloc(set.n, 1);
  for (size_t i = 0; i < set.n; i++) expected += is_neighbour(centre, row_of(i), kind, k);
  CHECK(ci_space_neighbours(set.s, centre, kind, k, 0, &rows, &n) == CI_OK);
  CHECKF(n == expected, "kind %d k %u: %zu, not %zu", (int)kind, k, n, expected);
  for (size_t i = 0; i < n; i++) {
    long at = set_find(&set, rows + i * set.nvars);
    CHECK(at >= 0 && !met[at] && is_neighbour(centre, rows + i * set.nvars, kind, k));
    met[at] = 1;
  }
  size_t most = 1 + (size_t)set_below(state, (int)n + 1);
  CHECK(ci_space_neighbours(set.s, centre, kind, k, most, &some, &fewer) == CI_OK);
  CHECK(fewer == (n < most ? n : most) && (fewer == 0 || memcmp(rows, some, fewer * set.nvars * sizeof *rows) == 0));
  free(some);
  free(rows);
  free(met);
}

static void check_neighbours(uint64_t *state) {
  int64_t centre[SET_VARS];
  for (int i = 0; i < 4; i++) {
    if (i % 2) set_anywhere(&set, state, centre);
    else memcpy(centre, row_of((size_t)set_below(state, (int)set.n)), sizeof *centre * set.nvars);
    check_kind(centre, CI_NEIGHBOURS_HAMMING, 0, state);
    check_kind(centre, CI_NEIGHBOURS_ADJACENT, 0, state);
    check_kind(centre, CI_NEIGHBOURS_STRICT, 0, state);
    check_kind(centre, CI_NEIGHBOURS_WITHIN, (unsigned)set_below(state, 5), state);
  }
}

static void case_neighbours(void) { for_sets(check_neighbours, 2); }

/* ---- samples ---- */

static void check_sample(ci_sampling kind, size_t n, uint64_t *state) {
  int64_t *rows = malloc((n * set.nvars + 1) * sizeof *rows), *again = malloc((n * set.nvars + 1) * sizeof *again);
  size_t given, twice;
  uint64_t draw = set_random(state);
  char *met = calloc(set.n, 1);
  CHECKF(ci_space_sample(set.s, kind, draw, n, rows, &given) == CI_OK, "%s", ci_error());
  CHECK(ci_space_sample(set.s, kind, draw, n, again, &twice) == CI_OK);
  CHECK(given == twice && memcmp(rows, again, given * set.nvars * sizeof *rows) == 0);
  CHECK(given == (kind == CI_SAMPLE_INDEPENDENT || n < set.n ? n : set.n));
  for (size_t i = 0; i < given; i++) {
    long at = set_find(&set, rows + i * set.nvars);
    CHECK(at >= 0 && (kind == CI_SAMPLE_INDEPENDENT || !met[at]));
    met[at] = 1;
  }
  for (size_t i = 0; i < given && kind == CI_SAMPLE_STRATIFIED; i++) {
    bool any = false;
    for (size_t at = i * set.n / given; at < (i + 1) * set.n / given; at++) any = any || met[at];
    CHECKF(any, "stratum %zu of %zu", i, given);
  }
  free(rows);
  free(again);
  free(met);
}

static void check_samples(uint64_t *state) {
  size_t n = (size_t)set_below(state, 60);
  if (set_below(state, 3) == 0) n = set.n < 300 ? set.n - set.n / 10 + (size_t)set_below(state, 5) : 3;
  for (int kind = CI_SAMPLE_INDEPENDENT; kind <= CI_SAMPLE_SPREAD; kind++) check_sample((ci_sampling)kind, n, state);
}

static void case_samples(void) { for_sets(check_samples, 2); }

/* ---- made of one row, of fixed variables only, of nothing ---- */

static void case_one(void) {
  int64_t values[] = {7, 3}, row[] = {3, 7}, out[2], *rows;
  struct draft_var vars[] = {{.name = "x", .values = values, .n = 2}, {.name = "y", .values = values, .n = 2}};
  ci_space *s;
  uint64_t index = 9;
  size_t n;
  ci_answer answer;
  CHECK(space_from_rows(&s, vars, 2, row, 1) == CI_OK && s->nparts == 0);
  CHECK(ci_space_part(s, 0) == -1 && ci_space_find(s, "y") == 1 && ci_space_find(s, "z") == -1);
  CHECK(ci_space_at(s, 0, out) == CI_OK && out[0] == 3 && out[1] == 7 && ci_space_at(s, 1, out) == CI_EINVAL);
  CHECK(ci_space_rank(s, row, &index, &answer) == CI_OK && answer == CI_FOUND && index == 0);
  row[0] = 7;
  CHECK(ci_space_rank(s, row, &index, &answer) == CI_OK && answer == CI_NONE);
  CHECK(ci_space_neighbours(s, row, CI_NEIGHBOURS_HAMMING, 0, 0, &rows, &n) == CI_OK && n == 1 && rows[0] == 3);
  free(rows);
  for (int kind = 0; kind < 4; kind++) {
    CHECK(ci_space_sample(s, (ci_sampling)kind, 1, 1, out, &n) == CI_OK && n == 1 && out[0] == 3 && out[1] == 7);
  }
  ci_space_free(s);
}

static void case_none(void) {
  int64_t values[] = {1, 2}, row[] = {1}, out[4], *rows;
  struct draft_var vars[] = {{.name = "x", .values = values, .n = 2}};
  ci_space *s;
  ci_cursor *c;
  char *text;
  uint64_t index = 0, given = 9;
  size_t n;
  ci_answer answer;
  void *column[] = {out};
  CHECK(space_make_empty(&s, vars, 1) == CI_OK);
  CHECK(ci_space_size(s, &text) == CI_OK && strcmp(text, "0") == 0);
  free(text);
  CHECK(ci_space_values(s, 0, NULL) == 0 && ci_space_has(s, row) == 0 && ci_space_at(s, 0, out) == CI_EINVAL);
  CHECK(ci_space_rank(s, row, &index, &answer) == CI_OK && answer == CI_NONE);
  CHECK(ci_space_marginal(s, 0, 0, &text) == CI_EINVAL && ci_space_marginals(s, 0, &text) == CI_OK);
  CHECK(ci_space_columns(s, 0, 4, 8, 0, column, &given) == CI_OK && given == 0);
  CHECK(ci_space_neighbours(s, row, CI_NEIGHBOURS_STRICT, 0, 0, &rows, &n) == CI_OK && n == 0);
  free(rows);
  for (int kind = 0; kind < 4; kind++) CHECK(ci_space_sample(s, (ci_sampling)kind, 1, 4, out, &n) == CI_OK && n == 0);
  for (int k = 0; k < 2; k++) {
    CHECK(ci_cursor_new(&c, s, k ? ">x" : NULL) == CI_OK && ci_cursor_next(c, out, &answer) == CI_OK && answer == CI_NONE);
    ci_cursor_free(c);
  }
  ci_space_free(s);
}

static void case_misuse(void) {
  uint64_t state = seed, given;
  int64_t values[SET_VARS];
  static const char *const bad[] = {"", "-1", "+1", " 1", "1x", "0x10", "99999999999999999999999999"};
  static const char *const orders[] = {"nosuch", "a a", "< < a", "a <", ">"};
  void *columns[SET_VARS] = {0};
  size_t n;
  ci_cursor *c;
  int64_t *rows;
  char *text;
  set_make(&set, &state, 3);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECKF(ci_space_at_decimal(set.s, bad[i], values) == CI_EINVAL, "'%s'", bad[i]);
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) CHECKF(ci_cursor_new(&c, set.s, orders[i]) == CI_EINVAL, "'%s'", orders[i]);
  CHECK(ci_space_columns(set.s, 0, 1, 3, 0, columns, &given) == CI_EINVAL);
  CHECK(ci_space_columns(set.s, UINT64_MAX, UINT64_MAX, 8, 0, columns, &given) == CI_OK && given == 0);
  CHECK(ci_space_sample(set.s, (ci_sampling)99, 0, 1, values, &n) == CI_EINVAL);
  CHECK(ci_space_neighbours(set.s, values, (ci_neighbourhood)-1, 0, 0, &rows, &n) == CI_EINVAL);
  CHECK(ci_space_marginal(set.s, set.nvars, 0, &text) == CI_EINVAL && ci_space_marginals(set.s, set.nvars, &text) == CI_EINVAL);
  CHECK(!ci_space_var_name(set.s, set.nvars) && ci_space_part(set.s, set.nvars) == -1 && !ci_space_label(set.s, set.nvars, 0));
  set_free(&set);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
    {"index", case_index}, {"marginals", case_marginals}, {"columns", case_columns}, {"cursor", case_cursor},
    {"neighbours", case_neighbours}, {"samples", case_samples}, {"one", case_one}, {"none", case_none},
    {"misuse", case_misuse}, {0}};
  seed = argc > 3 ? strtoull(argv[3], NULL, 0) : (uint64_t)time(NULL) << 20;
  if (argc > 2) sets = atoi(argv[2]);
  printf("seed %" PRIu64 "\n", seed);
  return test_main(cases, argc, argv);
}
