/* constrint optimize: the best solution, or the best so far. */
#include <inttypes.h>

#include "interrupt.h"
#include "print.h"
#include "solver_commands.h"

static int objective_values(const struct session *s, json_t *out) {
  size_t n = ci_model_objectives(s->model);
  for (size_t k = 0; k < n; k++) {
    int64_t value;
    int rc = ci_eval_objective(s->model, k, s->values, &value);
    if (rc < 0) return rc;
    json_array_append_new(out, json_integer(value));
  }
  return CI_OK;
}

static void print_objectives(const struct session *s, const json_t *objectives) {
  size_t n = json_array_size(objectives);
  for (size_t k = 0; k < n; k++) {
    json_int_t value = json_integer_value(json_array_get(objectives, k));
    if (n == 1) printf("objective = %" JSON_INTEGER_FORMAT "\n", value);
    else printf("objective %zu (%s) = %" JSON_INTEGER_FORMAT "\n", k + 1,
                ci_model_maximizes(s->model, k) ? "maximize" : "minimize", value);
  }
}

static int print_best(const struct session *s, const char *answer, int code) {
  json_t *objectives = json_array();
  int rc = objective_values(s, objectives);
  if (rc < 0) code = report_error(&s->options, rc);
  else if (s->options.json) {
    json_t *j = answer_json(answer);
    json_object_set(j, "objectives", objectives);
    json_object_set_new(j, "values", values_json(s));
    code = print_json(s, j, code);
  } else {
    print_objectives(s, objectives);
    print_values(s);
  }
  json_decref(objectives);
  return code;
}

static int print_none(const struct session *s) {
  fprintf(stderr, "constrint optimize: there is no solution (proven)\n");
  return s->options.json ? print_json(s, answer_json("none"), EXIT_NONE) : EXIT_NONE;
}

static int print_answer(const struct session *s, ci_answer answer) {
  if (answer == CI_NONE) return print_none(s);
  if (answer == CI_FOUND) return print_best(s, "optimal", EXIT_DONE);
  bool interrupted = interrupt_asked(NULL);
  fprintf(stderr, "constrint optimize: %s; this is the best so far, not proven optimal\n",
          interrupted ? "interrupted" : "a limit was reached");
  return print_best(s, "incumbent", interrupted ? EXIT_INTERRUPTED : EXIT_OPEN);
}

int command_optimize(int argc, char **argv) {
  static const struct usage usage = {
    "optimize", "FILE", "Prints the best solution and its objectives, which count in the order given.\n"
    "Exit code 1: proven that there is no solution; 3: a limit was reached, the best so far is printed.", TAKES_LEARNING};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  if (!ci_model_objectives(s.model)) {
    fprintf(stderr, "constrint optimize: the model has no objective; add 'maximize' or 'minimize', or use 'solve'\n");
    return session_close(&s, EXIT_USAGE);
  }
  ci_answer answer;
  int rc = ci_optimize(s.solver, s.values, &answer, NULL, NULL);
  return session_close(&s, rc < 0 ? report_error(&s.options, rc) : print_answer(&s, answer));
}
