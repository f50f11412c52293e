/* The commands of this room. */
#include <stddef.h>
#include "commands.h"

const struct command db_commands[] = {
  {"query", "look up the best configuration of a problem", query_run},
  {"db", "check, merge, export, import, prune or ship a database; list what it misses", db_run},
  {NULL, NULL, NULL}};
