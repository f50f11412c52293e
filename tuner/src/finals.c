/* The contest at the end of a search. */
#include "finals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fail.h"

enum { ASK_EVERY = 8 /* rounds: to ask how the device fares takes as long as a visit */ };
enum { LEAST_ROUNDS = 7 /* the fewest that an interval of 95 % can come from, and one more */ };

struct entrant {
  const char *config;
  int64_t values[PROTOCOL_VALUES];
  double expected;     /* seconds, from the search */
  unsigned generation; /* of the worker that has it loaded; 0: none */
  double error;
  kp_conditions conditions; /* of its last visit that asked */
  struct answer why;   /* what became of it, if it failed */
};

struct stage {
  const struct finals *f;
  struct contest contest;
  struct entrant entrants[CONFIRM_MAX];
};

/* ---- Who takes part ---- */

static int takes_part(const struct stage *s, const char *config) {
  for (size_t i = 0; i < s->contest.n; i++)
    if (!strcmp(s->entrants[i].config, config)) return 1;
  return 0;
}

static void enter(struct stage *s, const char *config, const int64_t *values, enum confirm_role role, double expected) {
  if (s->contest.n == CONFIRM_MAX || takes_part(s, config)) return;
  s->contest.who[s->contest.n].role = role;
  struct entrant *e = &s->entrants[s->contest.n++];
  *e = (struct entrant){.config = config, .expected = expected, .error = -1};
  memcpy(e->values, values, space_parameters(s->f->space) * sizeof *values);
}

static void enter_index(struct stage *s, const char *config, size_t index, enum confirm_role role, double expected) {
  int64_t values[PROTOCOL_VALUES];
  space_values(s->f->space, index, values);
  enter(s, config, values, role, expected);
}

static void enter_default(struct stage *s) {
  const struct finals *f = s->f;
  const struct journal_row *row = journal_find(f->journal, TDB_PHASE_DEFAULT, f->standard);
  enter(s, f->standard, f->standard_values, CONFIRM_DEFAULT, row ? row->seconds : 0);
  if (!row || row->status == TDB_TRIAL_OK) return;
  s->contest.who[0].failed = 1; /* it failed once: that is known */
  s->entrants[0].why = (struct answer){.status = row->status, .error = -1};
  snprintf(s->entrants[0].why.message, sizeof s->entrants[0].why.message, "%s", row->message);
}

static void enter_incumbent(struct stage *s) {
  const struct finals *f = s->f;
  int64_t index = f->incumbent ? space_find_config(f->space, f->incumbent) : -1;
  if (index < 0) return;
  const struct journal_row *row = journal_best_of(f->journal, f->incumbent);
  if (row && row->status != TDB_TRIAL_OK) return;
  if (!strcmp(f->incumbent, f->standard)) return; /* the default's own place is the stronger one */
  enter_index(s, f->incumbent, (size_t)index, CONFIRM_INCUMBENT, row ? row->seconds : 0);
}

/* The fastest row of the search whose configuration does not take part yet. */
static const struct journal_row *next_best(const struct stage *s) {
  const struct journal *j = s->f->journal;
  const struct journal_row *best = NULL;
  for (size_t i = 0; i < j->n; i++) {
    const struct journal_row *r = &j->rows[i];
    if (r->phase != TDB_PHASE_SEARCH || r->status != TDB_TRIAL_OK) continue;
    if (best && r->seconds >= best->seconds) continue;
    if (!takes_part(s, r->config) && journal_best_of(j, r->config)->status == TDB_TRIAL_OK) best = r;
  }
  return best;
}

/* Candidates, the best always; more only if all can play the least rounds in time. */
static void enter_best(struct stage *s) {
  double left = s->f->until - clock_seconds(), round = 0;
  for (size_t i = 0; i < s->contest.n; i++) round += s->entrants[i].expected;
  for (int k = 0; k < FINALS_BEST; k++) {
    const struct journal_row *row = next_best(s);
    int64_t index = row ? space_find_config(s->f->space, row->config) : -1;
    if (index < 0) return;
    round += row->seconds;
    if (k > 0 && round * (LEAST_ROUNDS + 2) > left) return; /* loading runs it too */
    enter_index(s, row->config, (size_t)index, CONFIRM_CANDIDATE, row->seconds);
  }
}

/* ---- Playing ---- */

static int loaded(const struct stage *s, const struct entrant *e) {
  return e->generation && worker_alive(s->f->session->worker) && e->generation == worker_generation(s->f->session->worker);
}

static int load(struct stage *s, size_t i, struct answer *out) {
  struct entrant *e = &s->entrants[i];
  struct session_config c = {e->values, space_parameters(s->f->space)};
  int code = session_load(s->f->session, (int)i, c, s->f->limit, out);
  if (code || out->status != TDB_TRIAL_OK) return code;
  e->generation = worker_generation(s->f->session->worker);
  e->error = out->error;
  return TUNER_OK;
}

/* Enough runs a visit that the clock's grain and the cold start do not show. */
static struct measure_rules visit_rules(double expected) {
  double runs = expected > 0 ? floor(2e-3 / expected) : 1;
  size_t n = (size_t)fmax(1, fmin(20, runs));
  return (struct measure_rules){.warmup_seconds = expected < 0.05 ? 1e-9 : 0, .max_warmups = 1, .min_samples = n,
                                .max_samples = n, .max_seconds = 1e9, .relative_width = 0};
}

static int visit_once(struct stage *s, size_t i, struct answer *out) {
  memset(out, 0, sizeof *out);
  int code = session_ready(s->f->session);
  if (!code && !loaded(s, &s->entrants[i])) code = load(s, i, out);
  if (code || out->status != TDB_TRIAL_OK) return code;
  struct measure_rules rules = visit_rules(s->entrants[i].expected);
  int ask = s->contest.rounds % ASK_EVERY == 0;
  code = session_time(s->f->session, (int)i, &rules, 0, ask, s->f->limit, out);
  if (!code && ask) s->entrants[i].conditions = out->conditions;
  return code;
}

static int visit(struct stage *s, size_t i) {
  struct answer a;
  int code = visit_once(s, i, &a);
  if (!code && a.status == TDB_TRIAL_CRASHED && s->f->session->killed) code = visit_once(s, i, &a);
  if (code) return code;
  if (a.status == TDB_TRIAL_OK) {
    s->contest.who[i].seconds[s->contest.rounds] = a.seconds;
  } else {
    s->contest.who[i].failed = 1;
    s->entrants[i].why = a;
  }
  answer_release(&a);
  s->entrants[i].why.samples = NULL;
  s->entrants[i].why.nsamples = 0;
  return TUNER_OK;
}

static int play_round(struct stage *s) {
  for (size_t i = 0; i < s->contest.n; i++) {
    size_t who = contest_turn(&s->contest, s->contest.rounds, i);
    int code = s->contest.who[who].failed ? TUNER_OK : visit(s, who);
    if (code) return code;
  }
  s->contest.rounds++;
  return TUNER_OK;
}

static int play(struct stage *s) {
  struct contest_rules rules = contest_defaults();
  for (;;) {
    int late = clock_seconds() >= s->f->until && s->contest.rounds >= LEAST_ROUNDS;
    if (late || contest_settled(&s->contest, &rules)) return TUNER_OK;
    int code = play_round(s);
    if (code) return code;
  }
}

/* ---- Recording ---- */

static int outcome(const struct stage *s, size_t i, struct answer *out) {
  const struct contestant *c = &s->contest.who[i];
  struct stats_summary summary;
  *out = s->entrants[i].why;
  if (c->failed) return TUNER_OK;
  if (stats_summarize(c->seconds, s->contest.rounds, &summary)) return tuner_fail(TUNER_EENV, "a contest without times");
  *out = (struct answer){.status = TDB_TRIAL_OK, .seconds = summary.median, .error = s->entrants[i].error,
                         .samples = (double *)c->seconds, .nsamples = s->contest.rounds,
                         .conditions = s->entrants[i].conditions};
  return TUNER_OK;
}

static int record(const struct stage *s, size_t i, double winner) {
  const struct finals *f = s->f;
  struct answer a;
  int code = outcome(s, i, &a);
  if (code) return code;
  int standard = s->contest.who[i].role == CONFIRM_DEFAULT;
  int unproven = !standard && a.status == TDB_TRIAL_OK && a.seconds < winner;
  if (standard) {
    char why[KP_WHY];
    memcpy(why, a.message, sizeof why);
    journal_closing(a.message, sizeof a.message, f->given, why);
  }
  code = journal_record(f->journal, unproven ? TDB_PHASE_SEARCH : TDB_PHASE_CONFIRM, s->entrants[i].config, &a);
  if (!code && f->recorded) f->recorded(f->data, &f->journal->rows[f->journal->n - 1]);
  return code;
}

/* The default's row comes last: it closes the contest. */
static int record_all(const struct stage *s) {
  int winner = contest_winner(&s->contest);
  struct answer best = {.seconds = 0};
  int code = winner >= 0 ? outcome(s, (size_t)winner, &best) : TUNER_OK;
  for (size_t i = s->contest.n; i-- > 0 && !code;) code = record(s, i, best.seconds);
  return code;
}

static void unload(struct stage *s) {
  struct answer ignored;
  for (size_t i = 0; i < s->contest.n; i++) {
    struct ask ask = {.kind = ASK_UNLOAD, .slot = (int)i};
    if (!loaded(s, &s->entrants[i])) continue;
    if (worker_ask(s->f->session->worker, &ask, s->f->limit, &ignored) == WORKER_ANSWERED) answer_release(&ignored);
  }
}

int finals_run(const struct finals *f) {
  struct stage *s = calloc(1, sizeof *s);
  if (!s) return tuner_nomem();
  s->f = f;
  enter_default(s);
  enter_incumbent(s);
  enter_best(s);
  int code = play(s);
  if (!code) code = record_all(s);
  unload(s);
  free(s);
  return code;
}
