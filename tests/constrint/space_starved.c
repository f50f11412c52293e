/* Every question, while one of its allocations after the other fails: CI_ENOMEM
 * or a right answer, and nothing lost (the leak checker watches).
 *
 * Linked with --wrap for malloc, calloc and realloc; GMP's own are not. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "space_sets.h"
#include "test.h"

static long countdown = -1; /* the allocation that fails; negative: none */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t n);

static bool fails_now(void) { return countdown >= 0 && countdown-- == 0; }
void *__wrap_malloc(size_t n) { return fails_now() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return fails_now() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *block, size_t n) { return fails_now() ? NULL : __real_realloc(block, n); }

static struct set set;
static uint64_t state;
static char path[] = "/tmp/space_starved.XXXXXX";

/* Each does one thing and frees what it got; a code. */
static int do_size(void) {
  char *text;
  int rc = ci_space_size(set.s, &text);
  if (rc == CI_OK) free(text);
  return rc;
}

static int do_marginals(void) {
  char *texts[SET_VALUES];
  size_t v = set.nvars - 1, n = ci_space_values(set.s, v, NULL);
  int rc = ci_space_marginals(set.s, v, texts);
  for (size_t i = 0; rc == CI_OK && i < n; i++) free(texts[i]);
  return rc;
}

static int do_rank(void) {
  char *text;
  ci_answer answer;
  int rc = ci_space_rank_decimal(set.s, set.rows, &text, &answer);
  if (rc == CI_OK) free(text);
  return rc;
}

static int do_sample(ci_sampling kind) {
  int64_t rows[30 * SET_VARS];
  size_t given;
  return ci_space_sample(set.s, kind, 1, 30, rows, &given);
}
static int do_independent(void) { return do_sample(CI_SAMPLE_INDEPENDENT); }
static int do_distinct(void) { return do_sample(CI_SAMPLE_DISTINCT); }
static int do_stratified(void) { return do_sample(CI_SAMPLE_STRATIFIED); }
static int do_spread(void) { return do_sample(CI_SAMPLE_SPREAD); }

static int do_neighbours(void) {
  int64_t *rows;
  size_t n;
  int rc = ci_space_neighbours(set.s, set.rows, CI_NEIGHBOURS_WITHIN, 3, 0, &rows, &n);
  if (rc == CI_OK) free(rows);
  return rc;
}

static int do_columns(void) {
  static int64_t cells[SET_VARS][SET_ROWS];
  void *columns[SET_VARS];
  uint64_t given;
  for (size_t v = 0; v < set.nvars; v++) columns[v] = cells[v];
  return ci_space_columns(set.s, 0, SET_ROWS, 8, 0, columns, &given);
}

static int walk(const char *order) {
  ci_cursor *c;
  ci_answer answer = CI_FOUND;
  int64_t values[SET_VARS];
  int rc = ci_cursor_new(&c, set.s, order);
  if (rc < 0) return rc;
  for (int i = 0; i < 300 && rc == CI_OK && answer == CI_FOUND; i++) rc = ci_cursor_next(c, values, &answer);
  if (rc < 0) CHECK(ci_cursor_next(c, values, &answer) == CI_OK && answer == CI_NONE);
  ci_cursor_free(c);
  return rc;
}
static int do_along(void) { return walk(NULL); }
static int do_across(void) { return walk("> a"); }

static int do_open(void) {
  ci_space *s;
  int rc = ci_space_open(&s, path);
  if (rc == CI_OK) ci_space_free(s);
  return rc;
}

static int do_rows(void) {
  ci_space *s;
  struct draft_var vars[SET_VARS];
  for (size_t v = 0; v < set.nvars; v++)
    vars[v] = (struct draft_var){.name = "x", .values = set.listed[v], .n = set.nlisted[v]};
  int rc = space_from_rows(&s, vars, set.nvars, set.rows, set.n);
  if (rc == CI_OK) ci_space_free(s);
  return rc;
}

static int (*const questions[])(void) = {do_size, do_marginals, do_rank, do_independent, do_distinct, do_stratified, do_spread,
                                         do_neighbours, do_columns, do_along, do_across, do_open, do_rows};

static void starve(size_t question) {
  int starved = 0;
  for (long k = 0;; k++) {
    countdown = k;
    int rc = questions[question]();
    bool reached = countdown < 0;
    countdown = -1;
    CHECKF(rc == CI_OK || rc == CI_ENOMEM, "question %zu: %d %s", question, rc, ci_error());
    starved += rc < 0;
    if (!reached) {
      CHECKF(rc == CI_OK, "question %zu: %s", question, ci_error());
      break;
    }
  }
  CHECKF(starved > 0, "question %zu was never starved", question);
}

static void case_starved(void) {
  for (int i = 0; i < 6; i++) {
    do {
      set_free(&set);
      set_make(&set, &state, 3);
    } while (set.n < 100);
    CHECK(ci_space_save(set.s, path) == CI_OK);
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) starve(q);
  }
  set_free(&set);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {{"starved", case_starved}, {0}};
  state = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
  printf("seed %llu\n", (unsigned long long)state);
  int fd = mkstemp(path);
  if (fd < 0) return 1;
  close(fd);
  int failed = test_main(cases, argc, argv);
  unlink(path);
  return failed;
}
