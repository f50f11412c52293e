/* The commands of this room. */
#include <stddef.h>
#include "command.h"
#include "solver_commands.h"

const struct command constrint_commands[] = {
  {"solve", "the first solution of an integer model", command_solve},
  {"count", "the exact number of its solutions", command_count},
  {"enumerate", "all solutions, as CSV or JSON lines", command_enumerate},
  {"optimize", "the best solution, with proof", command_optimize},
  {"check", "which constraints an assignment breaks", command_check},
  {"propagate", "the domains that propagation leaves", command_propagate},
  {NULL, NULL, NULL},
};
