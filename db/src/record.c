/* Recording: one trial, one transaction. */
#include "record.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "settings.h"
#include "sha256.h"
#include "text.h"

enum { MESSAGE_LIMIT = 65536 };

static int check_text(const char *s, const char *what, int may_be_empty) {
  if (!s) return tdb_fail(TDB_EINVAL, "%s is missing", what);
  if (!*s && !may_be_empty) return tdb_fail(TDB_EINVAL, "%s is empty", what);
  return text_is_utf8(s) ? TDB_OK : tdb_fail(TDB_EINVAL, "%s is not UTF-8", what);
}

/* Canonical, or the same result would stand under two names. */
static int check_settings(const char *s, const char *what) {
  char *canonical;
  int rc = check_text(s, what, 1);
  if (!rc) rc = tdb_canonical(&canonical, s);
  if (rc) return rc;
  if (strcmp(s, canonical)) rc = tdb_fail(TDB_EINVAL, "%s '%s' is not canonical, '%s' is", what, s, canonical);
  free(canonical);
  return rc;
}

int record_check_identity(const tdb_identity *who) {
  if (!who) return tdb_fail(TDB_EINVAL, "no identity given");
  int rc = check_text(who->kernel, "kernel", 0);
  if (!rc) rc = check_text(who->version, "version", 0);
  if (!rc) rc = check_settings(who->problem, "problem");
  if (!rc) rc = check_settings(who->scaling, "scaling");
  if (!rc) rc = check_text(who->device, "device", 0);
  if (!rc) rc = check_text(who->architecture, "architecture", 0);
  if (!rc && who->units < 1) rc = tdb_fail(TDB_EINVAL, "units: %lld, must be positive", (long long)who->units);
  return rc;
}

static int check_origin(const tdb_origin *o) {
  int rc = check_text(o->spec_hash, "spec_hash", 1);
  if (!rc) rc = check_text(o->source_hash, "source_hash", 1);
  if (!rc) rc = check_text(o->driver, "driver", 1);
  if (!rc) rc = check_text(o->compiler, "compiler", 1);
  if (!rc && (o->memory_bytes < 0 || o->clock_hz < 0)) rc = tdb_fail(TDB_EINVAL, "negative memory or clock");
  return rc;
}

static int check_times(const tdb_trial *t) {
  if (t->status == TDB_TRIAL_OK && !(t->seconds > 0 && isfinite(t->seconds)))
    return tdb_fail(TDB_EINVAL, "seconds: %g, an ok trial takes a positive, finite time", t->seconds);
  if (!(t->seconds >= 0 && isfinite(t->seconds)))
    return tdb_fail(TDB_EINVAL, "seconds: %g, must be finite and not negative", t->seconds);
  if (t->nsamples && !t->samples) return tdb_fail(TDB_EINVAL, "samples are missing");
  for (size_t i = 0; i < t->nsamples; i++)
    if (!(t->samples[i] >= 0 && isfinite(t->samples[i])))
      return tdb_fail(TDB_EINVAL, "sample %zu: %g, must be finite and not negative", i, t->samples[i]);
  return TDB_OK;
}

static int check_conditions(const tdb_trial *t) {
  const double all[] = {t->run_clock_hz, t->celsius, t->watts};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!(all[i] >= 0 && isfinite(all[i])))
      return tdb_fail(TDB_EINVAL, "clock, temperature or power: %g, must be finite and not negative", all[i]);
  return TDB_OK;
}

static int check_trial(const tdb_trial *t) {
  if ((unsigned)t->phase > TDB_PHASE_REFERENCE) return tdb_fail(TDB_EINVAL, "phase %d is unknown", (int)t->phase);
  if ((unsigned)t->status >= TDB_TRIAL_STATUS_COUNT) return tdb_fail(TDB_EINVAL, "status %d is unknown", (int)t->status);
  int rc = check_settings(t->config, "config");
  if (!rc) rc = check_times(t);
  if (!rc) rc = check_conditions(t);
  if (!rc && t->artifact) rc = check_text(t->artifact, "artifact", 1);
  return rc;
}

int record_check(const tdb_identity *who, const tdb_origin *origin, const tdb_trial *trial) {
  if (!who || !origin || !trial) return tdb_fail(TDB_EINVAL, "recording: nothing given");
  int rc = record_check_identity(who);
  if (!rc) rc = check_origin(origin);
  return rc ? rc : check_trial(trial);
}

void samples_encode(uint8_t *out, const double *samples, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, &samples[i], 8);
    for (int b = 0; b < 8; b++) *out++ = (uint8_t)(bits >> 8 * b);
  }
}

void samples_decode(double *out, const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits = 0;
    for (int b = 0; b < 8; b++) bits |= (uint64_t)*bytes++ << 8 * b;
    memcpy(&out[i], &bits, 8);
  }
}

static void bind_text(sqlite3_stmt *s, int at, const char *value) {
  sqlite3_bind_text(s, at, value ? value : "", -1, SQLITE_STATIC);
}

/* The id of the row that `find` finds, else of the one `add` adds; both bound by `bind`. */
static int find_or_add(tdb_file *f, statement find, statement add, void (*bind)(sqlite3_stmt *, const void *),
                       const void *what, int64_t *id) {
  sqlite3_stmt *s = file_statement(f, find);
  if (!s) return TDB_EIO;
  bind(s, what);
  *id = file_id(f, s);
  if (*id) return *id < 0 ? (int)*id : TDB_OK;
  if (!(s = file_statement(f, add))) return TDB_EIO;
  bind(s, what);
  int rc = file_step(f, s, "recording");
  *id = sqlite3_last_insert_rowid(f->sql);
  return rc;
}

static void bind_device(sqlite3_stmt *s, const void *what) {
  const tdb_identity *who = what;
  bind_text(s, 1, who->device);
  bind_text(s, 2, who->architecture);
  sqlite3_bind_int64(s, 3, who->units);
}

struct identity_row { const tdb_identity *who; int64_t device; };

static void bind_identity(sqlite3_stmt *s, const void *what) {
  const struct identity_row *row = what;
  bind_text(s, 1, row->who->kernel);
  bind_text(s, 2, row->who->version);
  bind_text(s, 3, row->who->problem);
  bind_text(s, 4, row->who->scaling);
  sqlite3_bind_int64(s, 5, row->device);
}

static void bind_origin(sqlite3_stmt *s, const void *what) {
  const tdb_origin *o = what;
  bind_text(s, 1, o->spec_hash);
  bind_text(s, 2, o->source_hash);
  bind_text(s, 3, o->driver);
  bind_text(s, 4, o->compiler);
  sqlite3_bind_int64(s, 5, o->memory_bytes);
  sqlite3_bind_int64(s, 6, o->clock_hz);
}

int record_identity(tdb_file *f, const tdb_identity *who, int64_t *id) {
  struct identity_row row = {.who = who};
  int rc = find_or_add(f, ST_DEVICE_FIND, ST_DEVICE_ADD, bind_device, who, &row.device);
  return rc ? rc : find_or_add(f, ST_IDENTITY_FIND, ST_IDENTITY_ADD, bind_identity, &row, id);
}

static int add_trial(tdb_file *f, const record *r, int64_t identity, int64_t origin, int *added) {
  const tdb_trial *t = r->trial;
  sqlite3_stmt *s = file_statement(f, ST_TRIAL_ADD);
  uint8_t *samples = malloc(8 * t->nsamples + 1);
  char *message = text_to_utf8(t->message ? t->message : "", MESSAGE_LIMIT);
  int rc = !s ? TDB_EIO : samples && message ? TDB_OK : tdb_fail(TDB_ENOMEM, "out of memory");
  if (!rc) {
    samples_encode(samples, t->samples, t->nsamples);
    sqlite3_bind_blob(s, 1, r->uid, UID_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, identity);
    sqlite3_bind_int64(s, 3, origin);
    sqlite3_bind_int(s, 4, (int)t->phase);
    sqlite3_bind_int(s, 5, (int)t->status);
    bind_text(s, 6, t->config);
    sqlite3_bind_double(s, 7, t->seconds);
    sqlite3_bind_double(s, 8, t->error >= 0 && isfinite(t->error) ? t->error : -1); /* NaN has no place in SQL */
    sqlite3_bind_blob64(s, 9, samples, 8 * t->nsamples, SQLITE_STATIC);
    bind_text(s, 10, message);
    bind_text(s, 11, t->artifact);
    sqlite3_bind_int64(s, 12, t->created_us);
    sqlite3_bind_double(s, 13, t->run_clock_hz);
    sqlite3_bind_double(s, 14, t->celsius);
    sqlite3_bind_double(s, 15, t->watts);
    rc = file_step(f, s, "recording");
    *added = !rc && sqlite3_changes(f->sql) == 1;
    sqlite3_clear_bindings(s);
  }
  free(samples);
  free(message);
  return rc;
}

int record_add(tdb_file *f, const record *r, int *added, int64_t *id) {
  int64_t identity = 0, origin = 0;
  *added = 0;
  int rc = record_identity(f, r->who, &identity);
  if (!rc) rc = find_or_add(f, ST_ORIGIN_FIND, ST_ORIGIN_ADD, bind_origin, r->origin, &origin);
  if (!rc) rc = add_trial(f, r, identity, origin, added);
  if (!rc && id) *id = sqlite3_last_insert_rowid(f->sql);
  return rc;
}

static int random_name(record *r) {
  return getrandom(r->uid, UID_BYTES, 0) == UID_BYTES ? TDB_OK : tdb_fail(TDB_EIO, "no random bytes to be had");
}

int tdb_record(tdb *db, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *trial, int64_t *id) {
  if (!db) return tdb_fail(TDB_EINVAL, "no database given");
  int rc = record_check(who, origin, trial), added;
  if (rc) return rc;
  tdb_trial stamped = *trial;
  stamped.created_us = time_us();
  record r = {.who = who, .origin = origin, .trial = &stamped};
  rc = random_name(&r);
  if (!rc) rc = file_begin(&db->user, "recording a trial");
  if (rc) return rc;
  lookup_forget(db);
  return file_end(&db->user, record_add(&db->user, &r, &added, id));
}

static void name_add(text *t, const char *s) { text_add(t, "%s\n", s ? s : ""); }

void record_name_by_content(record *r) {
  text t = {0};
  uint8_t digest[SHA256_BYTES] = {0};
  const tdb_trial *trial = r->trial;
  const char *const parts[] = {
    r->who->kernel, r->who->version, r->who->problem, r->who->scaling, r->who->device, r->who->architecture,
    r->origin->spec_hash, r->origin->source_hash, r->origin->driver, r->origin->compiler,
    trial->config, trial->message, trial->artifact};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) name_add(&t, parts[i]);
  text_add(&t, "%lld %lld %lld %d %d %a %a %lld", (long long)r->who->units, (long long)r->origin->memory_bytes,
           (long long)r->origin->clock_hz, (int)trial->phase, (int)trial->status, trial->seconds, trial->error,
           (long long)trial->created_us);
  for (size_t i = 0; i < trial->nsamples; i++) text_add(&t, " %a", trial->samples[i]);
  if (trial->run_clock_hz > 0 || trial->celsius > 0 || trial->watts > 0) /* older files name theirs without */
    text_add(&t, " %a %a %a", trial->run_clock_hz, trial->celsius, trial->watts);
  if (t.data) sha256(t.data, t.size, digest);
  free(text_take(&t));
  memcpy(r->uid, digest, UID_BYTES);
}
