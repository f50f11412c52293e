/* The commands of this room. */
#include <stddef.h>
#include "command.h"
#include "solver_commands.h"

const struct command constrint_commands[] = {
  {"solve", "the first solution of an integer model", command_solve},
  {"count", "the exact number of its solutions", command_count},
  {"enumerate", "all solutions, as CSV, JSON lines or .npy", command_enumerate},
  {"optimize", "the best solution, with proof", command_optimize},
  {"fzn", "a FlatZinc model, as MiniZinc calls its solvers", command_fzn},
  {"explain", "which constraints leave no solution", command_explain},
  {"verify", "is a proof of solve or optimize right?", command_verify},
  {"check", "which constraints an assignment breaks", command_check},
  {"propagate", "the domains that propagation leaves", command_propagate},
  {"space", "size, ranges and parts of a search space", command_space},
  {"sample", "random configurations, uniform", command_sample},
  {"index", "the i-th configuration", command_index},
  {"rank", "which one a configuration is", command_rank},
  {"neighbours", "the configurations near one", command_neighbours},
  {NULL, NULL, NULL},
};
