/* constrint explain: which constraints cannot hold together?  Or, with --relax:
 * which are the fewest that must give way? */
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "solver_commands.h"

static json_t *constraint_json(const ci_model *m, size_t c) {
  ci_place place = ci_model_constraint_place(m, c);
  return json_pack("{s:s, s:s?, s:i}", "name", ci_model_constraint_name(m, c), "file", place.file, "line", place.line);
}

static json_t *constraints_json(const ci_model *m, const size_t *constraints, size_t n) {
  json_t *list = json_array();
  for (size_t i = 0; i < n; i++) json_array_append_new(list, constraint_json(m, constraints[i]));
  return list;
}

static void print_constraint(const ci_model *m, size_t c) {
  ci_place place = ci_model_constraint_place(m, c);
  if (place.file) printf("%s:%d: ", place.file, place.line);
  puts(ci_model_constraint_name(m, c));
}

/* ---- a conflict ---- */

static int print_conflict(const struct session *s, ci_answer answer, const size_t *constraints, size_t n) {
  bool none = answer == CI_NONE;
  int code = none ? EXIT_DONE : EXIT_NONE;
  if (s->options.json) {
    json_t *j = answer_json(none ? "none" : "found");
    json_object_set_new(j, "constraints", constraints_json(s->model, constraints, n));
    return print_json(s, j, code);
  }
  if (!none) fprintf(stderr, "constrint explain: there is nothing to explain: the model has a solution\n");
  for (size_t i = 0; i < n; i++) print_constraint(s->model, constraints[i]);
  return code;
}

static int conflict(struct session *s, const ci_options *options) {
  size_t *constraints = NULL, n = 0;
  ci_answer answer;
  ci_conflict_method method = s->options.deletion ? CI_CONFLICT_DELETION : CI_CONFLICT_HALVES;
  int rc = ci_conflict_by(s->model, options, method, &constraints, &n, &answer);
  int code = rc < 0 ? report_error(&s->options, rc) : print_conflict(s, answer, constraints, n);
  free(constraints);
  return code;
}

/* ---- a relaxation ---- */

static int print_kept(const struct session *s) {
  fprintf(stderr, "constrint explain: those to be kept cannot hold together\n");
  return s->options.json ? print_json(s, answer_json("none"), EXIT_NONE) : EXIT_NONE;
}

static int print_relaxation(const struct session *s, ci_answer answer, const size_t *constraints, size_t n) {
  int code = n ? EXIT_DONE : EXIT_NONE;
  if (answer == CI_NONE) return print_kept(s);
  if (s->options.json) {
    json_t *j = answer_json(n ? "relaxed" : "found");
    json_object_set_new(j, "drop", constraints_json(s->model, constraints, n));
    json_object_set_new(j, "values", values_json(s));
    return print_json(s, j, code);
  }
  if (!n) fprintf(stderr, "constrint explain: there is nothing to drop: the model has a solution\n");
  else fprintf(stderr, "constrint explain: without %s there is a solution, and none without fewer:\n", n > 1 ? "these" : "this one");
  for (size_t i = 0; i < n; i++) print_constraint(s->model, constraints[i]);
  if (n) print_values(s);
  return code;
}

/* All constraints of that name; false, with a line: there is none. */
static bool mark_kept(const struct session *s, const char *name, unsigned char *keep) {
  bool known = false;
  for (size_t c = 0; c < ci_model_constraints(s->model); c++)
    if (!strcmp(ci_model_constraint_name(s->model, c), name)) keep[c] = known = true;
  if (!known) fprintf(stderr, "constrint explain: --keep '%.200s' names no constraint of the model\n", name);
  return known;
}

static int relax(struct session *s, const ci_options *options) {
  size_t *constraints = NULL, n = 0;
  ci_answer answer;
  unsigned char *keep = s->options.nkeep ? calloc(ci_model_constraints(s->model) + 1, 1) : NULL;
  if (s->options.nkeep && !keep) return report_error(&s->options, CI_ENOMEM);
  bool known = true;
  for (size_t i = 0; i < s->options.nkeep && known; i++) known = mark_kept(s, s->options.keep[i], keep);
  int rc = known ? ci_relax(s->model, options, keep, &constraints, &n, s->values, &answer) : CI_OK;
  int code = !known ? EXIT_USAGE : rc < 0 ? report_error(&s->options, rc) : print_relaxation(s, answer, constraints, n);
  free(keep);
  free(constraints);
  return code;
}

int command_explain(int argc, char **argv) {
  static const struct usage usage = {
    "explain", "FILE", "Prints constraints that cannot hold together, as few as will do: without any one of\n"
    "them the others could. With --relax the fewest constraints that must be dropped for a solution.\n"
    "Exit code 1: there is a solution (or, with --keep, those kept have none); 3: a limit left it open.",
    TAKES_EXPLAINING};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  ci_options options = {.seed = s.options.seed, .limits = s.options.limits};
  if (s.options.nkeep && !s.options.relax) code = wrong_use(&s.options, "--keep goes with --relax");
  else code = s.options.relax ? relax(&s, &options) : conflict(&s, &options);
  return session_close(&s, code);
}
