/* One measurement of one space, as a line of JSON: `run` calls it.
 *
 *   bench_spaces form|all|sample|first FILE [REPEATS]
 *
 * form: read the file and build the compact form. all: that, and every
 * configuration in int32 columns. sample: a million uniform samples from a
 * form.  first: read, the exact count and the first solution in the file's
 * order, once: for whole-process times. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <constrint_space.h>

struct text { char *bytes; size_t len; };

static double now(void) {
  const char *clock = getenv("BENCH_CLOCK"); /* `run --clock` sets it */
  struct timespec t;
  clock_gettime(clock && !strcmp(clock, "cpu") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int complain(const char *what) {
  fprintf(stderr, "bench_spaces: %s: %s\n", what, ci_error());
  return 1;
}

static bool read_file(const char *path, struct text *t) {
  FILE *f = fopen(path, "rb");
  if (!f) return false;
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  t->bytes = malloc((size_t)size + 1);
  t->len = t->bytes ? fread(t->bytes, 1, (size_t)size, f) : 0;
  fclose(f);
  return t->bytes && t->len == (size_t)size;
}

static const char *dialect_of(const char *path) {
  const char *dot = strrchr(path, '.');
  if (dot && !strcmp(dot, ".json")) return "t1";
  return dot && !strcmp(dot, ".cint") ? "native" : "flashrnn";
}

static int read_model(const char *path, ci_model **m) {
  struct text t;
  if (!read_file(path, &t)) {
    fprintf(stderr, "bench_spaces: cannot read %s\n", path);
    return CI_EIO;
  }
  int rc = ci_read(m, dialect_of(path), t.bytes, t.len, path, NULL, 0);
  free(t.bytes);
  return rc;
}

static int read_form(const char *path, ci_space **s) {
  ci_model *m;
  int rc = read_model(path, &m);
  if (rc < 0) return rc;
  rc = ci_space_build(s, m, NULL);
  ci_model_free(m);
  return rc;
}

/* ---- Every configuration ---- */

/* One block for all columns; freed by the caller. */
static void *fill_columns(const ci_space *s, uint64_t n) {
  size_t nvars = ci_space_vars(s);
  int32_t *block = malloc((size_t)n * nvars * sizeof *block + 1);
  void **column = malloc(nvars * sizeof *column);
  uint64_t given = 0;
  for (size_t v = 0; block && column && v < nvars; v++) column[v] = block + v * (size_t)n;
  int rc = block && column ? ci_space_columns(s, 0, n, 4, 0, column, &given) : CI_ENOMEM;
  free(column);
  if (rc == CI_OK && given == n) return block;
  free(block);
  return NULL;
}

/* Read, form, all: the seconds it took, or less than 0. */
static double time_all(const char *path) {
  ci_space *s;
  uint64_t n;
  double start = now();
  if (read_form(path, &s) < 0) return -1;
  void *block = ci_space_size_u64(s, &n) == CI_OK ? fill_columns(s, n) : NULL;
  double seconds = block ? now() - start : -1;
  free(block);
  ci_space_free(s);
  return seconds;
}

static double time_form(const char *path) {
  ci_space *s;
  double start = now();
  if (read_form(path, &s) < 0) return -1;
  double seconds = now() - start;
  ci_space_free(s);
  return seconds;
}

/* ---- Samples ---- */

enum { SAMPLES = 1000000, AT_ONCE = 10000 };

static double time_samples(const char *path) {
  static uint64_t seed;
  ci_space *s;
  size_t given;
  if (read_form(path, &s) < 0) return -1;
  int64_t *rows = malloc(AT_ONCE * ci_space_vars(s) * sizeof *rows);
  bool fine = rows != NULL;
  double start = now();
  for (int i = 0; fine && i < SAMPLES / AT_ONCE; i++)
    fine = ci_space_sample(s, CI_SAMPLE_INDEPENDENT, ++seed, AT_ONCE, rows, &given) == CI_OK && given == AT_ONCE;
  double seconds = fine ? now() - start : -1;
  free(rows);
  ci_space_free(s);
  return seconds;
}

/* ---- The line ---- */

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The kernel's high-water mark since exec (getrusage also counts what the parent had). */
static double peak_rss_bytes(void) {
  char line[256];
  long kib = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
  if (f) fclose(f);
  return 1024.0 * (double)kib;
}

static int describe(const char *path, json_t *line) {
  ci_space *s;
  char *size;
  ci_space_info info;
  if (read_form(path, &s) < 0) return complain("form");
  if (ci_space_size(s, &size) < 0) return complain("size");
  ci_space_info_of(s, &info);
  json_object_set_new(line, "count", json_string(size));
  json_object_set_new(line, "parts", json_integer((json_int_t)info.parts));
  json_object_set_new(line, "nodes", json_integer((json_int_t)info.nodes));
  json_object_set_new(line, "edges", json_integer((json_int_t)info.edges));
  json_object_set_new(line, "bytes", json_integer((json_int_t)info.bytes));
  json_object_set_new(line, "peak_bytes", json_integer((json_int_t)info.peak_bytes));
  free(size);
  ci_space_free(s);
  return 0;
}

static int measure(double (*once)(const char *), const char *path, int repeats) {
  json_t *line = json_object();
  double *seconds = calloc((size_t)repeats, sizeof *seconds);
  int rc = 0;
  for (int i = 0; i < repeats && !rc; i++) {
    seconds[i] = once(path);
    if (seconds[i] < 0) rc = complain(path);
  }
  json_object_set_new(line, "rss", json_real(peak_rss_bytes())); /* before describe() adds to it */
  if (!rc) rc = describe(path, line);
  json_object_set_new(line, "first", json_real(seconds[0])); /* on memory never touched */
  qsort(seconds, (size_t)repeats, sizeof *seconds, ascending);
  json_object_set_new(line, "min", json_real(seconds[0]));
  json_object_set_new(line, "median", json_real(seconds[repeats / 2]));
  if (!rc) rc = json_dumpf(line, stdout, JSON_COMPACT) < 0 || puts("") < 0;
  json_decref(line);
  free(seconds);
  return rc;
}

/* ---- Count and first solution ---- */

static int first_solution(const ci_model *m) {
  ci_solver *solver;
  ci_answer answer;
  int64_t *values = malloc(ci_model_vars(m) * sizeof *values + 1);
  if (ci_solver_new(&solver, m, NULL) < 0 || ci_solve(solver, values, &answer) < 0) return complain("solve");
  puts(answer == CI_FOUND ? "found" : "none");
  for (size_t v = 0; answer == CI_FOUND && v < ci_model_vars(m); v++)
    printf("%s=%lld\n", ci_model_var_name(m, v), (long long)values[v]);
  ci_solver_free(solver);
  free(values);
  return 0;
}

static int count_and_first(const char *path) {
  ci_model *m;
  char *size;
  if (read_model(path, &m) < 0) return complain("read");
  if (ci_space_count(m, NULL, &size) < 0) return complain("count");
  puts(size);
  free(size);
  int rc = first_solution(m);
  ci_model_free(m);
  return rc;
}

int main(int argc, char **argv) {
  static const struct { const char *name; double (*once)(const char *); } kinds[] = {
    {"form", time_form}, {"all", time_all}, {"sample", time_samples},
  };
  int repeats = argc > 3 ? atoi(argv[3]) : 5;
  if (argc == 3 && !strcmp(argv[1], "first")) return count_and_first(argv[2]);
  for (size_t i = 0; argc >= 3 && repeats > 0 && i < sizeof kinds / sizeof *kinds; i++)
    if (!strcmp(argv[1], kinds[i].name)) return measure(kinds[i].once, argv[2], repeats);
  fputs("usage: bench_spaces form|all|sample|first FILE [REPEATS]\n", stderr);
  return 2;
}
