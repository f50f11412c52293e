/* Export, import and merge. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "each.h"
#include "lines.h"
#include "open.h"
#include "replace.h"

/* ---- artifacts of a file ---- */

typedef int (*artifact_fn)(void *data, const char *hash, const void *bytes, size_t size);

static int each_artifact(tdb_file *f, artifact_fn fn, void *data) {
  sqlite3_stmt *s = NULL;
  int step = sqlite3_prepare_v2(f->sql, "SELECT hash, data FROM artifact ORDER BY id", -1, &s, NULL), rc = TDB_OK;
  while (!rc && s && (step = sqlite3_step(s)) == SQLITE_ROW) {
    const char *hash = (const char *)sqlite3_column_text(s, 0);
    const void *bytes = sqlite3_column_blob(s, 1);
    if (hash) rc = fn(data, hash, bytes ? bytes : "", (size_t)sqlite3_column_bytes(s, 1));
  }
  if (!rc && step != SQLITE_DONE) rc = file_fail(f, step, "reading its artifacts");
  sqlite3_finalize(s);
  return rc;
}

/* ---- export ---- */

struct writing { FILE *out; int rc; };

static int write_trial(void *data, const record *r) {
  struct writing *w = data;
  w->rc = lines_write_trial(w->out, r);
  return w->rc != TDB_OK;
}

static int write_artifact(void *data, const char *hash, const void *bytes, size_t size) {
  return lines_write_artifact(((struct writing *)data)->out, hash, bytes, size);
}

static int64_t count_trials(tdb_file *f) {
  sqlite3_stmt *s = NULL;
  int rc = sqlite3_prepare_v2(f->sql, "SELECT count(*) FROM trial", -1, &s, NULL);
  int64_t n = rc ? file_fail(f, rc, "reading its trials") : file_id(f, s);
  sqlite3_finalize(s);
  return n;
}

static int write_all(tdb_file *f, FILE *out) {
  struct writing w = {.out = out};
  int64_t trials = count_trials(f);
  if (trials < 0) return (int)trials;
  int rc = lines_write_header(out, trials);
  if (!rc) rc = each_artifact(f, write_artifact, &w);
  if (!rc) rc = each_record(f, NULL, write_trial, &w);
  return rc ? rc : w.rc;
}

/* All of it as it was at one moment. */
static int write_snapshot(tdb_file *f, FILE *out) {
  int rc = file_run(f, ST_BEGIN_READ);
  if (!rc) rc = file_end(f, write_all(f, out));
  if (fflush(out) && !rc)
    rc = tdb_fail(errno == ENOSPC || errno == EFBIG ? TDB_EFULL : TDB_EIO, "cannot write the export: %s", strerror(errno));
  return rc;
}

int tdb_export(tdb *db, const char *json_path) {
  replacement r;
  if (!db || !db->user.sql) return tdb_fail(TDB_EINVAL, "exporting: no database is open");
  int rc = replace_begin(&r, json_path);
  if (rc) return rc;
  FILE *out = fdopen(dup(r.fd), "w");
  rc = out ? write_snapshot(&db->user, out) : tdb_fail(TDB_EIO, "%s: %s", json_path, strerror(errno));
  if (out && fclose(out) && !rc) rc = tdb_fail(TDB_EIO, "%s: %s", json_path, strerror(errno));
  return replace_end(&r, rc, 0644);
}

/* ---- import and merge: into one transaction ---- */

struct adding { tdb_file *into; int64_t added; int rc; };

static int add_trial(void *data, const record *r) {
  struct adding *a = data;
  int added;
  a->rc = record_add(a->into, r, &added, NULL);
  a->added += !a->rc && added;
  return a->rc;
}

static int add_artifact(void *data, const char *hash, const void *bytes, size_t size) {
  struct adding *a = data;
  return artifact_add(a->into, hash, bytes, size);
}

static int finish_adding(tdb *into, struct adding *a, int rc, int64_t *added) {
  rc = file_end(&into->user, rc ? rc : a->rc);
  lookup_forget(into);
  if (added) *added = rc ? 0 : a->added;
  return rc;
}

int tdb_import(tdb *db, const char *json_path, int64_t *added) {
  if (added) *added = 0;
  if (!db || !json_path) return tdb_fail(TDB_EINVAL, "importing: nothing given");
  struct stat st;
  FILE *in = fopen(json_path, "re");
  if (!in) return tdb_fail(TDB_ENOTFOUND, "%s: cannot be read: %s", json_path, strerror(errno));
  int rc = !fstat(fileno(in), &st) && S_ISDIR(st.st_mode) ? tdb_fail(TDB_EINVAL, "%s: a folder, not a file", json_path)
                                                          : file_begin(&db->user, "importing");
  if (!rc) {
    struct adding a = {.into = &db->user};
    line_sink sink = {add_trial, add_artifact, &a};
    rc = finish_adding(db, &a, lines_read(in, json_path, &sink), added);
  }
  fclose(in);
  return rc;
}

static int same_file(const char *a, const char *b) {
  struct stat x, y;
  return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* What a damaged file says does not get in: each trial is checked again. */
static int check_and_add(void *data, const record *r) {
  struct adding *a = data;
  a->rc = record_check(r->who, r->origin, r->trial);
  return a->rc ? a->rc : add_trial(data, r);
}

static int add_all(tdb_file *from, struct adding *a) {
  int rc = each_artifact(from, add_artifact, a);
  return rc ? rc : each_record(from, NULL, check_and_add, a);
}

int tdb_merge(tdb *into, const char *from_path, int64_t *added) {
  tdb *from;
  if (added) *added = 0;
  if (!into || !from_path) return tdb_fail(TDB_EINVAL, "merging: nothing given");
  if (into->user.path && same_file(into->user.path, from_path))
    return tdb_fail(TDB_EINVAL, "%s: cannot be merged into itself", from_path);
  int rc = tdb_open(&from, from_path, TDB_READ);
  if (rc) return rc;
  rc = file_begin(&into->user, "merging");
  if (!rc) {
    struct adding a = {.into = &into->user};
    rc = finish_adding(into, &a, add_all(&from->user, &a), added);
  }
  tdb_close(from);
  return rc;
}
