/* Many threads ask one form at once; each gets what it gets alone. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "space_ask.h"
#include "space_sets.h"
#include "test.h"

enum { THREADS = 4, ROUNDS = 20, DRAWN = 20 };

static struct set set;
static int64_t alone[4][DRAWN * SET_VARS]; /* by kind */

static const char *ask(void) {
  int64_t rows[DRAWN * SET_VARS];
  const char *wrong = ask_everything(set.s, 5);
  for (int kind = 0; kind < 4 && !wrong; kind++) {
    size_t given;
    if (ci_space_sample(set.s, (ci_sampling)kind, 1, DRAWN, rows, &given) < 0) return "sample";
    if (memcmp(rows, alone[kind], given * set.nvars * sizeof *rows) != 0) wrong = "not the sample of one thread";
  }
  return wrong;
}

static void *ask_often(void *unused) {
  (void)unused;
  const char *wrong = NULL;
  for (int i = 0; i < ROUNDS && !wrong; i++) wrong = ask();
  return (void *)(uintptr_t)wrong;
}

static void case_threads(void) {
  uint64_t state = (uint64_t)time(NULL);
  printf("seed %llu\n", (unsigned long long)state);
  pthread_t thread[THREADS];
  set_make(&set, &state, 3);
  for (int kind = 0; kind < 4; kind++) {
    size_t given;
    CHECK(ci_space_sample(set.s, (ci_sampling)kind, 1, DRAWN, alone[kind], &given) == CI_OK);
  }
  for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&thread[i], NULL, ask_often, NULL) == 0);
  for (int i = 0; i < THREADS; i++) {
    void *wrong;
    CHECK(pthread_join(thread[i], &wrong) == 0);
    CHECKF(!wrong, "%s", (const char *)wrong);
  }
  set_free(&set);
}

static const struct test_case cases[] = {{"threads", case_threads}, {0}};
TEST_MAIN(cases)
