/* Opening files.  A file is looked at (owner, rights, header) before SQLite runs
 * a statement on it, so that what is refused stays as it is, byte for byte.
 *
 *   the user's, local disk      write-ahead log, busy timeout
 *   the user's, network         rollback journal (no shared memory between machines)
 *   read, folder not writable   immutable, if no log waits beside it
 *   shipped                     immutable
 *   read, older schema          copied to memory and migrated there
 */
#include "open.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "path.h"
#include "schema.h"

enum { BUSY_MS = 20000, WAL_TRIES = 50, WAL_PAUSE_US = 20000 };

void file_close(tdb_file *f) {
  for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(f->prepared[i]);
  catalog_free(f->catalog);
  sqlite3_close_v2(f->sql);
  free(f->path);
  *f = (tdb_file){0};
}

/* "file:///a%20b?immutable=1" */
static char *immutable_uri(const char *path) {
  static const char hex[] = "0123456789ABCDEF";
  char *uri = malloc(3 * strlen(path) + 32), *to = uri;
  if (!uri) return NULL;
  to = stpcpy(to, "file://");
  for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
    int plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("/._-", *c);
    if (plain) *to++ = (char)*c;
    else *to++ = '%', *to++ = hex[*c >> 4], *to++ = hex[*c & 15];
  }
  strcpy(to, "?immutable=1");
  return uri;
}

static int open_sql(tdb_file *f, const char *name, int flags) {
  int rc = sqlite3_open_v2(name, &f->sql, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE,
                           NULL);
  if (rc) return file_fail(f, rc, "opening it");
  sqlite3_busy_timeout(f->sql, BUSY_MS);
  sqlite3_db_config(f->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(f->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(f->sql, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  return TDB_OK;
}

static int open_immutable(tdb_file *f) {
  char *uri = immutable_uri(f->path);
  if (!uri) return tdb_fail(TDB_ENOMEM, "out of memory");
  int rc = open_sql(f, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  free(uri);
  f->immutable = 1;
  return rc;
}

/* The first statement: takes the lock, plays back what a killed writer left,
 * opens the log.  Whatever is wrong with the file or its folder shows here. */
static int touch(tdb_file *f) {
  int rc = sqlite3_exec(f->sql, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
  return rc ? file_fail(f, rc, "opening it") : TDB_OK;
}

/* An older file that we only read: a copy in memory, brought up to date. */
static int migrate_in_memory(tdb_file *f) {
  tdb_file copy = {.path = f->path, .writable = 1};
  int rc = open_sql(&copy, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3_backup *backup = rc ? NULL : sqlite3_backup_init(copy.sql, "main", f->sql, "main");
  if (!rc && !backup) rc = file_fail(&copy, sqlite3_errcode(copy.sql), "copying it");
  if (backup) {
    int step = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    rc = step == SQLITE_DONE ? schema_migrate(&copy) : file_fail(&copy, step, "copying it");
  }
  if (rc) {
    copy.path = NULL; /* f's */
    file_close(&copy);
    return rc;
  }
  f->path = NULL;
  file_close(f);
  copy.writable = 0;
  copy.immutable = 1;
  *f = copy;
  return TDB_OK;
}

static int log_waits(const tdb_file *f) {
  struct stat st;
  char *log;
  if (asprintf(&log, "%s-wal", f->path) < 0) return 1;
  int waits = !stat(log, &st) && st.st_size > 0;
  free(log);
  return waits;
}

/* To open it again in another way. */
static void close_sql(tdb_file *f) {
  char *path = f->path;
  f->path = NULL;
  file_close(f);
  f->path = path;
}

/* A file in write-ahead mode where no log can be kept: as it is, if it is complete. */
static int reopen_immutable(tdb_file *f, const char *where) {
  if (log_waits(f))
    return tdb_fail(TDB_EREADONLY, "%s: its newest entries wait in the log beside it, which cannot be read %s;"
                    " open it once where it can be written", f->path, where);
  close_sql(f);
  return open_immutable(f);
}

/* Byte 18 of the header: 2 is write-ahead mode. */
static int is_write_ahead(tdb_file *f) {
  sqlite3_file *raw = NULL;
  uint8_t mode = 0;
  sqlite3_file_control(f->sql, "main", SQLITE_FCNTL_FILE_POINTER, &raw);
  return raw && raw->pMethods && raw->pMethods->xRead(raw, &mode, 1, 18) == SQLITE_OK && mode == 2;
}

/* A writer was killed in mid-transaction: what it left must be undone, and a
 * reader may not. */
static int reopen_to_undo(tdb_file *f) {
  close_sql(f);
  int rc = open_sql(f, f->path, SQLITE_OPEN_READWRITE);
  return rc ? rc : touch(f);
}

/* The first statement of a reader, by whichever way the file can be read. */
static int touch_to_read(tdb_file *f, network_fn network) {
  int write_ahead = is_write_ahead(f), rc;
  if (write_ahead && network(f->path)) {
    rc = reopen_immutable(f, "on a network file system");
    return rc ? rc : touch(f);
  }
  rc = touch(f);
  if (rc && sqlite3_extended_errcode(f->sql) == SQLITE_READONLY_ROLLBACK) return reopen_to_undo(f);
  if (rc != TDB_EREADONLY || !write_ahead) return rc;
  rc = reopen_immutable(f, "in a read-only folder");
  return rc ? rc : touch(f);
}

static int open_to_read(tdb_file *f, network_fn network) {
  int empty, version;
  int rc = open_sql(f, f->path, SQLITE_OPEN_READONLY);
  if (!rc) rc = schema_inspect(f, &empty, &version);
  if (!rc && !empty) rc = touch_to_read(f, network);
  if (!rc) rc = schema_inspect(f, &empty, &version); /* again: the first statement may have undone its creation */
  if (rc) return rc;
  if (empty) return tdb_fail(TDB_ENOTFOUND, "%s: an empty file: nothing was tuned into it yet", f->path);
  return version < schema_version ? migrate_in_memory(f) : TDB_OK;
}

/* The exclusive lock keeps SQLite from sharing memory while it leaves the mode. */
static int leave_write_ahead(tdb_file *f) {
  int rc = sqlite3_exec(f->sql, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;"
                        "PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
  return rc ? file_fail(f, rc, "leaving write-ahead mode on a network file system") : TDB_OK;
}

/* Others may hold the file just now: it then stays as it is until the next time. */
static int enter_write_ahead(tdb_file *f) {
  int rc = SQLITE_BUSY;
  sqlite3_busy_timeout(f->sql, 0); /* or each try could wait its whole time */
  for (int i = 0; i < WAL_TRIES && (rc & 0xff) == SQLITE_BUSY; i++) {
    if (i) usleep(WAL_PAUSE_US);
    rc = sqlite3_exec(f->sql, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
  }
  sqlite3_busy_timeout(f->sql, BUSY_MS);
  return rc && (rc & 0xff) != SQLITE_BUSY ? file_fail(f, rc, "opening it to write") : TDB_OK;
}

/* A killed process loses nothing under NORMAL with a log; a rollback journal
 * on a network gets FULL. */
static int set_journal(tdb_file *f, const char *network) {
  int rc = network || is_write_ahead(f) ? TDB_OK : enter_write_ahead(f);
  const char *pragma = network ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  if (!rc && sqlite3_exec(f->sql, pragma, NULL, NULL, NULL)) rc = tdb_fail(TDB_EIO, "%s: cannot set synchronous", f->path);
  return rc;
}

static int open_to_write(tdb_file *f, network_fn network) {
  int empty, version;
  int rc = open_sql(f, f->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!rc) rc = schema_inspect(f, &empty, &version);
  if (rc) return rc;
  if (sqlite3_db_readonly(f->sql, "main") == 1)
    return tdb_fail(TDB_EREADONLY, "%s: cannot be written; name another file with --db", f->path);
  f->writable = 1;
  const char *remote = network(f->path);
  if (remote && is_write_ahead(f)) rc = leave_write_ahead(f);
  if (!rc) rc = touch(f);
  if (!rc) rc = schema_inspect(f, &empty, &version); /* again: the first statement may have undone its creation */
  if (!rc && version < schema_version) rc = schema_migrate(f);
  return rc ? rc : set_journal(f, remote);
}

int file_create_plain(tdb_file *f, const char *path) {
  if (!(f->path = strdup(path))) return tdb_fail(TDB_ENOMEM, "out of memory");
  int rc = open_sql(f, f->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  f->writable = !rc;
  return rc ? rc : schema_migrate(f);
}

static int open_user(tdb_file *f, const char *path, int mode, network_fn network) {
  int exists;
  int rc = path_resolve(&f->path, path, mode == TDB_WRITE);
  if (!rc) rc = path_check(f->path, &exists);
  if (rc) return rc;
  if (!exists && mode == TDB_READ)
    return tdb_fail(TDB_ENOTFOUND, "%s: there is no such database; 'constrint tune --db %s ...' makes it", path, path);
  return mode == TDB_READ ? open_to_read(f, network) : open_to_write(f, network);
}

int open_with(tdb **out, const char *path, int mode, network_fn network) {
  *out = NULL;
  if ((mode != TDB_READ && mode != TDB_WRITE) || (!path && mode == TDB_WRITE))
    return tdb_fail(TDB_EINVAL, "opening a database: wrong mode or no path");
  tdb *db = calloc(1, sizeof *db);
  if (!db) return tdb_fail(TDB_ENOMEM, "out of memory");
  int rc = path ? open_user(&db->user, path, mode, network) : TDB_OK;
  if (rc) {
    tdb_close(db);
    return rc;
  }
  *out = db;
  return TDB_OK;
}

int tdb_open(tdb **out, const char *path, int mode) { return open_with(out, path, mode, path_on_network); }

int file_open_shipped(tdb_file *f, const char *path) {
  int exists, empty, version;
  int rc = path_resolve(&f->path, path, 0);
  if (!rc) rc = path_check(f->path, &exists);
  if (!rc && !exists) rc = tdb_fail(TDB_ENOTFOUND, "%s: there is no such database", path);
  if (!rc && log_waits(f))
    rc = tdb_fail(TDB_EREADONLY, "%s: not fit for shipping, a log waits beside it; make it with 'constrint db ship'",
                  path);
  if (!rc) rc = open_immutable(f);
  if (!rc) rc = schema_inspect(f, &empty, &version);
  if (!rc && empty) rc = tdb_fail(TDB_ENOTFOUND, "%s: an empty file", path);
  if (!rc) rc = touch(f);
  return !rc && version < schema_version ? migrate_in_memory(f) : rc;
}

int tdb_attach_shipped(tdb *db, const char *path) {
  if (!db) return tdb_fail(TDB_EINVAL, "no database given");
  tdb_file *grown = realloc(db->shipped, (db->nshipped + 1) * sizeof *grown);
  if (!grown) return tdb_fail(TDB_ENOMEM, "out of memory");
  db->shipped = grown;
  grown[db->nshipped] = (tdb_file){0};
  int rc = file_open_shipped(&grown[db->nshipped], path);
  if (rc) file_close(&grown[db->nshipped]);
  else db->nshipped++;
  lookup_forget(db);
  return rc;
}

void tdb_close(tdb *db) {
  if (!db) return;
  lookup_close(db);
  file_close(&db->user);
  for (size_t i = 0; i < db->nshipped; i++) file_close(&db->shipped[i]);
  free(db->shipped);
  free(db->driver);
  free(db->compiler);
  free(db);
}
