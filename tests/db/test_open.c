/* Opening: what is refused, with one clear message, and left as it was. */
#include <dirent.h>
#include "../../db/src/open.h"
#include "../../db/src/path.h"
#include "sandbox.h"

static void make(const char *path) {
  tdb *db;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  for (int i = 0; i < 50; i++) add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, i + 1);
  tdb_close(db);
}

static int files_in(const char *path) {
  DIR *d = opendir(path);
  int n = 0;
  while (d && readdir(d)) n++;
  if (d) closedir(d);
  return n;
}

/* Both ways of opening fail with this code and words; the file and its folder stay as they are. */
static void refused(const char *path, int mode, int code, const char *says) {
  tdb *db;
  size_t before, after;
  char *old = contents(path, &before);
  int files = files_in(folder);
  CHECK_FAILS(code, tdb_open(&db, path, mode));
  CHECK(db == NULL);
  CHECKF(strstr(tdb_error(), says) && strstr(tdb_error(), path) && !strchr(tdb_error(), '\n'), "%s", tdb_error());
  char *new = contents(path, &after);
  CHECK(before == after && !memcmp(old, new, before));
  CHECKF(files == files_in(folder), "companions appeared");
  free(old);
  free(new);
}

static void refused_both(const char *path, int code, const char *says) {
  refused(path, TDB_READ, code, says);
  refused(path, TDB_WRITE, code, says);
}

static void folders_are_made(void) {
  tdb *db;
  char path[300], *folder_of;
  struct stat st;
  snprintf(path, sizeof path, "%s/x/y/z.db", fresh("deep"));
  CHECK_FAILS(TDB_ENOTFOUND, tdb_open(&db, path, TDB_READ));
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  tdb_close(db);
  folder_of = strdup(path);
  *strrchr(folder_of, '/') = '\0';
  CHECK(!stat(folder_of, &st) && (st.st_mode & 0777) == 0700);
  free(folder_of);
}

static void missing_files(void) {
  tdb *db;
  const char *path = fresh("none.db");
  CHECK_FAILS(TDB_ENOTFOUND, tdb_open(&db, path, TDB_READ));
  CHECK(strstr(tdb_error(), "constrint tune --db"));
  CHECK(access(path, F_OK));
  CHECK_FAILS(TDB_EINVAL, tdb_open(&db, "", TDB_WRITE));
  CHECK_FAILS(TDB_EINVAL, tdb_open(&db, NULL, TDB_WRITE));
  CHECK_FAILS(TDB_EINVAL, tdb_open(&db, path, 7));
  CHECK_OK(tdb_open(&db, NULL, TDB_READ));
  tdb_close(db);
}

static void a_folder_instead(void) {
  tdb *db;
  char path[300];
  snprintf(path, sizeof path, "%s", fresh("folder"));
  CHECK(!mkdir(path, 0700));
  CHECK_FAILS(TDB_EINVAL, tdb_open(&db, path, TDB_READ));
  CHECK_FAILS(TDB_EINVAL, tdb_open(&db, path, TDB_WRITE));
  CHECK(strstr(tdb_error(), "a folder, not a file"));
}

static void an_empty_file_is_a_new_one(void) {
  tdb *db;
  const char *path = fresh("empty.db");
  put(path, "", 0);
  refused(path, TDB_READ, TDB_ENOTFOUND, "empty file");
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  tdb_close(db);
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  tdb_close(db);
}

static void not_a_database(void) {
  const char *path = fresh("text.db");
  put(path, "hello, world\n", 13);
  refused_both(path, TDB_ESCHEMA, "not a SQLite file");
}

static void sql(const char *path, const char *statements) {
  sqlite3 *s;
  CHECK(!sqlite3_open(path, &s));
  CHECKF(!sqlite3_exec(s, statements, NULL, NULL, NULL), "%s", sqlite3_errmsg(s));
  sqlite3_close(s);
}

static void foreign_files(void) {
  const char *path = fresh("foreign.db");
  sql(path, "CREATE TABLE mine(x); INSERT INTO mine VALUES(1)");
  refused_both(path, TDB_ESCHEMA, "another program");
  sql(path, "PRAGMA application_id = 1234; PRAGMA journal_mode = WAL");
  refused_both(path, TDB_ESCHEMA, "another program");
}

static void newer_schemas(void) {
  const char *path = fresh("newer.db");
  make(path);
  sql(path, "PRAGMA user_version = 99");
  refused_both(path, TDB_ESCHEMA, "its schema is version 99");
}

static void truncated_files(void) {
  const char *path = fresh("short.db");
  size_t size;
  make(path);
  char *data = contents(path, &size);
  put(path, data, 60);
  refused_both(path, TDB_EDAMAGED, "truncated");
  put(path, data, 4096 * 3 + 100);
  tdb *db = NULL;
  int rc = tdb_open(&db, path, TDB_READ); /* here or at the check: never silently good */
  if (!rc) {
    char *report = NULL;
    CHECK_FAILS(TDB_EDAMAGED, tdb_check(db, &report));
    free(report);
  }
  tdb_close(db);
  free(data);
}

/* Overwrite any page: some call says so, none crashes, and the check always does. */
static void damaged_pages(void) {
  const char *path = fresh("damaged.db");
  size_t size;
  make(path);
  char *good = contents(path, &size);
  srand(42);
  for (size_t page = 0; page < size / 4096; page++) {
    char *bad = malloc(size);
    memcpy(bad, good, size);
    for (size_t i = page ? 0 : 100; i < 4096; i++) bad[page * 4096 + i] = (char)rand();
    put(path, bad, size);
    tdb *db = NULL;
    int rc = tdb_open(&db, path, TDB_READ);
    if (!rc) {
      char *report = NULL;
      tdb_answer a;
      tdb_identity who = sample_identity("B=16");
      if (!tdb_lookup(db, &who, NULL, NULL, NULL, NULL, &a)) tdb_answer_release(&a);
      rc = tdb_check(db, &report);
      free(report);
    }
    CHECKF(rc == TDB_EDAMAGED, "page %zu: code %d, %s", page, rc, tdb_error());
    tdb_close(db);
    free(bad);
  }
  free(good);
}

static void others_can_write(void) {
  char path[300], inner[320];
  tdb *db;
  snprintf(path, sizeof path, "%s", fresh("open.db"));
  make(path);
  CHECK(!chmod(path, 0666));
  refused_both(path, TDB_EUNSAFE, "others can write");
  CHECK(!chmod(path, 0620));
  refused_both(path, TDB_EUNSAFE, "others can write");
  CHECK(!chmod(path, 0644));
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  tdb_close(db);
  snprintf(path, sizeof path, "%s", fresh("folder"));
  CHECK(!mkdir(path, 0700) && !chmod(path, 0777));
  snprintf(inner, sizeof inner, "%s/a.db", path);
  CHECK_FAILS(TDB_EUNSAFE, tdb_open(&db, inner, TDB_WRITE));
  CHECK(access(inner, F_OK));
  CHECK(!chmod(path, 01777)); /* as /tmp: others cannot replace what is ours */
  CHECK_OK(tdb_open(&db, inner, TDB_WRITE));
  tdb_close(db);
  if (geteuid()) return;
  CHECK(!chown(inner, 12345, 12345)); /* its owner is neither us nor root */
  CHECK_FAILS(TDB_EUNSAFE, tdb_open(&db, inner, TDB_READ));
}

static void links_are_followed_to_the_real_file(void) {
  tdb *db;
  char real[300], link[300];
  snprintf(real, sizeof real, "%s", fresh("real.db"));
  snprintf(link, sizeof link, "%s", fresh("link.db"));
  make(real);
  CHECK(!symlink(real, link));
  CHECK_OK(tdb_open(&db, link, TDB_READ));
  CHECK(count_trials(db) == 50);
  tdb_close(db);
  CHECK(!chmod(real, 0666));
  CHECK_FAILS(TDB_EUNSAFE, tdb_open(&db, link, TDB_READ));
  CHECK(!unlink(real));
  CHECK_FAILS(TDB_ENOTFOUND, tdb_open(&db, link, TDB_WRITE));
}

static char shared[300]; /* made before the child */

static int lookup_and_record_fail(int expect_open_write) {
  tdb *db;
  int rc = tdb_open(&db, shared, TDB_WRITE);
  CHECKF(rc == expect_open_write, "code %d %s", rc, rc ? tdb_error() : "");
  CHECK(rc && !strchr(tdb_error(), '\n') && strstr(tdb_error(), shared));
  CHECK_OK(tdb_open(&db, shared, TDB_READ));
  CHECK(count_trials(db) == 50);
  tdb_identity who = sample_identity("B=16");
  tdb_answer a;
  CHECK_OK(tdb_lookup(db, &who, NULL, NULL, NULL, NULL, &a));
  CHECK(a.match == TDB_EXACT);
  tdb_answer_release(&a);
  tdb_close(db);
  return CHILD_PASSED;
}

static int in_read_only_folder(void) {
  char *of = strdup(shared);
  *strrchr(of, '/') = '\0';
  int ready = own_mounts() && mount_read_only(of);
  free(of);
  return ready ? lookup_and_record_fail(TDB_EREADONLY) : CHILD_CANNOT;
}

static int with_read_only_file(void) {
  return own_mounts() && mount_read_only(shared) ? lookup_and_record_fail(TDB_EREADONLY) : CHILD_CANNOT;
}

static void read_only_folder_and_file(void) {
  snprintf(shared, sizeof shared, "%s", fresh("ro.db"));
  make(shared);
  CHECK_CHILD(in_read_only_folder);
  CHECK_CHILD(with_read_only_file);
}

/* A new database where nothing can be made. */
static int make_in_read_only_folder(void) {
  tdb *db;
  if (!own_mounts() || !mount_read_only(folder)) return CHILD_CANNOT;
  CHECK_FAILS(TDB_EREADONLY, tdb_open(&db, fresh("new.db"), TDB_WRITE));
  return CHILD_PASSED;
}

static void new_in_read_only_folder(void) { CHECK_CHILD(make_in_read_only_folder); }

/* Record until the disk is full: one clear failure, and every acknowledged row is there. */
static int fill_disk(const char *path, int whole_disk) {
  tdb *db;
  int rc = TDB_OK, stored = 0;
  char *message = malloc(30001), *report;
  memset(message, 'x', 30000);
  message[30000] = '\0';
  tdb_identity who = sample_identity("B=16");
  tdb_origin o = sample_origin();
  tdb_trial t = sample_trial("a=1", 1);
  t.message = message;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  while (stored < 1000 && !(rc = tdb_record(db, &who, &o, &t, NULL))) stored++;
  CHECKF(rc == TDB_EFULL && stored > 3, "code %d after %d: %s", rc, stored, tdb_error());
  CHECKF(strstr(tdb_error(), "disk is full"), "%s", tdb_error());
  if (whole_disk) CHECK_FAILS(TDB_EFULL, tdb_export(db, fresh("export.jsonl")));
  CHECK(count_trials(db) == stored);
  tdb_close(db);
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  CHECK(count_trials(db) == stored);
  CHECK_OK(tdb_check(db, &report));
  free(report);
  free(message);
  tdb_close(db);
  return CHILD_PASSED;
}

static int fill_to_limit(void) {
  limit_files(300000);
  return fill_disk(fresh("full.db"), 0);
}

static int fill_small_mount(void) {
  if (!own_mounts() || !mount_small(folder, "600k")) return CHILD_CANNOT;
  return fill_disk(fresh("full.db"), 1);
}

static int create_on_full_disk(void) {
  tdb *db;
  const char *path = fresh("tiny.db");
  limit_files(8192);
  CHECK_FAILS(TDB_EFULL, tdb_open(&db, path, TDB_WRITE));
  return CHILD_PASSED;
}

static void full_disk(void) {
  CHECK_CHILD(fill_to_limit);
  CHECK_CHILD(fill_small_mount);
  CHECK_CHILD(create_on_full_disk);
}

static void default_path(void) {
  char *path;
  CHECK(!unsetenv("CONSTRINT_DB") && !setenv("XDG_DATA_HOME", "/x/data", 1) && !setenv("HOME", "/h", 1));
  CHECK_OK(tdb_default_path(&path));
  CHECK(!strcmp(path, "/x/data/constrint/tuned.db"));
  free(path);
  CHECK(!setenv("XDG_DATA_HOME", "relative", 1)); /* to be ignored, says its standard */
  CHECK_OK(tdb_default_path(&path));
  CHECK(!strcmp(path, "/h/.local/share/constrint/tuned.db"));
  free(path);
  CHECK(!setenv("CONSTRINT_DB", "/my.db", 1));
  CHECK_OK(tdb_default_path(&path));
  CHECK(!strcmp(path, "/my.db"));
  free(path);
  CHECK(!unsetenv("CONSTRINT_DB") && !unsetenv("HOME") && !unsetenv("XDG_DATA_HOME"));
  CHECK_FAILS(TDB_ENOTFOUND, tdb_default_path(&path));
}

static const struct test_case cases[] = {
  {"folders_are_made", folders_are_made},
  {"missing_files", missing_files},
  {"a_folder_instead", a_folder_instead},
  {"an_empty_file_is_a_new_one", an_empty_file_is_a_new_one},
  {"not_a_database", not_a_database},
  {"foreign_files", foreign_files},
  {"newer_schemas", newer_schemas},
  {"truncated_files", truncated_files},
  {"damaged_pages", damaged_pages},
  {"others_can_write", others_can_write},
  {"links_are_followed_to_the_real_file", links_are_followed_to_the_real_file},
  {"read_only_folder_and_file", read_only_folder_and_file},
  {"new_in_read_only_folder", new_in_read_only_folder},
  {"full_disk", full_disk},
  {"default_path", default_path},
  {NULL, NULL}};
TEST_MAIN(cases)
