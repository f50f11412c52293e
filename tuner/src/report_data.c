/* Collects what a report shows.
 *
 * The winner is the tuner's: of each configuration its newest confirming trial
 * counts, and any confirmed one comes before all that were only searched. */
#include "report_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct collector {
  struct report_data *data;
  const char *kernel;
  struct report_problem *last; /* trials of a problem come in runs */
  struct report_problem *buckets[BUCKETS];
  int failed;
};

/* ---- Finding the problem of a trial ---- */

static int belongs(const struct report_problem *p, const tdb_identity *who) {
  return p->units == who->units && !strcmp(p->problem, who->problem) && !strcmp(p->scaling, who->scaling) &&
         !strcmp(p->kernel, who->kernel) && !strcmp(p->version, who->version) && !strcmp(p->device, who->device) &&
         !strcmp(p->architecture, who->architecture);
}

static uint64_t mix(uint64_t hash, const char *text) {
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
  return hash * UINT64_C(1099511628211);
}

static struct report_problem **bucket_of(struct collector *c, const tdb_identity *who) {
  return &c->buckets[mix(mix(mix(UINT64_C(14695981039346656037), who->problem), who->scaling), who->device) % BUCKETS];
}

static char *copy(struct collector *c, const char *text) {
  char *s = strdup(text ? text : "");
  if (!s) c->failed = 1;
  return s;
}

static int keep_problem(struct report_data *d, struct report_problem *p) {
  if (d->nproblems == d->room) {
    size_t room = d->room ? 2 * d->room : 16;
    struct report_problem **grown = realloc(d->problems, room * sizeof *grown);
    if (!grown) return -1;
    d->problems = grown;
    d->room = room;
  }
  d->problems[d->nproblems++] = p;
  return 0;
}

static struct report_problem *new_problem(struct collector *c, const tdb_identity *who) {
  struct report_problem *p = calloc(1, sizeof *p);
  if (!p || keep_problem(c->data, p)) {
    free(p);
    c->failed = 1;
    return NULL;
  }
  p->kernel = copy(c, who->kernel);
  p->version = copy(c, who->version);
  p->problem = copy(c, who->problem);
  p->scaling = copy(c, who->scaling);
  p->device = copy(c, who->device);
  p->architecture = copy(c, who->architecture);
  p->units = who->units;
  return p;
}

static struct report_problem *problem_of(struct collector *c, const tdb_identity *who) {
  if (c->last && belongs(c->last, who)) return c->last;
  struct report_problem **bucket = bucket_of(c, who), *p = *bucket;
  while (p && !belongs(p, who)) p = p->chain;
  if (!p && (p = new_problem(c, who))) {
    p->chain = *bucket;
    *bucket = p;
  }
  return c->last = p;
}

/* ---- Trials ---- */

static struct report_trial *next_trial(struct collector *c, struct report_problem *p) {
  if (p->ntrials == p->room) {
    size_t room = p->room ? 2 * p->room : 32;
    struct report_trial *grown = realloc(p->trials, room * sizeof *grown);
    if (!grown) {
      c->failed = 1;
      return NULL;
    }
    p->trials = grown;
    p->room = room;
  }
  return &p->trials[p->ntrials++];
}

static void sample_range(struct report_trial *to, const tdb_trial *t) {
  to->low = to->high = t->seconds;
  for (size_t i = 0; i < t->nsamples; i++) {
    to->low = fmin(to->low, t->samples[i]);
    to->high = fmax(to->high, t->samples[i]);
  }
}

/* An "ok" without a time cannot be drawn, and is none. */
static tdb_status status_of(const tdb_trial *t) {
  int timed = t->seconds > 0 && isfinite(t->seconds);
  return t->status == TDB_TRIAL_OK && !timed ? TDB_TRIAL_IMPLAUSIBLE : t->status;
}

static void add_trial(struct collector *c, struct report_problem *p, const tdb_trial *t) {
  struct report_trial *to = next_trial(c, p);
  if (!to) return;
  *to = (struct report_trial){.id = t->id, .created_us = t->created_us, .phase = t->phase, .status = status_of(t),
                              .seconds = t->seconds, .error = t->error, .clock_hz = t->run_clock_hz,
                              .celsius = t->celsius, .watts = t->watts};
  to->config = copy(c, t->config);
  to->message = copy(c, t->message);
  sample_range(to, t);
}

static void note_origin(struct collector *c, struct report_problem *p, const tdb_origin *o) {
  free(p->driver);
  free(p->compiler);
  p->driver = copy(c, o ? o->driver : "");
  p->compiler = copy(c, o ? o->compiler : "");
}

static int each(void *data, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *trial) {
  struct collector *c = data;
  if (c->kernel && strcmp(c->kernel, who->kernel)) return 0;
  struct report_problem *p = problem_of(c, who);
  if (p) add_trial(c, p, trial);
  if (p) note_origin(c, p, origin);
  return c->failed;
}

/* ---- What follows from them ---- */

static int by_time(const void *a, const void *b) {
  const struct report_trial *x = a, *y = b;
  if (x->created_us != y->created_us) return x->created_us < y->created_us ? -1 : 1;
  return (x->id > y->id) - (x->id < y->id);
}

static int by_config(const void *a, const void *b) {
  const struct report_trial *x = *(const struct report_trial *const *)a, *y = *(const struct report_trial *const *)b;
  int order = strcmp(x->config, y->config);
  return order ? order : (x > y) - (x < y); /* then by time: they lie in one array */
}

static int confirmed(const struct report_trial *t) { return t->phase == TDB_PHASE_CONFIRM; }

static int by_rank(const void *a, const void *b) {
  const struct report_trial *x = *(const struct report_trial *const *)a, *y = *(const struct report_trial *const *)b;
  if (confirmed(x) != confirmed(y)) return confirmed(y) - confirmed(x);
  if (x->seconds != y->seconds) return x->seconds < y->seconds ? -1 : 1;
  return (x > y) - (x < y);
}

static int by_seconds(const void *a, const void *b) {
  const struct report_trial *x = *(const struct report_trial *const *)a, *y = *(const struct report_trial *const *)b;
  if (x->seconds != y->seconds) return x->seconds < y->seconds ? -1 : 1;
  return (x > y) - (x < y);
}

/* Of two trials of one configuration, the later: which speaks for it? */
static int replaces(const struct report_trial *later, const struct report_trial *earlier) {
  return confirmed(later) || (!confirmed(earlier) && later->seconds < earlier->seconds);
}

static int rank(struct report_problem *p) {
  const struct report_trial **r = malloc((p->ntrials + 1) * sizeof *r);
  size_t n = 0, kept = 0;
  if (!r) return -1;
  for (size_t i = 0; i < p->ntrials; i++)
    if (p->trials[i].status == TDB_TRIAL_OK && p->trials[i].phase != TDB_PHASE_REFERENCE) r[n++] = &p->trials[i];
  qsort(r, n, sizeof *r, by_config);
  for (size_t i = 0; i < n; i++) {
    if (!kept || strcmp(r[kept - 1]->config, r[i]->config)) r[kept++] = r[i];
    else if (replaces(r[i], r[kept - 1])) r[kept - 1] = r[i];
  }
  qsort(r, kept, sizeof *r, by_rank);
  if (kept) qsort(r + 1, kept - 1, sizeof *r, by_seconds); /* behind the winner, the fastest first */
  p->ranking = r;
  p->nranking = kept;
  return 0;
}

static void note_failures(struct report_problem *p) {
  for (size_t i = 0; i < p->ntrials; i++) {
    const struct report_trial *t = &p->trials[i];
    if (t->status == TDB_TRIAL_OK) continue;
    p->failures[t->status]++;
    p->example[t->status] = t;
  }
}

static void find_reference(struct report_problem *p) {
  for (size_t i = 0; i < p->ntrials; i++) {
    const struct report_trial *t = &p->trials[i];
    if (t->phase != TDB_PHASE_REFERENCE || t->status != TDB_TRIAL_OK) continue;
    if (!p->reference || t->seconds < p->reference->seconds) p->reference = t;
  }
}

/* The default's configuration is what the default phase timed; a contest may have timed it again. */
static void find_standard(struct report_problem *p) {
  const struct report_trial *d = NULL;
  for (size_t i = 0; i < p->ntrials; i++)
    if (p->trials[i].phase == TDB_PHASE_DEFAULT && p->trials[i].status == TDB_TRIAL_OK) d = &p->trials[i];
  for (size_t i = 0; d && i < p->nranking; i++)
    if (!strcmp(p->ranking[i]->config, d->config)) p->standard = p->ranking[i];
}

static int conclude(struct report_data *d, struct report_problem *p) {
  qsort(p->trials, p->ntrials, sizeof *p->trials, by_time);
  if (rank(p)) return -1;
  p->best = p->nranking ? p->ranking[0] : NULL;
  note_failures(p);
  find_reference(p);
  find_standard(p);
  for (size_t i = 0; i < p->ntrials; i++) d->nfailed += p->trials[i].status != TDB_TRIAL_OK;
  d->ntrials += p->ntrials;
  int64_t first = p->trials[0].created_us, last = p->trials[p->ntrials - 1].created_us;
  if (!d->first_us || first < d->first_us) d->first_us = first;
  if (last > d->last_us) d->last_us = last;
  return 0;
}

static int conclude_all(struct report_data *d) {
  for (size_t i = 0; i < d->nproblems; i++)
    if (d->problems[i]->ntrials && conclude(d, d->problems[i])) return -1;
  return 0;
}

int report_collect(struct report_data **out, tdb *db, const char *kernel) {
  struct collector *c = calloc(1, sizeof *c);
  struct report_data *d = calloc(1, sizeof *d);
  int code = c && d ? TDB_OK : TDB_ENOMEM;
  if (!code) {
    c->data = d;
    c->kernel = kernel;
    code = tdb_each_trial(db, NULL, each, c);
    if (!code && (c->failed || conclude_all(d))) code = TDB_ENOMEM;
  }
  free(c);
  if (code) report_free(d);
  *out = code ? NULL : d;
  return code;
}

static void free_problem(struct report_problem *p) {
  for (size_t i = 0; i < p->ntrials; i++) {
    free(p->trials[i].config);
    free(p->trials[i].message);
  }
  free(p->trials);
  free(p->ranking);
  free(p->kernel);
  free(p->version);
  free(p->problem);
  free(p->scaling);
  free(p->device);
  free(p->architecture);
  free(p->driver);
  free(p->compiler);
  free(p);
}

void report_free(struct report_data *d) {
  if (!d) return;
  for (size_t i = 0; i < d->nproblems; i++) free_problem(d->problems[i]);
  free(d->problems);
  free(d);
}

/* ---- Speed-ups ---- */

const struct report_trial *report_standard(const struct report_problem *p) { return p->standard; }
const struct report_trial *report_reference(const struct report_problem *p) { return p->reference; }

double report_speedup(const struct report_trial *than, const struct report_trial *t) {
  return than && t ? than->seconds / t->seconds : 0;
}

double report_mean_speedup(const struct report_data *d, const struct report_trial *(*pick)(const struct report_problem *)) {
  double sum = 0;
  size_t n = 0;
  for (size_t i = 0; i < d->nproblems; i++) {
    double s = report_speedup(pick(d->problems[i]), d->problems[i]->best);
    if (!(s > 0)) continue;
    sum += log(s);
    n++;
  }
  return n ? exp(sum / (double)n) : 0;
}
