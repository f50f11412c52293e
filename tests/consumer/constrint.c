#include <constrint.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const char *text = "var x in 1..9; var y in 1..9; x * y == 12; maximize x;";
  ci_model *model;
  ci_solver *solver;
  ci_answer answer;
  int64_t values[2];
  if (ci_read(&model, "native", text, strlen(text), "text", NULL, 0) || ci_solver_new(&solver, model, NULL) ||
      ci_optimize(solver, values, &answer, NULL, NULL)) {
    fprintf(stderr, "%s\n", ci_error());
    return 1;
  }
  ci_solver_free(solver);
  ci_model_free(model);
  return !(answer == CI_FOUND && values[0] == 6 && values[1] == 2);
}
