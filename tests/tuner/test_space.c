/* Spaces: against brute force, their neighbours, costs, absent figures, limits. */
#include <math.h>
#include <stdlib.h>
#include "test.h"
#include "toy.h"

#define HEAD "schema: 1\nkernel: toy\nversion: 1\nplugin: toy-cpu\ndevice: cpu\n"
#define PROBLEM "problem:\n  N: {range: 12..64}\n  kind: {labels: [square, wide]}\n"

/* 7 * 4 * 2 combinations, 33 or so legal. */
static const char toy_text[] = HEAD PROBLEM
  "define:\n"
  "  most: hw.cores\n"
  "  area: tile * depth\n"
  "parameters:\n"
  "  tile: \"{32, 1, 2, 4, 5, 8, 16}\"\n"
  "  depth: 1..most\n"
  "  packing: {labels: [none, rows]}\n"
  "constraints:\n"
  "  fits: area <= problem.N\n"
  "  divides: packing == 1 -> problem.N % tile == 0\n"
  "  odd: not (tile == 2 and depth == 3)\n"
  "cost:\n"
  "  work: 1000 * abs(area - 7)\n"
  "  packed: 3 * packing\n";

static struct space *open_toy(struct spec **spec) {
  struct space *s = NULL;
  CHECKF(!toy_space(&s, spec, toy_text, sizeof toy_text - 1, NULL), "%s", tuner_error());
  return s;
}

static int legal(int64_t tile, int64_t depth, int64_t packing) {
  return tile * depth <= 12 && (!packing || 12 % tile == 0) && !(tile == 2 && depth == 3);
}

static const int64_t tiles[] = {1, 2, 4, 5, 8, 16, 32};

/* Every combination: legal here exactly if it is found there, at an index of its own. */
static void equals_brute_force(void) {
  struct spec *spec;
  struct space *s = open_toy(&spec);
  size_t n = 0;
  char taken[64] = {0};
  for (int t = 0; t < 7; t++)
    for (int64_t depth = 0; depth <= 5; depth++)
      for (int64_t packing = -1; packing <= 2; packing++) {
        int64_t values[] = {tiles[t], depth, packing}, index = space_find(s, values);
        int inside = depth >= 1 && depth <= 4 && packing >= 0 && packing <= 1;
        CHECK((index >= 0) == (inside && legal(tiles[t], depth, packing)));
        if (index < 0) continue;
        CHECK((size_t)index < space_size(s) && index < 64 && !taken[index]++);
        CHECK(!memcmp(toy_values(s, (size_t)index), values, sizeof values));
        n++;
      }
  CHECKF(n == space_size(s) && n > 20, "%zu", space_size(s));
  CHECK(space_parameters(s) == 3 && !strcmp(space_parameter(s, 1), "depth"));
  space_close(s);
  spec_free(spec);
}

static void texts_go_both_ways(void) {
  struct spec *spec;
  struct space *s = open_toy(&spec);
  for (size_t i = 0; i < space_size(s); i++) {
    char *text = space_config(s, i);
    CHECK(text && space_find_config(s, text) == (int64_t)i);
    free(text);
  }
  int64_t values[] = {4, 2, 1};
  char *text = space_config_text(s, values);
  CHECKF(!strcmp(text, "depth=2,packing=rows,tile=4"), "%s", text);
  free(text);
  CHECK(space_find_config(s, "tile=4,packing=rows,depth=2") == space_find(s, values));
  kp_setting settings[3];
  space_settings(s, (size_t)space_find(s, values), settings);
  CHECK(!strcmp(settings[2].key, "packing") && !strcmp(settings[2].label, "rows") && settings[0].value == 4);
  space_close(s);
  spec_free(spec);
}

static void foreign_texts_are_misses(void) {
  static const char *const texts[] = {"", "tile=4", "tile=4,depth=2", "tile=4,depth=2,packing=1", "tile=4,depth=2,packing=cols",
                                      "tile=4,depth=2,packing=rows,more=1", "tile=4,tile=4,packing=rows", "tile=4,depth=2,packing",
                                      "tile=16,depth=4,packing=none", "tile=3,depth=1,packing=none", "tile=x,depth=2,packing=rows",
                                      "=,=,=", ",,"};
  struct spec *spec;
  struct space *s = open_toy(&spec);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) CHECKF(space_find_config(s, texts[i]) == -1, "%s", texts[i]);
  space_close(s);
  spec_free(spec);
}

/* ---- Neighbours ---- */

static size_t differences(const int64_t *a, const int64_t *b) {
  size_t n = 0;
  for (size_t i = 0; i < 3; i++)
    n += a[i] != b[i];
  return n;
}

static int position_of(const size_t *list, size_t n, size_t index) {
  for (size_t i = 0; i < n; i++)
    if (list[i] == index) return (int)i;
  return -1;
}

static void neighbours_equal_brute_force(void) {
  struct spec *spec;
  struct space *s = open_toy(&spec);
  for (size_t i = 0; i < space_size(s); i++) {
    size_t *list, n, expected = 0;
    CHECK(!space_neighbours(s, i, &list, &n));
    for (size_t k = 0; k < space_size(s); k++) {
      int is_neighbour = differences(toy_values(s, i), toy_values(s, k)) == 1;
      CHECK((position_of(list, n, k) >= 0) == is_neighbour);
      expected += (size_t)is_neighbour;
    }
    CHECKF(n == expected, "%zu of %zu", n, expected);
    free(list);
  }
  space_close(s);
  spec_free(spec);
}

/* ---- Cost ---- */

static void costs_rank(void) {
  struct spec *spec;
  struct space *s = open_toy(&spec);
  const size_t *ranked = space_by_cost(s);
  CHECK(space_has_cost(s) && !strcmp(space_notes(s), ""));
  for (size_t i = 0; i < space_size(s); i++) {
    const int64_t *v = toy_values(s, i);
    CHECK(space_cost(s, i) == (double)(1000 * llabs(v[0] * v[1] - 7) + 3 * v[2]));
    if (!i) continue;
    double before = space_cost(s, ranked[i - 1]), here = space_cost(s, ranked[i]);
    CHECK(before < here || (before == here && ranked[i - 1] < ranked[i]));
  }
  space_close(s);
  spec_free(spec);
}

/* A cost term that needs an absent figure drops out with a note; a misspelt one is an error (test_spec). */
static void absent_figure_drops_a_cost_term(void) {
  static const char text[] = HEAD PROBLEM
    "define:\n  moved: tile * 4\n  seconds: moved * 1000 // hw.memory_bandwidth\n"
    "parameters:\n  tile: 1..4\n"
    "cost:\n  traffic: seconds\n  work: 10 - tile\n  direct: tile * hw.l3_bytes\n";
  struct spec *spec;
  struct space *s;
  CHECKF(!toy_space(&s, &spec, text, sizeof text - 1, NULL), "%s", tuner_error());
  CHECKF(!strcmp(space_notes(s),
                 "toy.yaml:15: cost term 'traffic' is left out: the hardware model 'toy' lacks hw.memory_bandwidth\n"
                 "toy.yaml:17: cost term 'direct' is left out: the hardware model 'toy' lacks hw.l3_bytes\n"),
         "%s", space_notes(s));
  CHECK(space_has_cost(s) && space_cost(s, 0) == 9 && space_by_cost(s)[0] == 3);
  space_close(s);
  spec_free(spec);
}

static void without_cost_the_order_is_the_index(void) {
  static const char text[] = HEAD PROBLEM "parameters:\n  tile: 1..4\ncost:\n  direct: tile * hw.l3_bytes\n";
  struct spec *spec;
  struct space *s;
  CHECK(!toy_space(&s, &spec, text, sizeof text - 1, NULL));
  CHECK(!space_has_cost(s) && space_cost(s, 2) == 0);
  for (size_t i = 0; i < 4; i++) CHECK(space_by_cost(s)[i] == i);
  space_close(s);
  spec_free(spec);
}

/* ---- Messages ---- */

struct refusal { const char *text, *message; };

#define LACKS(figure)                                                                                           \
  " needs hw." figure ", which the hardware model 'toy' lacks; 'constrint hw probe --device cpu' measures what it can, " \
  "or add the figure with its source and pass the file with --hardware"

static const struct refusal refusals[] = {
  {HEAD PROBLEM "parameters:\n  tile: 1..4\nconstraints:\n  fits: tile <= hw.l2_bytes\n", "toy.yaml:12:9: constraint 'fits'" LACKS("l2_bytes")},
  {HEAD PROBLEM "define:\n  a: hw.l2_bytes\n  b: a + 1\nparameters:\n  tile: 1..4\nconstraints:\n  fits: tile <= b\n",
   "toy.yaml:15:9: constraint 'fits'" LACKS("l2_bytes")},
  {HEAD PROBLEM "parameters:\n  tile: 1..hw.smt\n", "toy.yaml:10:9: parameter 'tile'" LACKS("smt")},
  {HEAD PROBLEM "parameters:\n  tile: 1..4\nconstraints:\n  fits: tile <= wrong\n", "toy.yaml:12:17: "},
  {HEAD PROBLEM "parameters:\n  tile: 1..4\nconstraints:\n  fits: \"tile <= wrong\"\n", "toy.yaml:12:18: "},
  {HEAD PROBLEM "parameters:\n  tile: 1..4\nconstraints:\n  fits: |\n    tile\n      <= wrong\n", "toy.yaml:14:10: "},
  {HEAD PROBLEM "parameters:\n  tile: 1..wrong\n", "toy.yaml:10:12: "},
  {HEAD PROBLEM "parameters:\n  tile: 1..4\ncost:\n  work: tile * * 2\n", "toy.yaml:12:16: "},
  {HEAD PROBLEM "define:\n  a: 1 +\nparameters:\n  tile: 1..4\n", "toy.yaml:"},
  {HEAD PROBLEM "parameters:\n  tile: 1..4\ncost:\n  work: 8 // (tile - 1)\n", "toy.yaml:12:9: cost term 'work' has no value for tile=1: "},
};

static void refuses_with_a_place(void) {
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    struct spec *spec = NULL;
    struct space *s = NULL;
    const char *text = refusals[i].text, *message = refusals[i].message;
    CHECKF(toy_space(&s, &spec, text, strlen(text), NULL) == TUNER_EINPUT && !s, "%s", text);
    CHECKF(!strncmp(tuner_error(), message, strlen(message)), "'%s' for '%s'", tuner_error(), message);
    spec_free(spec);
  }
}

static void explains(void) {
  struct spec *spec;
  struct space *s = open_toy(&spec);
  char why[200];
  const struct { int64_t values[3]; const char *why; } known[] = {
    {{4, 2, 1}, ""},
    {{8, 2, 0}, "broken: fits"},
    {{5, 3, 1}, "broken: fits, divides"},
    {{2, 3, 0}, "broken: odd"},
    {{3, 1, 0}, "tile is outside its domain"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    space_explain(s, known[i].values, why, sizeof why);
    CHECKF(!strcmp(why, known[i].why), "%s", why);
  }
  space_explain(s, known[2].values, why, 10); /* cut, not beyond the end */
  CHECK(strlen(why) == 9);
  space_close(s);
  spec_free(spec);
}

/* ---- Sizes ---- */

static void an_empty_space_is_a_space(void) {
  static const char text[] = HEAD PROBLEM "parameters:\n  tile: 1..4\nconstraints:\n  none: tile > 4\ncost:\n  c: tile\n";
  struct spec *spec;
  struct space *s;
  int64_t values[] = {1};
  CHECKF(!toy_space(&s, &spec, text, sizeof text - 1, NULL), "%s", tuner_error());
  CHECK(space_size(s) == 0 && space_find(s, values) == -1 && space_find_config(s, "tile=1") == -1);
  space_close(s);
  spec_free(spec);
}

#define WIDE HEAD PROBLEM "parameters:\n  a: 1..1000\n  b: 1..1000\n  c: 1..1000\n"
#define COSTLY WIDE "cost:\n  work: a + b + c\n"

/* More than memory holds: all there but the ranking. */
static void a_space_beyond_memory_is_a_space(void) {
  struct spec *spec = NULL;
  struct space *s = NULL;
  const size_t index = 123456789;
  CHECKF(!toy_space(&s, &spec, COSTLY, strlen(COSTLY), NULL), "%s", tuner_error());
  CHECK(space_size(s) == 1000000000 && !space_by_cost(s));
  const int64_t *v = toy_values(s, index);
  CHECK(space_find(s, v) == (int64_t)index && space_cost(s, index) == (double)(v[0] + v[1] + v[2]));
  size_t *list, n;
  CHECK(!space_neighbours(s, index, &list, &n) && n == 3 * 999);
  free(list);
  space_close(s);
  spec_free(spec);
}

static int stop(void *data) { return ++*(int *)data > 3; }

/* A form of many nodes: squares of sums take every value. */
#define HARD HEAD PROBLEM                                                                                     \
  "parameters:\n  a: 1..2000\n  b: 1..2000\n  c: 1..2000\n  d: 1..2000\nconstraints:\n"                      \
  "  hard: (a * a + b * b * b + c * c * 7 + d * d * 11) % 99991 < 20000\n"

static void limits_hold(void) {
  struct spec *spec = NULL;
  struct space *s = NULL;
  struct space_limits small = {.memory_bytes = 1 << 20};
  CHECK(toy_space(&s, &spec, HARD, strlen(HARD), &small) == TUNER_ELIMIT && !s);
  CHECKF(!strcmp(tuner_error(), "toy.yaml: the legal configurations of kernel toy do not fit into 1 MiB; narrow a "
                                "parameter's domain or add a constraint"), "%s", tuner_error());
  spec_free(spec);
  struct space_limits brief = {.seconds = 0.05};
  CHECKF(toy_space(&s, &spec, HARD, strlen(HARD), &brief) == TUNER_ELIMIT && !s, "%s", tuner_error());
  spec_free(spec);
  int asked = 0;
  struct space_limits cancelled = {.cancel = stop, .cancel_data = &asked};
  CHECK(toy_space(&s, &spec, HARD, strlen(HARD), &cancelled) == TUNER_ECANCEL && !s && asked > 3);
  spec_free(spec);
}

/* Exactly as many as are ranked at most. */
static void ranking_has_a_limit(void) {
  static const char text[] = HEAD PROBLEM "parameters:\n  a: 1..10\n  b: 1..10\n";
  for (size_t ranked = 99; ranked <= 100; ranked++) {
    struct spec *spec;
    struct space *s = NULL;
    struct space_limits limits = {.ranked = ranked};
    CHECKF(!toy_space(&s, &spec, text, sizeof text - 1, &limits) && space_size(s) == 100, "%s", tuner_error());
    CHECK((space_by_cost(s) != NULL) == (ranked == 100));
    space_close(s);
    spec_free(spec);
  }
}

static const struct test_case cases[] = {
  {"equals brute force", equals_brute_force},
  {"texts go both ways", texts_go_both_ways},
  {"foreign texts are misses", foreign_texts_are_misses},
  {"neighbours equal brute force", neighbours_equal_brute_force},
  {"costs rank", costs_rank},
  {"absent figure drops a cost term", absent_figure_drops_a_cost_term},
  {"without cost the order is the index", without_cost_the_order_is_the_index},
  {"refuses with a place", refuses_with_a_place},
  {"explains", explains},
  {"an empty space is a space", an_empty_space_is_a_space},
  {"limits hold", limits_hold},
  {"a space beyond memory is a space", a_space_beyond_memory_is_a_space},
  {"ranking has a limit", ranking_has_a_limit},
  {NULL, NULL},
};
TEST_MAIN(cases)
