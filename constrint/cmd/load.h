/* From the command line to a model and a solver. */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "heads.h"
#include "options.h"

/* What every command begins and ends with. */
struct session {
  struct options options;
  const struct usage *usage;
  ci_model *model;    /* NULL: FILE is a saved form */
  ci_solver *solver;  /* NULL for commands that do not search, or not yet */
  ci_space *space;    /* the compact form, of commands that ask it (compact.h) */
  struct heads heads; /* once session_heads() was called */
  int64_t *values;    /* one per variable */
};

/* Reads the model in o->file: CONTINUE, or an exit code. */
int load_model(ci_model **out, const struct options *o);

/* CONTINUE, or an exit code. */
int session_open(struct session *s, const struct usage *u, int argc, char **argv);
/* A solver for a session that has none: a CI_ code. */
int session_solver(struct session *s);
/* Fills heads: a CI_ code. */
int session_heads(struct session *s);
/* Frees it all and flushes standard output: the final exit code. */
int session_close(struct session *s, int code);

#endif
