/* The statements that are prepared once and kept, and how failures of SQLite
 * become codes and one clear line. */
#include <errno.h>
#include <string.h>
#include "db.h"

static const char *const texts[STATEMENTS] = {
  [ST_BEGIN] = "BEGIN IMMEDIATE",
  [ST_COMMIT] = "COMMIT",
  [ST_ROLLBACK] = "ROLLBACK",
  [ST_BEGIN_READ] = "BEGIN",
  [ST_DATA_VERSION] = "PRAGMA data_version",
  [ST_DEVICE_FIND] = "SELECT id FROM device WHERE name = ? AND architecture = ? AND units = ?",
  [ST_DEVICE_ADD] = "INSERT INTO device(name, architecture, units) VALUES(?, ?, ?)",
  [ST_IDENTITY_FIND] = "SELECT id FROM identity WHERE kernel = ? AND version = ? AND problem = ?"
                       " AND scaling = ? AND device = ?",
  [ST_IDENTITY_ADD] = "INSERT INTO identity(kernel, version, problem, scaling, device) VALUES(?, ?, ?, ?, ?)",
  [ST_ORIGIN_FIND] = "SELECT id FROM origin WHERE spec_hash = ? AND source_hash = ? AND driver = ?"
                     " AND compiler = ? AND memory_bytes = ? AND clock_hz = ?",
  [ST_ORIGIN_ADD] = "INSERT INTO origin(spec_hash, source_hash, driver, compiler, memory_bytes, clock_hz)"
                    " VALUES(?, ?, ?, ?, ?, ?)",
  [ST_TRIAL_ADD] = "INSERT OR IGNORE INTO trial(uid, identity, origin, phase, status, config, seconds,"
                   " error, samples, message, artifact, created_us, run_clock_hz, celsius, watts)"
                   " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  [ST_ARTIFACT_ADD] = "INSERT OR IGNORE INTO artifact(hash, data) VALUES(?, ?)",
  [ST_ARTIFACT_GET] = "SELECT data FROM artifact WHERE hash = ?",
  [ST_MISSED_ADD] = "INSERT INTO missed(identity, asked, last_us) VALUES(?1, 1, ?2)"
                    " ON CONFLICT(identity) DO UPDATE SET asked = asked + 1, last_us = ?2",
  [ST_SAME_PROBLEM] = "SELECT i.id, i.scaling FROM device d JOIN identity i ON i.device = d.id"
                      " WHERE d.name = ? AND d.architecture = ? AND d.units = ?"
                      " AND i.kernel = ? AND i.version = ? AND i.problem = ?",
  /* a step over the index to the next origin that has a result: no scan over its trials */
  [ST_NEXT_ORIGIN] = "SELECT o.id, o.spec_hash, o.source_hash, o.driver, o.compiler FROM origin o WHERE o.id ="
                     " (SELECT t.origin FROM trial t INDEXED BY trial_best WHERE t.identity = ? AND t.origin > ?"
                     "  AND t.status = 0 AND t.phase <> 3 ORDER BY t.origin LIMIT 1)",
  [ST_BEST_OF_ORIGIN] = "SELECT config, seconds, artifact, phase <> 1 FROM trial INDEXED BY trial_best"
                        " WHERE identity = ? AND origin = ? AND status = 0 AND phase <> 3"
                        " ORDER BY phase <> 1, seconds, id",
  [ST_CATALOG] = "SELECT i.id, i.version, i.problem, i.scaling, d.name, d.architecture, d.units"
                 " FROM identity i JOIN device d ON d.id = i.device WHERE i.kernel = ?",
};

sqlite3_stmt *file_statement(tdb_file *f, statement which) {
  sqlite3_stmt **s = &f->prepared[which];
  if (!*s) {
    int rc = sqlite3_prepare_v3(f->sql, texts[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
    if (rc) {
      file_fail(f, rc, "reading it");
      return NULL;
    }
  }
  return *s;
}

int file_step(tdb_file *f, sqlite3_stmt *s, const char *doing) {
  int rc = sqlite3_step(s);
  int out = rc == SQLITE_DONE || rc == SQLITE_ROW ? TDB_OK : file_fail(f, rc, doing);
  sqlite3_reset(s);
  return out;
}

int file_run(tdb_file *f, statement which) {
  sqlite3_stmt *s = file_statement(f, which);
  return s ? file_step(f, s, texts[which]) : TDB_EIO;
}

int64_t file_id(tdb_file *f, sqlite3_stmt *s) {
  int rc = sqlite3_step(s);
  int64_t id = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) id = file_fail(f, rc, "reading it");
  sqlite3_reset(s);
  return id;
}

/* What each failure of SQLite is here, and what the user can do. */
static const struct { int sqlite, code; const char *advice; } kinds[] = {
  {SQLITE_NOMEM, TDB_ENOMEM, "out of memory"},
  {SQLITE_FULL, TDB_EFULL, "the disk is full; nothing was changed; free some space and try again"},
  {SQLITE_BUSY, TDB_EBUSY, "another process holds it locked; try again when that is done"},
  {SQLITE_LOCKED, TDB_EBUSY, "another statement holds it locked"},
  {SQLITE_CORRUPT, TDB_EDAMAGED, "the file is damaged; 'constrint db check' says where,"
                                 " 'sqlite3 FILE .recover' saves what is left"},
  {SQLITE_NOTADB, TDB_EDAMAGED, "this is no SQLite database, or its header is damaged"},
  {SQLITE_READONLY, TDB_EREADONLY, "it cannot be written; name another file with --db"},
  {SQLITE_CANTOPEN, TDB_EREADONLY, "it or its companions (-wal, -shm, -journal) cannot be opened or created;"
                                   " the folder must be writable"},
  {SQLITE_PERM, TDB_EREADONLY, "no permission"},
};

static int last_errno(tdb_file *f, int which) {
  sqlite3_file *raw = NULL;
  int no = 0;
  sqlite3_file_control(f->sql, "main", which, &raw);
  if (raw && raw->pMethods) raw->pMethods->xFileControl(raw, SQLITE_FCNTL_LAST_ERRNO, &no);
  return no;
}

static int is_no_space(int no) { return no == ENOSPC || no == EDQUOT || no == EFBIG; }

/* A file that may not grow (a quota, a limit of the process) is a full disk to us. */
static int is_full(tdb_file *f, int rc) {
  if ((rc & 0xff) != SQLITE_IOERR || !f->sql) return 0;
  return is_no_space(sqlite3_system_errno(f->sql)) || is_no_space(last_errno(f, SQLITE_FCNTL_FILE_POINTER)) ||
         is_no_space(last_errno(f, SQLITE_FCNTL_JOURNAL_POINTER));
}

int file_fail(tdb_file *f, int rc, const char *doing) {
  if (is_full(f, rc)) rc = SQLITE_FULL;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if ((rc & 0xff) == kinds[i].sqlite)
      return tdb_fail(kinds[i].code, "%s: %s: %s", f->path, doing, kinds[i].advice);
  return tdb_fail(TDB_EIO, "%s: %s: %s", f->path, doing, f->sql ? sqlite3_errmsg(f->sql) : sqlite3_errstr(rc));
}

int file_begin(tdb_file *f, const char *doing) {
  if (!f->sql) return tdb_fail(TDB_EREADONLY, "%s: no database of yours is open", doing);
  if (!f->writable) return tdb_fail(TDB_EREADONLY, "%s: %s: opened to read only", f->path, doing);
  sqlite3_stmt *s = file_statement(f, ST_BEGIN);
  return s ? file_step(f, s, doing) : TDB_EIO;
}

int file_end(tdb_file *f, int rc) {
  if (!rc) rc = file_run(f, ST_COMMIT);
  if (rc && !sqlite3_get_autocommit(f->sql)) {
    sqlite3_stmt *s = file_statement(f, ST_ROLLBACK); /* keeps the message of the failure */
    if (s) {
      sqlite3_step(s);
      sqlite3_reset(s);
    }
  }
  return rc;
}
