/* A copy fit for shipping: the winners and their artifacts, in one file that
 * needs no companion and can be read where nothing can be written. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "each.h"
#include "open.h"
#include "replace.h"
#include "schema.h"

/* The best of each identity and origin, so that the copy answers every look-up as the
 * file does (save that it has no second best for a configuration that is refused). */
static const char is_winner[] =
  "SELECT 1 FROM trial t WHERE t.id = ?1 AND t.status = 0 AND t.phase <> 3 AND t.id ="
  " (SELECT b.id FROM trial b WHERE b.identity = t.identity AND b.origin = t.origin AND b.status = 0 AND b.phase <> 3"
  "  ORDER BY b.phase <> 1, b.seconds, b.id LIMIT 1)";

typedef struct shipping {
  tdb *from;
  tdb_file *to;
  sqlite3_stmt *winner;
  int rc;
} shipping;

static int ship_artifact(shipping *s, const char *hash) {
  void *data;
  size_t size;
  int rc = tdb_get_artifact(s->from, hash, &data, &size);
  if (rc == TDB_ENOTFOUND) return TDB_OK; /* it was not kept; the configuration is what counts */
  if (!rc) rc = artifact_add(s->to, hash, data, size);
  free(data);
  return rc;
}

static int ship_trial(void *data, const record *r) {
  shipping *s = data;
  int added;
  sqlite3_bind_int64(s->winner, 1, r->trial->id);
  int64_t wins = file_id(&s->from->user, s->winner);
  if (wins <= 0) return (s->rc = (int)wins) != 0;
  s->rc = record_check(r->who, r->origin, r->trial);
  if (!s->rc) s->rc = record_add(s->to, r, &added, NULL);
  if (!s->rc && *r->trial->artifact) s->rc = ship_artifact(s, r->trial->artifact);
  return s->rc != TDB_OK;
}

static int ship_winners(tdb *db, tdb_file *to) {
  shipping s = {.from = db, .to = to};
  int rc = sqlite3_prepare_v2(db->user.sql, is_winner, -1, &s.winner, NULL);
  if (rc) return file_fail(&db->user, rc, "reading its winners");
  rc = file_begin(to, "writing it");
  if (!rc) {
    rc = each_record(&db->user, NULL, ship_trial, &s);
    rc = file_end(to, rc ? rc : s.rc);
  }
  sqlite3_finalize(s.winner);
  return rc;
}

static int vacuum(tdb_file *f) {
  int rc = sqlite3_exec(f->sql, "VACUUM", NULL, NULL, NULL);
  return rc ? file_fail(f, rc, "writing it") : TDB_OK;
}

static int fill(tdb *db, const char *temporary) {
  tdb_file to = {0};
  int rc = file_create_plain(&to, temporary);
  if (!rc) rc = ship_winners(db, &to);
  if (!rc) rc = vacuum(&to);
  file_close(&to);
  return rc;
}

int tdb_ship(tdb *db, const char *path) {
  replacement r;
  struct stat a, b;
  if (!db || !db->user.sql) return tdb_fail(TDB_EINVAL, "shipping: no database is open");
  if (path && !stat(path, &a) && !stat(db->user.path, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    return tdb_fail(TDB_EINVAL, "%s: is the database itself; name another file", path);
  int rc = replace_begin(&r, path);
  return rc ? rc : replace_end(&r, fill(db, r.temporary), 0644);
}
