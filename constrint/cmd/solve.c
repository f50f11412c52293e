/* constrint solve: one solution. */
#include "print.h"
#include "prove.h"
#include "solver_commands.h"

static int print_solution(const struct session *s, ci_answer answer) {
  if (answer == CI_NONE) fprintf(stderr, "constrint solve: there is no solution (proven)\n");
  int code = answer == CI_NONE ? EXIT_NONE : EXIT_DONE;
  if (s->options.json) {
    json_t *j = answer_json(answer == CI_NONE ? "none" : "found");
    if (answer != CI_NONE) json_object_set_new(j, "values", values_json(s));
    return print_json(s, j, code);
  }
  if (answer != CI_NONE) print_values(s);
  return code;
}

static int solve(struct session *s) {
  ci_answer answer;
  ci_options options = {.seed = s->options.seed, .limits = s->options.limits, .free_search = s->options.free_search,
                        .learn = s->options.learn};
  int rc = s->options.threads > 1 ? ci_portfolio(s->model, &options, s->options.threads, 0, s->values, &answer, NULL, NULL)
                                  : ci_solve(s->solver, s->values, &answer);
  return rc < 0 ? report_error(&s->options, rc) : print_solution(s, answer);
}

int command_solve(int argc, char **argv) {
  static const struct usage usage = {
    "solve", "FILE", "Prints the first solution in the model's order, or any one if it has none.\n"
    "Exit code 1: proven that there is none; 3: a limit left it open.", TAKES_LEARNING};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? prove(&s, solve) : code);
}
