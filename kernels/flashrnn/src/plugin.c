/* The tuner's plug-in for FlashRNN on the CPU: kernels/plugin.h over cpu.h. */
#include "plugin.h"

#include "cpu.h"
#include "reference.h"
#include "source_hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Static_assert(KP_WHY == CPU_WHY, "one size of messages");

static const char *const functions[] = {"elman", "lstm", "gru", "slstm", NULL};
static const char *const passes[] = {"inference", "training", "backward", NULL};
static const char *const dtypes[] = {"fp32", NULL};
static const kp_key problem_keys[] = {
    {"function", functions, 0}, {"pass", passes, 0}, {"dtype", dtypes, 0}, {"B", NULL, 0},
    {"T", NULL, 1},             {"N", NULL, 0},      {"D", NULL, 0},       {NULL, NULL, 0}};
static const kp_key parameters[CPU_PARAMETERS + 1] = {
    {"unit_tile", NULL, 0},     {"vectors", NULL, 0},       {"batch_tile", NULL, 0}, {"unroll", NULL, 0},
    {"threads_heads", NULL, 0}, {"threads_units", NULL, 0}, {"threads_batch", NULL, 0},
    {"packed", NULL, 0},        {"prefetch", NULL, 0},      {NULL, NULL, 0}};

/* ---- From settings to structures ---- */

static flashrnn_problem problem_of(const kp_setting *s) {
  return (flashrnn_problem){(flashrnn_function)s[0].value, (flashrnn_pass)s[1].value, (flashrnn_dtype)s[2].value,
                            s[3].value, s[4].value, s[5].value, s[6].value};
}

static cpu_config config_of(const kp_setting *s) {
  return (cpu_config){s[0].value, s[1].value, s[2].value, s[3].value, s[4].value,
                      s[5].value, s[6].value, s[7].value, s[8].value};
}

static int64_t figure(const kp_device *d, const char *key) {
  for (size_t i = 0; i < d->nfigures; i++)
    if (!strcmp(d->figures[i].key, key)) return d->figures[i].value;
  return 0;
}

static cpu_device device_of(const kp_device *d) {
  cpu_device out = {.cores = figure(d, "cores"), .vector_bytes = figure(d, "vector_bytes"),
                    .vector_registers = figure(d, "vector_registers"), .l1d_bytes = figure(d, "l1d_bytes"),
                    .l2_bytes = figure(d, "l2_bytes")};
  snprintf(out.name, sizeof out.name, "%s", d->name);
  snprintf(out.architecture, sizeof out.architecture, "%s", d->architecture);
  return out;
}

static int code_of(int error) {
  return error == FLASHRNN_ENOMEM    ? KP_ENOMEM
         : error == FLASHRNN_EDEVICE ? KP_EDEVICE
         : error                     ? KP_EINVAL
                                     : KP_OK;
}

static int no_memory(char *why) {
  snprintf(why, KP_WHY, "out of memory");
  return KP_ENOMEM;
}

/* ---- Description ---- */

enum { FIGURES = 5 };

static int identify(kp_device *out, char *why) {
  static _Thread_local kp_setting figures[FIGURES]; /* the same each time; outlives the call */
  cpu_device d;
  const int error = cpu_identify(&d, why);
  if (error) return code_of(error);
  figures[0] = (kp_setting){"cores", d.cores, NULL};
  figures[1] = (kp_setting){"vector_bytes", d.vector_bytes, NULL};
  figures[2] = (kp_setting){"vector_registers", d.vector_registers, NULL};
  figures[3] = (kp_setting){"l1d_bytes", d.l1d_bytes, NULL};
  figures[4] = (kp_setting){"l2_bytes", d.l2_bytes, NULL};
  memset(out, 0, sizeof *out);
  snprintf(out->name, sizeof out->name, "%s", d.name);
  snprintf(out->architecture, sizeof out->architecture, "%s", d.architecture);
  out->units = d.cores, out->figures = figures, out->nfigures = FIGURES;
  return KP_OK;
}

static int default_config(const kp_device *d, const kp_setting *problem, int64_t *values, char *why) {
  const cpu_device device = device_of(d);
  const flashrnn_problem p = problem_of(problem);
  cpu_config c;
  const int error = cpu_default(&device, &p, &c, why);
  if (!error) memcpy(values, &c, sizeof c);
  return code_of(error);
}

static int legal(const kp_device *d, const kp_setting *problem, const kp_setting *config, char *why) {
  const cpu_device device = device_of(d);
  const flashrnn_problem p = problem_of(problem);
  const cpu_config c = config_of(config);
  return cpu_legal(&device, &p, &c, why);
}

/* The artifact is the configuration's text: every variant is compiled in. */
static int build(const kp_device *d, const kp_setting *problem, const kp_setting *config, kp_artifact *out,
                 char *why) {
  const cpu_config c = config_of(config);
  char text[256];
  if (!legal(d, problem, config, why)) return KP_EINVAL;
  cpu_config_format(&c, text, sizeof text);
  out->data = strdup(text);
  out->size = strlen(text);
  return out->data ? KP_OK : no_memory(why);
}

/* ---- Inputs and outputs ---- */

enum { SETS = 3 }; /* of inputs: a run never finds its own from the run before in a cache line's state */

typedef struct input_set {
  float *Wx, *R, *bias, *initial, *dstates, *dlast;
  float *states, *saved; /* of forward, for backward */
  reference_outputs expected;
  int ready; /* expected is made */
} input_set;

struct kp_bench {
  cpu_device device;
  flashrnn_problem problem;
  input_set sets[SETS];
  int used; /* the set of the last launch; -1 before */
  float *states, *last, *saved, *dWx, *dR, *dbias, *dinitial; /* outputs */
};

struct kp_kernel {
  kp_bench *bench;
  cpu_plan *plan;
};

static uint64_t next(uint64_t *state) { /* splitmix64 */
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static double uniform(uint64_t *state) { return ((double)(next(state) >> 11) + 0.5) * 0x1p-53; }

/* Box and Muller's pair, one of it. */
static double normal(uint64_t *state) {
  const double u = uniform(state), v = uniform(state);
  return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static float *normals(int64_t n, uint64_t *state) {
  float *x = malloc(sizeof *x * (size_t)n);
  for (int64_t i = 0; x && i < n; i++) x[i] = (float)normal(state);
  return x;
}

static float *uniforms(int64_t n, double most, uint64_t *state) {
  float *x = malloc(sizeof *x * (size_t)n);
  for (int64_t i = 0; x && i < n; i++) x[i] = (float)((2 * uniform(state) - 1) * most);
  return x;
}

/* Legal states: sLSTM's n is at least 1. */
static float *initial_states(const flashrnn_problem *p, uint64_t *state) {
  const int64_t size = reference_last_size(p), plane = p->B * p->N * p->D;
  float *x = normals(size, state);
  for (int64_t i = 2 * plane; x && p->function == FLASHRNN_SLSTM && i < 3 * plane; i++) x[i] = 1 + fabsf(x[i]);
  return x;
}

static int fill_set(input_set *s, const flashrnn_problem *p, uint64_t *state) {
  const int backward = p->pass == FLASHRNN_BACKWARD;
  s->Wx = normals(reference_dwx_size(p), state);
  s->R = uniforms(reference_dr_size(p), 1 / sqrt((double)p->D), state);
  s->bias = normals(reference_dbias_size(p), state);
  s->initial = initial_states(p, state);
  if (!s->Wx || !s->R || !s->bias || !s->initial) return KP_ENOMEM;
  if (!backward) return KP_OK;
  s->dstates = calloc((size_t)reference_states_size(p), sizeof(float));
  s->dlast = normals(reference_last_size(p), state);
  s->states = malloc(sizeof(float) * (size_t)reference_states_size(p));
  s->saved = malloc(sizeof(float) * (size_t)(reference_saved_size(p) + 1));
  if (!s->dstates || !s->dlast || !s->states || !s->saved) return KP_ENOMEM;
  for (int64_t i = 0; i < p->B * p->T * p->N * p->D; i++) s->dstates[i] = (float)normal(state);
  return KP_OK;
}

static float *room(int64_t n) { return malloc(sizeof(float) * (size_t)(n + 1)); }

static int make_outputs(kp_bench *b) {
  const flashrnn_problem *p = &b->problem;
  if (p->pass != FLASHRNN_BACKWARD) {
    b->states = room(reference_states_size(p));
    b->last = room(reference_last_size(p));
    b->saved = room(reference_saved_size(p));
    return b->states && b->last && b->saved ? KP_OK : KP_ENOMEM;
  }
  b->dWx = room(reference_dwx_size(p));
  b->dR = room(reference_dr_size(p));
  b->dbias = room(reference_dbias_size(p));
  b->dinitial = room(reference_last_size(p));
  return b->dWx && b->dR && b->dbias && b->dinitial ? KP_OK : KP_ENOMEM;
}

static void close_bench(kp_bench *b) {
  if (!b) return;
  for (int i = 0; i < SETS; i++) {
    input_set *s = b->sets + i;
    float *all[] = {s->Wx, s->R, s->bias, s->initial, s->dstates, s->dlast, s->states, s->saved};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
    reference_release(&s->expected);
  }
  float *all[] = {b->states, b->last, b->saved, b->dWx, b->dR, b->dbias, b->dinitial};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  free(b);
}

static int fill_bench(kp_bench *b, uint64_t seed, char *why) {
  int error = make_outputs(b);
  for (int i = 0; i < SETS && !error; i++) error = fill_set(b->sets + i, &b->problem, &seed);
  return error ? no_memory(why) : KP_OK;
}

static int poison(kp_bench *b, char *why);

static int open_bench(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why) {
  const flashrnn_problem p = problem_of(problem);
  *out = NULL;
  int error = cpu_problem_check(&p, why);
  if (error) return code_of(error);
  kp_bench *b = calloc(1, sizeof *b);
  if (!b) return no_memory(why);
  b->device = device_of(d);
  b->problem = p;
  b->used = -1;
  error = fill_bench(b, seed, why);
  if (!error) error = poison(b, why);
  if (error) close_bench(b);
  else *out = b;
  return error;
}

/* ---- Reference ---- */

static reference_inputs inputs_of(const input_set *s) {
  return (reference_inputs){s->Wx, s->R, s->bias, s->initial, s->dstates, s->dlast};
}

static void to_floats(float *to, const double *from, int64_t n) {
  for (int64_t i = 0; i < n; i++) to[i] = (float)from[i];
}

static int reference(kp_bench *b, char *why) {
  for (int i = 0; i < SETS; i++) {
    input_set *s = b->sets + i;
    if (s->ready) continue;
    const reference_inputs in = inputs_of(s);
    if (reference_allocate(&s->expected, &b->problem) || reference_run(&b->problem, &in, &s->expected)) {
      reference_release(&s->expected);
      return no_memory(why);
    }
    if (b->problem.pass == FLASHRNN_BACKWARD) {
      to_floats(s->states, s->expected.states, reference_states_size(&b->problem));
      to_floats(s->saved, s->expected.saved, reference_saved_size(&b->problem));
    }
    s->ready = 1;
  }
  return KP_OK;
}

static int naive(kp_bench *b, double *seconds, char *why) {
  const reference_inputs in = inputs_of(b->sets);
  return naive_seconds(&b->problem, &in, 3e8, seconds) ? no_memory(why) : KP_OK;
}

/* ---- Runs ---- */

static int load(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why) {
  char text[256];
  cpu_config c;
  (void)config; /* the artifact is the configuration */
  *out = NULL;
  if (artifact->size >= sizeof text) {
    snprintf(why, KP_WHY, "the artifact is no configuration");
    return KP_EINVAL;
  }
  memcpy(text, artifact->data, artifact->size);
  text[artifact->size] = 0;
  int error = cpu_config_parse(&c, text, why);
  if (error) return code_of(error);
  kp_kernel *k = calloc(1, sizeof *k);
  if (!k) return no_memory(why);
  k->bench = b;
  error = cpu_plan_new(&k->plan, &b->device, &b->problem, &c, why);
  if (error) free(k);
  else *out = k;
  return code_of(error);
}

static void unload(kp_kernel *k) {
  if (!k) return;
  cpu_plan_free(k->plan);
  free(k);
}

/* All bits set: a NaN that no arithmetic makes, so what is left of it was not written. */
static void poison_floats(float *x, int64_t n) {
  if (x) memset(x, 0xff, sizeof *x * (size_t)n);
}

static int poison(kp_bench *b, char *why) {
  const flashrnn_problem *p = &b->problem;
  poison_floats(b->states, reference_states_size(p));
  poison_floats(b->last, reference_last_size(p));
  poison_floats(b->saved, reference_saved_size(p));
  poison_floats(b->dWx, reference_dwx_size(p));
  poison_floats(b->dR, reference_dr_size(p));
  poison_floats(b->dbias, reference_dbias_size(p));
  poison_floats(b->dinitial, reference_last_size(p));
  why[0] = 0;
  return KP_OK;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int run(kp_kernel *k, const input_set *s, char *why) {
  const kp_bench *b = k->bench;
  if (b->problem.pass == FLASHRNN_BACKWARD) {
    const flashrnn_backward io = {s->R, s->bias, s->initial, s->states, s->saved, s->dstates, s->dlast,
                                  b->dWx, b->dR, b->dbias, b->dinitial};
    return cpu_backward(k->plan, &io, why);
  }
  const flashrnn_forward io = {s->Wx, s->R, s->bias, s->initial, b->states, b->last, b->saved};
  return cpu_forward(k->plan, &io, why);
}

static int launch(kp_kernel *k, double *seconds, char *why) {
  kp_bench *b = k->bench;
  const int set = (b->used + 1) % SETS;
  if (b->problem.pass == FLASHRNN_BACKWARD && !b->sets[set].ready) {
    const int error = reference(b, why); /* backward starts from a forward run */
    if (error) return error;
  }
  const double start = now();
  const int error = run(k, b->sets + set, why);
  *seconds = now() - start;
  b->used = set;
  return error ? KP_ELAUNCH : KP_OK;
}

/* ---- Comparison ---- */

typedef struct output { const char *name; const float *got; const double *want; int64_t size; } output;

static int is_poison(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits == UINT32_MAX;
}

/* Relative L2 error; what is unwritten or no number is named in `what`. */
static double error_of(const output *o, char *what) {
  double difference = 0, norm = 0;
  for (int64_t i = 0; i < o->size; i++) {
    if (!isfinite(o->got[i])) {
      snprintf(what, KP_WHY, "%s[%lld]: %s", o->name, (long long)i,
               is_poison(o->got[i]) ? "unwritten" : isnan(o->got[i]) ? "NaN" : "infinite");
      return INFINITY;
    }
    const double d = o->got[i] - o->want[i];
    difference += d * d;
    norm += o->want[i] * o->want[i];
  }
  if (norm > 0) return sqrt(difference / norm);
  return difference > 0 ? INFINITY : 0;
}

/* fp32: 1e-5 to 64 steps; beyond, rounding errors add up with the steps' root. */
static double tolerance_of(const flashrnn_problem *p) {
  return p->T <= 64 ? 1e-5 : 1e-5 * sqrt((double)p->T / 64);
}

static void judge(const output *o, double tolerance, kp_verdict *v) {
  char what[KP_WHY] = "";
  const double error = error_of(o, what);
  if (error > v->error || !v->what[0]) {
    v->error = error > v->error ? error : v->error;
    v->tolerance = tolerance;
  }
  if (error <= tolerance || !v->ok) return;
  v->ok = 0;
  if (what[0]) memcpy(v->what, what, sizeof v->what);
  else snprintf(v->what, sizeof v->what, "%s: relative error %.3g is above %.3g", o->name, error, tolerance);
}

static int compare(kp_bench *b, kp_verdict *out, char *why) {
  const flashrnn_problem *p = &b->problem;
  memset(out, 0, sizeof *out);
  if (b->used < 0 || !b->sets[b->used].ready) {
    snprintf(why, KP_WHY, "compare: nothing was launched, or there is no reference");
    return KP_EINVAL;
  }
  const reference_outputs *e = &b->sets[b->used].expected;
  const int64_t saved = p->pass == FLASHRNN_TRAINING ? reference_saved_size(p) : 0;
  const output forward[] = {{"states", b->states, e->states, reference_states_size(p)},
                            {"last", b->last, e->last, reference_last_size(p)},
                            {"saved", b->saved, e->saved, saved}};
  const output backward[] = {{"dWx", b->dWx, e->dWx, reference_dwx_size(p)},
                             {"dR", b->dR, e->dR, reference_dr_size(p)},
                             {"dbias", b->dbias, e->dbias, reference_dbias_size(p)},
                             {"dinitial", b->dinitial, e->dinitial, reference_last_size(p)}};
  const int back = p->pass == FLASHRNN_BACKWARD;
  out->ok = 1;
  for (int i = 0; i < (back ? 4 : 3); i++) judge(back ? backward + i : forward + i, tolerance_of(p), out);
  return KP_OK;
}

/* ---- Work ---- */

static kp_work work(const kp_setting *problem) {
  const flashrnn_problem p = problem_of(problem);
  const int back = p.pass == FLASHRNN_BACKWARD;
  const double product = 2.0 * (double)reference_dr_size(&p) * (double)p.B * (double)p.T;
  const double floats = (double)reference_dr_size(&p) * (back ? 2 : 1) + (double)reference_dwx_size(&p) +
                        (double)reference_states_size(&p) * (back ? 2 : 1) +
                        (p.pass == FLASHRNN_INFERENCE ? 0 : (double)reference_saved_size(&p));
  return (kp_work){product * (back ? 2 : 1), floats * sizeof(float)};
}

/* Four fused vectors of 64 bytes a cycle at 8 GHz on each core: no core does that. */
static double floor_seconds(const kp_device *d, const kp_setting *problem) {
  const double cores = d->units > 0 ? (double)d->units : 1;
  return work(problem).operations / (cores * 4 * 32 * 8e9);
}


__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static const kp_plugin plugin = {
      .abi = KP_ABI, .name = CPU_KERNEL, .version = CPU_VERSION, .source_hash = SOURCE_HASH,
      .device_kind = "cpu", .spec = "flashrnn-cpu.yaml",
      .problem_keys = problem_keys, .parameters = parameters, .identify = identify,
      .default_config = default_config, .legal = legal, .build = build, .open = open_bench, .close = close_bench,
      .reference = reference, .naive = naive, .load = load, .unload = unload, .poison = poison, .launch = launch,
      .compare = compare, .work = work, .floor_seconds = floor_seconds};
  return &plugin;
}
