/* Writes a made-up tuning database for the report's tests.
 *
 * usage: make_report_db FILE empty|typical|hostile|failures|large */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tunedb.h"

static tdb *db;
static tdb_identity who = {"flashrnn", "1", "B=16,D=256,N=1,dtype=fp32,function=lstm,pass=inference", "T=128",
                           "Made-up CPU", "x86-64-avx2", 4};
static const tdb_origin origin = {
  "0000000000000000000000000000000000000000000000000000000000000000",
  "1111111111111111111111111111111111111111111111111111111111111111", "", "gcc 12.2", 8589934592, 2000000000};

static uint64_t state = 42;

static double random_share(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

static void record(tdb_phase phase, tdb_status status, const char *config, double seconds, const char *message) {
  double samples[] = {seconds, seconds * 1.01, seconds * 0.99};
  tdb_trial t = {.config = config, .phase = phase, .status = status, .error = status == TDB_TRIAL_OK ? 2e-7 : -1,
                 .message = message, .artifact = ""};
  if (status == TDB_TRIAL_OK) t.seconds = seconds, t.samples = samples, t.nsamples = 3;
  int64_t id;
  if (tdb_record(db, &who, &origin, &t, &id)) {
    fprintf(stderr, "%s\n", tdb_error());
    exit(1);
  }
}

static void config_text(char text[160], int i) {
  static const int tiles[] = {8, 16, 32, 64};
  snprintf(text, 160, "batch_tile=%d,prefetch=%d,threads=%d,unit_tile=%d,unroll=%d", 1 + i % 6, i / 6 % 2, 1 + i / 12 % 4,
           tiles[i / 48 % 4], 1 << (i / 192 % 3));
}

static const char standard[] = "batch_tile=4,prefetch=0,threads=4,unit_tile=16,unroll=1";

static void random_trial(int i, double scale) {
  char config[160];
  config_text(config, i);
  double luck = random_share();
  if (luck < 0.03) record(TDB_PHASE_SEARCH, TDB_TRIAL_WRONG_RESULT, config, 0, "y: relative error 0.31 above 1e-5");
  else if (luck < 0.05) record(TDB_PHASE_SEARCH, TDB_TRIAL_TIMEOUT, config, 0, "no answer within 10 s");
  else if (luck < 0.06) record(TDB_PHASE_SEARCH, TDB_TRIAL_CRASHED, config, 0, "signal 11 (Segmentation fault)");
  else record(TDB_PHASE_SEARCH, TDB_TRIAL_OK, config, scale * (0.8 + 0.6 * exp(2 * (random_share() + random_share() - 1))), "");
}

static void tuning(int trials, double scale) {
  record(TDB_PHASE_DEFAULT, TDB_TRIAL_OK, standard, 1.5 * scale, "");
  record(TDB_PHASE_REFERENCE, TDB_TRIAL_OK, "", 12 * scale, "naive loops");
  for (int i = 0; i < trials; i++) random_trial(i * 7 % 576, scale);
  record(TDB_PHASE_CONFIRM, TDB_TRIAL_OK, "batch_tile=2,prefetch=1,threads=4,unit_tile=32,unroll=2", 0.75 * scale, "");
  record(TDB_PHASE_CONFIRM, TDB_TRIAL_OK, standard, 1.5 * scale, "");
}

static void typical(void) {
  static const char *const problems[] = {
    "B=16,D=256,N=1,dtype=fp32,function=lstm,pass=inference", "B=16,D=256,N=1,dtype=fp32,function=lstm,pass=backward",
    "B=16,D=64,N=12,dtype=fp32,function=slstm,pass=training", "B=16,D=768,N=1,dtype=fp32,function=gru,pass=inference"};
  static const double scales[] = {1e-3, 2.4e-3, 0.31e-3, 8e-3};
  for (int i = 0; i < 4; i++) {
    who.problem = problems[i];
    tuning(i == 2 ? 12 : 180, scales[i]);
  }
}

static void hostile(void) {
  who.device = "<script>alert(1)</script> & \"quotes\" 'single'";
  who.architecture = "]]> <!-- --> &amp;";
  record(TDB_PHASE_DEFAULT, TDB_TRIAL_OK, "a=<b>,c=\"d\"", 1e-3, "");
  record(TDB_PHASE_REFERENCE, TDB_TRIAL_OK, "", 3e-3, "</title></svg><img src=x onerror=alert(1)>");
  record(TDB_PHASE_SEARCH, TDB_TRIAL_CRASHED, "a='x',c=&lt;", 0, "</td></tr></table><script>alert(2)</script>\x1b[31m");
}

static void failures(void) {
  char config[160];
  for (int s = TDB_TRIAL_COMPILE_ERROR; s < TDB_TRIAL_STATUS_COUNT; s++)
    for (int i = 0; i <= s; i++) {
      config_text(config, 10 * s + i);
      record(TDB_PHASE_SEARCH, (tdb_status)s, config, 0, "made up");
    }
}

static void large(void) {
  char problem[64];
  for (int i = 0; i < 250; i++) {
    snprintf(problem, sizeof problem, "D=%d", i + 1);
    who.problem = problem;
    tuning(4, 1e-6 * (i + 1));
  }
  who.problem = "D=1000";
  for (int i = 0; i < 4000; i++) random_trial(i, 1e-3);
}

int main(int argc, char **argv) {
  static const struct { const char *name; void (*fill)(void); } kinds[] = {
    {"typical", typical}, {"hostile", hostile}, {"failures", failures}, {"large", large}};
  if (argc != 3) return 2;
  if (tdb_open(&db, argv[1], TDB_WRITE)) {
    fprintf(stderr, "%s\n", tdb_error());
    return 1;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (!strcmp(kinds[i].name, argv[2])) kinds[i].fill();
  tdb_close(db);
  return 0;
}
