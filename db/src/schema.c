/* The schema and its migrations: step i of the table brings version i to i + 1,
 * step 0 an empty file to version 1.  A step is never edited after a release; a
 * change is a new step at the end.  docs/database.md explains the tables. */
#include "schema.h"
#include <stdio.h>
#include <string.h>
#include "db.h"

static const char step_1[] =
  "CREATE TABLE device("
  "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, architecture TEXT NOT NULL, units INTEGER NOT NULL,"
  "  UNIQUE(name, architecture, units));"
  "CREATE TABLE identity("
  "  id INTEGER PRIMARY KEY, kernel TEXT NOT NULL, version TEXT NOT NULL,"
  "  problem TEXT NOT NULL, scaling TEXT NOT NULL, device INTEGER NOT NULL REFERENCES device(id),"
  "  UNIQUE(kernel, version, problem, device, scaling));"
  "CREATE TABLE origin("
  "  id INTEGER PRIMARY KEY, spec_hash TEXT NOT NULL, source_hash TEXT NOT NULL,"
  "  driver TEXT NOT NULL, compiler TEXT NOT NULL, memory_bytes INTEGER NOT NULL, clock_hz INTEGER NOT NULL,"
  "  UNIQUE(spec_hash, source_hash, driver, compiler, memory_bytes, clock_hz));"
  "CREATE TABLE artifact("
  "  id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, data BLOB NOT NULL);"
  "CREATE TABLE trial("
  "  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE CHECK(length(uid) = 16),"
  "  identity INTEGER NOT NULL REFERENCES identity(id), origin INTEGER NOT NULL REFERENCES origin(id),"
  "  phase INTEGER NOT NULL CHECK(phase BETWEEN 0 AND 3), status INTEGER NOT NULL CHECK(status BETWEEN 0 AND 6),"
  "  config TEXT NOT NULL, seconds REAL NOT NULL, error REAL NOT NULL, samples BLOB NOT NULL,"
  "  message TEXT NOT NULL, artifact TEXT NOT NULL, created_us INTEGER NOT NULL);"
  "CREATE INDEX trial_identity ON trial(identity, created_us);"
  /* phase 1 is CONFIRM: an origin's confirmed results first, the fastest first */
  "CREATE INDEX trial_best ON trial(identity, origin, phase <> 1, seconds) WHERE status = 0 AND phase <> 3;";

static const char step_2[] =
  "CREATE TABLE missed("
  "  identity INTEGER PRIMARY KEY REFERENCES identity(id), asked INTEGER NOT NULL, last_us INTEGER NOT NULL);"
  "CREATE INDEX identity_device ON identity(device);"
  "CREATE VIEW best AS"
  "  SELECT i.kernel, i.version, i.problem, i.scaling, d.name AS device, d.architecture, d.units,"
  "    t.config, t.seconds, t.phase = 1 AS confirmed, t.artifact, o.spec_hash, o.source_hash, o.driver,"
  "    o.compiler, t.created_us, t.id AS trial"
  "  FROM identity i JOIN device d ON d.id = i.device"
  "  JOIN trial t ON t.id = (SELECT id FROM trial WHERE identity = i.id AND status = 0 AND phase <> 3"
  "                          ORDER BY phase <> 1, seconds, id LIMIT 1)"
  "  JOIN origin o ON o.id = t.origin;";

/* How the device fared; 0: not known. */
static const char step_3[] =
  "ALTER TABLE trial ADD COLUMN run_clock_hz REAL NOT NULL DEFAULT 0;"
  "ALTER TABLE trial ADD COLUMN celsius REAL NOT NULL DEFAULT 0;"
  "ALTER TABLE trial ADD COLUMN watts REAL NOT NULL DEFAULT 0;";

static const char *const steps[] = {step_1, step_2, step_3};
const int schema_version = sizeof steps / sizeof *steps;

static uint32_t big_endian(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int refuse(const tdb_file *f, uint32_t application, int version) {
  if (application != SCHEMA_APPLICATION)
    return tdb_fail(TDB_ESCHEMA, "%s: a SQLite file of another program, not a tuning database; name another file",
                    f->path);
  return tdb_fail(TDB_ESCHEMA, "%s: its schema is version %d, this program knows up to %d; use a newer constrint",
                  f->path, version, schema_version);
}

/* The header of SQLite's file format: 16 bytes of magic, user_version at 60, application_id at 68. */
int schema_inspect(tdb_file *f, int *empty, int *version) {
  sqlite3_file *raw = NULL;
  sqlite3_int64 size = 0;
  uint8_t header[100] = {0};
  *empty = *version = 0;
  sqlite3_file_control(f->sql, "main", SQLITE_FCNTL_FILE_POINTER, &raw);
  if (!raw || !raw->pMethods || raw->pMethods->xFileSize(raw, &size))
    return tdb_fail(TDB_EIO, "%s: cannot read its size", f->path);
  *empty = size == 0;
  if (*empty) return TDB_OK;
  int rc = raw->pMethods->xRead(raw, header, sizeof header, 0);
  if (rc && rc != SQLITE_IOERR_SHORT_READ) return file_fail(f, rc, "reading its header");
  if (memcmp(header, "SQLite format 3", 16))
    return tdb_fail(TDB_ESCHEMA, "%s: not a SQLite file, or its header is damaged; not a tuning database", f->path);
  if (rc) return tdb_fail(TDB_EDAMAGED, "%s: truncated after %lld bytes", f->path, (long long)size);
  uint32_t application = big_endian(header + 68);
  *version = (int)big_endian(header + 60);
  if (application != SCHEMA_APPLICATION || *version < 1 || *version > schema_version)
    return refuse(f, application, *version);
  return TDB_OK;
}

static int64_t pragma(tdb_file *f, const char *sql) {
  sqlite3_stmt *s;
  int rc = sqlite3_prepare_v2(f->sql, sql, -1, &s, NULL);
  if (rc) return file_fail(f, rc, "reading its schema");
  int64_t value = file_id(f, s);
  sqlite3_finalize(s);
  return value;
}

static int run_step(tdb_file *f, int version) {
  char mark[128];
  snprintf(mark, sizeof mark, "PRAGMA user_version = %d; PRAGMA application_id = %d", version + 1, SCHEMA_APPLICATION);
  int rc = sqlite3_exec(f->sql, steps[version], NULL, NULL, NULL);
  if (!rc) rc = sqlite3_exec(f->sql, mark, NULL, NULL, NULL);
  return rc ? file_fail(f, rc, version ? "bringing its schema up to date" : "creating its tables") : TDB_OK;
}

/* Inside the transaction, so that a second process finds the first one's work. */
static int run_steps(tdb_file *f, int goal) {
  int64_t version = pragma(f, "PRAGMA user_version");
  if (version < 0) return (int)version;
  if (version > schema_version) return refuse(f, SCHEMA_APPLICATION, (int)version);
  if (!version && pragma(f, "SELECT count(*) FROM sqlite_schema") != 0) return refuse(f, 0, 0);
  for (; version < goal; version++) {
    int rc = run_step(f, (int)version);
    if (rc) return rc;
  }
  return TDB_OK;
}

int schema_migrate_to(tdb_file *f, int version) {
  int rc = file_begin(f, "opening it");
  return rc ? rc : file_end(f, run_steps(f, version));
}

int schema_migrate(tdb_file *f) { return schema_migrate_to(f, schema_version); }
