/* The tests' own tool: CHECK states a fact; TEST_MAIN runs the cases and says
 * "N passed, N failed".  A failed CHECK prints its place and ends its case. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf test_escape;

#define CHECK(fact) CHECKF(fact, "%s", "")
#define CHECKF(fact, ...)                                                   \
  do {                                                                      \
    if (!(fact)) {                                                          \
      fprintf(stderr, "%s:%d: not so: %s  ", __FILE__, __LINE__, #fact);    \
      fprintf(stderr, __VA_ARGS__);                                         \
      fputc('\n', stderr);                                                  \
      longjmp(test_escape, 1);                                              \
    }                                                                       \
  } while (0)

#define TEST_SKIP 77

struct test_case { const char *name; void (*run)(void); };

/* argv[1], if given, picks the cases whose names contain it. */
static inline int test_main(const struct test_case *cases, int argc, char **argv) {
  static int passed, failed; /* static: they must survive longjmp */
  static const struct test_case *c;
  for (c = cases; c->name; c++) {
    if (argc > 1 && !strstr(c->name, argv[1])) continue;
    if (setjmp(test_escape) == 0) {
      c->run();
      passed++;
    } else {
      fprintf(stderr, "FAILED: %s\n", c->name);
      failed++;
    }
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0 || passed == 0;
}

#define TEST_MAIN(cases) \
  int main(int argc, char **argv) { return test_main(cases, argc, argv); }

#endif
