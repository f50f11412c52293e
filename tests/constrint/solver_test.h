/* What tests of a whole solver share: drawn numbers, a solver of a builder, and its count held against brute force. */
#ifndef SOLVER_TEST_H
#define SOLVER_TEST_H

#include <constrint.h>
#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

#include "test.h"

static uint64_t state;

/* Of this run: given in the environment, else new; told, so that it can be given. */
static inline void draw_seed(const char *name) {
  const char *seed = getenv(name);
  state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "%s=%" PRIu64 "\n", name, state);
}

static inline int draw(int lo, int hi) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return lo + (int)((state >> 33) % (uint64_t)(hi - lo + 1));
}

static inline ci_expr variable(ci_builder *b, int i, int64_t lo, int64_t hi, int64_t step) {
  char name[16];
  snprintf(name, sizeof name, "x%d", i);
  return ci_var_range(b, name, lo, hi, step);
}

/* The builder goes; release() ends solver and model. */
static inline ci_solver *solver_of(ci_builder *b, ci_learning learning, ci_model **m) {
  ci_solver *s;
  ci_options options = {.learn = learning};
  CHECK(ci_build(b, m) == CI_OK);
  CHECK(ci_solver_new(&s, *m, &options) == CI_OK);
  ci_builder_free(b);
  return s;
}

static inline void release(ci_solver *s, ci_model *m) {
  ci_solver_free(s);
  ci_model_free(m);
}

static inline void check_counted(ci_solver *s, uint64_t wanted) {
  char *decimal, text[32];
  CHECK(ci_count(s, &decimal) == CI_OK);
  snprintf(text, sizeof text, "%" PRIu64, wanted);
  CHECKF(strcmp(text, decimal) == 0, "%s solutions, and %s by brute force", decimal, text);
  free(decimal);
}

#endif
