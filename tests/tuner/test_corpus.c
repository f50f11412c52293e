/* Every malformed file of the corpora is refused, and the message says where:
 * "NAME:line:column: ...".  Files named good-* are accepted.
 * usage: test_corpus spec|workload FOLDER */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include "toy.h"
#include "workload.h"

static const char toy_spec[] =
  "schema: 1\nkernel: toy\nversion: 1\nplugin: toy-cpu\ndevice: cpu\n"
  "problem:\n  kind: {labels: [square, wide]}\n  T: {range: 1..4, scaling: true}\n  N: {range: 8..64, step: 8}\n"
  "parameters:\n  tile: 1..2\n";

static int accept_spec(const char *text, size_t length) {
  const struct space_limits limits = {.ranked = 10000, .memory_bytes = 64 << 20, .seconds = 10};
  struct spec *spec = NULL;
  struct space *space = NULL;
  int code = toy_space(&space, &spec, text, length, &limits);
  space_close(space);
  spec_free(spec);
  return code;
}

static int accept_workload(const char *text, size_t length) {
  struct spec *spec = NULL;
  struct workload *w = NULL;
  struct problem **problems = NULL;
  size_t n = 0;
  int code = spec_parse(&spec, toy_spec, sizeof toy_spec - 1, "spec");
  if (!code) code = workload_parse(&w, text, length, "toy.yaml");
  if (!code) code = workload_problems(&problems, &n, w, spec);
  while (n--) problem_free(problems[n]);
  free(problems);
  workload_free(w);
  spec_free(spec);
  return code;
}

/* "toy.yaml:3:14: something" */
static int has_place(const char *message) {
  const char *at = message + strlen("toy.yaml:");
  if (strncmp(message, "toy.yaml:", strlen("toy.yaml:")) || !isdigit((unsigned char)*at)) return 0;
  while (isdigit((unsigned char)*at)) at++;
  if (*at++ != ':' || !isdigit((unsigned char)*at)) return 0;
  while (isdigit((unsigned char)*at)) at++;
  return at[0] == ':' && at[1] == ' ' && at[2];
}

static char *read_file(const char *folder, const char *name, size_t *length) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  char *text = f ? malloc(1 << 21) : NULL;
  if (text) *length = fread(text, 1, 1 << 21, f);
  if (f) fclose(f);
  return text;
}

/* 0: as it should be. */
static int judge(int (*accept)(const char *, size_t), const char *name, const char *text, size_t length) {
  int good = !strncmp(name, "good-", 5), code = accept(text, length);
  if (good) {
    if (code) fprintf(stderr, "%s: refused: %s\n", name, tuner_error());
    return code != 0;
  }
  if (code != TUNER_EINPUT) fprintf(stderr, "%s: %s\n", name, code ? tuner_error() : "accepted");
  else if (!has_place(tuner_error())) fprintf(stderr, "%s: no place: %s\n", name, tuner_error());
  else return 0;
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int passed = 0, failed = 0, malformed = 0;
  DIR *d = opendir(argv[2]);
  if (!d) return 2;
  for (struct dirent *e; (e = readdir(d));) {
    if (e->d_name[0] == '.') continue;
    size_t length = 0;
    char *text = read_file(argv[2], e->d_name, &length);
    if (!text) return 2;
    int bad = judge(strcmp(argv[1], "spec") ? accept_workload : accept_spec, e->d_name, text, length);
    free(text);
    malformed += strncmp(e->d_name, "good-", 5) != 0;
    passed += !bad;
    failed += bad;
  }
  closedir(d);
  if (malformed < 200) fprintf(stderr, "only %d malformed files\n", malformed);
  printf("%d passed, %d failed\n", passed, failed);
  return failed || malformed < 200;
}
