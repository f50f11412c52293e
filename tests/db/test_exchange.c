/* Export, import, merge, prune, ship: whole or not at all, and twice is once. */
#include <dirent.h>
#include <sqlite3.h>
#include "fixture.h"

static tdb *make(const char *path, int first, int count) {
  tdb *db;
  char problem[32], *hash;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  CHECK_OK(tdb_put_artifact(db, "code", 4, &hash));
  tdb_identity who = sample_identity(problem);
  tdb_origin o = sample_origin();
  for (int i = first; i < first + count; i++) {
    snprintf(problem, sizeof problem, "B=%d", 1 + i / 3);
    tdb_trial t = sample_trial("a=1,b=x", 0.1 + i);
    t.artifact = hash;
    t.status = i % 4 == 3 ? TDB_TRIAL_TIMEOUT : TDB_TRIAL_OK;
    t.message = i % 4 == 3 ? "no answer \"within\" 5 s\n" : "";
    CHECK_OK(tdb_record(db, &who, &o, &t, NULL));
  }
  free(hash);
  return db;
}

static void same_text(const char *a, const char *b) {
  size_t na, nb;
  char *x = contents(a, &na), *y = contents(b, &nb);
  CHECK(na == nb && !memcmp(x, y, na));
  free(x);
  free(y);
}

static void round_trip(void) {
  const char *json = fresh("a.jsonl"), *again = fresh("b.jsonl");
  int64_t added;
  tdb *a = make(fresh("a.db"), 0, 40), *b;
  CHECK_OK(tdb_export(a, json));
  CHECK_OK(tdb_open(&b, fresh("b.db"), TDB_WRITE));
  CHECK_OK(tdb_import(b, json, &added));
  CHECK(added == 40 && count_trials(b) == 40);
  CHECK_OK(tdb_export(b, again));
  same_text(json, again);
  CHECK_OK(tdb_import(b, json, &added)); /* idempotent */
  CHECK(added == 0 && count_trials(b) == 40);
  tdb_close(a);
  tdb_close(b);
}

static void merging_is_a_union(void) {
  const char *one = fresh("1.db"), *two = fresh("2.db");
  int64_t added;
  tdb *a = make(one, 0, 20), *b = make(two, 20, 15);
  CHECK_OK(tdb_merge(a, two, &added));
  CHECK(added == 15 && count_trials(a) == 35);
  CHECK_OK(tdb_merge(a, two, &added));
  CHECK(added == 0 && count_trials(a) == 35);
  CHECK_OK(tdb_merge(b, one, &added)); /* what it has itself is known */
  CHECK(added == 20 && count_trials(b) == 35);
  CHECK_FAILS(TDB_EINVAL, tdb_merge(a, one, &added));
  CHECK_FAILS(TDB_ENOTFOUND, tdb_merge(a, fresh("none.db"), &added));
  CHECK(count_trials(a) == 35);
  tdb_close(a);
  tdb_close(b);
}

static void import_line(const char *line, const char *says) {
  const char *json = fresh("bad.jsonl"), *path = fresh("a.db");
  int64_t added;
  tdb *db = make(path, 0, 3);
  FILE *f = fopen(json, "w");
  fprintf(f, "{\"format\":\"constrint-tuning\",\"version\":1}\n"
          "{\"kind\":\"trial\",\"kernel\":\"k\",\"version\":\"1\",\"problem\":\"B=1\",\"device\":\"d\",\"architecture\":\"a\","
          "\"units\":1,\"phase\":\"search\",\"status\":\"ok\",\"config\":\"a=1\",\"seconds\":1}\n%s\n", line);
  fclose(f);
  CHECK_FAILS(TDB_EINVAL, tdb_import(db, json, &added));
  CHECKF(strstr(tdb_error(), ".jsonl:3: ") && strstr(tdb_error(), says), "%s", tdb_error());
  CHECK(added == 0 && count_trials(db) == 3); /* the good line is not in either */
  tdb_close(db);
}

static void malformed_lines_change_nothing(void) {
  import_line("{", "not JSON");
  import_line("[]", "object");
  import_line("{\"kind\":\"tial\"}", "neither");
  import_line("{\"kind\":\"trial\"}", "'kernel' is missing");
  import_line("{\"kind\":\"artifact\",\"hash\":\"00\",\"data\":\"YWJj\"}", "'hash'");
  import_line("{\"kind\":\"artifact\",\"hash\":\"00\",\"data\":\"Y?Jj\"}", "base64");
}

static void exports_cut_short_are_noticed(void) {
  const char *json = fresh("a.jsonl");
  size_t size;
  int64_t added;
  tdb *a = make(fresh("a.db"), 0, 10), *b;
  CHECK_OK(tdb_export(a, json));
  char *text = contents(json, &size);
  text[size] = '\0';
  text[size - 1] = '\0';
  size_t shorter = (size_t)(strrchr(text, '\n') + 1 - text); /* the last line is gone */
  put(json, text, shorter);
  CHECK_OK(tdb_open(&b, fresh("b.db"), TDB_WRITE));
  CHECK_FAILS(TDB_EINVAL, tdb_import(b, json, &added));
  CHECKF(strstr(tdb_error(), "cut short"), "%s", tdb_error());
  CHECK(count_trials(b) == 0);
  free(text);
  tdb_close(a);
  tdb_close(b);
}

static void bad_places_for_exports(void) {
  char link[300], target[300];
  size_t size;
  tdb *a = make(fresh("a.db"), 0, 3);
  CHECK_FAILS(TDB_EINVAL, tdb_export(a, folder));
  CHECK_FAILS(TDB_ENOTFOUND, tdb_export(a, "/nowhere/at/all.jsonl"));
  CHECK_FAILS(TDB_EINVAL, tdb_export(a, ""));
  snprintf(link, sizeof link, "%s", fresh("link"));
  snprintf(target, sizeof target, "%s", fresh("target"));
  put(target, "precious", 8);
  CHECK(!symlink(target, link));
  CHECK_OK(tdb_export(a, link)); /* replaces the link, does not write through it */
  char *text = contents(target, &size);
  CHECK(size == 8 && !memcmp(text, "precious", 8));
  free(text);
  tdb_close(a);
}

static int leftovers(void) {
  int n = 0;
  DIR *d = opendir(folder);
  for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] == '.' && strlen(e->d_name) > 2;
  closedir(d);
  return n;
}

static void shipped_copies_answer_alike(void) {
  const char *path = fresh("shipped.db"), *wal = fresh("wal.db");
  tdb *a = make(fresh("a.db"), 0, 30), *b;
  tdb_identity who = sample_identity("B=4");
  tdb_answer x, y;
  void *data;
  size_t size;
  CHECK_OK(tdb_ship(a, path));
  CHECK_FAILS(TDB_EINVAL, tdb_ship(a, ""));
  CHECK_OK(tdb_open(&b, NULL, TDB_READ));
  CHECK_OK(tdb_attach_shipped(b, path));
  CHECK_OK(tdb_lookup(a, &who, "aaaa", "bbbb", NULL, NULL, &x));
  CHECK_OK(tdb_lookup(b, &who, "aaaa", "bbbb", NULL, NULL, &y));
  CHECK(x.match == TDB_EXACT && y.match == TDB_EXACT && !strcmp(x.config, y.config) && x.seconds == y.seconds);
  CHECK_OK(tdb_get_artifact(b, y.artifact, &data, &size));
  CHECK(size == 4 && !memcmp(data, "code", 4));
  free(data);
  tdb_answer_release(&x);
  tdb_answer_release(&y);
  tdb_close(b);
  CHECK(leftovers() == 0);
  put(wal, "", 0);
  CHECK_FAILS(TDB_ENOTFOUND, (tdb_open(&b, NULL, TDB_READ), tdb_attach_shipped(b, wal)));
  tdb_close(b);
  tdb_close(a);
}

static void the_users_file_is_asked_first(void) {
  const char *shipped = fresh("shipped.db");
  tdb *a = make(fresh("a.db"), 0, 3), *b;
  tdb_identity who = sample_identity("B=1");
  tdb_answer x;
  CHECK_OK(tdb_ship(a, shipped));
  tdb_close(a);
  CHECK_OK(tdb_open(&b, fresh("b.db"), TDB_WRITE));
  CHECK_OK(tdb_attach_shipped(b, shipped));
  CHECK_OK(tdb_lookup(b, &who, "aaaa", "bbbb", NULL, NULL, &x));
  CHECK(x.match == TDB_EXACT && !strcmp(x.config, "a=1,b=x"));
  tdb_answer_release(&x);
  add(b, sample_identity("B=2"), "a=7", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1); /* near, of the user's */
  CHECK_OK(tdb_lookup(b, &who, "aaaa", "bbbb", NULL, NULL, &x));
  CHECK(x.match == TDB_EXACT && !strcmp(x.config, "a=1,b=x")); /* exact beats near, wherever it is */
  tdb_answer_release(&x);
  add(b, who, "a=9", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 100);
  CHECK_OK(tdb_lookup(b, &who, "aaaa", "bbbb", NULL, NULL, &x));
  CHECK(!strcmp(x.config, "a=9"));
  tdb_answer_release(&x);
  tdb_close(b);
}

static void pruning(void) {
  const char *path = fresh("a.db");
  int64_t removed;
  tdb *db;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  tdb_identity old = sample_identity("B=1"), new = old;
  old.version = "9";
  new.version = "10"; /* newer, as numbers go */
  add(db, old, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  add(db, old, "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_CRASHED, 0);
  add(db, new, "a=3", TDB_PHASE_SEARCH, TDB_TRIAL_TIMEOUT, 0);
  CHECK_OK(tdb_prune(db, &removed));
  CHECK(removed == 1 && count_trials(db) == 2);
  CHECK_OK(tdb_prune(db, &removed));
  CHECK(removed == 0);
  char *report;
  CHECK_OK(tdb_check(db, &report));
  free(report);
  tdb_close(db);
}

/* The check can fail: a row that no caller could have written. */
static void the_check_finds_nonsense(void) {
  const char *path = fresh("a.db");
  static const char *const harm[] = {
    "UPDATE trial SET seconds = 0 WHERE id = 1", "UPDATE trial SET config = 'b=1,a=2' WHERE id = 1",
    "UPDATE artifact SET data = x'00'", "DELETE FROM artifact", "UPDATE identity SET problem = '?'",
    "PRAGMA foreign_keys = OFF; DELETE FROM origin"};
  for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
    char *report = NULL;
    sqlite3 *s;
    unlink(path);
    tdb_close(make(path, 0, 3));
    CHECK(!sqlite3_open(path, &s));
    CHECK(!sqlite3_exec(s, harm[i], NULL, NULL, NULL));
    sqlite3_close(s);
    tdb *db;
    CHECK_OK(tdb_open(&db, path, TDB_READ));
    int rc = tdb_check(db, &report);
    CHECKF(rc == TDB_EDAMAGED && report && !strstr(report, " 0 faults"), "%s: %s", harm[i], report);
    free(report);
    tdb_close(db);
  }
}

static const struct test_case cases[] = {
  {"round_trip", round_trip},
  {"merging_is_a_union", merging_is_a_union},
  {"malformed_lines_change_nothing", malformed_lines_change_nothing},
  {"exports_cut_short_are_noticed", exports_cut_short_are_noticed},
  {"bad_places_for_exports", bad_places_for_exports},
  {"shipped_copies_answer_alike", shipped_copies_answer_alike},
  {"the_users_file_is_asked_first", the_users_file_is_asked_first},
  {"pruning", pruning},
  {"the_check_finds_nonsense", the_check_finds_nonsense},
  {NULL, NULL}};
TEST_MAIN(cases)
