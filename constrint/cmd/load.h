/* From the command line to a model and a solver. */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "options.h"

/* What every command begins and ends with. */
struct session {
  struct options options;
  ci_model *model;
  ci_solver *solver; /* NULL for commands that do not search */
  int64_t *values;   /* one per variable */
};

/* CONTINUE, or an exit code. */
int session_open(struct session *s, const struct usage *u, int argc, char **argv);
/* Frees it all and flushes standard output: the final exit code. */
int session_close(struct session *s, int code);

#endif
