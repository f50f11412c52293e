/* Migrations: a file of version 1, made by hand, comes up to date with all it holds. */
#include <sqlite3.h>
#include "../../db/src/db.h"
#include "../../db/src/schema.h"
#include "fixture.h"

/* As the first version wrote it: no view, no table of misses. */
static const char version_1[] =
  "CREATE TABLE device(id INTEGER PRIMARY KEY, name TEXT NOT NULL, architecture TEXT NOT NULL,"
  " units INTEGER NOT NULL, UNIQUE(name, architecture, units));"
  "CREATE TABLE identity(id INTEGER PRIMARY KEY, kernel TEXT NOT NULL, version TEXT NOT NULL, problem TEXT NOT NULL,"
  " scaling TEXT NOT NULL, device INTEGER NOT NULL REFERENCES device(id),"
  " UNIQUE(kernel, version, problem, device, scaling));"
  "CREATE TABLE origin(id INTEGER PRIMARY KEY, spec_hash TEXT NOT NULL, source_hash TEXT NOT NULL,"
  " driver TEXT NOT NULL, compiler TEXT NOT NULL, memory_bytes INTEGER NOT NULL, clock_hz INTEGER NOT NULL,"
  " UNIQUE(spec_hash, source_hash, driver, compiler, memory_bytes, clock_hz));"
  "CREATE TABLE artifact(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, data BLOB NOT NULL);"
  "CREATE TABLE trial(id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE CHECK(length(uid) = 16),"
  " identity INTEGER NOT NULL REFERENCES identity(id), origin INTEGER NOT NULL REFERENCES origin(id),"
  " phase INTEGER NOT NULL CHECK(phase BETWEEN 0 AND 3), status INTEGER NOT NULL CHECK(status BETWEEN 0 AND 6),"
  " config TEXT NOT NULL, seconds REAL NOT NULL, error REAL NOT NULL, samples BLOB NOT NULL,"
  " message TEXT NOT NULL, artifact TEXT NOT NULL, created_us INTEGER NOT NULL);"
  "CREATE INDEX trial_identity ON trial(identity, created_us);"
  "CREATE INDEX trial_best ON trial(identity, origin, phase <> 1, seconds) WHERE status = 0 AND phase <> 3;"
  "INSERT INTO device VALUES(1, 'Some CPU', 'x86-64-avx512', 2);"
  "INSERT INTO identity VALUES(1, 'flashrnn', '1', 'B=16', 'T=128', 1);"
  "INSERT INTO origin VALUES(1, 'aaaa', 'bbbb', '', '', 0, 0);"
  "INSERT INTO trial VALUES(1, zeroblob(16), 1, 1, 0, 0, 'a=1', 0.5, -1, x'', '', '', 1);"
  "PRAGMA application_id = 1413759537; PRAGMA user_version = 1";

static void sql(const char *path, const char *statements) {
  sqlite3 *s;
  CHECK(!sqlite3_open(path, &s));
  CHECKF(!sqlite3_exec(s, statements, NULL, NULL, NULL), "%s", sqlite3_errmsg(s));
  sqlite3_close(s);
}

static void answers(tdb *db) {
  tdb_identity who = sample_identity("B=16");
  tdb_answer a;
  char *report;
  CHECK(count_trials(db) == 1);
  CHECK_OK(tdb_lookup(db, &who, "aaaa", "bbbb", NULL, NULL, &a));
  CHECK(a.match == TDB_EXACT && a.seconds == 0.5);
  tdb_answer_release(&a);
  CHECK_OK(tdb_check(db, &report));
  free(report);
}

static void writing_migrates_the_file(void) {
  const char *path = fresh("v1.db");
  tdb *db;
  sql(path, version_1);
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  answers(db);
  tdb_identity who = sample_identity("B=17");
  CHECK_OK(tdb_capture(db, &who)); /* a table of version 2 */
  tdb_close(db);
  sql(path, "SELECT * FROM best; SELECT * FROM missed; SELECT run_clock_hz, celsius, watts FROM trial");
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  answers(db);
  tdb_close(db);
}

static void reading_leaves_the_file(void) {
  const char *path = fresh("v1.db");
  size_t before, after;
  tdb *db;
  sql(path, version_1);
  char *old = contents(path, &before);
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  answers(db);
  tdb_close(db);
  CHECK_OK(tdb_open(&db, NULL, TDB_READ));
  CHECK_OK(tdb_attach_shipped(db, path));
  tdb_close(db);
  char *new = contents(path, &after);
  CHECK(before == after && !memcmp(old, new, before));
  free(old);
  free(new);
}

/* A step that fails leaves the version before it. */
static void a_failed_step_changes_nothing(void) {
  const char *path = fresh("v1.db");
  size_t before, after;
  tdb *db;
  sql(path, version_1);
  sql(path, "CREATE TABLE missed(x)"); /* in the way of step 2 */
  char *old = contents(path, &before);
  CHECK(tdb_open(&db, path, TDB_WRITE) != TDB_OK);
  CHECKF(strstr(tdb_error(), "bringing its schema up to date"), "%s", tdb_error());
  char *new = contents(path, &after);
  CHECK(before == after && !memcmp(old, new, before));
  free(old);
  free(new);
}

/* The steps of the table make what version_1 above says. */
static void step_one_is_version_1(void) {
  tdb_file f = {.path = (char *)":memory:", .writable = 1};
  CHECK(!sqlite3_open(":memory:", &f.sql));
  CHECK_OK(schema_migrate_to(&f, 1));
  CHECK(!sqlite3_exec(f.sql, "SELECT uid FROM trial; SELECT hash FROM artifact", NULL, NULL, NULL));
  CHECK(sqlite3_exec(f.sql, "SELECT * FROM missed", NULL, NULL, NULL));
  CHECK_OK(schema_migrate(&f));
  CHECK(!sqlite3_exec(f.sql, "SELECT * FROM missed", NULL, NULL, NULL));
  for (int i = 0; i < STATEMENTS; i++) {
    CHECK(file_statement(&f, (statement)i) != NULL); /* each kept statement fits the schema */
    sqlite3_finalize(f.prepared[i]);
  }
  sqlite3_close(f.sql);
}

static const struct test_case cases[] = {
  {"writing_migrates_the_file", writing_migrates_the_file},
  {"reading_leaves_the_file", reading_leaves_the_file},
  {"a_failed_step_changes_nothing", a_failed_step_changes_nothing},
  {"step_one_is_version_1", step_one_is_version_1},
  {NULL, NULL}};
TEST_MAIN(cases)
