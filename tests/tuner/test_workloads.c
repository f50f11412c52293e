/* Every shipped workload: read, expanded, and each of its problems has legal
 * configurations on the device given, in each direction (pass) that the kernel knows.
 * usage: test_workloads SPECS HARDWARE DEVICE WORKLOAD...   DEVICE: cpu, cuda */
#include <stdio.h>
#include <stdlib.h>
#include "fail.h"
#include "space.h"
#include "spec_find.h"
#include "workload.h"

/* 1: it has no space. */
static int check_space(const struct spec *s, const struct problem *p, const hw_model *hw, const char *file) {
  struct space *space = NULL;
  const struct space_limits unranked = {.ranked = 1};
  if (space_open(&space, s, p, hw, &unranked)) {
    fprintf(stderr, "%s: %s: %s\n", file, p->text, tuner_error());
    return 1;
  }
  int empty = space_size(space) == 0;
  if (empty) fprintf(stderr, "%s: %s has no legal configuration\n", file, p->text);
  space_close(space);
  return empty;
}

/* The problem's text with another value of a key. */
static char *text_with(const struct spec *s, const struct problem *p, int key, int64_t value) {
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  for (size_t i = 0; f && i < s->nproblem; i++) {
    const kp_setting *setting = &p->settings[i];
    const char *label = (int)i == key ? s->problem[i].labels[value] : setting->label;
    fprintf(f, "%s%s=", i ? "," : "", s->problem[i].name);
    if (label) fputs(label, f);
    else fprintf(f, "%lld", (long long)setting->value);
  }
  return f && !fclose(f) ? text : NULL;
}

/* The number of passes without a space. */
static int check_problem(const struct spec *s, const struct problem *p, const hw_model *hw, const char *file) {
  const int pass = spec_find_key(s, "pass");
  int bad = 0;
  if (pass < 0) return check_space(s, p, hw, file);
  for (size_t i = 0; i < s->problem[pass].nlabels; i++) {
    struct problem *other = NULL;
    char *text = text_with(s, p, pass, (int64_t)i);
    if (!text || problem_parse(&other, s, text)) bad += fprintf(stderr, "%s: %s\n", file, tuner_error()) > 0;
    else bad += check_space(s, other, hw, file);
    problem_free(other);
    free(text);
  }
  return bad;
}

static int check_problems(const struct workload *w, const struct spec *s, const hw_model *hw) {
  struct problem **problems;
  size_t n;
  int bad = 0;
  if (workload_problems(&problems, &n, w, s)) {
    fprintf(stderr, "%s\n", tuner_error());
    return 1;
  }
  for (size_t i = 0; i < n; i++) {
    bad += check_problem(s, problems[i], hw, w->path);
    problem_free(problems[i]);
  }
  free(problems);
  return bad;
}

static int check_workload(const char *path, const struct search_path *specs, const hw_model *hw, const char *device) {
  struct workload *w = NULL;
  struct spec *s = NULL;
  int bad = workload_load(&w, path) || spec_find(&s, specs, w->kernel, device);
  if (bad) fprintf(stderr, "%s\n", tuner_error());
  else bad = check_problems(w, s, hw);
  spec_free(s);
  workload_free(w);
  return bad;
}

int main(int argc, char **argv) {
  const char *folder = argc > 4 ? argv[1] : NULL;
  struct search_path specs;
  hw_model *hw = NULL;
  int passed = 0, failed = 0;
  if (!folder || search_specs(&specs, &folder, 1) || hw_load(&hw, argv[2])) {
    fprintf(stderr, "%s\n", folder ? hw_error() : "usage: test_workloads SPECS HARDWARE DEVICE WORKLOAD...");
    return 1;
  }
  for (int i = 4; i < argc; i++) {
    int bad = check_workload(argv[i], &specs, hw, argv[3]);
    passed += !bad;
    failed += bad != 0;
  }
  search_release(&specs);
  hw_free(hw);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
