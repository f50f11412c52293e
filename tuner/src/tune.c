/* One problem from the first trial to the closed contest. */
#include "tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "ahead.h"
#include "artifact_file.h"
#include "blame.h"
#include "clock.h"
#include "fail.h"
#include "finals.h"
#include "map.h"
#include "session.h"
#include "space.h"

/* Inputs and the double-precision reference take longer than a candidate. */
static const double open_factor = 12, open_least = 60;
/* Of a budget of seconds, what the contest gets. */
static const double contest_part = 0.2;
/* A candidate may take so many times what the whole trial of the default took. */
static const double default_factor = 10, default_launches = 100, limit_least = 2;
/* What is built ahead is kept while its time is within this of the best. */
static const double keep_factor = 1.5;

struct tuning {
  const struct tune_job *job;
  const struct problem *problem;
  struct space *space;
  struct session session;
  struct ahead ahead;
  struct journal journal;
  struct tune_result *result;
  int64_t standard_values[PROTOCOL_VALUES];
  char driver[160];    /* the device's; of a CPU: the system's kernel */
  char *standard;      /* the default's text */
  char *incumbent;     /* the database's best before this run; NULL: none */
  double started;      /* clock_seconds() */
  double spent_before; /* of the budget, by runs that were interrupted */
  size_t tried;        /* configurations with a row of the search or the default */
  double limit;        /* seconds for one candidate, now */
  struct tune_status status;
};

/* ---- Telling ---- */

static void note(const struct tuning *t, const char *text) {
  const struct tune_events *e = t->job->events;
  if (e && e->note && *text) e->note(e->data, text);
}

static double spent(const struct tuning *t) {
  if (t->job->budget == BUDGET_TRIALS) return (double)t->tried;
  return t->spent_before + clock_seconds() - t->started;
}

static void update_best(struct tune_status *s, const struct journal_row *row) {
  if (row->status != TDB_TRIAL_OK || row->phase == TDB_PHASE_REFERENCE) return;
  if (row->phase == TDB_PHASE_DEFAULT) s->default_seconds = row->seconds;
  if (s->best_seconds == 0 || row->seconds < s->best_seconds) s->best_seconds = row->seconds;
}

static void tell(struct tuning *t, const struct journal_row *row) {
  struct tune_status *s = &t->status;
  const struct tune_events *e = t->job->events;
  s->tried++;
  s->failed += row->status != TDB_TRIAL_OK;
  s->elapsed = clock_seconds() - t->started;
  int trials = t->job->budget == BUDGET_TRIALS;
  double left = fmax(0, t->job->share - spent(t));
  s->left = trials ? -1 : left;
  s->trials_left = trials ? left : -1;
  update_best(s, row);
  if (e && e->trial) e->trial(e->data, s, row);
}

static int record(struct tuning *t, tdb_phase phase, const char *config, const struct answer *a) {
  int code = journal_record(&t->journal, phase, config, a);
  if (!code) tell(t, &t->journal.rows[t->journal.n - 1]);
  return code;
}

/* ---- Preparing ---- */

static int cancelled(void *worker) { return worker_cancelled(worker); }

/* Which constraints are to blame, if that is soon found. */
static int none_legal(const struct tuning *t) {
  struct blame b;
  char names[512] = "";
  ci_options options = {.limits = {.seconds = 2, .cancel = cancelled, .cancel_data = t->job->worker}};
  if (!blame_find(&b, t->job->spec, t->problem, t->job->hw, &options, false)) {
    blame_names(&b, names, sizeof names);
    blame_release(&b);
  }
  return tuner_fail(TUNER_EINPUT, "no configuration is legal for %s on this device%s%s; 'constrint why' tells more",
                    t->problem->text, *names ? ": these cannot hold together: " : "", names);
}

static int open_space(struct tuning *t) {
  struct space_limits limits = {.cancel = cancelled, .cancel_data = t->job->worker};
  struct prefetch **ahead = t->job->prefetch;
  if (ahead) {
    t->space = prefetch_take(*ahead, t->problem);
    *ahead = NULL;
  }
  int code = t->space ? TUNER_OK : space_open(&t->space, t->job->spec, t->problem, t->job->hw, &limits);
  if (code) return code;
  if (ahead && t->job->next) *ahead = prefetch_begin(t->job->spec, t->job->next, t->job->hw);
  note(t, space_notes(t->space));
  t->result->space = space_size(t->space);
  return space_size(t->space) ? TUNER_OK : none_legal(t);
}

static int find_default(struct tuning *t) {
  char why[KP_WHY] = "";
  const kp_plugin *kp = t->job->plugin->table;
  if (kp->default_config(t->job->device, t->problem->settings, t->standard_values, why) < 0)
    return tuner_fail(TUNER_EINPUT, "%s has no default configuration for %s: %s", kp->name, t->problem->text, why);
  t->standard = space_config_text(t->space, t->standard_values);
  if (!t->standard) return tuner_nomem();
  if (space_find(t->space, t->standard_values) < 0) {
    char text[512], broken[256];
    space_explain(t->space, t->standard_values, broken, sizeof broken);
    snprintf(text, sizeof text, "the plug-in's default is not legal by its spec: %s", broken);
    note(t, text);
  }
  t->result->standard = strdup(t->standard);
  return t->result->standard ? TUNER_OK : tuner_nomem();
}

static int64_t figure(const hw_model *hw, const char *key) {
  const hw_figure *f = hw ? hw_find(hw, key) : NULL;
  return f ? f->value : 0;
}

#ifdef __clang__
static const char compiler[] = "clang " __clang_version__;
#else
static const char compiler[] = "gcc " __VERSION__;
#endif

static void find_driver(struct tuning *t) {
  struct utsname system;
  snprintf(t->driver, sizeof t->driver, "%s", t->job->device->driver);
  if (*t->driver || strcmp(t->job->plugin->table->device_kind, "cpu") || uname(&system)) return;
  snprintf(t->driver, sizeof t->driver, "%s %s", system.sysname, system.release);
}

static int make_artifact(struct tuning *t, size_t index, kp_artifact *out) {
  const char *file = ahead_file(&t->ahead, (int64_t)index);
  kp_setting settings[PROTOCOL_VALUES];
  char why[KP_WHY] = "";
  if (file && !artifact_read(out, file)) return 1;
  space_settings(t->space, index, settings);
  if (t->job->plugin->table->build(t->job->device, t->problem->settings, settings, out, why) >= 0) return 1;
  note(t, why);
  return 0;
}

/* As built ahead, else once more, here: build() is pure and the same everywhere.  Without an artifact a winner is
 * still one; whoever loads it then has to build. */
static char *artifact_of(void *tuning, const char *config) {
  struct tuning *t = tuning;
  int64_t index = space_find_config(t->space, config);
  kp_artifact artifact = {NULL, 0};
  char *hash = NULL;
  if (index < 0) return NULL;
  if (make_artifact(t, (size_t)index, &artifact) && tdb_put_artifact(t->job->db, artifact.data, artifact.size, &hash) < 0)
    note(t, tdb_error());
  free(artifact.data);
  return hash;
}

static int open_journal(struct tuning *t) {
  const kp_plugin *kp = t->job->plugin->table;
  find_driver(t);
  tdb_identity who = {.kernel = kp->name, .version = kp->version, .problem = t->problem->exact,
                      .scaling = t->problem->scaling, .device = t->job->device->name,
                      .architecture = t->job->device->architecture, .units = t->job->device->units};
  tdb_origin origin = {.spec_hash = t->job->spec->hash, .source_hash = kp->source_hash, .driver = t->driver,
                       .compiler = *t->job->device->compiler ? t->job->device->compiler : compiler,
                       .memory_bytes = figure(t->job->hw, "memory_bytes"), .clock_hz = figure(t->job->hw, "clock_hz")};
  int code = journal_open(&t->journal, t->job->db, &who, &origin);
  t->journal.artifact = artifact_of;
  t->journal.artifact_data = t;
  return code;
}

static int is_legal(void *space, const char *config) { return space_find_config(space, config) >= 0; }

/* The best of this identity, whatever spec and source it was timed with. */
static int find_incumbent(struct tuning *t) {
  tdb_answer answer;
  if (tdb_lookup(t->job->db, &t->journal.who, NULL, NULL, is_legal, t->space, &answer) < 0)
    return tuner_fail(TUNER_EENV, "%s", tdb_error());
  int own = answer.match == TDB_EXACT || answer.match == TDB_STALE;
  if (own && answer.config) t->incumbent = strdup(answer.config);
  int code = own && answer.config && !t->incumbent ? tuner_nomem() : TUNER_OK;
  tdb_answer_release(&answer);
  return code;
}

static const char *built_file(void *tuning, const int64_t *values) {
  struct tuning *t = tuning;
  return ahead_file(&t->ahead, space_find(t->space, values));
}

/* From here on the yard builds for this problem. */
static int begin_ahead(struct tuning *t) {
  t->ahead = (struct ahead){.yard = t->job->yard, .worker = t->job->worker, .proposed = -1,
                            .openings = journal_tried(&t->journal) ? 0 : AHEAD_OPENINGS};
  t->session.file = built_file;
  t->session.file_data = t;
  if (t->ahead.yard) yard_problem(t->ahead.yard, t->problem, t->space);
  return TUNER_OK;
}

static int prepare(struct tuning *t) {
  int code = open_space(t);
  if (!code) code = find_default(t);
  if (!code) code = open_journal(t);
  if (!code) code = find_incumbent(t);
  if (!code) code = session_init(&t->session, t->job->worker, t->job->plugin->path, t->problem, t->job->seed,
                                 fmax(open_least, open_factor * t->job->time_limit));
  if (!code) code = begin_ahead(t);
  t->limit = t->job->time_limit;
  t->tried = journal_tried(&t->journal);
  t->spent_before = journal_spent(&t->journal, t->job->time_limit);
  for (size_t i = 0; i < t->journal.n; i++) update_best(&t->status, &t->journal.rows[i]);
  return code;
}

/* ---- Default and naive loops ---- */

static struct session_config config_of(const struct tuning *t, const int64_t *values) {
  return (struct session_config){values, space_parameters(t->space)};
}

/* Of what is built ahead only the outcome of its build is known yet. */
static int try_values(struct tuning *t, const int64_t *values, int64_t index, const struct measure_rules *rules, struct answer *out) {
  if (index >= 0 && ahead_failed(&t->ahead, (size_t)index, out)) return TUNER_OK;
  return session_try(&t->session, config_of(t, values), rules, t->limit, out);
}

static int try_default(struct tuning *t) {
  struct measure_rules rules = measure_defaults();
  struct answer a;
  int64_t index = space_find(t->space, t->standard_values);
  int known = journal_find(&t->journal, TDB_PHASE_DEFAULT, t->standard) != NULL;
  int code = ahead_begin(&t->ahead, t->space, known ? -1 : index, t->job->seed);
  if (known || code) return code;
  code = session_ready(&t->session);
  if (!code && index >= 0) code = ahead_wait(&t->ahead, (size_t)index);
  double started = clock_seconds();
  if (!code) code = try_values(t, t->standard_values, index, &rules, &a);
  if (code) return code;
  double wall = clock_seconds() - started;
  if (a.status == TDB_TRIAL_OK)
    t->limit = fmin(t->limit, fmax(limit_least + default_launches * a.seconds, default_factor * wall));
  code = record(t, TDB_PHASE_DEFAULT, t->standard, &a);
  t->tried++;
  answer_release(&a);
  return code;
}

static int try_naive(struct tuning *t) {
  struct answer a;
  if (journal_find(&t->journal, TDB_PHASE_REFERENCE, "")) return TUNER_OK;
  int code = session_naive(&t->session, t->job->time_limit, &a);
  if (code) return code;
  if (a.status == TDB_TRIAL_OK) {
    a.samples = &a.seconds;
    a.nsamples = 1;
    snprintf(a.message, sizeof a.message, "naive loops");
  } else {
    char why[KP_WHY];
    memcpy(why, a.message, sizeof why);
    snprintf(a.message, sizeof a.message, "naive loops: %.200s", why);
  }
  return record(t, TDB_PHASE_REFERENCE, "", &a);
}

/* ---- Search ---- */

/* One row of a configuration; of several the newest counts, by the order of telling. */
static void tell_known(struct tuning *t, struct strategy_run *run) {
  for (size_t i = 0; i < t->journal.n; i++) {
    const struct journal_row *r = &t->journal.rows[i];
    int64_t index = r->phase == TDB_PHASE_REFERENCE ? -1 : space_find_config(t->space, r->config);
    if (index >= 0) strategy_tell(run, (size_t)index, r->status == TDB_TRIAL_OK ? r->seconds : -1);
  }
}

static int budget_left(const struct tuning *t) {
  double part = t->job->budget == BUDGET_TRIALS ? 1 : 1 - contest_part;
  return spent(t) < t->job->share * part;
}

/* The contest loads the best again: only their artifacts are kept. */
static void drop_slow(struct tuning *t, size_t index, const struct answer *a) {
  double best = t->status.best_seconds;
  int slow = a->status != TDB_TRIAL_OK || (best > 0 && a->seconds > keep_factor * best);
  if (slow && t->ahead.yard) yard_drop(t->ahead.yard, index);
}

static int try_index(struct tuning *t, struct strategy_run *run, size_t index) {
  struct measure_rules rules = measure_defaults();
  int64_t values[PROTOCOL_VALUES];
  struct answer a;
  rules.best_seconds = t->status.best_seconds;
  space_values(t->space, index, values);
  int code = try_values(t, values, (int64_t)index, &rules, &a);
  if (code) return code;
  drop_slow(t, index, &a);
  t->tried++;
  strategy_tell(run, index, a.status == TDB_TRIAL_OK ? a.seconds : -1);
  char *config = space_config(t->space, index);
  code = config ? record(t, TDB_PHASE_SEARCH, config, &a) : tuner_nomem();
  free(config);
  answer_release(&a);
  return code;
}

static int search(struct tuning *t) {
  struct strategy_options options = {.seed = t->job->seed, .start = space_find(t->space, t->standard_values)};
  struct strategy_run *run;
  int code = strategy_open(&run, t->job->strategy, t->space, &options);
  if (code) return code;
  tell_known(t, run);
  while (!code) {
    if (worker_cancelled(t->job->worker)) code = tuner_fail(TUNER_ECANCEL, "interrupted");
    if (code || !budget_left(t)) break;
    int64_t index = STRATEGY_END;
    code = ahead_next(&t->ahead, run, &index);
    if (code || index == STRATEGY_END) break;
    code = index < 0 ? tuner_nomem() : try_index(t, run, (size_t)index);
  }
  strategy_close(run);
  return code;
}

/* ---- Contest and result ---- */

static void final_recorded(void *tuning, const struct journal_row *row) { tell(tuning, row); }

static int confirm(struct tuning *t) {
  double left = t->job->budget == BUDGET_SECONDS ? t->job->share - spent(t) : INFINITY;
  struct finals f = {.session = &t->session, .journal = &t->journal, .space = t->space, .standard = t->standard,
                     .standard_values = t->standard_values, .incumbent = t->incumbent, .limit = t->job->time_limit,
                     .until = clock_seconds() + left, .given = t->job->nominal,
                     .recorded = final_recorded, .data = t};
  return finals_run(&f);
}

/* Does every legal configuration have a row? */
static int is_exhausted(const struct tuning *t) {
  struct map seen = {0};
  int fine = t->journal.n >= space_size(t->space);
  for (size_t i = 0; fine && i < t->journal.n; i++) {
    const struct journal_row *r = &t->journal.rows[i];
    int64_t index = r->phase == TDB_PHASE_REFERENCE ? -1 : space_find_config(t->space, r->config);
    if (index >= 0) fine = map_put(&seen, (uint64_t)index) != NULL;
  }
  fine = fine && seen.n == space_size(t->space);
  map_free(&seen);
  return fine;
}

static int is_complete(const struct tuning *t) {
  double given = 0;
  if (!journal_closed(&t->journal, t->standard, &given)) return 0;
  if (is_exhausted(t)) return 1;
  if (t->job->budget == BUDGET_TRIALS) return spent(t) >= t->job->nominal;
  return given >= t->job->nominal * 0.999;
}

static int run(struct tuning *t) {
  int code = try_default(t);
  if (!code) code = try_naive(t);
  if (!code) code = search(t);
  if (!code) code = confirm(t);
  return code;
}

static void count(struct tune_result *r, const struct journal *j) {
  r->trials = j->n;
  r->added = j->n - j->old;
  for (size_t i = 0; i < j->n; i++)
    if (j->rows[i].phase != TDB_PHASE_CONFIRM) r->failures[j->rows[i].status] += j->rows[i].status != TDB_TRIAL_OK;
}

/* What is taken off the budget: runs of before may have had a larger one, only this run's excess counts. */
static double charged(const struct tuning *t) {
  double total = spent(t), share = t->job->share;
  double now = t->job->budget == BUDGET_TRIALS ? 0 : clock_seconds() - t->started;
  return total <= share ? total : share + fmin(total - share, now);
}

static int conclude(struct tuning *t) {
  struct tune_result *r = t->result;
  const struct journal_row *best = journal_winner(&t->journal);
  const struct journal_row *naive = journal_find(&t->journal, TDB_PHASE_REFERENCE, "");
  const struct journal_row *standard = t->standard ? journal_best_of(&t->journal, t->standard) : NULL;
  count(r, &t->journal);
  r->exhausted = t->space ? is_exhausted(t) : 0;
  r->reference_seconds = naive && naive->status == TDB_TRIAL_OK ? naive->seconds : 0;
  r->default_seconds = standard && standard->status == TDB_TRIAL_OK ? standard->seconds : 0;
  r->spent = t->journal.who.kernel ? charged(t) : 0;
  if (!best) return TUNER_OK;
  r->best_seconds = best->seconds;
  r->confirmed = best->phase == TDB_PHASE_CONFIRM;
  r->best = strdup(best->config);
  return r->best ? TUNER_OK : tuner_nomem();
}

/* What concerns this problem alone is its outcome; the rest ends the run. */
static int settle(struct tune_result *r, int code, int recording) {
  if (code == TUNER_ECANCEL) {
    r->outcome = TUNE_INTERRUPTED;
    return TUNER_OK;
  }
  if (code == TUNER_OK) return TUNER_OK;
  r->outcome = TUNE_FAILED;
  snprintf(r->message, sizeof r->message, "%s", tuner_error());
  return recording ? code : TUNER_OK;
}

int tune_problem(struct tune_result *out, const struct tune_job *job, const struct problem *p) {
  struct tuning *t = calloc(1, sizeof *t);
  memset(out, 0, sizeof *out);
  if (!t) return tuner_nomem();
  t->job = job;
  t->problem = p;
  t->result = out;
  t->started = clock_seconds();
  int code = prepare(t);
  if (!code && is_complete(t)) {
    out->outcome = TUNE_NOTHING_LEFT;
  } else if (!code) {
    code = run(t);
  }
  code = settle(out, code, code == TUNER_ENOMEM || code == TUNER_EENV);
  int concluded = conclude(t);
  journal_close(&t->journal);
  if (job->yard) yard_problem(job->yard, NULL, NULL);
  space_close(t->space);
  free(t->standard);
  free(t->incumbent);
  free(t);
  return code ? code : concluded;
}

void tune_result_release(struct tune_result *r) {
  free(r->best);
  free(r->standard);
  r->best = r->standard = NULL;
}
