/* Reading every trial, every identity, every miss. */
#include "each.h"
#include <stdlib.h>
#include <string.h>

#define TRIALS                                                                                        \
  "SELECT t.id, t.uid, t.phase, t.status, t.config, t.seconds, t.error, t.samples, t.message, t.artifact," \
  " t.created_us, o.spec_hash, o.source_hash, o.driver, o.compiler, o.memory_bytes, o.clock_hz,"     \
  " i.kernel, i.version, i.problem, i.scaling, d.name, d.architecture, d.units,"                      \
  " t.run_clock_hz, t.celsius, t.watts"                                                               \
  " FROM trial t JOIN origin o ON o.id = t.origin JOIN identity i ON i.id = t.identity"               \
  " JOIN device d ON d.id = i.device"
#define IN_ORDER " ORDER BY t.created_us, t.id"

static const char all_trials[] = TRIALS IN_ORDER;
static const char trials_of_one[] =
  TRIALS " WHERE i.kernel = ? AND i.version = ? AND i.problem = ? AND i.scaling = ?"
         " AND d.name = ? AND d.architecture = ? AND d.units = ?" IN_ORDER;
static const char all_identities[] =
  "SELECT i.kernel, i.version, i.problem, i.scaling, d.name, d.architecture, d.units"
  " FROM identity i JOIN device d ON d.id = i.device"
  " WHERE EXISTS(SELECT 1 FROM trial WHERE identity = i.id) ORDER BY i.id";
static const char all_missed[] =
  "SELECT i.kernel, i.version, i.problem, i.scaling, d.name, d.architecture, d.units, m.asked, m.last_us"
  " FROM missed m JOIN identity i ON i.id = m.identity JOIN device d ON d.id = i.device"
  " WHERE NOT EXISTS(SELECT 1 FROM identity k JOIN trial t ON t.identity = k.id"
  "  WHERE k.kernel = i.kernel AND k.version = i.version AND k.problem = i.problem AND k.device = i.device"
  "  AND t.status = 0 AND t.phase <> 3)"
  " ORDER BY m.asked DESC, m.last_us DESC, i.id";

/* Never NULL, whatever a damaged file holds. */
static const char *column(sqlite3_stmt *s, int i) {
  const char *t = (const char *)sqlite3_column_text(s, i);
  return t ? t : "";
}

static tdb_identity read_identity(sqlite3_stmt *s, int at) {
  return (tdb_identity){.kernel = column(s, at), .version = column(s, at + 1), .problem = column(s, at + 2),
                        .scaling = column(s, at + 3), .device = column(s, at + 4),
                        .architecture = column(s, at + 5), .units = sqlite3_column_int64(s, at + 6)};
}

static tdb_origin read_origin(sqlite3_stmt *s, int at) {
  return (tdb_origin){.spec_hash = column(s, at), .source_hash = column(s, at + 1), .driver = column(s, at + 2),
                      .compiler = column(s, at + 3), .memory_bytes = sqlite3_column_int64(s, at + 4),
                      .clock_hz = sqlite3_column_int64(s, at + 5)};
}

static tdb_trial read_trial(sqlite3_stmt *s, const double *samples, size_t nsamples) {
  return (tdb_trial){.id = sqlite3_column_int64(s, 0), .phase = (tdb_phase)sqlite3_column_int(s, 2),
                     .status = (tdb_status)sqlite3_column_int(s, 3), .config = column(s, 4),
                     .seconds = sqlite3_column_double(s, 5), .error = sqlite3_column_double(s, 6),
                     .samples = samples, .nsamples = nsamples, .message = column(s, 8), .artifact = column(s, 9),
                     .created_us = sqlite3_column_int64(s, 10), .run_clock_hz = sqlite3_column_double(s, 24),
                     .celsius = sqlite3_column_double(s, 25), .watts = sqlite3_column_double(s, 26)};
}

static int read_samples(sqlite3_stmt *s, double **samples, size_t *n) {
  const uint8_t *blob = sqlite3_column_blob(s, 7);
  *n = (size_t)sqlite3_column_bytes(s, 7) / 8;
  double *grown = realloc(*samples, (*n + 1) * sizeof *grown);
  if (!grown) return tdb_fail(TDB_ENOMEM, "out of memory");
  *samples = grown;
  samples_decode(grown, blob, *n);
  return TDB_OK;
}

/* *stop: the callback has had enough. */
static int read_row(sqlite3_stmt *s, double **samples, record_fn fn, void *data, int *stop) {
  size_t n;
  record r;
  int rc = read_samples(s, samples, &n);
  if (rc) return rc;
  tdb_identity who = read_identity(s, 17);
  tdb_origin origin = read_origin(s, 11);
  tdb_trial trial = read_trial(s, *samples, n);
  r = (record){.who = &who, .origin = &origin, .trial = &trial};
  const void *uid = sqlite3_column_blob(s, 1);
  if (uid && sqlite3_column_bytes(s, 1) == UID_BYTES) memcpy(r.uid, uid, UID_BYTES);
  *stop = fn(data, &r);
  return TDB_OK;
}

static void bind_identity(sqlite3_stmt *s, const tdb_identity *who) {
  const char *const texts[] = {who->kernel, who->version, who->problem, who->scaling, who->device, who->architecture};
  for (int i = 0; i < 6; i++) sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_STATIC);
  sqlite3_bind_int64(s, 7, who->units);
}

int each_record(tdb_file *f, const tdb_identity *who, record_fn fn, void *data) {
  sqlite3_stmt *s = NULL; /* not a kept one: the callback may ask again */
  double *samples = NULL;
  int stop = 0, step = sqlite3_prepare_v2(f->sql, who ? trials_of_one : all_trials, -1, &s, NULL), rc = TDB_OK;
  if (!step && who) bind_identity(s, who);
  while (!rc && !stop && s && (step = sqlite3_step(s)) == SQLITE_ROW) rc = read_row(s, &samples, fn, data, &stop);
  if (!rc && step != SQLITE_DONE && step != SQLITE_ROW) rc = file_fail(f, step, "reading its trials");
  sqlite3_finalize(s);
  free(samples);
  return rc;
}

struct plain { tdb_trial_fn fn; void *data; };

static int to_plain(void *data, const record *r) {
  const struct plain *p = data;
  return p->fn(p->data, r->who, r->origin, r->trial);
}

int tdb_each_trial(tdb *db, const tdb_identity *who, tdb_trial_fn fn, void *data) {
  if (!db || !fn) return tdb_fail(TDB_EINVAL, "reading trials: nothing given");
  struct plain p = {fn, data};
  return db->user.sql ? each_record(&db->user, who, to_plain, &p) : TDB_OK;
}

/* Each row of a statement that begins with an identity; the callback returns non-zero to stop. */
static int each_row(tdb_file *f, const char *sql, const char *doing, int (*row)(void *, sqlite3_stmt *), void *data) {
  sqlite3_stmt *s = NULL;
  int stop = 0, step = sqlite3_prepare_v2(f->sql, sql, -1, &s, NULL);
  while (!stop && s && (step = sqlite3_step(s)) == SQLITE_ROW) stop = row(data, s);
  int rc = step == SQLITE_DONE || step == SQLITE_ROW ? TDB_OK : file_fail(f, step, doing);
  sqlite3_finalize(s);
  return rc;
}

struct to_identity { tdb_identity_fn fn; void *data; };

static int identity_row(void *data, sqlite3_stmt *s) {
  const struct to_identity *to = data;
  tdb_identity who = read_identity(s, 0);
  return to->fn(to->data, &who);
}

int tdb_each_identity(tdb *db, tdb_identity_fn fn, void *data) {
  if (!db || !fn) return tdb_fail(TDB_EINVAL, "reading identities: nothing given");
  struct to_identity to = {fn, data};
  return db->user.sql ? each_row(&db->user, all_identities, "reading its problems", identity_row, &to) : TDB_OK;
}

struct to_missed { tdb_missed_fn fn; void *data; };

static int missed_row(void *data, sqlite3_stmt *s) {
  const struct to_missed *to = data;
  tdb_identity who = read_identity(s, 0);
  return to->fn(to->data, &who, sqlite3_column_int64(s, 7), sqlite3_column_int64(s, 8));
}

int tdb_each_missed(tdb *db, tdb_missed_fn fn, void *data) {
  if (!db || !fn) return tdb_fail(TDB_EINVAL, "reading misses: nothing given");
  struct to_missed to = {fn, data};
  return db->user.sql ? each_row(&db->user, all_missed, "reading its misses", missed_row, &to) : TDB_OK;
}
