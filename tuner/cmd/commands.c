/* The commands of this room. */
#include <stddef.h>
#include "command.h"
#include "loop_commands.h"
#include "report_command.h"

const struct command tune_commands[] = {
  {"tune", "find the fastest configuration of a kernel for problems", run_tune},
  {"report", "write what tuning found as one HTML file", run_report},
  {"costs", "how well a spec's costs rank what was measured", run_costs},
  {"why", "why a kernel has no configuration for a problem", run_why},
  {"worker", NULL, run_worker},
  {NULL, NULL, NULL},
};
