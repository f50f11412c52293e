/* One problem, open in a worker: opened when first needed, and again after the
 * worker died.  Functions return TUNER_OK with an answer whose status says what
 * became of the candidate; TUNER_ECANCEL when the user asked to stop; TUNER_EINPUT
 * when the worker cannot open the problem; TUNER_EENV when none can be started.
 */
#ifndef TUNER_SESSION_H
#define TUNER_SESSION_H

#include "problem.h"
#include "worker_client.h"

struct session {
  struct worker *worker;  /* borrowed */
  const char *plugin;     /* borrowed: the shared object's path */
  int64_t problem[PROTOCOL_VALUES];
  size_t nproblem;
  uint64_t seed;
  double open_limit;      /* seconds for inputs and reference */
  unsigned generation;    /* of the worker that has it open; 0: none */
  struct answer opened;   /* floor and work */
  /* Where a configuration was built ahead (NULL: the worker builds it); may be unset. */
  const char *(*file)(void *data, const int64_t *values);
  void *file_data;
  int killed;             /* the last question ended by a kill from outside: it tells nothing of the candidate */
};

int session_init(struct session *s, struct worker *w, const char *plugin, const struct problem *p,
                 uint64_t seed, double open_limit);
/* Open the problem if it is not open. */
int session_ready(struct session *s);

/* A configuration: one value a parameter. */
struct session_config { const int64_t *values; size_t n; };

int session_naive(struct session *s, double limit, struct answer *out);
int session_load(struct session *s, int slot, struct session_config c, double limit, struct answer *out);
int session_time(struct session *s, int slot, const struct measure_rules *rules, int verify, int conditions, double limit,
                 struct answer *out);
/* Load, time, unload, all within `limit`.  Tried once more in a new worker if
 * something from outside killed the first: that says nothing of the candidate. */
int session_try(struct session *s, struct session_config c, const struct measure_rules *rules, double limit,
                struct answer *out);

#endif
