/* The run time: which configuration a plan gets, what it says, and that what it
 * runs is right (against the example's naive loops). */
#include <flashrnn.h>
#include <math.h>
#include <unistd.h>
#include "../../docs/examples/naive.h"
#include "../../kernels/flashrnn/src/cpu.h"
#include "test.h"
#include "tunedb.h"

static char folder[64], path[128];

static void remove_folder(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fprintf(stderr, "%s stays behind\n", folder);
}

static void fresh(void) {
  static int n;
  if (!*folder) {
    strcpy(folder, "/tmp/runtime-test-XXXXXX");
    CHECK(mkdtemp(folder));
    atexit(remove_folder);
  }
  snprintf(path, sizeof path, "%s/%d.db", folder, n++);
}

static flashrnn_problem sample(void) {
  return (flashrnn_problem){FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_FP32, .B = 4, .T = 5, .N = 2, .D = 32};
}

/* What the tuner would leave: a configuration that is legal but not the default. */
static void record(const char *problem, const char *config, const char *source) {
  cpu_device d;
  char why[CPU_WHY];
  tdb *db;
  CHECK(!cpu_identify(&d, why));
  tdb_identity who = {CPU_KERNEL, CPU_VERSION, problem, "T=100", d.name, d.architecture, d.cores};
  tdb_origin origin = {"spec", source, "", "", 0, 0};
  tdb_trial trial = {.config = config, .phase = TDB_PHASE_CONFIRM, .status = TDB_TRIAL_OK, .seconds = 1e-3,
                     .message = "", .artifact = ""};
  CHECKF(!tdb_open(&db, path, TDB_WRITE), "%s", tdb_error());
  CHECKF(!tdb_record(db, &who, &origin, &trial, NULL), "%s", tdb_error());
  tdb_close(db);
}

/* A canonical text that is legal for the sample and differs from its default. */
static char *other_config(void) {
  cpu_device d;
  cpu_config c;
  char why[CPU_WHY], text[512], *canonical;
  flashrnn_problem p = sample();
  CHECK(!cpu_identify(&d, why) && !cpu_default(&d, &p, &c, why));
  int64_t usual = c.batch_tile;
  do c.batch_tile = c.batch_tile % 16 + 1;
  while (c.batch_tile != usual && !cpu_legal(&d, &p, &c, why));
  CHECK(c.batch_tile != usual);
  cpu_config_format(&c, text, sizeof text);
  CHECK(!tdb_canonical(&canonical, text));
  return canonical;
}

#define SAMPLE "B=4,D=32,N=2,dtype=fp32,function=lstm,pass=training"

/* Plans the problem and states what must come of it. */
static void expect(const flashrnn_problem *p, flashrnn_match match, const char *reason) {
  flashrnn *f;
  flashrnn_plan *plan;
  CHECK(!flashrnn_open(&f, path));
  CHECKF(!flashrnn_plan_new(&plan, f, p), "%s", flashrnn_error());
  CHECKF(flashrnn_plan_match(plan) == match, "%s: %s", flashrnn_match_name(flashrnn_plan_match(plan)),
         flashrnn_plan_reason(plan));
  CHECKF(strstr(flashrnn_plan_reason(plan), reason), "%s", flashrnn_plan_reason(plan));
  CHECK(strstr(flashrnn_plan_config(plan), "unit_tile="));
  flashrnn_plan_free(plan);
  flashrnn_close(f);
}

static void winners_are_used(void) {
  fresh();
  char *config = other_config();
  flashrnn_problem p = sample();
  record(SAMPLE, config, cpu_source_hash());
  expect(&p, FLASHRNN_EXACT, "T: 5 asked, 100 found");
  flashrnn *f;
  flashrnn_plan *plan;
  char *canonical;
  CHECK(!flashrnn_open(&f, path) && !flashrnn_plan_new(&plan, f, &p));
  CHECK(!tdb_canonical(&canonical, flashrnn_plan_config(plan)));
  CHECKF(!strcmp(canonical, config), "%s", canonical);
  CHECK(!*flashrnn_notice(f));
  flashrnn_plan_free(plan);
  flashrnn_close(f);
  free(canonical);
  free(config);
}

static void other_sources_and_problems(void) {
  fresh();
  char *config = other_config();
  flashrnn_problem p = sample();
  record(SAMPLE, config, "0123");
  expect(&p, FLASHRNN_STALE, "source: ");
  p.B = 5;
  expect(&p, FLASHRNN_NEAR, "B: 5 asked, 4 found");
  p.B = 400;
  expect(&p, FLASHRNN_DEFAULT, "run 'constrint tune --kernel flashrnn --problem B=400,");
  free(config);
}

static void illegal_and_foreign_configurations_are_misses(void) {
  fresh();
  flashrnn_problem p = sample();
  record(SAMPLE, "unit_tile=12345", cpu_source_hash()); /* keys are missing */
  expect(&p, FLASHRNN_DEFAULT, "none legal here");
  record(SAMPLE, "added=1,batch_tile=1", cpu_source_hash());
  expect(&p, FLASHRNN_DEFAULT, "none legal here");
}

static void unusable_databases_are_no_failure(void) {
  flashrnn *f;
  flashrnn_plan *plan;
  flashrnn_problem p = sample();
  fresh();
  FILE *out = fopen(path, "w");
  CHECK(out && fputs("not a database", out) >= 0 && !fclose(out));
  CHECK(!flashrnn_open(&f, path));
  CHECKF(strstr(flashrnn_notice(f), "not a tuning database"), "%s", flashrnn_notice(f));
  CHECK(!flashrnn_plan_new(&plan, f, &p) && flashrnn_plan_match(plan) == FLASHRNN_DEFAULT);
  flashrnn_plan_free(plan);
  CHECK(flashrnn_capture(f, 1) == FLASHRNN_EDB && *flashrnn_error());
  flashrnn_close(f);
  fresh(); /* a named file that is not there: defaults, and a word */
  CHECK(!flashrnn_open(&f, path) && strstr(flashrnn_notice(f), "there is no such database"));
  flashrnn_close(f);
  CHECK(!setenv("CONSTRINT_DB", path, 1)); /* the default that is not there yet: no word */
  CHECK(!flashrnn_open(&f, NULL) && !*flashrnn_notice(f));
  flashrnn_close(f);
}

static void misses_are_captured(void) {
  flashrnn *f;
  flashrnn_plan *plan;
  flashrnn_problem p = sample();
  fresh();
  CHECK(!flashrnn_open(&f, path) && !flashrnn_capture(f, 1));
  for (int i = 0; i < 2; i++) {
    CHECK(!flashrnn_plan_new(&plan, f, &p));
    flashrnn_plan_free(plan);
  }
  CHECK(!flashrnn_capture(f, 0));
  flashrnn_close(f);
  CHECK(!access(path, F_OK));
}

static void shipped_databases_lie_beneath(void) {
  flashrnn *f;
  flashrnn_plan *plan;
  tdb *db;
  flashrnn_problem p = sample();
  char shipped[160], *config = other_config();
  fresh();
  record(SAMPLE, config, cpu_source_hash());
  snprintf(shipped, sizeof shipped, "%s.shipped", path);
  CHECK(!tdb_open(&db, path, TDB_READ) && !tdb_ship(db, shipped));
  tdb_close(db);
  CHECK(!flashrnn_open(&f, "") && flashrnn_attach(f, "nowhere.db") == FLASHRNN_EDB);
  flashrnn_close(f);
  fresh();
  CHECK(!flashrnn_open(&f, path));
  CHECKF(!flashrnn_attach(f, shipped), "%s", flashrnn_error());
  CHECK(!flashrnn_plan_new(&plan, f, &p) && flashrnn_plan_match(plan) == FLASHRNN_EXACT);
  flashrnn_plan_free(plan);
  flashrnn_close(f);
  free(config);
}

static void wrong_use(void) {
  flashrnn *f;
  flashrnn_plan *plan;
  flashrnn_problem p = sample();
  CHECK(flashrnn_open(NULL, NULL) == FLASHRNN_EINVAL);
  CHECK(!flashrnn_open(&f, ""));
  CHECK(flashrnn_plan_new(&plan, f, NULL) == FLASHRNN_EINVAL && flashrnn_plan_new(&plan, NULL, &p) == FLASHRNN_EINVAL);
  p.D = 33;
  CHECK(flashrnn_plan_new(&plan, f, &p) == FLASHRNN_EINVAL && !plan && strstr(flashrnn_error(), "D"));
  CHECK(flashrnn_run_forward(NULL, NULL) == FLASHRNN_EINVAL && flashrnn_run_backward(NULL, NULL) == FLASHRNN_EINVAL);
  CHECK(flashrnn_plan_match(NULL) == FLASHRNN_NONE && !*flashrnn_plan_reason(NULL));
  flashrnn_plan_free(NULL);
  flashrnn_close(f);
  flashrnn_close(NULL);
}

/* ---- results, against the naive loops ---- */

static float *noise(int64_t n, float scale) {
  float *x = malloc((size_t)n * sizeof *x);
  for (int64_t i = 0; i < n; i++) x[i] = scale * (2 * (float)rand() / (float)RAND_MAX - 1);
  return x;
}

static void check_equal(const char *what, const float *a, const float *b, int64_t n) {
  double d = 0, s = 0;
  for (int64_t i = 0; i < n; i++) d += pow((double)a[i] - b[i], 2), s += pow((double)b[i], 2);
  CHECKF(sqrt(d) <= 2e-5 * sqrt(s) + 1e-20, "%s: relative error %g", what, sqrt(d / s));
}

typedef struct data { float *Wx, *R, *bias, *dstates, *out[2][5], *kept; void *saved; int64_t size[5]; } data;

static const char *const outputs[] = {"states", "dWx", "dR", "dbias"};

static void run_library(flashrnn *f, flashrnn_problem p, data *x) {
  flashrnn_plan *forward, *backward;
  CHECKF(!flashrnn_plan_new(&forward, f, &p), "%s", flashrnn_error());
  p.pass = FLASHRNN_BACKWARD;
  CHECKF(!flashrnn_plan_new(&backward, f, &p), "%s", flashrnn_error());
  flashrnn_forward io = {.Wx = x->Wx, .R = x->R, .bias = x->bias, .states = x->out[0][0], .saved = x->saved};
  flashrnn_backward back = {.R = x->R, .bias = x->bias, .states = x->out[0][0], .saved = x->saved,
                            .dstates = x->dstates, .dWx = x->out[0][1], .dR = x->out[0][2], .dbias = x->out[0][3]};
  CHECKF(!flashrnn_run_forward(forward, &io), "%s", flashrnn_error());
  CHECKF(!flashrnn_run_backward(backward, &back), "%s", flashrnn_error());
  CHECK(flashrnn_run_backward(forward, &back) == FLASHRNN_EINVAL); /* not the plan's pass */
  flashrnn_plan_free(forward);
  flashrnn_plan_free(backward);
}

static void run_naive(flashrnn_problem p, data *x) {
  naive n = {.p = p, .gates = naive_gates(p.function), .states = naive_states(p.function), .Wx = x->Wx, .R = x->R,
             .bias = x->bias, .dstates = x->dstates, .y = x->out[1][0], .kept = x->kept, .dWx = x->out[1][1],
             .dR = x->out[1][2], .dbias = x->out[1][3]};
  CHECK(!naive_forward(&n) && !naive_backward(&n));
}

static void same_as_naive(flashrnn *f, flashrnn_function function) {
  flashrnn_problem p = {function, FLASHRNN_TRAINING, FLASHRNN_FP32, .B = 3, .T = 7, .N = 2, .D = 24};
  int64_t row = p.N * p.D, cells = p.B * p.T * row, G = naive_gates(function), S = naive_states(function);
  data x = {.Wx = noise(cells * G, 1), .R = noise(G * row * p.D, 0.2f), .bias = noise(4 * row, 1),
            .dstates = noise(S * cells, 1), .kept = noise(4 * cells, 0), .saved = malloc(flashrnn_saved_bytes(&p) + 1),
            .size = {S * cells, cells * G, G * row * p.D, naive_bias_rows(function) * row}};
  for (int side = 0; side < 2; side++)
    for (int o = 0; o < 4; o++) x.out[side][o] = noise(x.size[o], 1);
  if (function == FLASHRNN_SLSTM) memset(x.dstates + 3 * cells, 0, (size_t)cells * sizeof(float)); /* m is a constant */
  run_library(f, p, &x);
  run_naive(p, &x);
  for (int o = 0; o < 4; o++) check_equal(outputs[o], x.out[0][o], x.out[1][o], x.size[o]);
  for (int side = 0; side < 2; side++)
    for (int o = 0; o < 4; o++) free(x.out[side][o]);
  free(x.Wx), free(x.R), free(x.bias), free(x.dstates), free(x.kept), free(x.saved);
}

static void results_are_those_of_naive_loops(void) {
  flashrnn *f;
  CHECK(!flashrnn_open(&f, ""));
  for (int function = FLASHRNN_ELMAN; function <= FLASHRNN_SLSTM; function++) same_as_naive(f, (flashrnn_function)function);
  flashrnn_close(f);
}

static const struct test_case cases[] = {
  {"winners_are_used", winners_are_used},
  {"other_sources_and_problems", other_sources_and_problems},
  {"illegal_and_foreign_configurations_are_misses", illegal_and_foreign_configurations_are_misses},
  {"unusable_databases_are_no_failure", unusable_databases_are_no_failure},
  {"misses_are_captured", misses_are_captured},
  {"shipped_databases_lie_beneath", shipped_databases_lie_beneath},
  {"wrong_use", wrong_use},
  {"results_are_those_of_naive_loops", results_are_those_of_naive_loops},
  {NULL, NULL}};
TEST_MAIN(cases)
