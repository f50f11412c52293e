/* Reading a space must not be noticed beside building its form: ten times what
 * was measured, so that a slow machine passes and a lost factor does not. */
#include <time.h>

#include "constrint.h"
#include "test.h"

static char text[1 << 20];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The shortest of several reads, in microseconds. */
static double shortest(const char *dialect, size_t len) {
  double best = 1e9;
  for (int i = 0; i < 30; i++) {
    ci_model *m;
    double from = now();
    CHECKF(ci_read(&m, dialect, text, len, "f", NULL, 0) == CI_OK, "%s", ci_error());
    ci_model_free(m);
    double took = now() - from;
    if (took < best) best = took;
  }
  return 1e6 * best;
}

static void check_file(const char *name, double limit) {
  char path[4096];
  snprintf(path, sizeof path, SPACES "/%s.json", name);
  FILE *f = fopen(path, "rb");
  CHECKF(f, "%s", path);
  size_t len = fread(text, 1, sizeof text, f);
  fclose(f);
  double took = shortest("json", len);
  printf("%s: %.1f us\n", name, took);
  CHECKF(took <= limit, "%s: %.1f us, not %.0f", name, took, limit);
}

static void small_spaces(void) {
  check_file("gemm", 300);
  check_file("hotspot", 300);
  check_file("clblast_xgemm_v2", 300);
  check_file("ktt_conv3d", 700);
}

static void a_space_with_lists_of_2048_values(void) { check_file("ktt_atf_gemm_2048", 5000); }

static const struct test_case cases[] = {
  {"small spaces", small_spaces}, {"a space with lists of 2048 values", a_space_with_lists_of_2048_values}, {NULL, NULL},
};
TEST_MAIN(cases)
