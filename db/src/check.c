/* Is a file whole, and does it mean something?  SQLite's own check, then every
 * trial and every artifact against the rules by which they were let in. */
#include <stdlib.h>
#include <string.h>
#include "each.h"
#include "text.h"

enum { FAULTS_SHOWN = 20 };

typedef struct checking {
  text report;
  int64_t trials, artifacts, faults;
} checking;

static void fault(checking *c, const char *what) {
  if (c->faults++ < FAULTS_SHOWN) text_add(&c->report, "%s\n", what);
}

/* Rows of a pragma, each a fault but the word "ok". */
static int check_pragma(tdb_file *f, const char *sql, const char *prefix, checking *c) {
  sqlite3_stmt *s = NULL;
  int step = sqlite3_prepare_v2(f->sql, sql, -1, &s, NULL);
  while (s && (step = sqlite3_step(s)) == SQLITE_ROW) {
    const char *row = (const char *)sqlite3_column_text(s, 0);
    if (!row || !strcmp(row, "ok")) continue;
    text t = {0};
    text_add(&t, "%s%s", prefix, row);
    if (t.data) fault(c, t.data);
    free(text_take(&t));
  }
  sqlite3_finalize(s);
  if (step == SQLITE_DONE) return TDB_OK;
  int rc = file_fail(f, step, "checking it");
  fault(c, tdb_error());
  return rc == TDB_EDAMAGED ? TDB_OK : rc;
}

static int check_trial(void *data, const record *r) {
  checking *c = data;
  c->trials++;
  if (!record_check(r->who, r->origin, r->trial)) return 0;
  text t = {0};
  text_add(&t, "trial %lld: %s", (long long)r->trial->id, tdb_error());
  if (t.data) fault(c, t.data);
  free(text_take(&t));
  return 0;
}

static int check_artifacts(tdb_file *f, checking *c) {
  sqlite3_stmt *s = NULL;
  int step = sqlite3_prepare_v2(f->sql, "SELECT hash, data FROM artifact", -1, &s, NULL);
  while (s && (step = sqlite3_step(s)) == SQLITE_ROW) {
    const char *hash = (const char *)sqlite3_column_text(s, 0);
    const void *bytes = sqlite3_column_blob(s, 1);
    char is[65];
    tdb_hash(bytes ? bytes : "", (size_t)sqlite3_column_bytes(s, 1), is);
    c->artifacts++;
    if (!hash || strcmp(hash, is)) fault(c, "an artifact is not what its hash says");
  }
  sqlite3_finalize(s);
  return step == SQLITE_DONE ? TDB_OK : file_fail(f, step, "checking it");
}

static const char missing_artifacts[] =
  "SELECT 'trial ' || id || ': its artifact is not here' FROM trial t"
  " WHERE artifact <> '' AND NOT EXISTS(SELECT 1 FROM artifact a WHERE a.hash = t.artifact)";

static int check_meaning(tdb_file *f, checking *c) {
  int rc = each_record(f, NULL, check_trial, c);
  if (!rc) rc = check_artifacts(f, c);
  if (!rc) rc = check_pragma(f, missing_artifacts, "", c);
  if (rc == TDB_EDAMAGED) fault(c, tdb_error());
  return rc == TDB_EDAMAGED ? TDB_OK : rc;
}

int tdb_check(tdb *db, char **report) {
  *report = NULL;
  if (!db || !db->user.sql) return tdb_fail(TDB_EINVAL, "checking: no database is open");
  checking c = {0};
  int rc = check_pragma(&db->user, "PRAGMA integrity_check", "integrity: ", &c);
  if (!rc) rc = check_pragma(&db->user, "PRAGMA foreign_key_check", "a dangling reference in table ", &c);
  if (!rc) rc = check_meaning(&db->user, &c);
  text_add(&c.report, "%lld trials, %lld artifacts, %lld faults\n", (long long)c.trials, (long long)c.artifacts,
           (long long)c.faults);
  *report = text_take(&c.report);
  if (!rc && !*report) return tdb_fail(TDB_ENOMEM, "out of memory");
  if (!rc && c.faults)
    rc = tdb_fail(TDB_EDAMAGED, "%s: %lld faults; 'constrint db export' saves what can be read", db->user.path,
                  (long long)c.faults);
  return rc;
}
