/* The rows of one identity. */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

static const char closes[] = "closes a search of ";

static int add(struct journal *j, const tdb_trial *t) {
  if (j->n == j->room) {
    size_t room = j->room ? 2 * j->room : 64;
    struct journal_row *rows = realloc(j->rows, room * sizeof *rows);
    if (!rows) return tuner_nomem();
    j->rows = rows;
    j->room = room;
  }
  struct journal_row row = {.config = strdup(t->config), .message = strdup(t->message ? t->message : ""),
                            .phase = t->phase, .status = t->status, .seconds = t->seconds,
                            .id = t->id, .created_us = t->created_us};
  if (!row.config || !row.message) {
    free(row.config);
    free(row.message);
    return tuner_nomem();
  }
  j->rows[j->n++] = row;
  return TUNER_OK;
}

struct reading { struct journal *j; int code; };

static int same(const char *a, const char *b) { return !strcmp(a ? a : "", b ? b : ""); }

static int read_row(void *data, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *t) {
  struct reading *r = data;
  (void)who;
  if (same(origin->spec_hash, r->j->origin.spec_hash) && same(origin->source_hash, r->j->origin.source_hash))
    r->code = add(r->j, t);
  return r->code != TUNER_OK;
}

int journal_open(struct journal *j, tdb *db, const tdb_identity *who, const tdb_origin *origin) {
  *j = (struct journal){.db = db, .who = *who, .origin = *origin};
  struct reading r = {j, TUNER_OK};
  int code = tdb_each_trial(db, who, read_row, &r);
  if (code < 0 && !r.code) r.code = tuner_fail(TUNER_EENV, "%s", tdb_error());
  if (r.code) journal_close(j);
  j->old = j->n;
  return r.code;
}

void journal_close(struct journal *j) {
  for (size_t i = 0; i < j->n; i++) {
    free(j->rows[i].config);
    free(j->rows[i].message);
  }
  free(j->rows);
  j->rows = NULL;
  j->n = j->room = 0;
}

int journal_record(struct journal *j, tdb_phase phase, const char *config, const struct answer *a) {
  int ok = a->status == TDB_TRIAL_OK;
  char *artifact = ok && phase == TDB_PHASE_CONFIRM && j->artifact ? j->artifact(j->artifact_data, config) : NULL;
  tdb_trial t = {.config = config, .phase = phase, .status = a->status, .seconds = ok ? a->seconds : 0,
                 .error = a->error, .samples = ok ? a->samples : NULL, .nsamples = ok ? a->nsamples : 0,
                 .message = a->message, .artifact = artifact ? artifact : "", .run_clock_hz = a->conditions.clock_hz,
                 .celsius = a->conditions.celsius, .watts = a->conditions.watts};
  int code = tdb_record(j->db, &j->who, &j->origin, &t, &t.id) < 0 ? tuner_fail(TUNER_EENV, "%s", tdb_error()) : add(j, &t);
  free(artifact);
  return code;
}

const struct journal_row *journal_find(const struct journal *j, tdb_phase phase, const char *config) {
  for (size_t i = j->n; i-- > 0;)
    if (j->rows[i].phase == phase && !strcmp(j->rows[i].config, config)) return &j->rows[i];
  return NULL;
}

const struct journal_row *journal_last(const struct journal *j, tdb_phase phase) {
  for (size_t i = j->n; i-- > 0;)
    if (j->rows[i].phase == phase) return &j->rows[i];
  return NULL;
}

static int searched(const struct journal_row *r) {
  return r->phase == TDB_PHASE_SEARCH || r->phase == TDB_PHASE_DEFAULT;
}

static int by_config(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

size_t journal_tried(const struct journal *j) {
  size_t n = 0, different = 0;
  const char **configs = malloc((j->n + 1) * sizeof *configs);
  if (!configs) return 0;
  for (size_t i = 0; i < j->n; i++)
    if (searched(&j->rows[i])) configs[n++] = j->rows[i].config;
  qsort(configs, n, sizeof *configs, by_config);
  for (size_t i = 0; i < n; i++) different += i == 0 || strcmp(configs[i - 1], configs[i]);
  free(configs);
  return different;
}

const struct journal_row *journal_best_of(const struct journal *j, const char *config) {
  const struct journal_row *confirmed = journal_find(j, TDB_PHASE_CONFIRM, config);
  if (confirmed) return confirmed;
  const struct journal_row *found = journal_find(j, TDB_PHASE_SEARCH, config);
  return found ? found : journal_find(j, TDB_PHASE_DEFAULT, config);
}

/* A row counts when no newer one of its configuration says otherwise. */
static const struct journal_row *fastest(const struct journal *j, int confirmed) {
  const struct journal_row *best = NULL;
  for (size_t i = 0; i < j->n; i++) {
    const struct journal_row *r = &j->rows[i];
    if (r->status != TDB_TRIAL_OK || r->phase == TDB_PHASE_REFERENCE || (r->phase == TDB_PHASE_CONFIRM) != confirmed) continue;
    if (best && r->seconds >= best->seconds) continue;
    if (!confirmed || journal_find(j, TDB_PHASE_CONFIRM, r->config) == r) best = r;
  }
  return best;
}

const struct journal_row *journal_winner(const struct journal *j) {
  const struct journal_row *best = fastest(j, 1);
  return best ? best : fastest(j, 0);
}

double journal_spent(const struct journal *j, double gap) {
  double spent = 0;
  for (size_t i = 1; i < j->n; i++) {
    double seconds = (double)(j->rows[i].created_us - j->rows[i - 1].created_us) * 1e-6;
    if (seconds > 0 && seconds <= gap) spent += seconds;
  }
  return spent;
}

void journal_closing(char *text, size_t size, double given, const char *why) {
  snprintf(text, size, "%.180s%s%s%.9g", why, *why ? "; " : "", closes, given);
}

int journal_closed(const struct journal *j, const char *standard, double *given) {
  const struct journal_row *last = journal_last(j, TDB_PHASE_CONFIRM);
  const char *text = last ? strstr(last->message, closes) : NULL;
  if (!text || strcmp(last->config, standard)) return 0;
  for (const struct journal_row *r = last + 1; r < j->rows + j->n; r++)
    if (searched(r)) return 0;
  *given = strtod(text + strlen(closes), NULL);
  return *given >= 0;
}
