/* constrint explain: which constraints cannot hold together? */
#include <stdlib.h>

#include "print.h"
#include "solver_commands.h"

static json_t *constraint_json(const ci_model *m, size_t c) {
  ci_place place = ci_model_constraint_place(m, c);
  return json_pack("{s:s, s:s?, s:i}", "name", ci_model_constraint_name(m, c), "file", place.file, "line", place.line);
}

static void print_constraint(const ci_model *m, size_t c) {
  ci_place place = ci_model_constraint_place(m, c);
  if (place.file) printf("%s:%d: ", place.file, place.line);
  puts(ci_model_constraint_name(m, c));
}

static int print_conflict(const struct session *s, ci_answer answer, const size_t *constraints, size_t n) {
  bool none = answer == CI_NONE;
  int code = none ? EXIT_DONE : EXIT_NONE;
  if (s->options.json) {
    json_t *j = answer_json(none ? "none" : "found"), *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, constraint_json(s->model, constraints[i]));
    json_object_set_new(j, "constraints", list);
    return print_json(s, j, code);
  }
  if (!none) fprintf(stderr, "constrint explain: there is nothing to explain: the model has a solution\n");
  for (size_t i = 0; i < n; i++) print_constraint(s->model, constraints[i]);
  return code;
}

int command_explain(int argc, char **argv) {
  static const struct usage usage = {
    "explain", "FILE", "Prints constraints that cannot hold together, as few as will do: without any one of\n"
    "them the others could. Exit code 1: there is a solution; 3: a limit left it open.", 0};
  struct session s;
  size_t *constraints = NULL, n = 0;
  ci_answer answer;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  ci_options options = {.seed = s.options.seed, .limits = s.options.limits};
  int rc = ci_conflict(s.model, &options, &constraints, &n, &answer);
  code = rc < 0 ? report_error(&s.options, rc) : print_conflict(&s, answer, constraints, n);
  free(constraints);
  return session_close(&s, code);
}
