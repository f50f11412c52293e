#include <flashrnn.h>
#include <stdio.h>

int main(void) {
  flashrnn *context;
  flashrnn_plan *plan;
  flashrnn_problem problem = {FLASHRNN_LSTM, FLASHRNN_INFERENCE, FLASHRNN_FP32, 2, 3, 1, 16};
  if (flashrnn_open(&context, "/nonexistent/tuned.db") || flashrnn_plan_new(&plan, context, &problem)) {
    fprintf(stderr, "%s\n", flashrnn_error());
    return 1;
  }
  int wrong = flashrnn_plan_match(plan) != FLASHRNN_DEFAULT;
  flashrnn_plan_free(plan);
  flashrnn_close(context);
  return wrong;
}
