/* Capture: problems that missed, to be tuned later. */
#include "record.h"
#include "text.h"

static int add(tdb_file *f, const tdb_identity *who) {
  int64_t id;
  int rc = record_identity(f, who, &id);
  sqlite3_stmt *s = rc ? NULL : file_statement(f, ST_MISSED_ADD);
  if (!s) return rc ? rc : TDB_EIO;
  sqlite3_bind_int64(s, 1, id);
  sqlite3_bind_int64(s, 2, time_us());
  return file_step(f, s, "recording a miss");
}

int tdb_capture(tdb *db, const tdb_identity *who) {
  if (!db) return tdb_fail(TDB_EINVAL, "no database given");
  int rc = record_check_identity(who);
  if (!rc) rc = file_begin(&db->user, "recording a miss");
  return rc ? rc : file_end(&db->user, add(&db->user, who));
}
