/* The main program of a test of propagators: every entry of a table. */
#ifndef PROP_TEST_H
#define PROP_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"

/* argv[1], if given, picks the tests whose names contain it; argv[2]: how many instances. */
static inline int prop_main(const struct constraint_test *tests, size_t n, int argc, char **argv) {
  uint64_t seed = harness_seed();
  int instances = argc > 2 ? atoi(argv[2]) : 3000, passed = 0, failed = 0;
  for (size_t i = 0; i < n; i++) {
    char message[4096];
    if (argc > 1 && !strstr(tests[i].name, argv[1])) continue;
    if (harness_run(&tests[i], seed, instances, message, sizeof message) &&
        starvation_run(&tests[i], seed, 20, message, sizeof message) &&
        explained_run(&tests[i], seed, instances / 4, message, sizeof message)) {
      passed++;
      continue;
    }
    fprintf(stderr, "FAILED: %s\n", message);
    failed++;
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0 || passed == 0;
}

#define PROP_MAIN(tests) \
  int main(int argc, char **argv) { return prop_main(tests, sizeof tests / sizeof *tests, argc, argv); }

#endif
