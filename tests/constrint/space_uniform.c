/* Samples are uniform: chi-squared tests, whose power is shown on samplers that
 * are not (the walk down a tree that takes each value with equal chance, as
 * coordinates of a chain of trees do; a modulo of too few bits).
 *
 * usage: space_uniform [SEED] */
#include <math.h>
#include <stdbool.h>
#include <time.h>

#include <constrint_space.h>

#include "test.h"

static uint64_t seed;

static uint64_t random_bits(void) {
  uint64_t z = seed += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/* ---- Chi-squared ---- */

/* How many standard deviations the statistic of equally likely cells is from its mean
 * (Wilson and Hilferty's cube root). */
static double deviation(const int *seen, int cells, double samples) {
  double expected = samples / cells, statistic = 0, k = cells - 1;
  for (int i = 0; i < cells; i++) statistic += (seen[i] - expected) * (seen[i] - expected) / expected;
  return (cbrt(statistic / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
}

/* One false alarm in about 10^7, either way: too even is not random either. */
static bool is_uniform(const int *seen, int cells, double samples) { return fabs(deviation(seen, cells, samples)) < 5.3; }

/* ---- Spaces ---- */

static const char *const texts[] = {
  /* shared sub-problems, unequal branches */
  "var a in 1..6; var b in 1..6; var c in 1..6; a * b + c <= 14; a != c;",
  /* two parts and a free variable */
  "var a in 1..8; var b in {3, 1, 2, 9}; a % b == 0; var c in 0..4; var d in 0..4; c + d == 4 or c == 0; var e in {5, 7};",
  /* one branch with nearly all of it */
  "var a in 0..1; var b in 0..9; var c in 0..9; a == 1 -> b + c == 0;",
};
enum { TEXTS = sizeof texts / sizeof *texts, MOST = 1024, DRAWS = 40000, VARS = 8 };

struct space { ci_space *s; int n, vars; };

static struct space space_of(const char *text) {
  ci_model *m;
  struct space out;
  uint64_t n;
  CHECKF(ci_read(&m, "native", text, strlen(text), "text", NULL, 0) == CI_OK, "%s", ci_error());
  CHECKF(ci_space_build(&out.s, m, NULL) == CI_OK, "%s", ci_error());
  ci_model_free(m);
  CHECK(ci_space_size_u64(out.s, &n) == CI_OK);
  out.n = (int)n;
  out.vars = (int)ci_space_vars(out.s);
  CHECK(out.n > 1 && out.n <= MOST && out.vars <= VARS);
  return out;
}

/* The indices of n samples. */
static void draw(const struct space *s, ci_sampling kind, int n, int *indices) {
  static int64_t rows[DRAWS * VARS];
  size_t given;
  CHECK(ci_space_sample(s->s, kind, random_bits(), (size_t)n, rows, &given) == CI_OK && given == (size_t)n);
  for (int i = 0; i < n; i++) {
    uint64_t index;
    ci_answer answer;
    CHECK(ci_space_rank(s->s, rows + (size_t)i * (size_t)s->vars, &index, &answer) == CI_OK && answer == CI_FOUND);
    indices[i] = (int)index;
  }
}

/* ---- Samples with replacement ---- */

static void independent_samples_are_uniform(void) {
  static int indices[DRAWS], seen[MOST], pairs[MOST];
  for (int t = 0; t < TEXTS; t++) {
    struct space s = space_of(texts[t]);
    memset(seen, 0, sizeof seen);
    memset(pairs, 0, sizeof pairs);
    draw(&s, CI_SAMPLE_INDEPENDENT, DRAWS, indices);
    for (int i = 0; i < DRAWS; i++) seen[indices[i]]++;
    CHECKF(is_uniform(seen, s.n, DRAWS), "text %d: %g", t, deviation(seen, s.n, DRAWS));
    for (int i = 0; i + 1 < DRAWS; i += 2) /* neighbours in time, by the rest of their indices by 4 */
      pairs[indices[i] % 4 * 4 + indices[i + 1] % 4]++;
    if (s.n % 4 == 0) CHECKF(is_uniform(pairs, 16, DRAWS / 2.0), "text %d, pairs: %g", t, deviation(pairs, 16, DRAWS / 2.0));
    ci_space_free(s.s);
  }
}

static void one_by_one_is_uniform(void) {
  static int seen[MOST];
  struct space s = space_of(texts[0]);
  memset(seen, 0, sizeof seen);
  for (int i = 0, index; i < DRAWS; i++) {
    draw(&s, CI_SAMPLE_INDEPENDENT, 1, &index); /* a seed each */
    seen[index]++;
  }
  CHECKF(is_uniform(seen, s.n, DRAWS), "%g", deviation(seen, s.n, DRAWS));
  ci_space_free(s.s);
}

/* ---- Without ---- */

static const char few[] = "var a in 0..2; var b in 0..2; a + b >= 2;"; /* 6 configurations */

/* All 120 sequences of 3 of 6 are as likely. */
static void distinct_samples_are_uniform(void) {
  static int seen[216], used[120];
  int cells = 0;
  struct space s = space_of(few);
  CHECK(s.n == 6);
  memset(seen, 0, sizeof seen);
  for (int i = 0, got[3]; i < DRAWS; i++) {
    draw(&s, CI_SAMPLE_DISTINCT, 3, got);
    seen[got[0] * 36 + got[1] * 6 + got[2]]++;
  }
  for (int i = 0; i < 216; i++) {
    int a = i / 36, b = i / 6 % 6, c = i % 6;
    if (a == b || a == c || b == c) CHECK(seen[i] == 0);
    else used[cells++] = seen[i];
  }
  CHECKF(is_uniform(used, cells, DRAWS), "%g", deviation(used, cells, DRAWS));
  ci_space_free(s.s);
}

/* 3 of 6, one of each two: 2^3 choices in 3! orders. */
static void stratified_samples_are_uniform(void) {
  static int seen[216], used[48];
  int cells = 0;
  struct space s = space_of(few);
  memset(seen, 0, sizeof seen);
  for (int i = 0, got[3]; i < DRAWS; i++) {
    draw(&s, CI_SAMPLE_STRATIFIED, 3, got);
    seen[got[0] * 36 + got[1] * 6 + got[2]]++;
  }
  for (int i = 0; i < 216; i++) {
    int a = i / 36 / 2, b = i / 6 % 6 / 2, c = i % 6 / 2;
    if (a == b || a == c || b == c) CHECK(seen[i] == 0);
    else used[cells++] = seen[i];
  }
  CHECKF(cells == 48 && is_uniform(used, cells, DRAWS), "%g", deviation(used, cells, DRAWS));
  ci_space_free(s.s);
}

/* ---- Power ---- */

/* Down the tree, each value that leads anywhere with equal chance. */
static int walk(const struct space *s, int64_t rows[][VARS]) {
  int first = 0, last = s->n; /* indices of the rows that share the values taken so far */
  const uint32_t *order = ci_space_order(s->s);
  for (int level = 0; level < s->vars; level++) {
    uint32_t var = order[level];
    int starts[MOST + 1], n = 0;
    for (int i = first; i < last; i++)
      if (i == first || rows[i][var] != rows[i - 1][var]) starts[n++] = i;
    starts[n] = last;
    int k = (int)(random_bits() % (uint64_t)n);
    first = starts[k];
    last = starts[k + 1];
  }
  return first;
}

static void a_walk_by_coordinates_is_caught(void) {
  static int64_t rows[MOST][VARS];
  static int seen[MOST];
  for (int t = 0; t < TEXTS; t += 2) { /* the second is nearly even by nature */
    struct space s = space_of(texts[t]);
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < s.n; i++) CHECK(ci_space_at(s.s, (uint64_t)i, rows[i]) == CI_OK);
    for (int i = 0; i < DRAWS; i++) seen[walk(&s, rows)]++;
    CHECKF(!is_uniform(seen, s.n, DRAWS), "text %d: %g", t, deviation(seen, s.n, DRAWS));
    ci_space_free(s.s);
  }
}

static void a_modulo_of_few_bits_is_caught(void) {
  static int seen[MOST];
  struct space s = space_of(texts[0]);
  for (int i = 0; i < DRAWS; i++) seen[random_bits() % 256 % (uint64_t)(s.n < 200 ? s.n : 200)]++;
  CHECK(!is_uniform(seen, s.n < 200 ? s.n : 200, DRAWS));
  ci_space_free(s.s);
}

static void the_test_accepts_what_is_uniform(void) {
  for (int k = 0; k < 200; k++) {
    int seen[60] = {0};
    for (int i = 0; i < 6000; i++) seen[random_bits() % 60]++;
    CHECKF(is_uniform(seen, 60, 6000), "%g", deviation(seen, 60, 6000));
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
    {"independent samples are uniform", independent_samples_are_uniform},
    {"samples one by one are uniform", one_by_one_is_uniform},
    {"distinct samples are uniform", distinct_samples_are_uniform},
    {"stratified samples are uniform", stratified_samples_are_uniform},
    {"a walk by coordinates is caught", a_walk_by_coordinates_is_caught},
    {"a modulo of few bits is caught", a_modulo_of_few_bits_is_caught},
    {"the test accepts what is uniform", the_test_accepts_what_is_uniform},
    {NULL, NULL},
  };
  seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)time(NULL) << 20;
  printf("seed %llu\n", (unsigned long long)seed);
  return test_main(cases, 1, argv);
}
