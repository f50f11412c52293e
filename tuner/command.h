/* What a command of the executable is.  Each room keeps the sources of its
 * commands in ROOM/cmd/; tuner/main.c only dispatches. */
#ifndef COMMAND_H
#define COMMAND_H

enum exit_code {
  EXIT_DONE = 0,        /* an answer was given */
  EXIT_NONE = 1,        /* proven none, broken constraint, nothing found */
  EXIT_USAGE = 2,       /* wrong use or bad input */
  EXIT_OPEN = 3,        /* a time or memory limit left the answer open */
  EXIT_ENVIRONMENT = 4, /* internal or environment failure */
  EXIT_INTERRUPTED = 130
};

struct command {
  const char *name;    /* "solve", or "hw" with commands of its own */
  const char *summary; /* one line for --help */
  int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit_code */
};

/* Each ends with a NULL name. */
extern const struct command constrint_commands[]; /* constrint/cmd */
extern const struct command hw_commands[];        /* hwmodel/cmd: the one command "hw" */
extern const struct command db_commands[];        /* db/cmd: "db", "query" */
extern const struct command tune_commands[];      /* tuner/cmd: "tune", "report", hidden "worker" */

#endif
