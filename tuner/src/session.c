/* One problem, kept open in a worker across the worker's deaths. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "fail.h"

enum { OPEN_TRIES = 3 };

int session_init(struct session *s, struct worker *w, const char *plugin, const struct problem *p,
                 uint64_t seed, double open_limit) {
  if (p->n > PROTOCOL_VALUES) return tuner_fail(TUNER_EINPUT, "a problem of more than %d keys", PROTOCOL_VALUES);
  *s = (struct session){.worker = w, .plugin = plugin, .nproblem = p->n, .seed = seed, .open_limit = open_limit};
  for (size_t i = 0; i < p->n; i++) s->problem[i] = p->settings[i].value;
  return TUNER_OK;
}

static int is_open(const struct session *s) {
  return s->generation && worker_alive(s->worker) && s->generation == worker_generation(s->worker);
}

static int open_once(struct session *s, enum worker_outcome *outcome) {
  struct ask ask = {.kind = ASK_OPEN, .plugin = s->plugin, .seed = s->seed, .values = s->problem, .nvalues = s->nproblem};
  *outcome = worker_ask(s->worker, &ask, s->open_limit, &s->opened);
  if (*outcome == WORKER_CANCELLED) return tuner_fail(TUNER_ECANCEL, "interrupted");
  if (*outcome == WORKER_BROKEN) return TUNER_EENV;
  if (*outcome != WORKER_ANSWERED || s->opened.status != TDB_TRIAL_OK)
    return tuner_fail(TUNER_EINPUT, "the worker cannot open the problem: %s", s->opened.message);
  s->generation = worker_generation(s->worker);
  return TUNER_OK;
}

int session_ready(struct session *s) {
  if (is_open(s)) return TUNER_OK;
  enum worker_outcome outcome;
  int code = open_once(s, &outcome);
  /* a plug-in that refuses will refuse again; a worker that died may have been killed from outside */
  for (int i = 1; i < OPEN_TRIES && code == TUNER_EINPUT && outcome == WORKER_KILLED; i++) code = open_once(s, &outcome);
  return code;
}

/* How the tuner sees an outcome: a status of the candidate, or a reason to stop. */
static int judge(enum worker_outcome outcome, struct answer *out) {
  switch (outcome) {
    case WORKER_ANSWERED: return TUNER_OK;
    case WORKER_TIMEOUT: out->status = TDB_TRIAL_TIMEOUT; break;
    case WORKER_CRASHED:
    case WORKER_KILLED: out->status = TDB_TRIAL_CRASHED; break;
    case WORKER_CANCELLED: return tuner_fail(TUNER_ECANCEL, "interrupted");
    case WORKER_BROKEN: return TUNER_EENV;
  }
  out->error = -1;
  return TUNER_OK;
}

static int ask(struct session *s, const struct ask *question, double limit, struct answer *out) {
  int code = session_ready(s);
  if (code) return code;
  enum worker_outcome outcome = worker_ask(s->worker, question, limit, out);
  s->killed = outcome == WORKER_KILLED;
  if (outcome == WORKER_ANSWERED && out->lost) worker_end(s->worker);
  return judge(outcome, out);
}

int session_naive(struct session *s, double limit, struct answer *out) {
  struct ask question = {.kind = ASK_NAIVE};
  return ask(s, &question, limit, out);
}

int session_load(struct session *s, int slot, struct session_config c, double limit, struct answer *out) {
  struct ask question = {.kind = ASK_LOAD, .slot = slot, .values = c.values, .nvalues = c.n,
                         .file = s->file ? s->file(s->file_data, c.values) : NULL};
  return ask(s, &question, limit, out);
}

/* A time that is none, or no samples: no answer of a worker that works. */
static void check_time(struct answer *out) {
  if (out->status != TDB_TRIAL_OK || (stats_is_time(out->seconds) && out->nsamples > 0)) return;
  answer_release(out);
  out->status = TDB_TRIAL_IMPLAUSIBLE;
  out->seconds = 0;
  snprintf(out->message, sizeof out->message, "the worker's answer holds no time");
}

int session_time(struct session *s, int slot, const struct measure_rules *rules, int verify, int conditions, double limit,
                 struct answer *out) {
  struct ask question = {.kind = ASK_TIME, .slot = slot, .rules = *rules, .verify = verify, .conditions = conditions};
  int code = ask(s, &question, limit, out);
  if (!code) check_time(out);
  return code;
}

/* A candidate that cannot even be unloaded takes its worker along, not its result. */
static int unload(struct session *s, double limit) {
  struct ask question = {.kind = ASK_UNLOAD};
  struct answer ignored = {.nsamples = 0};
  enum worker_outcome outcome = is_open(s) ? worker_ask(s->worker, &question, limit, &ignored) : WORKER_ANSWERED;
  answer_release(&ignored);
  return outcome == WORKER_CANCELLED ? tuner_fail(TUNER_ECANCEL, "interrupted") : TUNER_OK;
}

static int try_once(struct session *s, struct session_config c, const struct measure_rules *rules, double limit,
                    struct answer *out) {
  int code = session_ready(s); /* not on the candidate's time */
  double started = clock_seconds();
  if (!code) code = session_load(s, 0, c, limit, out);
  if (code || out->status != TDB_TRIAL_OK) return code;
  double left = limit - (clock_seconds() - started);
  code = session_time(s, 0, rules, 1, 1, left > 0 ? left : 0, out);
  if (!code) code = unload(s, limit);
  if (code) answer_release(out);
  return code;
}

int session_try(struct session *s, struct session_config c, const struct measure_rules *rules, double limit,
                struct answer *out) {
  memset(out, 0, sizeof *out);
  int code = try_once(s, c, rules, limit, out);
  if (code || !s->killed || out->status != TDB_TRIAL_CRASHED) return code;
  return try_once(s, c, rules, limit, out);
}
