/* A search space from tunable parameters and restrictions, as a user of Kernel
 * Tuner writes them: how many configurations are legal, some at random, the
 * neighbours of one, all of them in columns.
 *
 *     cc space.c $(pkg-config --cflags --libs libconstrint) -o space */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "constrint_space.h"

enum { PARAMETERS = 5, RESTRICTIONS = 3 };

static const struct { const char *name; size_t n; int64_t values[8]; } tune_params[PARAMETERS] = {
  {"block_size_x", 6, {16, 32, 64, 128, 256, 512}},
  {"block_size_y", 5, {1, 2, 4, 8, 16}},
  {"tile_size_x", 5, {1, 2, 3, 4, 8}},
  {"tile_size_y", 5, {1, 2, 3, 4, 8}},
  {"use_padding", 2, {0, 1}},
};

/* In the native language (docs/language.md). Conditions in Python's meaning are
 * read by ci_read(&model, "kernel-tuner", ...) from {"tune_params": ..., "restrictions": ...}. */
static const char *const restrictions[RESTRICTIONS] = {
  "block_size_x * block_size_y >= 32 and block_size_x * block_size_y <= 1024;",
  "(block_size_x * tile_size_x + 2) * (block_size_y * tile_size_y + 2) * 4 <= 48 KiB;",
  "use_padding == 0 or block_size_x % 32 != 0;",
};

static void check(int code) {
  if (code >= 0) return;
  fprintf(stderr, "space: %s\n", ci_error());
  exit(1);
}

static ci_space *build(void) {
  ci_builder *b;
  ci_model *model;
  ci_space *space;
  check(ci_builder_new(&b));
  for (int p = 0; p < PARAMETERS; p++)
    check(ci_var_values(b, tune_params[p].name, tune_params[p].values, tune_params[p].n));
  for (int r = 0; r < RESTRICTIONS; r++)
    check(ci_read_into(b, restrictions[r], strlen(restrictions[r]), "restrictions", r + 1, NULL, 0));
  check(ci_build(b, &model));
  ci_builder_free(b);
  /* "declared": indices follow the order of tune_params. NULL: the smallest form. */
  ci_space_options options = {.order = "declared", .limits = {.memory_bytes = 1 << 30}};
  check(ci_space_build(&space, model, &options));
  ci_model_free(model); /* the space stands alone */
  return space;
}

static void print(const ci_space *space, const int64_t *config) {
  for (size_t v = 0; v < ci_space_vars(space); v++)
    printf("%s%s=%" PRId64, v ? ", " : "  ", ci_space_var_name(space, v), config[v]);
  putchar('\n');
}

static void print_size(const ci_space *space) {
  char *size;
  const int64_t *values;
  check(ci_space_size(space, &size)); /* of any size, so a text */
  size_t n = ci_space_values(space, 0, &values);
  printf("%s configurations; block_size_x is %" PRId64 " to %" PRId64 "\n", size, values[0], values[n - 1]);
  free(size);
}

static void print_samples(const ci_space *space) {
  int64_t rows[3 * PARAMETERS];
  size_t given;
  check(ci_space_sample(space, CI_SAMPLE_DISTINCT, 42, 3, rows, &given));
  printf("%zu at random, each as likely as any other:\n", given);
  for (size_t i = 0; i < given; i++) print(space, rows + i * PARAMETERS);
}

static void print_neighbours(const ci_space *space) {
  const int64_t config[PARAMETERS] = {64, 4, 2, 2, 0};
  int64_t *rows;
  size_t n;
  uint64_t index;
  ci_answer answer;
  check(ci_space_rank(space, config, &index, &answer));
  if (answer == CI_NONE) return; /* not a configuration of this space */
  check(ci_space_neighbours(space, config, CI_NEIGHBOURS_HAMMING, 0, 0, &rows, &n));
  printf("number %" PRIu64 " has %zu neighbours, among them:\n", index, n);
  for (size_t i = 0; i < 3 && i < n; i++) print(space, rows + i * PARAMETERS);
  free(rows);
}

/* What a tuner hands on: a column of 16-bit integers a parameter. */
static void print_columns(const ci_space *space) {
  uint64_t n, given, threads = 0;
  void *columns[PARAMETERS];
  check(ci_space_size_u64(space, &n));
  for (int p = 0; p < PARAMETERS; p++)
    if (!(columns[p] = malloc(n * sizeof(int16_t)))) exit(1);
  check(ci_space_columns(space, 0, n, sizeof(int16_t), 0, columns, &given));
  const int16_t *x = columns[0], *y = columns[1];
  for (uint64_t i = 0; i < given; i++) threads += (uint64_t)(x[i] * y[i]);
  printf("all %" PRIu64 " in columns: %.1f threads a block on average\n", given, (double)threads / (double)given);
  for (int p = 0; p < PARAMETERS; p++) free(columns[p]);
}

/* A further condition, without building anew. */
static void print_restricted(const ci_space *space) {
  ci_space *fewer;
  check(ci_space_restrict(&fewer, space, "block_size_x * block_size_y == 256;", NULL));
  fputs("with 256 threads: ", stdout);
  print_size(fewer);
  ci_space_free(fewer);
}

int main(void) {
  ci_space *space = build();
  print_size(space);
  print_samples(space);
  print_neighbours(space);
  print_columns(space);
  print_restricted(space);
  ci_space_free(space);
  return 0;
}
