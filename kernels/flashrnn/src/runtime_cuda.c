/* Plans on a CUDA device: look-up, machine code from the database, launch.
 * What is not there is compiled, if the compiler is; a plan that the device
 * cannot hold falls back to the default, which needs no co-residency. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flashrnn_cuda.h"
#include "gpu.h"
#include "runtime.h"
#include "tunedb.h"

struct flashrnn_cuda {
  gpu_device *device;
  fr_device figures;
  gpu_compiler *compiler; /* NULL until something has to be compiled */
  tdb *db;
  char *notice;
};

struct flashrnn_cuda_plan {
  fr_problem problem;
  fr_plan *plan;
  flashrnn_match match;
  char *reason, config[512];
  int compiled;
};

static int code_of(int gpu) {
  switch (gpu) {
    case GPU_OK: return FLASHRNN_OK;
    case GPU_ENOMEM: return FLASHRNN_ENOMEM;
    case GPU_EINVAL: return FLASHRNN_EINVAL;
    default: return FLASHRNN_EDEVICE;
  }
}

static int finish(int gpu, const char *why) { return gpu ? runtime_fail(code_of(gpu), "%s", why) : FLASHRNN_OK; }

/* ---- Contexts ---- */

static void open_database(flashrnn_cuda *f, const char *named) {
  char *path = NULL;
  int rc = TDB_OK;
  if (!named) rc = tdb_default_path(&path);
  else if (*named) path = strdup(named);
  if (!rc && path) rc = tdb_open(&f->db, path, TDB_READ);
  if (rc && (named || rc != TDB_ENOTFOUND)) f->notice = strdup(tdb_error());
  if (!f->db) tdb_open(&f->db, NULL, TDB_READ); /* for the shipped; NULL without memory */
  free(path);
}

int flashrnn_cuda_open(flashrnn_cuda **out, const char *database) {
  char why[GPU_WHY] = "";
  if (!out) return runtime_fail(FLASHRNN_EINVAL, "no place for the context");
  *out = NULL;
  flashrnn_cuda *f = calloc(1, sizeof *f);
  if (!f) return runtime_fail(FLASHRNN_ENOMEM, "out of memory");
  int rc = gpu_open(&f->device, why);
  if (rc) {
    free(f);
    return finish(rc, why);
  }
  fr_device_of(f->device, &f->figures);
  open_database(f, database);
  *out = f;
  return FLASHRNN_OK;
}

void flashrnn_cuda_close(flashrnn_cuda *f) {
  if (!f) return;
  tdb_close(f->db);
  gpu_compiler_close(f->compiler);
  gpu_close(f->device);
  free(f->notice);
  free(f);
}

int flashrnn_cuda_attach(flashrnn_cuda *f, const char *shipped) {
  if (!f || !shipped) return runtime_fail(FLASHRNN_EINVAL, "no context or no path given");
  if (f->db && !tdb_attach_shipped(f->db, shipped)) return FLASHRNN_OK;
  return runtime_fail(FLASHRNN_EDB, "%s", tdb_error());
}

const char *flashrnn_cuda_notice(const flashrnn_cuda *f) { return f && f->notice ? f->notice : ""; }

/* ---- Look-up ---- */

enum { PROBLEM_TEXT = 200, SCALING_TEXT = 32 };

/* The identity under which the tuner records: keys sorted, T apart. */
static tdb_identity identify(const flashrnn_cuda *f, const fr_problem *p, char *problem, char *scaling) {
  static const char *const functions[] = {"elman", "lstm", "gru", "slstm"}, *const passes[] = {"inference", "training", "backward"};
  static const char *const dtypes[] = {"fp32", "tf32", "fp16", "bf16"}, *const options[] = {"plain", "full"};
  snprintf(problem, PROBLEM_TEXT, "B=%lld,D=%lld,N=%lld,dtype=%s,function=%s,options=%s,pass=%s", p->B, p->D, p->N, dtypes[p->dtype],
           functions[p->function], options[p->options], passes[p->pass]);
  snprintf(scaling, SCALING_TEXT, "T=%lld", p->T);
  return (tdb_identity){.kernel = GPU_KERNEL, .version = GPU_VERSION, .problem = problem, .scaling = scaling,
                        .device = f->figures.name, .architecture = f->figures.architecture, .units = f->figures.sm_count};
}

typedef struct judge { const fr_device *device; const fr_problem *problem; } judge;

static int is_legal(void *data, const char *config) {
  const judge *j = data;
  fr_config c;
  char why[GPU_WHY];
  return !fr_config_parse(&c, config, why) && fr_legal(j->device, j->problem, &c, why);
}

/* Whatever goes wrong here is a miss with its reason. */
static void look_up(const flashrnn_cuda *f, const fr_problem *p, tdb_answer *a) {
  char problem[PROBLEM_TEXT], scaling[SCALING_TEXT];
  const tdb_identity who = identify(f, p, problem, scaling);
  judge j = {&f->figures, p};
  *a = (tdb_answer){.match = TDB_MISS};
  int rc = f->db ? tdb_lookup(f->db, &who, NULL, fr_source_hash(), is_legal, &j, a) : TDB_ENOTFOUND;
  if (rc) a->reason = strdup(f->db ? tdb_error() : "out of memory");
}

static flashrnn_match translate(tdb_match m) {
  switch (m) {
    case TDB_EXACT: return FLASHRNN_EXACT;
    case TDB_STALE: return FLASHRNN_STALE;
    case TDB_NEAR: return FLASHRNN_NEAR;
    case TDB_OTHER_DEVICE: return FLASHRNN_OTHER_DEVICE;
    case TDB_PREDICTED: return FLASHRNN_PREDICTED;
    default: return FLASHRNN_DEFAULT;
  }
}

/* ---- Plans ---- */

/* The code of an exact answer: nothing else was built for this very problem. */
static int load_stored(flashrnn_cuda *f, flashrnn_cuda_plan *plan, const tdb_answer *a, const fr_config *c, char *why) {
  void *data = NULL;
  size_t size = 0;
  if (a->match != TDB_EXACT || !a->artifact || !*a->artifact || tdb_get_artifact(f->db, a->artifact, &data, &size)) return GPU_ECOMPILE;
  int rc = size > 64 && !memcmp(data, "\177ELF", 4) ? fr_plan_new(&plan->plan, f->device, &plan->problem, c, data, why) : GPU_ECOMPILE;
  free(data);
  return rc;
}

static int compile(flashrnn_cuda *f, flashrnn_cuda_plan *plan, const fr_config *c, char *why) {
  gpu_cubin cubin;
  int rc = f->compiler ? GPU_OK : gpu_compiler_open(&f->compiler, why);
  if (!rc) rc = fr_build(f->compiler, &f->figures, &plan->problem, c, &cubin, why);
  if (rc) return rc;
  rc = fr_plan_new(&plan->plan, f->device, &plan->problem, c, cubin.data, why);
  gpu_cubin_release(&cubin);
  plan->compiled = 1;
  return rc;
}

static int use(flashrnn_cuda *f, flashrnn_cuda_plan *plan, const tdb_answer *a, const fr_config *c, char *why) {
  int rc = load_stored(f, plan, a, c, why);
  if (rc) rc = compile(f, plan, c, why);
  if (!rc) fr_config_format(c, plan->config, sizeof plan->config);
  return rc;
}

/* What was found, else the default; why the first did not do goes into the reason. */
static int choose(flashrnn_cuda *f, flashrnn_cuda_plan *plan, tdb_answer *a, char *why) {
  fr_config c;
  if (a->config && !fr_config_parse(&c, a->config, why) && !use(f, plan, a, &c, why)) return GPU_OK;
  if (a->config) {
    char *more = NULL;
    if (asprintf(&more, "%s; %s does not run here: %s", a->reason ? a->reason : "", a->config, why) >= 0) free(a->reason), a->reason = more;
    a->match = TDB_MISS;
  }
  int rc = fr_default(&f->figures, &plan->problem, &c, why);
  return rc ? rc : use(f, plan, a, &c, why);
}

static int fill(flashrnn_cuda_plan *plan, flashrnn_cuda *f) {
  char why[GPU_WHY] = "";
  tdb_answer a;
  look_up(f, &plan->problem, &a);
  const int rc = choose(f, plan, &a, why);
  plan->match = translate(a.match);
  plan->reason = a.reason;
  a.reason = NULL;
  tdb_answer_release(&a);
  return finish(rc, why);
}

static fr_problem problem_of(const flashrnn_cuda_problem *p) {
  const flashrnn_problem *q = &p->problem;
  return (fr_problem){q->function, q->pass, q->dtype, p->options != 0, q->B, q->T, q->N, q->D};
}

int flashrnn_cuda_plan_new(flashrnn_cuda_plan **out, flashrnn_cuda *f, const flashrnn_cuda_problem *p) {
  char why[GPU_WHY] = "";
  if (!out || !f || !p) return runtime_fail(FLASHRNN_EINVAL, "no context or no problem given");
  *out = NULL;
  const fr_problem problem = problem_of(p);
  int rc = fr_problem_check(&problem, why);
  if (rc) return finish(rc, why);
  flashrnn_cuda_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return runtime_fail(FLASHRNN_ENOMEM, "out of memory");
  plan->problem = problem;
  rc = fill(plan, f);
  if (rc) flashrnn_cuda_plan_free(plan);
  else *out = plan;
  return rc;
}

void flashrnn_cuda_plan_free(flashrnn_cuda_plan *p) {
  if (!p) return;
  fr_plan_free(p->plan);
  free(p->reason);
  free(p);
}

flashrnn_match flashrnn_cuda_plan_match(const flashrnn_cuda_plan *p) { return p ? p->match : FLASHRNN_NONE; }
const char *flashrnn_cuda_plan_reason(const flashrnn_cuda_plan *p) { return p && p->reason ? p->reason : ""; }
const char *flashrnn_cuda_plan_config(const flashrnn_cuda_plan *p) { return p ? p->config : ""; }
int flashrnn_cuda_plan_compiled(const flashrnn_cuda_plan *p) { return p && p->compiled; }
size_t flashrnn_cuda_plan_workspace(const flashrnn_cuda_plan *p) { return p ? fr_plan_workspace(p->plan) : 0; }

size_t flashrnn_cuda_saved_bytes(const flashrnn_problem *p) {
  if (!p) return 0;
  const flashrnn_cuda_problem whole = {*p, 0};
  const fr_problem problem = problem_of(&whole);
  return (size_t)(fr_sizes_of(&problem).saved * fr_bytes(problem.dtype));
}

/* ---- Running ---- */

static fr_params parameters(const fr_problem *p, const flashrnn_cuda_options *o) {
  fr_params out = {.planes = (int)fr_states(p->function), .wx = fr_wx_strides(p), .st = fr_state_strides(p),
                   .sv = fr_saved_strides(p), .ds = fr_state_strides(p)};
  if (!o) return out;
  out.lengths = o->lengths, out.reset = o->reset, out.reverse = o->reverse, out.cut = o->cut_gradient;
  out.clip_y = o->clip_y, out.clip_gradient = o->clip_gradient;
  return out;
}

static int check(const flashrnn_cuda_plan *p, const flashrnn_cuda_options *o, int backward, int there) {
  if (!p || !there) return runtime_fail(FLASHRNN_EINVAL, "no plan, or a tensor is missing");
  if ((p->problem.pass == FR_BACKWARD) != backward) return runtime_fail(FLASHRNN_EINVAL, "the plan is for the other pass");
  if (o && !p->problem.options) return runtime_fail(FLASHRNN_EINVAL, "the plan was made without options");
  return FLASHRNN_OK;
}

static int run(flashrnn_cuda_plan *p, const fr_params *io, void *stream) {
  char why[GPU_WHY] = "";
  return finish(fr_plan_run(p->plan, io, stream, why), why);
}

int flashrnn_cuda_run_forward(flashrnn_cuda_plan *p, const flashrnn_cuda_forward *io, void *stream) {
  int rc = check(p, io ? io->options : NULL, 0, io && io->Wx && io->R && io->bias && io->states);
  if (!rc && p->problem.pass == FR_TRAINING && !io->saved) rc = runtime_fail(FLASHRNN_EINVAL, "training wants a place for what it saves");
  if (rc) return rc;
  fr_params q = parameters(&p->problem, io->options);
  q.Wx = io->Wx, q.R = io->R, q.bias = io->bias, q.initial = io->initial;
  q.states = io->states, q.last = io->last, q.saved = io->saved;
  return run(p, &q, stream);
}

int flashrnn_cuda_run_backward(flashrnn_cuda_plan *p, const flashrnn_cuda_backward *io, void *stream) {
  int rc = check(p, io ? io->options : NULL, 1, io && io->R && io->bias && io->states && io->saved && io->dWx && io->dR && io->dbias);
  if (rc) return rc;
  fr_params q = parameters(&p->problem, io->options);
  q.R = io->R, q.bias = io->bias, q.initial = io->initial, q.states = (void *)io->states, q.saved = (void *)io->saved;
  q.dstates = io->dstates, q.dlast = io->dlast;
  q.dWx = io->dWx, q.dR = io->dR, q.dbias = io->dbias, q.dinitial = io->dinitial;
  return run(p, &q, stream);
}
