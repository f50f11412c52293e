/* What a run remembers of its problem: rows, winners, spent time, closed contests. */
#include <math.h>
#include <unistd.h>

#include "fail.h"
#include "journal.h"
#include "test.h"

static const tdb_identity who = {.kernel = "k", .version = "1", .problem = "D=8", .scaling = "", .device = "cpu",
                                 .architecture = "x", .units = 2};
static const tdb_origin origin = {.spec_hash = "aa", .source_hash = "bb", .driver = "", .compiler = ""};

static char folder[64], path[96];

static tdb *fresh(void) {
  tdb *db;
  strcpy(folder, "/tmp/constrint-XXXXXX");
  CHECK(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/t.db", folder);
  CHECKF(tdb_open(&db, path, TDB_WRITE) == TDB_OK, "%s", tdb_error());
  return db;
}

static void done(tdb *db) {
  char other[128];
  tdb_close(db);
  for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
    snprintf(other, sizeof other, "%s%s", path, *end);
    unlink(other);
  }
  rmdir(folder);
}

static void put(struct journal *j, tdb_phase phase, const char *config, tdb_status status, double seconds, const char *message) {
  struct answer a = {.status = status, .seconds = seconds, .error = -1, .samples = &seconds, .nsamples = 1};
  snprintf(a.message, sizeof a.message, "%s", message);
  CHECKF(journal_record(j, phase, config, &a) == TUNER_OK, "%s", tuner_error());
}

static void rows_come_back(void) {
  tdb *db = fresh();
  struct journal j, again;
  CHECK(journal_open(&j, db, &who, &origin) == TUNER_OK && j.n == 0);
  put(&j, TDB_PHASE_DEFAULT, "a=1", TDB_TRIAL_OK, 2, "");
  put(&j, TDB_PHASE_SEARCH, "a=2", TDB_TRIAL_OK, 1, "");
  put(&j, TDB_PHASE_SEARCH, "a=3", TDB_TRIAL_CRASHED, 0, "signal 11");
  put(&j, TDB_PHASE_SEARCH, "a=2", TDB_TRIAL_OK, 1.5, "");
  CHECK(journal_open(&again, db, &who, &origin) == TUNER_OK && again.n == 4 && again.old == 4);
  CHECK(journal_tried(&again) == 3);
  CHECK(journal_find(&again, TDB_PHASE_SEARCH, "a=2")->seconds == 1.5 && !journal_find(&again, TDB_PHASE_SEARCH, "a=4"));
  CHECK(!strcmp(journal_find(&again, TDB_PHASE_SEARCH, "a=3")->message, "signal 11"));
  CHECK(!strcmp(journal_winner(&again)->config, "a=2"));
  journal_close(&again);
  journal_close(&j);
  done(db);
}

/* MIOpen#675: after spec or source changed, nothing of before counts as known. */
static void other_specs_and_sources_do_not_count(void) {
  tdb *db = fresh();
  struct journal j;
  tdb_origin other = origin;
  CHECK(journal_open(&j, db, &who, &origin) == TUNER_OK);
  put(&j, TDB_PHASE_DEFAULT, "a=1", TDB_TRIAL_OK, 2, "");
  journal_close(&j);
  other.spec_hash = "cc";
  CHECK(journal_open(&j, db, &who, &other) == TUNER_OK && j.n == 0);
  journal_close(&j);
  other = origin;
  other.driver = "6.1";
  CHECK(journal_open(&j, db, &who, &other) == TUNER_OK && j.n == 1); /* a driver only ranks */
  journal_close(&j);
  done(db);
}

static void confirmed_beats_found(void) {
  tdb *db = fresh();
  struct journal j;
  CHECK(journal_open(&j, db, &who, &origin) == TUNER_OK);
  put(&j, TDB_PHASE_SEARCH, "a=2", TDB_TRIAL_OK, 0.5, "");
  CHECK(!strcmp(journal_winner(&j)->config, "a=2"));
  put(&j, TDB_PHASE_CONFIRM, "a=1", TDB_TRIAL_OK, 2, "");
  CHECK(!strcmp(journal_winner(&j)->config, "a=1"));
  put(&j, TDB_PHASE_CONFIRM, "a=2", TDB_TRIAL_OK, 1, "");
  CHECK(!strcmp(journal_winner(&j)->config, "a=2"));
  put(&j, TDB_PHASE_CONFIRM, "a=2", TDB_TRIAL_OK, 3, ""); /* the newest counts: the first was lucky */
  CHECK(!strcmp(journal_winner(&j)->config, "a=1"));
  put(&j, TDB_PHASE_CONFIRM, "a=1", TDB_TRIAL_CRASHED, 0, "x");
  CHECK(!strcmp(journal_winner(&j)->config, "a=2"));
  journal_close(&j);
  done(db);
}

static void a_contest_is_closed_by_the_default(void) {
  tdb *db = fresh();
  struct journal j;
  char text[KP_WHY];
  double given = 0;
  CHECK(journal_open(&j, db, &who, &origin) == TUNER_OK);
  put(&j, TDB_PHASE_SEARCH, "a=2", TDB_TRIAL_OK, 0.5, "");
  put(&j, TDB_PHASE_CONFIRM, "a=2", TDB_TRIAL_OK, 0.5, "");
  CHECK(!journal_closed(&j, "a=1", &given));
  journal_closing(text, sizeof text, 2.5, "");
  put(&j, TDB_PHASE_CONFIRM, "a=1", TDB_TRIAL_OK, 0.9, text);
  CHECK(journal_closed(&j, "a=1", &given) && given == 2.5);
  CHECK(!journal_closed(&j, "a=7", &given)); /* another default now */
  put(&j, TDB_PHASE_SEARCH, "a=3", TDB_TRIAL_OK, 0.4, "");
  CHECK(!journal_closed(&j, "a=1", &given));
  journal_closing(text, sizeof text, 60, "signal 11 (Segmentation fault)");
  put(&j, TDB_PHASE_CONFIRM, "a=1", TDB_TRIAL_CRASHED, 0, text);
  CHECK(journal_closed(&j, "a=1", &given) && given == 60);
  journal_close(&j);
  done(db);
}

static void spent_time_leaves_out_pauses(void) {
  struct journal_row rows[] = {{.created_us = 0}, {.created_us = 1000000}, {.created_us = 1500000},
                               {.created_us = 3600000000}, {.created_us = 3600250000}};
  struct journal j = {.rows = rows, .n = 5};
  CHECK(fabs(journal_spent(&j, 10) - 1.75) < 1e-9);
  j.n = 0;
  CHECK(journal_spent(&j, 10) == 0);
}

static void what_the_database_refuses_is_an_error(void) {
  tdb *db = fresh();
  struct journal j;
  double zero = 0;
  struct answer a = {.status = TDB_TRIAL_OK, .seconds = 0, .samples = &zero, .nsamples = 1};
  CHECK(journal_open(&j, db, &who, &origin) == TUNER_OK);
  CHECK(journal_record(&j, TDB_PHASE_SEARCH, "a=1", &a) == TUNER_EENV && j.n == 0);
  a.seconds = NAN;
  CHECK(journal_record(&j, TDB_PHASE_SEARCH, "a=1", &a) == TUNER_EENV && j.n == 0);
  journal_close(&j);
  done(db);
}

static const struct test_case cases[] = {
  {"rows come back", rows_come_back},
  {"MIOpen#675: other specs and sources do not count", other_specs_and_sources_do_not_count},
  {"confirmed beats found", confirmed_beats_found},
  {"a contest is closed by the default", a_contest_is_closed_by_the_default},
  {"spent time leaves out pauses", spent_time_leaves_out_pauses},
  {"what the database refuses is an error", what_the_database_refuses_is_an_error},
  {NULL, NULL},
};
TEST_MAIN(cases)
