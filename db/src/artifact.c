/* Artifacts: what build made, stored once under the hash of its content. */
#include <stdlib.h>
#include <string.h>
#include "record.h"

int artifact_add(tdb_file *f, const char *hash, const void *data, size_t size) {
  sqlite3_stmt *s = file_statement(f, ST_ARTIFACT_ADD);
  if (!s) return TDB_EIO;
  sqlite3_bind_text(s, 1, hash, -1, SQLITE_STATIC);
  if (size) sqlite3_bind_blob64(s, 2, data, size, SQLITE_STATIC);
  else sqlite3_bind_zeroblob(s, 2, 0);
  int rc = file_step(f, s, "storing an artifact");
  sqlite3_clear_bindings(s);
  return rc;
}

int tdb_put_artifact(tdb *db, const void *data, size_t size, char **hash) {
  if (!db || (size && !data)) return tdb_fail(TDB_EINVAL, "storing an artifact: nothing given");
  if (!(*hash = malloc(65))) return tdb_fail(TDB_ENOMEM, "out of memory");
  tdb_hash(data, size, *hash);
  int rc = file_begin(&db->user, "storing an artifact");
  if (!rc) rc = file_end(&db->user, artifact_add(&db->user, *hash, data, size));
  if (rc) {
    free(*hash);
    *hash = NULL;
  }
  return rc;
}

/* A blob that is no longer what its name says is worth less than none. */
static int take(tdb_file *f, const char *hash, sqlite3_stmt *s, void **data, size_t *size) {
  char is[65];
  *size = (size_t)sqlite3_column_bytes(s, 0);
  const void *blob = sqlite3_column_blob(s, 0);
  tdb_hash(*size ? blob : "", *size, is);
  if (strcmp(is, hash)) return tdb_fail(TDB_EDAMAGED, "%s: artifact %s is damaged; tune again", f->path, hash);
  if (!(*data = malloc(*size ? *size : 1))) return tdb_fail(TDB_ENOMEM, "out of memory");
  if (*size) memcpy(*data, blob, *size);
  return TDB_OK;
}

static int get(tdb_file *f, const char *hash, void **data, size_t *size) {
  sqlite3_stmt *s = file_statement(f, ST_ARTIFACT_GET);
  if (!s) return TDB_EIO;
  sqlite3_bind_text(s, 1, hash, -1, SQLITE_STATIC);
  int step = sqlite3_step(s);
  int rc = step == SQLITE_ROW  ? take(f, hash, s, data, size)
           : step == SQLITE_DONE ? tdb_fail(TDB_ENOTFOUND, "%s: no artifact %s", f->path, hash)
                                 : file_fail(f, step, "reading an artifact");
  sqlite3_reset(s);
  return rc;
}

int tdb_get_artifact(tdb *db, const char *hash, void **data, size_t *size) {
  if (!db || !hash) return tdb_fail(TDB_EINVAL, "reading an artifact: nothing given");
  *data = NULL;
  int rc = db->user.sql ? get(&db->user, hash, data, size) : tdb_fail(TDB_ENOTFOUND, "no artifact %s", hash);
  for (size_t i = 0; rc == TDB_ENOTFOUND && i < db->nshipped; i++) rc = get(&db->shipped[i], hash, data, size);
  return rc;
}
