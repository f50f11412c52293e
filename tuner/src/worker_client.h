/* The tuner's side of a worker: started when it is asked something, killed when
 * it takes too long, and whatever becomes of it is an outcome, never a failure
 * of the tuner.
 */
#ifndef TUNER_WORKER_CLIENT_H
#define TUNER_WORKER_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

struct worker_options {
  const char *const *argv; /* NULL: this executable's own hidden command */
  int show_stderr;         /* let the plug-in's and the worker's stderr through */
  int64_t memory_bytes;    /* limit on the worker's address space; 0: none */
  int nice;                /* gives way to others by so much */
  int cancel_fd;           /* becomes readable when the user asks to stop; -1: none */
};

enum worker_outcome {
  WORKER_ANSWERED,
  WORKER_TIMEOUT,   /* killed at the limit */
  WORKER_CRASHED,   /* ended, or said what is no answer; message says how */
  WORKER_KILLED,    /* by SIGKILL, but not by us: memory ran out, or an operator */
  WORKER_CANCELLED, /* the user asked to stop; killed */
  WORKER_BROKEN     /* it cannot be started: tuner_error() */
};

struct worker;

int worker_new(struct worker **out, const struct worker_options *options);
void worker_free(struct worker *w); /* kills it; NULL is fine */

/* Ask, and wait at most `limit` seconds.  On every outcome but ANSWERED the
 * process is gone; the next question starts another.  out->message says why not. */
enum worker_outcome worker_ask(struct worker *w, const struct ask *question, double limit, struct answer *out);

/* Kill its process; the next question starts another. */
void worker_end(struct worker *w);

/* Counts the processes started so far: a change tells that the state is lost. */
unsigned worker_generation(const struct worker *w);
int worker_alive(const struct worker *w);
int worker_cancelled(const struct worker *w); /* has the user asked to stop? */
/* Its process, for tests; -1: none. */
int worker_process(const struct worker *w);

#endif
