/* The tuner's errors: a code, and one line for people, per thread. */
#ifndef TUNER_FAIL_H
#define TUNER_FAIL_H

enum {
  TUNER_OK = 0,
  TUNER_ENOMEM = -1,
  TUNER_EINPUT = -2,  /* a spec, workload, problem or configuration that cannot be used: EXIT_USAGE */
  TUNER_ENOTFOUND = -3, /* no such spec or plug-in on the search path: EXIT_USAGE */
  TUNER_EUNSAFE = -4, /* a plug-in that others can write: EXIT_ENVIRONMENT */
  TUNER_EENV = -5,    /* file system, loader, device: EXIT_ENVIRONMENT */
  TUNER_ELIMIT = -6,  /* time, memory or the number of configurations: EXIT_OPEN */
  TUNER_ECANCEL = -7  /* the cancel callback asked to stop: EXIT_INTERRUPTED */
};

/* The message of this thread's last failure: "file:line:column: ..." where there is a place. */
const char *tuner_error(void);
/* Set the message and return code. */
int tuner_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for running out of memory. */
int tuner_nomem(void);
/* The exit_code (command.h) that a TUNER_ code stands for. */
int tuner_exit_code(int code);

#endif
