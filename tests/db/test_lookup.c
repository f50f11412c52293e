/* Look-up: which answer, which configuration, and the reason given. */
#include "fixture.h"

static tdb *db;

static void start(void) { CHECK_OK(tdb_open(&db, fresh("a.db"), TDB_WRITE)); }

static void finish(void) {
  tdb_close(db);
  db = NULL;
}

static int refuse_config(void *data, const char *config) { return strcmp(data, config) != 0; }
static int refuse_all(void *data, const char *config) {
  (void)data, (void)config;
  return 0;
}

static tdb_answer ask_full(tdb_identity who, const char *spec, const char *source, tdb_legal_fn legal, void *data) {
  tdb_answer a;
  CHECK_OK(tdb_lookup(db, &who, spec, source, legal, data, &a));
  CHECK(a.reason);
  CHECK(!a.config == (a.match == TDB_MISS));
  return a;
}

/* Asks twice: the second answer comes from memory and must be the same. */
static void expect(tdb_identity who, tdb_match match, const char *config, const char *reason) {
  for (int i = 0; i < 2; i++) {
    tdb_answer a = ask_full(who, "aaaa", "bbbb", NULL, NULL);
    CHECKF(a.match == match, "%s: %s", tdb_match_name(a.match), a.reason);
    CHECKF(!config || !strcmp(a.config, config), "%s", a.config);
    CHECKF(strstr(a.reason, reason), "%s", a.reason);
    tdb_answer_release(&a);
  }
}

static void exact(void) {
  start();
  add(db, sample_identity("B=16,D=64"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  add(db, sample_identity("B=16,D=64"), "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  add(db, sample_identity("B=16,D=64"), "a=3", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 3);
  expect(sample_identity("B=16,D=64"), TDB_EXACT, "a=2", "all that was asked");
  finish();
}

static void confirmed_beats_faster(void) {
  start();
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  add(db, sample_identity("B=16"), "a=2", TDB_PHASE_CONFIRM, TDB_TRIAL_OK, 3);
  add(db, sample_identity("B=16"), "a=3", TDB_PHASE_CONFIRM, TDB_TRIAL_OK, 2);
  add(db, sample_identity("B=16"), "a=4", TDB_PHASE_DEFAULT, TDB_TRIAL_OK, 0.5);
  expect(sample_identity("B=16"), TDB_EXACT, "a=3", "");
  finish();
}

static void a_failed_launch_never_wins(void) {
  start();
  for (int s = TDB_TRIAL_COMPILE_ERROR; s < TDB_TRIAL_STATUS_COUNT; s++)
    add(db, sample_identity("B=16"), "a=9", TDB_PHASE_CONFIRM, (tdb_status)s, 1e-9);
  tdb_answer a = ask_full(sample_identity("B=16"), "aaaa", "bbbb", NULL, NULL);
  CHECK(a.match == TDB_MISS);
  tdb_answer_release(&a);
  add(db, sample_identity("B=16"), "", TDB_PHASE_REFERENCE, TDB_TRIAL_OK, 1e-9); /* no configuration */
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_DEFAULT, TDB_TRIAL_OK, 5);
  expect(sample_identity("B=16"), TDB_EXACT, "a=1", "");
  finish();
}

static void stale_says_which_hash(void) {
  start();
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  tdb_answer a = ask_full(sample_identity("B=16"), "aaaa", "cccc", NULL, NULL);
  CHECK(a.match == TDB_STALE && !strcmp(a.config, "a=1"));
  CHECKF(!strcmp(a.reason, "source: cccc asked, bbbb found"), "%s", a.reason);
  tdb_answer_release(&a);
  a = ask_full(sample_identity("B=16"), NULL, NULL, NULL, NULL); /* not compared */
  CHECK(a.match == TDB_EXACT);
  tdb_answer_release(&a);
  finish();
}

static void record_from(const char *config, double seconds, const char *source, const char *driver, const char *compiler) {
  tdb_identity who = sample_identity("B=16");
  tdb_origin o = {"aaaa", source, driver, compiler, 1, 1};
  tdb_trial t = sample_trial(config, seconds);
  CHECK_OK(tdb_record(db, &who, &o, &t, NULL));
}

static void current_source_beats_faster_stale(void) {
  start();
  record_from("a=1", 1, "old", "d", "c");
  record_from("a=2", 2, "bbbb", "d", "c");
  record_from("a=3", 3, "bbbb", "d2", "c");
  expect(sample_identity("B=16"), TDB_EXACT, "a=2", "");
  finish();
}

static void driver_and_compiler_only_rank(void) {
  start();
  record_from("a=1", 1, "bbbb", "driver 1", "gcc");
  record_from("a=2", 2, "bbbb", "driver 2", "gcc");
  record_from("a=3", 3, "bbbb", "driver 2", "clang");
  expect(sample_identity("B=16"), TDB_EXACT, "a=1", "");
  CHECK_OK(tdb_prefer(db, "driver 2", "gcc"));
  expect(sample_identity("B=16"), TDB_EXACT, "a=2", "");
  CHECK_OK(tdb_prefer(db, "driver 2", "clang"));
  expect(sample_identity("B=16"), TDB_EXACT, "a=3", "");
  CHECK_OK(tdb_prefer(db, "driver 3", "icc")); /* none: nothing is lost */
  expect(sample_identity("B=16"), TDB_EXACT, "a=1", "");
  finish();
}

static void a_winner_carries_over_scaling_keys(void) {
  start();
  tdb_identity who = sample_identity("B=16");
  who.scaling = "T=1024";
  add(db, who, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  who.scaling = "T=100";
  add(db, who, "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 9);
  expect(sample_identity("B=16"), TDB_EXACT, "a=2", "T: 128 asked, 100 found");
  add(db, sample_identity("B=16"), "a=3", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 10);
  expect(sample_identity("B=16"), TDB_EXACT, "a=3", "all that was asked");
  finish();
}

static void near_is_the_nearest_and_says_what_differs(void) {
  start();
  add(db, sample_identity("B=64,D=64,f=lstm"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  add(db, sample_identity("B=32,D=64,f=lstm"), "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  add(db, sample_identity("B=16,D=64,f=gru"), "a=3", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(sample_identity("B=16,D=64,f=lstm"), TDB_NEAR, "a=2", "B: 16 asked, 32 found");
  finish();
}

static void near_has_a_limit(void) {
  start();
  add(db, sample_identity("B=64,D=64"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(sample_identity("B=16,D=64"), TDB_NEAR, "a=1", "B: 16 asked, 64 found");
  expect(sample_identity("B=15,D=64"), TDB_MISS, NULL, "2.1 doublings away, near is at most 2.0");
  expect(sample_identity("B=32,D=256"), TDB_MISS, NULL, "B: 32 asked, 64 found; D: 256 asked, 64 found");
  finish();
}

static void a_miss_names_the_command(void) {
  start();
  tdb_identity who = sample_identity("B=16,D=64");
  expect(who, TDB_MISS, NULL, "no result at all for kernel flashrnn; run 'constrint tune --kernel flashrnn"
                              " --problem B=16,D=64,T=128 --db /");
  add(db, who, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  who.version = "2";
  expect(who, TDB_MISS, NULL, "version: 2 asked, 1 found");
  finish();
}

static void other_devices_in_order(void) {
  start();
  tdb_identity who = sample_identity("B=16");
  who.architecture = "sm_90a", who.device = "NVIDIA H200", who.units = 2;
  add(db, who, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(sample_identity("B=16"), TDB_OTHER_DEVICE, "a=1", "architecture: x86-64-avx512 asked, sm_90a found");
  who = sample_identity("B=16");
  who.units = 64;
  add(db, who, "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(sample_identity("B=16"), TDB_OTHER_DEVICE, "a=2", "units: 2 asked, 64 found");
  who.units = 2, who.device = "Some other CPU";
  add(db, who, "a=3", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(sample_identity("B=16"), TDB_OTHER_DEVICE, "a=3", "device: Some CPU asked, Some other CPU found");
  finish();
}

static void refused_entries_are_misses(void) {
  start();
  tdb_answer a;
  add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  a = ask_full(sample_identity("B=16"), "aaaa", "bbbb", refuse_all, NULL);
  CHECK(a.match == TDB_MISS);
  CHECKF(strstr(a.reason, "none legal here (a=1)") && strstr(a.reason, "constrint tune"), "%s", a.reason);
  tdb_answer_release(&a);
  expect(sample_identity("B=16"), TDB_EXACT, "a=1", ""); /* the refusal is not remembered */
  a = ask_full(sample_identity("B=16"), "aaaa", "bbbb", refuse_all, NULL); /* nor is the acceptance */
  CHECK(a.match == TDB_MISS);
  tdb_answer_release(&a);
  add(db, sample_identity("B=16"), "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  a = ask_full(sample_identity("B=16"), "aaaa", "bbbb", refuse_config, "a=1");
  CHECK(a.match == TDB_EXACT && !strcmp(a.config, "a=2"));
  tdb_answer_release(&a);
  finish();
}

static void another_process_is_noticed(void) {
  const char *path = fresh("a.db");
  tdb *writer;
  CHECK_OK(tdb_open(&writer, path, TDB_WRITE));
  add(writer, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 2);
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  expect(sample_identity("B=16"), TDB_EXACT, "a=1", "");
  expect(sample_identity("B=20"), TDB_NEAR, "a=1", "");
  add(writer, sample_identity("B=16"), "a=2", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  add(writer, sample_identity("B=20"), "a=3", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect(sample_identity("B=16"), TDB_EXACT, "a=2", "");
  expect(sample_identity("B=20"), TDB_EXACT, "a=3", "");
  tdb_close(writer);
  finish();
}

static void wrong_questions(void) {
  start();
  tdb_answer a;
  tdb_identity who = sample_identity("B=16,B=17");
  CHECK_FAILS(TDB_EINVAL, tdb_lookup(db, &who, NULL, NULL, NULL, NULL, &a));
  who.problem = NULL;
  CHECK_FAILS(TDB_EINVAL, tdb_lookup(db, &who, NULL, NULL, NULL, NULL, &a));
  CHECK_FAILS(TDB_EINVAL, tdb_lookup(db, NULL, NULL, NULL, NULL, NULL, &a));
  finish();
}

static const struct test_case cases[] = {
  {"exact", exact},
  {"confirmed_beats_faster", confirmed_beats_faster},
  {"a_failed_launch_never_wins", a_failed_launch_never_wins},
  {"stale_says_which_hash", stale_says_which_hash},
  {"current_source_beats_faster_stale", current_source_beats_faster_stale},
  {"driver_and_compiler_only_rank", driver_and_compiler_only_rank},
  {"a_winner_carries_over_scaling_keys", a_winner_carries_over_scaling_keys},
  {"near_is_the_nearest_and_says_what_differs", near_is_the_nearest_and_says_what_differs},
  {"near_has_a_limit", near_has_a_limit},
  {"a_miss_names_the_command", a_miss_names_the_command},
  {"other_devices_in_order", other_devices_in_order},
  {"refused_entries_are_misses", refused_entries_are_misses},
  {"another_process_is_noticed", another_process_is_noticed},
  {"wrong_questions", wrong_questions},
  {NULL, NULL}};
TEST_MAIN(cases)
