/* Times of the questions about a space: samples, columns, neighbours, index.
 *
 * usage: bench_space MODEL... (the dialect by the file's end: .json, else native) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <constrint_space.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int give_up(const char *what) {
  fprintf(stderr, "%s: %s\n", what, ci_error());
  return 1;
}

/* The whole file; NULL: it cannot be read. */
static char *slurp(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  char *text = f ? malloc(1 << 24) : NULL;
  *len = text ? fread(text, 1, 1 << 24, f) : 0;
  if (f) fclose(f);
  return text;
}

struct question {
  const char *name;
  double (*ask)(const ci_space *s); /* seconds each */
};

enum { SAMPLES = 200000, ASKED = 2000 };

static double sample(const ci_space *s, ci_sampling kind, size_t n) {
  int64_t *rows = malloc(n * (ci_space_vars(s) + 1) * sizeof *rows);
  double best = 1e9;
  size_t given = 0;
  for (int i = 0; i < 5 && rows; i++) {
    double t = now();
    if (ci_space_sample(s, kind, (uint64_t)i, n, rows, &given) < 0) break;
    t = (now() - t) / (double)(given ? given : 1);
    if (t < best) best = t;
  }
  free(rows);
  return best;
}

static double ask_independent(const ci_space *s) { return sample(s, CI_SAMPLE_INDEPENDENT, SAMPLES); }
static double ask_distinct(const ci_space *s) { return sample(s, CI_SAMPLE_DISTINCT, SAMPLES); }
static double ask_stratified(const ci_space *s) { return sample(s, CI_SAMPLE_STRATIFIED, SAMPLES); }
static double ask_spread(const ci_space *s) { return sample(s, CI_SAMPLE_SPREAD, 1000); }

static double neighbours(const ci_space *s, ci_neighbourhood kind, unsigned k) {
  size_t nvars = ci_space_vars(s), given = 0, n, found = 0;
  int64_t *rows = malloc(ASKED * (nvars + 1) * sizeof *rows), *near;
  ci_space_sample(s, CI_SAMPLE_INDEPENDENT, 7, ASKED, rows, &given);
  double t = now();
  for (size_t i = 0; i < given; i++) {
    if (ci_space_neighbours(s, rows + i * nvars, kind, k, 10000, &near, &n) < 0) break;
    found += n;
    free(near);
  }
  t = (now() - t) / ASKED;
  free(rows);
  printf(" [%.1f found]", (double)found / ASKED);
  return t;
}

static double ask_hamming(const ci_space *s) { return neighbours(s, CI_NEIGHBOURS_HAMMING, 0); }
static double ask_adjacent(const ci_space *s) { return neighbours(s, CI_NEIGHBOURS_ADJACENT, 0); }
static double ask_within2(const ci_space *s) { return neighbours(s, CI_NEIGHBOURS_WITHIN, 2); }

static double ask_at_and_rank(const ci_space *s) {
  int64_t *values = malloc((ci_space_vars(s) + 1) * sizeof *values);
  uint64_t size = 0, index = 0, at = 0;
  ci_answer answer;
  if (ci_space_size_u64(s, &size) < 0) size = UINT64_MAX;
  double t = now();
  for (int i = 0; i < ASKED; i++, at += size / ASKED)
    if (ci_space_at(s, at, values) < 0 || ci_space_rank(s, values, &index, &answer) < 0 || index != at) puts(" WRONG");
  t = (now() - t) / ASKED;
  free(values);
  return t;
}

/* All of it, where that is at most so much; the columns are warm. */
static double columns(const ci_space *s, int width) {
  size_t nvars = ci_space_vars(s);
  uint64_t size = 0, given = 0;
  if (ci_space_size_u64(s, &size) < 0 || size > 2000000) size = 2000000;
  void **column = calloc(nvars + 1, sizeof *column);
  for (size_t v = 0; v < nvars; v++) column[v] = calloc(size, (size_t)width);
  double best = 1e9;
  for (int i = 0; i < 7; i++) {
    double t = now();
    if (ci_space_columns(s, 0, size, width, width < 8, column, &given) < 0) break;
    t = now() - t;
    if (t < best) best = t;
  }
  for (size_t v = 0; v < nvars; v++) free(column[v]);
  free(column);
  return best;
}

static double ask_columns8(const ci_space *s) { return columns(s, 8); }
static double ask_columns4(const ci_space *s) { return columns(s, 4); }

static double walk(const ci_space *s, const char *order) {
  int64_t *values = malloc((ci_space_vars(s) + 1) * sizeof *values);
  ci_cursor *c = NULL;
  ci_answer answer = CI_FOUND;
  int n = 0;
  if (ci_cursor_new(&c, s, order) < 0) return 0;
  double t = now();
  for (; n < 50000 && answer == CI_FOUND; n++) ci_cursor_next(c, values, &answer);
  t = (now() - t) / n;
  ci_cursor_free(c);
  free(values);
  return t;
}

static double ask_along(const ci_space *s) { return walk(s, NULL); }
static double ask_across(const ci_space *s) { return walk(s, "declared"); }

static const struct question questions[] = {
  {"an independent sample", ask_independent}, {"a distinct sample", ask_distinct}, {"a stratified sample", ask_stratified},
  {"a spread sample, of 1000", ask_spread}, {"Hamming neighbours", ask_hamming}, {"adjacent neighbours", ask_adjacent},
  {"neighbours within 2", ask_within2}, {"at and rank", ask_at_and_rank}, {"columns, 8 bytes", ask_columns8},
  {"columns, positions of 4 bytes", ask_columns4}, {"a step of the cursor", ask_along}, {"the same as declared", ask_across},
};

static int measure(const char *path) {
  size_t len;
  char *text = slurp(path, &len), *size;
  const char *end = strrchr(path, '.');
  ci_model *m;
  ci_space *s;
  ci_space_info info;
  if (!text) return give_up(path);
  double t = now();
  int rc = ci_read(&m, end && strcmp(end, ".json") == 0 ? "t1" : "native", text, len, path, NULL, 0);
  free(text);
  if (rc < 0) return give_up(path);
  double read = now() - t;
  t = now();
  rc = ci_space_build(&s, m, NULL);
  ci_model_free(m);
  if (rc < 0 || ci_space_size(s, &size) < 0) return give_up(path);
  ci_space_info_of(s, &info);
  printf("%s: %s configurations, %zu parts, %zu nodes, %zu edges; read %.3f ms, formed %.3f ms\n", path, size, info.parts, info.nodes,
         info.edges, 1e3 * read, 1e3 * (now() - t));
  free(size);
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
    double each = questions[i].ask(s);
    printf("  %-30s %12.3f us\n", questions[i].name, 1e6 * each);
  }
  ci_space_free(s);
  return 0;
}

int main(int argc, char **argv) {
  int failed = argc < 2;
  if (argc < 2) fputs("usage: bench_space MODEL...\n", stderr);
  for (int i = 1; i < argc; i++) failed |= measure(argv[i]);
  return failed;
}
