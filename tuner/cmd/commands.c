/* The commands of this room. */
#include <stddef.h>
#include "command.h"
#include "loop_commands.h"

const struct command tune_commands[] = {
  {"tune", "find the fastest configuration of a kernel for problems", run_tune},
  {"worker", NULL, run_worker},
  {NULL, NULL, NULL},
};
