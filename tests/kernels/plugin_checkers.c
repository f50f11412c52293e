/* Every plug-in through the ABI, as the tuner uses it; and every check of a
 * result shown failing: on FlashRNN's own outputs, spoilt here one by one, and
 * on the faulty plug-in. */
#include "test.h"

#include <dlfcn.h>
#include <math.h>

#include "../../kernels/flashrnn/src/plugin.c" /* to reach the outputs */

/* ---- Through the ABI ---- */

static const kp_plugin *open_plugin(const char *name, void **handle) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.so", PLUGINS, name);
  *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECKF(*handle, "%s", dlerror());
  const kp_entry entry = (kp_entry)dlsym(*handle, KP_ENTRY);
  CHECK(entry && entry()->abi == KP_ABI && strlen(entry()->source_hash) > 0);
  return entry();
}

static void set_config(const kp_plugin *k, const int64_t *values, kp_setting *out) {
  for (size_t i = 0; k->parameters[i].key; i++) out[i] = (kp_setting){k->parameters[i].key, values[i], NULL};
}

/* Opens, builds, loads, launches `times` and compares after each. */
static void whole_path(const kp_plugin *k, const kp_setting *problem, int times) {
  kp_device d;
  kp_bench *b;
  kp_kernel *kernel;
  kp_artifact a;
  kp_verdict v;
  int64_t values[16];
  kp_setting config[16];
  double seconds, naive_time;
  char why[KP_WHY] = "";
  CHECK(!k->identify(&d, why) && d.name[0] && d.units > 0);
  CHECKF(!k->default_config(&d, problem, values, why), "%s", why);
  set_config(k, values, config);
  CHECKF(k->legal(&d, problem, config, why) == 1, "%s", why);
  CHECKF(!k->build(&d, problem, config, &a, why), "%s", why);
  CHECKF(!k->open(&d, problem, 42, &b, why), "%s", why);
  CHECK(!k->reference(b, why) && !k->naive(b, &naive_time, why) && naive_time > 0);
  CHECKF(!k->load(b, config, &a, &kernel, why), "%s", why);
  for (int i = 0; i < times; i++) {
    CHECK(!k->poison(b, why));
    CHECKF(!k->launch(kernel, &seconds, why), "%s", why);
    CHECK(seconds >= k->floor_seconds(&d, problem));
    CHECKF(!k->compare(b, &v, why), "%s", why);
    CHECKF(v.ok && v.error <= v.tolerance, "%s", v.what);
  }
  CHECK(!k->poison(b, why) && !k->compare(b, &v, why) && !v.ok);
  CHECKF(strstr(v.what, "unwritten"), "%s", v.what);
  CHECK(k->work(problem).operations > 0 && k->work(problem).bytes > 0);
  k->unload(kernel);
  k->close(b);
  free(a.data);
}

static void flashrnn_whole_path(void) {
  void *handle;
  const kp_plugin *k = open_plugin("plugins/flashrnn-cpu", &handle);
  CHECK(strlen(k->source_hash) == 64);
  for (int f = 0; f < 4; f++)
    for (int pass = 0; pass < 3; pass++) {
      const kp_setting problem[] = {{"function", f, functions[f]}, {"pass", pass, passes[pass]},
                                    {"dtype", 0, "fp32"}, {"B", 5, NULL}, {"T", 9, NULL}, {"N", 2, NULL}, {"D", 40, NULL}};
      whole_path(k, problem, 4);
    }
  dlclose(handle);
}

static void transpose_whole_path(void) {
  void *handle;
  const kp_plugin *k = open_plugin("plugins/transpose", &handle);
  const kp_setting problem[] = {{"rows", 123, NULL}, {"columns", 77, NULL}};
  whole_path(k, problem, 3);
  dlclose(handle);
}

/* ---- Spoilt outputs of FlashRNN ---- */

typedef struct run { kp_bench *b; kp_kernel *k; } run_state;

static run_state right_run(int pass) {
  run_state r;
  kp_device d;
  kp_artifact a;
  int64_t values[CPU_PARAMETERS];
  kp_setting config[CPU_PARAMETERS];
  kp_verdict v;
  double seconds;
  char why[KP_WHY];
  const kp_setting problem[] = {{"function", 1, "lstm"}, {"pass", pass, passes[pass]}, {"dtype", 0, "fp32"},
                                {"B", 3, NULL}, {"T", 4, NULL}, {"N", 1, NULL}, {"D", 24, NULL}};
  const kp_plugin *k = kp_plugin_v1();
  CHECK(!k->identify(&d, why) && !k->default_config(&d, problem, values, why));
  set_config(k, values, config);
  CHECK(!k->build(&d, problem, config, &a, why) && !k->open(&d, problem, 7, &r.b, why));
  CHECK(!k->reference(r.b, why) && !k->load(r.b, config, &a, &r.k, why));
  free(a.data);
  CHECK(!k->launch(r.k, &seconds, why) && !k->compare(r.b, &v, why) && v.ok);
  return r;
}

static void end_run(run_state *r) {
  kp_plugin_v1()->unload(r->k);
  kp_plugin_v1()->close(r->b);
}

static void expect_failure(kp_bench *b, const char *name, const char *what) {
  kp_verdict v;
  char why[KP_WHY];
  CHECK(!compare(b, &v, why));
  CHECKF(!v.ok && !(v.error <= v.tolerance), "%s %s passed", name, what);
  CHECKF(strstr(v.what, name) && strstr(v.what, what), "%s", v.what);
}

static void spoil(kp_bench *b, const char *name, float *x, int64_t n) {
  float *kept = malloc(sizeof *x * (size_t)n);
  memcpy(kept, x, sizeof *x * (size_t)n);
  x[n / 2] = NAN;
  expect_failure(b, name, "NaN");
  x[n / 2] = INFINITY;
  expect_failure(b, name, "infinite");
  x[n / 2] = kept[n / 2];
  memset(x + n - 1, 0xff, sizeof *x);
  expect_failure(b, name, "unwritten");
  memcpy(x, kept, sizeof *x * (size_t)n);
  for (int64_t i = 0; i < n; i++) x[i] *= 1.0001f;
  expect_failure(b, name, "relative error");
  memcpy(x, kept, sizeof *x * (size_t)n);
  x[0] += 1;
  expect_failure(b, name, "relative error");
  memcpy(x, kept, sizeof *x * (size_t)n);
  free(kept);
}

static void spoilt_forward(void) {
  run_state r = right_run(FLASHRNN_TRAINING);
  spoil(r.b, "states", r.b->states, reference_states_size(&r.b->problem));
  spoil(r.b, "last", r.b->last, reference_last_size(&r.b->problem));
  spoil(r.b, "saved", r.b->saved, reference_saved_size(&r.b->problem));
  end_run(&r);
}

static void spoilt_backward(void) {
  run_state r = right_run(FLASHRNN_BACKWARD);
  spoil(r.b, "dWx", r.b->dWx, reference_dwx_size(&r.b->problem));
  spoil(r.b, "dR", r.b->dR, reference_dr_size(&r.b->problem));
  spoil(r.b, "dbias", r.b->dbias, reference_dbias_size(&r.b->problem));
  spoil(r.b, "dinitial", r.b->dinitial, reference_last_size(&r.b->problem));
  end_run(&r);
}

/* ---- The faulty plug-in ---- */

static void faulty_verdicts(void) {
  static const struct { int64_t fault; int build, load, launch, ok; } want[] = {
      {0, 0, 0, 0, 1}, {1, 0, 0, 0, 0}, {2, 0, 0, 0, 0}, {3, 0, 0, 0, 0}, {6, 0, 0, 0, 1},
      {7, KP_ECOMPILE, 0, 0, 0}, {8, 0, 0, KP_ELAUNCH, 0}, {9, 0, KP_ELAUNCH, 0, 0}};
  void *handle;
  const kp_plugin *k = open_plugin("tests/plugins/faulty", &handle);
  const kp_setting problem[] = {{"size", 1000, NULL}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    const kp_setting config[] = {{"fault", want[i].fault, k->parameters[0].labels[want[i].fault]}, {"speed", 1, NULL}};
    kp_device d;
    kp_bench *b;
    kp_kernel *kernel;
    kp_artifact a = {NULL, 0};
    kp_verdict v;
    double seconds;
    char why[KP_WHY];
    CHECK(!k->identify(&d, why) && k->legal(&d, problem, config, why) && !k->open(&d, problem, 3, &b, why));
    CHECK(k->build(&d, problem, config, &a, why) == want[i].build);
    CHECK(want[i].build || k->load(b, config, &a, &kernel, why) == want[i].load);
    if (!want[i].build && !want[i].load) {
      CHECK(k->launch(kernel, &seconds, why) == want[i].launch);
      CHECK(want[i].launch || (!k->compare(b, &v, why) && v.ok == want[i].ok));
      CHECK(want[i].fault != 6 || seconds < k->floor_seconds(&d, problem));
      k->unload(kernel);
    }
    k->close(b);
    free(a.data);
  }
  dlclose(handle);
}

static const struct test_case cases[] = {{"flashrnn: whole path", flashrnn_whole_path},
                                         {"transpose: whole path", transpose_whole_path},
                                         {"spoilt forward", spoilt_forward},
                                         {"spoilt backward", spoilt_backward},
                                         {"faulty: verdicts", faulty_verdicts},
                                         {NULL, NULL}};
TEST_MAIN(cases)
