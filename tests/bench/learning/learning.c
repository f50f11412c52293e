/* Nodes and time of a model's answer with and without learning, a table row each.
 * usage: learning_bench SECONDS FILE.cint... */
#include <constrint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; ci_learning learn; int free_search; } ways[] = {
  {"off", CI_LEARN_OFF, 0}, {"on", CI_LEARN_ON, 0}, {"auto", CI_LEARN_AUTO, 0},
};

static char *read_file(const char *path, size_t *length) {
  FILE *in = fopen(path, "r");
  char *text = NULL;
  size_t capacity = 0;
  ssize_t n = in ? getdelim(&text, &capacity, 0, in) : -1;
  if (in) fclose(in);
  *length = n < 0 ? 0 : (size_t)n;
  return text;
}

static void answer(const ci_model *m, size_t way, double seconds, int64_t *values) {
  ci_options options = {.learn = ways[way].learn, .free_search = ways[way].free_search, .limits.seconds = seconds};
  ci_solver *s;
  ci_stats stats;
  ci_answer found = CI_NONE;
  int64_t objective = 0;
  if (ci_solver_new(&s, m, &options) < 0) return;
  int code = ci_model_objectives(m) ? ci_optimize(s, values, &found, NULL, NULL) : ci_solve(s, values, &found);
  ci_solver_stats(s, &stats);
  ci_solver_free(s);
  printf(" %s", code < 0 ? "open" : found == CI_NONE ? "none" : found == CI_FOUND ? "proven" : "not proven");
  if (code == CI_OK && found != CI_NONE && ci_model_objectives(m) && ci_eval_objective(m, 0, values, &objective) == CI_OK)
    printf(" %lld", (long long)objective);
  printf(", %llu, %.3f |", (unsigned long long)stats.nodes, stats.seconds);
  fflush(stdout);
}

static int run(const char *path, double seconds) {
  size_t length;
  char *text = read_file(path, &length);
  ci_model *m;
  if (!text || ci_read(&m, "native", text, length, path, NULL, 0) < 0) {
    fprintf(stderr, "%s: %s\n", path, text ? ci_error() : "cannot be read");
    free(text);
    return 1;
  }
  const char *name = strrchr(path, '/');
  int64_t *values = calloc(ci_model_vars(m) + 1, sizeof *values);
  printf("| %s |", name ? name + 1 : path);
  for (size_t way = 0; way < sizeof ways / sizeof *ways && values; way++) answer(m, way, seconds, values);
  putchar('\n');
  free(values);
  free(text);
  ci_model_free(m);
  return 0;
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 0;
  int failed = argc < 3 || !(seconds > 0);
  if (failed) fprintf(stderr, "usage: learning_bench SECONDS FILE.cint...\n");
  for (int i = 2; i < argc && !failed; i++) failed = run(argv[i], seconds);
  return failed;
}
