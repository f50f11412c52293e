/* Recording and reading back: every field, artifacts, order, what is refused. */
#include <math.h>
#include "fixture.h"

static tdb *open_new(const char *name) {
  tdb *db;
  CHECK_OK(tdb_open(&db, fresh(name), TDB_WRITE));
  return db;
}

static int check_fields(void *data, const tdb_identity *who, const tdb_origin *o, const tdb_trial *t) {
  ++*(int *)data;
  CHECK(!strcmp(who->kernel, "flashrnn") && !strcmp(who->version, "1") && !strcmp(who->problem, "B=16,D=64"));
  CHECK(!strcmp(who->scaling, "T=128") && !strcmp(who->device, "Some CPU") && who->units == 2);
  CHECK(!strcmp(who->architecture, "x86-64-avx512"));
  CHECK(!strcmp(o->spec_hash, "aaaa") && !strcmp(o->source_hash, "bbbb") && !strcmp(o->driver, "none"));
  CHECK(!strcmp(o->compiler, "gcc 12") && o->memory_bytes == 1 << 20 && o->clock_hz == 3000000000);
  CHECK(t->id == 1 && t->phase == TDB_PHASE_SEARCH && t->status == TDB_TRIAL_OK && t->seconds == 0.1);
  CHECK(t->nsamples == 3 && t->samples[0] == 1e-3 && t->samples[2] == 3e-3 && t->error == 1e-7);
  CHECK(!strcmp(t->config, "a=1,b=x") && t->created_us > 1600000000000000);
  CHECK(!strcmp(t->message, "") && !strcmp(t->artifact, ""));
  CHECK(t->run_clock_hz == 1.98e9 && t->celsius == 41 && t->watts == 350.25);
  return 0;
}

static void every_field_comes_back(void) {
  tdb *db = open_new("a.db");
  tdb_identity who = sample_identity("B=16,D=64");
  int seen = 0;
  add(db, who, "a=1,b=x", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 0.1);
  CHECK_OK(tdb_each_trial(db, &who, check_fields, &seen));
  CHECK_OK(tdb_each_trial(db, NULL, check_fields, &seen));
  CHECK(seen == 2);
  who.scaling = "T=256"; /* another identity */
  CHECK_OK(tdb_each_trial(db, &who, check_fields, &seen));
  CHECK(seen == 2);
  tdb_close(db);
}

static void it_is_there_after_closing(void) {
  const char *path = fresh("a.db");
  tdb *db;
  CHECK_OK(tdb_open(&db, path, TDB_WRITE));
  for (int i = 0; i < 10; i++) add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 0.1);
  tdb_close(db);
  CHECK_OK(tdb_open(&db, path, TDB_READ));
  CHECK(count_trials(db) == 10);
  tdb_trial t = sample_trial("a=1", 1);
  tdb_identity who = sample_identity("B=16");
  tdb_origin o = sample_origin();
  CHECK_FAILS(TDB_EREADONLY, tdb_record(db, &who, &o, &t, NULL));
  tdb_close(db);
}

struct order { double last; int count, limit; };

static int in_order(void *data, const tdb_identity *who, const tdb_origin *o, const tdb_trial *t) {
  struct order *order = data;
  (void)who, (void)o;
  CHECK(t->seconds > order->last);
  order->last = t->seconds;
  return ++order->count == order->limit;
}

static void trials_come_in_order_until_stopped(void) {
  tdb *db = open_new("a.db");
  for (int i = 1; i <= 20; i++) add(db, sample_identity("B=16"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, i);
  struct order all = {0}, some = {.limit = 5};
  CHECK_OK(tdb_each_trial(db, NULL, in_order, &all));
  CHECK_OK(tdb_each_trial(db, NULL, in_order, &some));
  CHECK(all.count == 20 && some.count == 5);
  tdb_close(db);
}

static int keep_identities(void *data, const tdb_identity *who) {
  strcat(data, who->problem);
  strcat(data, ";");
  return 0;
}

static void identities_are_listed_once(void) {
  tdb *db = open_new("a.db");
  char seen[256] = "";
  for (int i = 0; i < 6; i++)
    add(db, sample_identity(i % 2 ? "B=1" : "B=2"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  tdb_identity missed = sample_identity("B=3");
  CHECK_OK(tdb_capture(db, &missed)); /* has no trial */
  CHECK_OK(tdb_each_identity(db, keep_identities, seen));
  CHECKF(!strcmp(seen, "B=2;B=1;"), "%s", seen);
  tdb_close(db);
}

static int keep_missed(void *data, const tdb_identity *who, int64_t asked, int64_t last_us) {
  char *at = (char *)data + strlen(data);
  sprintf(at, "%s/%s:%lld;", who->problem, who->scaling, (long long)asked);
  return last_us <= 0 || strlen(data) > 200;
}

static void expect_missed(tdb *db, const char *expected) {
  char seen[256] = "";
  CHECK_OK(tdb_each_missed(db, keep_missed, seen));
  CHECKF(!strcmp(seen, expected), "%s", seen);
}

static void miss(tdb *db, tdb_identity who, int times) {
  while (times--) CHECK_OK(tdb_capture(db, &who));
}

static void misses_are_listed_until_tuned(void) {
  tdb *db = open_new("a.db");
  tdb_identity other = sample_identity("B=2"), longer = sample_identity("B=2");
  other.units = 64;
  longer.scaling = "T=256";
  expect_missed(db, "");
  miss(db, sample_identity("B=1"), 2);
  miss(db, sample_identity("B=2"), 3);
  miss(db, other, 1);
  expect_missed(db, "B=2/T=128:3;B=1/T=128:2;B=2/T=128:1;");
  add(db, sample_identity("B=1"), "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_TIMEOUT, 0);
  add(db, sample_identity("B=1"), "", TDB_PHASE_REFERENCE, TDB_TRIAL_OK, 1);
  expect_missed(db, "B=2/T=128:3;B=1/T=128:2;B=2/T=128:1;"); /* neither is a winner */
  add(db, longer, "a=1", TDB_PHASE_SEARCH, TDB_TRIAL_OK, 1);
  expect_missed(db, "B=1/T=128:2;B=2/T=128:1;"); /* a winner carries over T, not to another device */
  CHECK_FAILS(TDB_EINVAL, tdb_each_missed(db, NULL, NULL));
  tdb_close(db);
  CHECK_OK(tdb_open(&db, NULL, TDB_READ));
  expect_missed(db, "");
  tdb_close(db);
}

static int stop_at_once(void *data, const tdb_identity *who, int64_t asked, int64_t last_us) {
  (void)who, (void)asked, (void)last_us;
  return ++*(int *)data;
}

static void listing_misses_stops_when_told(void) {
  tdb *db = open_new("a.db");
  int calls = 0;
  miss(db, sample_identity("B=1"), 1);
  miss(db, sample_identity("B=2"), 1);
  CHECK_OK(tdb_each_missed(db, stop_at_once, &calls));
  CHECK(calls == 1);
  tdb_close(db);
}

static void refuse(tdb *db, tdb_identity who, tdb_origin o, tdb_trial t, const char *says) {
  CHECK_FAILS(TDB_EINVAL, tdb_record(db, &who, &o, &t, NULL));
  CHECKF(strstr(tdb_error(), says), "%s", tdb_error());
  CHECK(count_trials(db) == 0);
}

static void nonsense_is_refused(void) {
  tdb *db = open_new("a.db");
  tdb_identity who = sample_identity("B=16");
  tdb_origin o = sample_origin();
  tdb_trial t = sample_trial("a=1", 1), bad;
  bad = t, bad.watts = -1;
  refuse(db, who, o, bad, "power");
  bad = t, bad.seconds = 0, refuse(db, who, o, bad, "positive"); /* a zero time divides (CLBlast#116) */
  bad = t, bad.seconds = NAN, refuse(db, who, o, bad, "positive");
  bad = t, bad.seconds = INFINITY, refuse(db, who, o, bad, "positive");
  bad = t, bad.config = "b=1,a=2", refuse(db, who, o, bad, "canonical");
  bad = t, bad.config = NULL, refuse(db, who, o, bad, "config");
  bad = t, bad.status = 99, refuse(db, who, o, bad, "status");
  bad = t, bad.phase = 99, refuse(db, who, o, bad, "phase");
  double samples[] = {1, NAN};
  bad = t, bad.samples = samples, bad.nsamples = 2, refuse(db, who, o, bad, "sample 1");
  tdb_identity w = who;
  w.kernel = "", refuse(db, w, o, t, "kernel");
  w = who, w.problem = "B=1,B=2", refuse(db, w, o, t, "twice");
  w = who, w.units = 0, refuse(db, w, o, t, "units");
  w = who, w.device = "\xff", refuse(db, w, o, t, "UTF-8");
  tdb_origin p = o;
  p.driver = NULL, refuse(db, who, p, t, "driver");
  tdb_close(db);
}

static int keep_message(void *data, const tdb_identity *who, const tdb_origin *o, const tdb_trial *t) {
  (void)who, (void)o;
  strcpy(data, t->message);
  return 0;
}

/* A compiler's output may hold anything. */
static void messages_become_utf8(void) {
  tdb *db = open_new("a.db");
  char seen[64];
  tdb_identity who = sample_identity("B=16");
  tdb_origin o = sample_origin();
  tdb_trial t = sample_trial("a=1", 0);
  t.status = TDB_TRIAL_COMPILE_ERROR;
  t.message = "bad \xff byte, good \xc3\xa9";
  CHECK_OK(tdb_record(db, &who, &o, &t, NULL));
  CHECK_OK(tdb_each_trial(db, NULL, keep_message, seen));
  CHECKF(!strcmp(seen, "bad ? byte, good \xc3\xa9"), "%s", seen);
  tdb_close(db);
}

static void artifacts_by_content(void) {
  tdb *db = open_new("a.db");
  char *hash, *again;
  void *data;
  size_t size;
  CHECK_OK(tdb_put_artifact(db, "abc", 3, &hash));
  CHECK(!strcmp(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")); /* FIPS 180-4 */
  CHECK_OK(tdb_put_artifact(db, "abc", 3, &again));
  CHECK(!strcmp(hash, again));
  CHECK_OK(tdb_get_artifact(db, hash, &data, &size));
  CHECK(size == 3 && !memcmp(data, "abc", 3));
  free(data), free(hash), free(again);
  CHECK_FAILS(TDB_ENOTFOUND, tdb_get_artifact(db, "0123", &data, &size));
  CHECK_OK(tdb_put_artifact(db, NULL, 0, &hash));
  CHECK(!strcmp(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  CHECK_OK(tdb_get_artifact(db, hash, &data, &size));
  CHECK(size == 0);
  free(data), free(hash);
  tdb_close(db);
}

static void hashes_of_known_texts(void) {
  char hex[65];
  tdb_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
  CHECK(!strcmp(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
  char *million = malloc(1000000);
  memset(million, 'a', 1000000);
  tdb_hash(million, 1000000, hex);
  CHECK(!strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
  free(million);
}

static void canonical_texts(void) {
  char *s;
  CHECK_OK(tdb_canonical(&s, "T=1,B=2,A=x"));
  CHECK(!strcmp(s, "A=x,B=2,T=1"));
  free(s);
  CHECK_OK(tdb_canonical(&s, ""));
  CHECK(!strcmp(s, ""));
  free(s);
  static const char *const bad[] = {"a", "a=", "=1", "a=1,", ",a=1", "a=1,,b=2", "a=1,a=1", "a=b=c", "1a=2",
                                    "a b=1", "a=1 2", "a=\n", ",", "="};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECKF(tdb_canonical(&s, bad[i]) == TDB_EINVAL && !s, "'%s'", bad[i]);
  CHECK_FAILS(TDB_EINVAL, tdb_canonical(&s, NULL));
}

static const struct test_case cases[] = {
  {"every_field_comes_back", every_field_comes_back},
  {"it_is_there_after_closing", it_is_there_after_closing},
  {"trials_come_in_order_until_stopped", trials_come_in_order_until_stopped},
  {"identities_are_listed_once", identities_are_listed_once},
  {"misses_are_listed_until_tuned", misses_are_listed_until_tuned},
  {"listing_misses_stops_when_told", listing_misses_stops_when_told},
  {"nonsense_is_refused", nonsense_is_refused},
  {"messages_become_utf8", messages_become_utf8},
  {"artifacts_by_content", artifacts_by_content},
  {"hashes_of_known_texts", hashes_of_known_texts},
  {"canonical_texts", canonical_texts},
  {NULL, NULL}};
TEST_MAIN(cases)
