/* Several processes at one file, and processes that are killed while they write. */
#include <time.h>
#include "../../db/src/open.h"
#include "processes.h"

static int count_of(tdb *db, const char *name) {
  char problem[64];
  int n = 0;
  snprintf(problem, sizeof problem, "name=%s", name);
  tdb_identity who = {"flashrnn", "1", problem, "T=1", "Some CPU", "x86-64", 2};
  CHECK_OK(tdb_each_trial(db, &who, count_one, &n));
  return n;
}

static void whole(tdb *db) {
  char *report;
  CHECK_OK(tdb_check(db, &report));
  free(report);
}

/* They also meet while the file is made. */
static void four_writers_lose_nothing(void) {
  static const char *const names[] = {"a", "b", "c", "d"};
  const char *path = fresh("shared.db");
  writer w[4];
  tdb *db;
  for (int i = 0; i < 4; i++) w[i] = start_writer(path, "100", names[i]);
  for (int i = 0; i < 4; i++) {
    int status, acknowledged = finish_writer(w[i], &status);
    CHECKF(WIFEXITED(status) && WEXITSTATUS(status) == 0 && acknowledged == 100, "writer %d", i);
  }
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  for (int i = 0; i < 4; i++) CHECK(count_of(db, names[i]) == 100);
  whole(db);
  tdb_close(db);
}

static const char *network(const char *path) {
  (void)path;
  return "NFS";
}

static char journal_mode(tdb *db) {
  sqlite3_stmt *s;
  CHECK(!sqlite3_prepare_v2(db->user.sql, "PRAGMA journal_mode", -1, &s, NULL));
  CHECK(sqlite3_step(s) == SQLITE_ROW);
  char first = (char)*sqlite3_column_text(s, 0);
  sqlite3_finalize(s);
  return first;
}

static void a_reader_beside_a_writer(void) {
  const char *path = fresh("shared.db");
  tdb *db;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  CHECK(journal_mode(db) == 'w');
  writer w = start_writer(path, "100", "a");
  int last = 0, status;
  for (int i = 0; i < 50; i++) {
    int now = count_of(db, "a");
    CHECK(now >= last);
    last = now;
  }
  CHECK(finish_writer(w, &status) == 100 && status == 0);
  CHECK(count_of(db, "a") == 100);
  tdb_close(db);
}

static void sleep_us(long us) {
  struct timespec t = {0, us * 1000};
  nanosleep(&t, NULL);
}

/* The first kills fall into the creation of the file. */
static void killed_writers_leave_what_they_acknowledged(void) {
  enum { KILLS = 30 };
  const char *path = NULL;
  int expected = 0, seen_all = 0;
  srand((unsigned)getpid());
  for (int k = 0; k < KILLS; k++) {
    if (k % 10 == 0) path = fresh("killed.db"), expected = 0;
    writer one = start_writer(path, "0", "a"), two = start_writer(path, "0", "b");
    sleep_us(rand() % (k % 10 < 5 ? 15000 : 60000));
    CHECK(!kill(one.pid, SIGKILL) && !kill(two.pid, SIGKILL));
    int status;
    expected += finish_writer(one, &status);
    expected += finish_writer(two, &status);
    tdb *db;
    int rc = tdb_open(&db, path, TDB_READ); /* a reader finds it whole, or not yet made */
    CHECKF(!rc || (rc == TDB_ENOTFOUND && !expected), "code %d: %s", rc, tdb_error());
    if (!rc) CHECK(count_trials(db) >= expected);
    tdb_close(db);
    CHECK_OK(tdb_open(&db, path, TDB_WRITE));
    whole(db);
    int there = count_trials(db);
    /* one row a writer may have been stored and not yet acknowledged */
    CHECKF(there >= expected && there <= expected + 2, "%d there, %d acknowledged", there, expected);
    expected = there;
    seen_all += there;
    tdb_close(db);
  }
  CHECKF(seen_all > 0, "the writers never got to write");
}

static void on_a_network_a_rollback_journal(void) {
  const char *path = fresh("remote.db");
  tdb *db, *other;
  CHECK_OK(open_with(&db, path, TDB_WRITE, network));
  CHECK(journal_mode(db) == 'd');
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  CHECK_OK(open_with(&other, path, TDB_WRITE, network));
  add(other, sample_identity("B=16"), "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 0.5);
  tdb_identity who = sample_identity("B=16");
  tdb_answer a;
  CHECK_OK(tdb_lookup(db, &who, NULL, NULL, NULL, NULL, &a));
  CHECK(!strcmp(a.config, "a=2"));
  tdb_answer_release(&a);
  char wal[300];
  snprintf(wal, sizeof wal, "%s-wal", path);
  CHECK(access(wal, F_OK));
  tdb_close(db);
  tdb_close(other);
  CHECK_OK(tdb_open(&db, path, TDB_WRITE)); /* moved to a local disk, and back */
  CHECK(journal_mode(db) == 'w');
  tdb_close(db);
  CHECK_OK(open_with(&db, path, TDB_READ, network));
  CHECK(count_trials(db) == 2);
  tdb_close(db);
  CHECK_OK(open_with(&db, path, TDB_WRITE, network));
  CHECK(journal_mode(db) == 'd' && count_trials(db) == 2);
  tdb_close(db);
}

static const struct test_case cases[] = {
  {"four_writers_lose_nothing", four_writers_lose_nothing},
  {"a_reader_beside_a_writer", a_reader_beside_a_writer},
  {"killed_writers_leave_what_they_acknowledged", killed_writers_leave_what_they_acknowledged},
  {"on_a_network_a_rollback_journal", on_a_network_a_rollback_journal},
  {NULL, NULL}};
TEST_MAIN(cases)
