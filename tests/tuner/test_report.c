/* The report's parts: what is collected from a database, escaping, numbers,
 * scales. */
#include <math.h>
#include <unistd.h>

#include "markup.h"
#include "report_data.h"
#include "report_html.h"
#include "svg.h"
#include "test.h"

static char path[64];
static tdb *db;
static tdb_identity who;
static const tdb_origin origin = {
  "0000000000000000000000000000000000000000000000000000000000000000",
  "1111111111111111111111111111111111111111111111111111111111111111", "driver 1", "gcc 12", 1, 1};

static void open_fresh(void) {
  strcpy(path, "/tmp/constrint-report-XXXXXX");
  CHECK(mkdtemp(path));
  strcat(path, "/r.db");
  CHECKF(!tdb_open(&db, path, TDB_WRITE), "%s", tdb_error());
  who = (tdb_identity){"k", "1", "D=1", "T=2", "dev", "arch", 4};
}

static void close_and_remove(void) {
  char command[128];
  tdb_close(db);
  *strrchr(path, '/') = 0;
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  CHECK(system(command) == 0);
}

static void put(tdb_phase phase, tdb_status status, const char *config, double seconds) {
  tdb_trial t = {.config = config, .phase = phase, .status = status, .seconds = seconds, .error = -1,
                 .message = status ? "why" : "", .artifact = "", .samples = &seconds, .nsamples = status ? 0 : 1};
  int64_t id;
  CHECKF(!tdb_record(db, &who, &origin, &t, &id), "%s", tdb_error());
}

static struct report_data *collect(const char *kernel) {
  struct report_data *d;
  CHECKF(!report_collect(&d, db, kernel), "%s", tdb_error());
  return d;
}

static void an_empty_database(void) {
  open_fresh();
  struct report_data *d = collect(NULL);
  CHECK(!d->nproblems && !d->ntrials && !d->last_us && report_mean_speedup(d, report_standard) == 0);
  report_free(d);
  close_and_remove();
}

static void best_default_and_reference(void) {
  open_fresh();
  put(TDB_PHASE_DEFAULT, TDB_TRIAL_OK, "a=1", 4);
  put(TDB_PHASE_REFERENCE, TDB_TRIAL_OK, "", 16);
  put(TDB_PHASE_REFERENCE, TDB_TRIAL_OK, "", 12);
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=2", 2);
  put(TDB_PHASE_SEARCH, TDB_TRIAL_CRASHED, "a=3", 0);
  struct report_data *d = collect(NULL);
  const struct report_problem *p = d->problems[0];
  CHECK(d->nproblems == 1 && d->ntrials == 5 && d->nfailed == 1 && p->failures[TDB_TRIAL_CRASHED] == 1);
  CHECK(p->best->seconds == 2 && p->standard->seconds == 4 && p->reference->seconds == 12);
  CHECK(report_speedup(p->standard, p->best) == 2 && report_speedup(NULL, p->best) == 0);
  CHECK(!strcmp(p->example[TDB_TRIAL_CRASHED]->message, "why") && !strcmp(p->driver, "driver 1"));
  report_free(d);
  close_and_remove();
}

/* incident helion#2377: a lucky timing must not win over what was confirmed */
static void a_lucky_timing_does_not_win(void) {
  open_fresh();
  put(TDB_PHASE_DEFAULT, TDB_TRIAL_OK, "a=1", 4);
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=2", 1);
  put(TDB_PHASE_CONFIRM, TDB_TRIAL_OK, "a=2", 1.5); /* an old contest */
  put(TDB_PHASE_CONFIRM, TDB_TRIAL_OK, "a=2", 5);   /* the newest says otherwise */
  put(TDB_PHASE_CONFIRM, TDB_TRIAL_OK, "a=1", 3);
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=3", 0.5);
  struct report_data *d = collect(NULL);
  const struct report_problem *p = d->problems[0];
  CHECK(!strcmp(p->best->config, "a=1") && p->best->seconds == 3 && p->best == p->standard);
  CHECK(p->nranking == 3 && !strcmp(p->ranking[1]->config, "a=3") && !strcmp(p->ranking[2]->config, "a=2"));
  report_free(d);
  close_and_remove();
}

static void problems_and_devices_are_apart(void) {
  open_fresh();
  for (int i = 0; i < 3; i++) {
    who.problem = "D=1";
    put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=1", 1);
    who.problem = "D=2";
    put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=1", 1);
  }
  who.device = "other";
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=1", 1);
  who.kernel = "l";
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=1", 1);
  struct report_data *d = collect(NULL);
  CHECKF(d->nproblems == 4 && d->ntrials == 8, "%zu problems", d->nproblems);
  report_free(d);
  d = collect("l");
  CHECK(d->nproblems == 1 && d->ntrials == 1);
  report_free(d);
  close_and_remove();
}

static void mean_speedup(void) {
  open_fresh();
  put(TDB_PHASE_DEFAULT, TDB_TRIAL_OK, "a=1", 2);
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=2", 1);
  who.problem = "D=2";
  put(TDB_PHASE_DEFAULT, TDB_TRIAL_OK, "a=1", 8);
  put(TDB_PHASE_SEARCH, TDB_TRIAL_OK, "a=2", 1);
  struct report_data *d = collect(NULL);
  CHECK(fabs(report_mean_speedup(d, report_standard) - 4) < 1e-12);
  CHECK(report_mean_speedup(d, report_reference) == 0);
  report_free(d);
  close_and_remove();
}

static void full_disk_is_noticed(void) {
  FILE *full = fopen("/dev/full", "w");
  if (!full) return;
  struct report_data none = {0};
  report_html(full, &none, "x");
  CHECK(fflush(full) || ferror(full));
  fclose(full);
}

/* ---- Markup ---- */

static void escapes(const char *text, const char *expected) {
  char *out;
  size_t n;
  FILE *f = open_memstream(&out, &n);
  markup_text(f, text);
  fclose(f);
  CHECKF(!strcmp(out, expected), "'%s', not '%s'", out, expected);
  free(out);
}

static void hostile_texts(void) {
  escapes("<script>&\"'", "&lt;script&gt;&amp;&quot;&#39;");
  escapes("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  escapes("a\x01\x1b" "b\x7f", "a\xEF\xBF\xBD\xEF\xBF\xBD" "b\x7f");
  escapes("\xff", "\xEF\xBF\xBD");
  escapes("\xc3", "\xEF\xBF\xBD");
  escapes("\xc3(", "\xEF\xBF\xBD(");
  escapes("\xc0\xaf", "\xEF\xBF\xBD\xEF\xBF\xBD");
  escapes("\xed\xa0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  escapes("\xef\xbf\xbf", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  escapes("a\tb\nc", "a\tb\nc");
}

static void seconds(double s, const char *expected) {
  char text[MARKUP_SHORT];
  markup_seconds(text, s);
  CHECKF(!strcmp(text, expected), "'%s', not '%s'", text, expected);
}

static void numbers(void) {
  char text[MARKUP_SHORT];
  seconds(1.5, "1.500 s");
  seconds(0.012, "12.00 ms");
  seconds(750e-6, "750.0 µs");
  seconds(0.99996e-3, "1.000 ms");
  seconds(0.999994e-3, "1.000 ms");
  seconds(2.5e-9, "2.500 ns");
  seconds(1234, "1234 s");
  markup_speedup(text, 2.004);
  CHECK(!strcmp(text, "2.00×"));
  markup_speedup(text, 0.0 / 0.0);
  CHECK(!strcmp(text, "–"));
  markup_date(text, 1795464900000000);
  CHECKF(!strcmp(text, "2026-11-23 20:15 UTC"), "%s", text);
}

/* ---- Scales ---- */

static void scales(void) {
  for (double low = 1e-9; low < 1e3; low *= 3.7)
    for (double ratio = 1; ratio < 1e9; ratio *= 1.9) {
      struct scale s = scale_make(low, low * ratio, 10, 110);
      double ticks[SCALE_TICKS];
      int n = scale_ticks(&s, ticks);
      CHECKF(n >= 2 && n <= SCALE_TICKS, "%g..%g: %d ticks", s.low, s.high, n);
      for (int i = 0; i < n; i++) CHECK(ticks[i] >= s.low * 0.999 && ticks[i] <= s.high * 1.001);
      CHECK(scale_at(&s, low) >= 10 && scale_at(&s, low * ratio) <= 110);
    }
}

static const struct test_case cases[] = {
  {"an empty database", an_empty_database},
  {"best, default and reference", best_default_and_reference},
  {"incident helion#2377: a lucky timing does not win", a_lucky_timing_does_not_win},
  {"problems and devices are apart", problems_and_devices_are_apart},
  {"mean speed-up", mean_speedup},
  {"full disk is noticed", full_disk_is_noticed},
  {"hostile texts", hostile_texts},
  {"numbers", numbers},
  {"scales", scales},
  {NULL, NULL}};
TEST_MAIN(cases)
