/* What broke other projects' caches and databases, each named after its report
 * (docs/database.md lists them). */
#include <sqlite3.h>
#include "../../db/src/open.h"
#include "processes.h"

static const char *nfs(const char *path) {
  (void)path;
  return "NFS";
}

static void expect(tdb *db, tdb_identity who, tdb_match match, const char *reason) {
  tdb_answer a;
  CHECK_OK(tdb_lookup(db, &who, "aaaa", "bbbb", NULL, NULL, &a));
  CHECKF(a.match == match && strstr(a.reason, reason), "%s: %s", tdb_match_name(a.match), a.reason);
  tdb_answer_release(&a);
}

static tdb *new_db(const char *path) {
  tdb *db;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  return db;
}

/* MIOpen#2214 #1878 #1010, pytorch#60477: write-ahead log on a network file system. */
static void miopen_2214_no_log_on_a_network(void) {
  const char *path = fresh("remote.db");
  tdb *db;
  char log[300];
  tdb_close(new_db(path)); /* made on a local disk, then moved */
  CHECK_OK(open_with(&db, path, TDB_WRITE, nfs));
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  snprintf(log, sizeof log, "%s-shm", path);
  CHECK(access(log, F_OK));
  tdb_close(db);
}

/* pytorch#126942: a shipped file left in write-ahead mode could not be opened. */
static void pytorch_126942_shipped_in_write_ahead_mode(void) {
  const char *path = fresh("left.db");
  tdb *db = new_db(path);
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  tdb_close(db);
  CHECK(!chmod(path, 0444));
  CHECK_OK(tdb_open(&db, NULL, TDB_READ));
  CHECK_OK(tdb_attach_shipped(db, path));
  expect(db, sample_identity("B=16"), TDB_EXACT, "");
  tdb_close(db);
  char log[300];
  snprintf(log, sizeof log, "%s-wal", path);
  CHECK(access(log, F_OK));
  put(log, "something", 9); /* entries that a read-only file would silently lack */
  CHECK_OK(tdb_open(&db, NULL, TDB_READ));
  CHECK_FAILS(TDB_EREADONLY, tdb_attach_shipped(db, path));
  CHECK(strstr(tdb_error(), "constrint db ship"));
  tdb_close(db);
}

/* rocm-libraries#1612, LUMI-AI-Guide#81: locks and files in a temp folder that is not shared, or is. */
static void rocm_libraries_1612_no_locks_in_temp_folders(void) {
  const char *path = fresh("a.db");
  writer w[2];
  int status;
  CHECK(!setenv("TMPDIR", "/nowhere", 1));
  w[0] = start_writer(path, "60", "a");
  CHECK(!setenv("TMPDIR", folder, 1));
  w[1] = start_writer(path, "60", "b");
  for (int i = 0; i < 2; i++) CHECK(finish_writer(w[i], &status) == 60 && status == 0);
  tdb *db;
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  CHECK(count_trials(db) == 120);
  tdb_close(db);
}

/* MIOpen#124: files that another user left behind; said, not crashed on. */
static void miopen_124_owned_by_another(void) {
  const char *path = fresh("a.db");
  tdb *db;
  tdb_close(new_db(path));
  if (geteuid() || chown(path, 4321, 4321)) return; /* only root can give a file away */
  CHECK_FAILS(TDB_EUNSAFE, tdb_open(&db, path, TDB_READ));
  CHECK(strstr(tdb_error(), "belongs to another user"));
}

/* LUMI-AI-Guide#108: a misspelt variable is ignored, and nobody sees which file is used. */
static void lumi_ai_guide_108_the_file_is_named(void) {
  const char *path = fresh("named.db");
  tdb *db = new_db(path);
  expect(db, sample_identity("B=16"), TDB_MISS, path);
  tdb_close(db);
}

/* TensorRT-LLM#14441: four jobs, lost updates. quadrants#239, triton#8923: killed in mid-file. */
static void tensorrt_llm_14441_killed_among_four(void) {
  static const char *const names[] = {"a", "b", "c", "d"};
  const char *path = fresh("a.db");
  writer w[4];
  int status, acknowledged = 0;
  for (int i = 0; i < 4; i++) w[i] = start_writer(path, i ? "50" : "0", names[i]);
  usleep(30000);
  CHECK(!kill(w[0].pid, SIGKILL));
  acknowledged += finish_writer(w[0], &status);
  for (int i = 1; i < 4; i++) {
    int n = finish_writer(w[i], &status);
    CHECK(n == 50 && status == 0);
    acknowledged += n;
  }
  tdb *db;
  char *report;
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  CHECK(count_trials(db) >= acknowledged && count_trials(db) <= acknowledged + 1);
  CHECK_OK(tdb_check(db, &report));
  free(report);
  tdb_close(db);
}

/* trusty-tools#4077: a fixed ".tmp" name: two exports at once to one place. */
static void trusty_tools_4077_exports_meet(void) {
  const char *path = fresh("a.db"), *json = fresh("out.jsonl");
  tdb *db = new_db(path);
  for (int i = 0; i < 30; i++) add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, i + 1);
  tdb_close(db);
  pid_t pid[4];
  fflush(NULL);
  for (int p = 0; p < 4; p++)
    if (!(pid[p] = fork())) {
      int failed = tdb_open(&db, path, TDB_READ);
      for (int i = 0; !failed && i < 10; i++) failed = tdb_export(db, json);
      _exit(failed != 0);
    }
  for (int p = 0; p < 4; p++) {
    int status;
    CHECK(waitpid(pid[p], &status, 0) == pid[p] && status == 0);
  }
  tdb *into = new_db(fresh("b.db"));
  int64_t added;
  CHECK_OK(tdb_import(into, json, &added));
  CHECK(added == 30);
  tdb_close(into);
}

/* vllm#43119: results were replayed for a layout that the key did not name. */
static void vllm_43119_every_key_counts(void) {
  tdb *db = new_db(fresh("a.db"));
  add(db, sample_identity("B=16,layout=row"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(db, sample_identity("B=16,layout=column"), TDB_MISS, "layout: column asked, row found");
  expect(db, sample_identity("B=16"), TDB_MISS, "layout: nothing asked, row found");
  expect(db, sample_identity("B=16,layout=row,masked=yes"), TDB_MISS, "masked: yes asked, nothing found");
  tdb_close(db);
}

/* FlagGems#5829: the compiler was not in the key, and a poisoned entry crashed the process. */
static void flaggems_5829_another_source_is_stale(void) {
  tdb *db = new_db(fresh("a.db"));
  tdb_identity who = sample_identity("B=16");
  tdb_answer a;
  add(db, who, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  CHECK_OK(tdb_lookup(db, &who, "aaaa", "another source", NULL, NULL, &a));
  CHECK(a.match == TDB_STALE); /* the artifact is to be rebuilt */
  tdb_answer_release(&a);
  tdb_close(db);
}

/* tilus#156, tvm#15549: another device's table was used as if it were ours. */
static void tilus_156_another_device_is_said(void) {
  tdb *db = new_db(fresh("a.db"));
  tdb_identity theirs = sample_identity("B=16");
  theirs.device = "NVIDIA H100", theirs.architecture = "sm_90a", theirs.units = 132;
  add(db, theirs, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(db, sample_identity("B=16"), TDB_OTHER_DEVICE, "units: 2 asked, 132 found");
  tdb_close(db);
}

static int legal_now(void *data, const char *config) {
  (void)data;
  return strcmp(config, "a=1") && strcmp(config, "a=2");
}

static int keep_legal(void *data, const tdb_identity *who, const tdb_origin *o, const tdb_trial *t) {
  (void)who, (void)o;
  return legal_now(data, t->config);
}

/* MIOpen#675 #987, rocm-libraries#11130 #10900: stale after the constraints changed. */
static void miopen_675_constraints_changed(void) {
  tdb *db = new_db(fresh("a.db"));
  static const char *const configs[] = {"a=1", "a=2", "a=3", "a=4"};
  tdb_identity who = sample_identity("B=16");
  tdb_answer a;
  int64_t removed;
  for (int i = 0; i < 4; i++) add(db, who, configs[i], TDB_PHASE_SEARCH, TDB_TRIAL_OK, i + 1);
  CHECK_OK(tdb_lookup(db, &who, "aaaa", "bbbb", legal_now, NULL, &a));
  CHECK(a.match == TDB_EXACT && !strcmp(a.config, "a=3"));
  tdb_answer_release(&a);
  CHECK_OK(tdb_prune_if(db, keep_legal, NULL, &removed)); /* no device needed; only what fails goes */
  CHECK(removed == 2 && count_trials(db) == 2);
  tdb_close(db);
}

/* flashinfer#3970: unknown metadata made a cache unusable for ever. */
static void flashinfer_3970_unknown_metadata(void) {
  const char *path = fresh("a.db");
  tdb *db = new_db(path);
  sqlite3 *s;
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  tdb_close(db);
  CHECK(!sqlite3_open(path, &s));
  CHECK(!sqlite3_exec(s, "CREATE TABLE notes(x); INSERT INTO notes VALUES('by another tool');"
                      "ALTER TABLE origin ADD COLUMN mood TEXT", NULL, NULL, NULL));
  sqlite3_close(s);
  db = new_db(path);
  expect(db, sample_identity("B=16"), TDB_EXACT, "");
  add(db, sample_identity("B=17"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  tdb_close(db);
}

/* triton#9822: one added configuration invalidated everything. */
static void triton_9822_an_added_parameter(void) {
  tdb *db = new_db(fresh("a.db"));
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  add(db, sample_identity("B=16"), "a=1,b=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 3);
  expect(db, sample_identity("B=16"), TDB_EXACT, "");
  tdb_close(db);
}

/* pytorch#132173 #135396: a refused file did not say what differed. */
static void pytorch_132173_what_differs(void) {
  const char *path = fresh("a.db");
  sqlite3 *s;
  tdb *db = new_db(path);
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  tdb_identity who = sample_identity("B=16");
  tdb_answer a;
  CHECK_OK(tdb_lookup(db, &who, "zzzz", "yyyy", NULL, NULL, &a));
  CHECKF(strstr(a.reason, "spec: zzzz asked, aaaa found; source: yyyy asked, bbbb found"), "%s", a.reason);
  tdb_answer_release(&a);
  tdb_close(db);
  CHECK(!sqlite3_open(path, &s) && !sqlite3_exec(s, "PRAGMA user_version = 7", NULL, NULL, NULL));
  sqlite3_close(s);
  CHECK_FAILS(TDB_ESCHEMA, tdb_open(&db, path, TDB_READ));
  CHECKF(strstr(tdb_error(), "version 7, this program knows up to 3"), "%s", tdb_error());
}

/* kernel_launcher#6: an exact device name was too strict. */
static void kernel_launcher_6_device_names(void) {
  tdb *db = new_db(fresh("a.db"));
  tdb_identity who = sample_identity("B=16");
  add(db, who, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  who.device = "Some CPU @ 3.00GHz";
  expect(db, who, TDB_OTHER_DEVICE, "device: Some CPU @ 3.00GHz asked, Some CPU found");
  tdb_close(db);
}

/* vllm#52192 #40542: nearest-shape answers that hurt. */
static void vllm_52192_near_is_guarded_and_said(void) {
  tdb *db = new_db(fresh("a.db"));
  add(db, sample_identity("B=16,D=64"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  expect(db, sample_identity("B=17,D=64"), TDB_NEAR, "B: 17 asked, 16 found");
  expect(db, sample_identity("B=16,D=1024"), TDB_MISS, "4.0 doublings away");
  tdb_close(db);
}

/* MIOpen#1224, vllm#17768 #17619: "missing database", and nobody knew what to do next. */
static void miopen_1224_the_command_is_named(void) {
  tdb *db = new_db(fresh("a.db"));
  expect(db, sample_identity("B=16,D=64"), TDB_MISS, "run 'constrint tune --kernel flashrnn --problem B=16,D=64,T=128 --db ");
  tdb_close(db);
  CHECK_FAILS(TDB_ENOTFOUND, tdb_open(&db, fresh("none.db"), TDB_READ));
  CHECK(strstr(tdb_error(), "constrint tune --db"));
}

static const struct test_case cases[] = {
  {"miopen_2214_no_log_on_a_network", miopen_2214_no_log_on_a_network},
  {"pytorch_126942_shipped_in_write_ahead_mode", pytorch_126942_shipped_in_write_ahead_mode},
  {"rocm_libraries_1612_no_locks_in_temp_folders", rocm_libraries_1612_no_locks_in_temp_folders},
  {"miopen_124_owned_by_another", miopen_124_owned_by_another},
  {"lumi_ai_guide_108_the_file_is_named", lumi_ai_guide_108_the_file_is_named},
  {"tensorrt_llm_14441_killed_among_four", tensorrt_llm_14441_killed_among_four},
  {"trusty_tools_4077_exports_meet", trusty_tools_4077_exports_meet},
  {"vllm_43119_every_key_counts", vllm_43119_every_key_counts},
  {"flaggems_5829_another_source_is_stale", flaggems_5829_another_source_is_stale},
  {"tilus_156_another_device_is_said", tilus_156_another_device_is_said},
  {"miopen_675_constraints_changed", miopen_675_constraints_changed},
  {"flashinfer_3970_unknown_metadata", flashinfer_3970_unknown_metadata},
  {"triton_9822_an_added_parameter", triton_9822_an_added_parameter},
  {"pytorch_132173_what_differs", pytorch_132173_what_differs},
  {"kernel_launcher_6_device_names", kernel_launcher_6_device_names},
  {"vllm_52192_near_is_guarded_and_said", vllm_52192_near_is_guarded_and_said},
  {"miopen_1224_the_command_is_named", miopen_1224_the_command_is_named},
  {NULL, NULL}};
TEST_MAIN(cases)
