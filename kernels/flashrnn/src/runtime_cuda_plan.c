/* Plans on a CUDA device: look-up; machine code from the database, else from the
 * user's cache, else compiled now.  A plan that the device cannot hold falls back
 * to the default, which needs no co-residency. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime_code.h"
#include "runtime_cuda.h"

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

/* The command that a miss names is for the kernel's other device unless it says this one. */
static void name_device(tdb_answer *a) {
  static const char command[] = "tune --kernel " GPU_KERNEL;
  const char *at = a->reason ? strstr(a->reason, command) : NULL;
  char *whole;
  if (!at || asprintf(&whole, "%.*s --device cuda%s", (int)(at - a->reason + (long)sizeof command - 1), a->reason, at + sizeof command - 1) < 0) return;
  free(a->reason);
  a->reason = whole;
}

static void look_up(flashrnn_cuda *f, const fr_problem *p, tdb_answer *a) {
  char problem[PROBLEM_TEXT], scaling[SCALING_TEXT];
  const tdb_identity who = identify(f, p, problem, scaling);
  judge j = {&f->figures, p};
  runtime_store_look_up(&f->store, &who, fr_source_hash(), is_legal, &j, a);
  name_device(a);
}

/* ---- Machine code ---- */

static int load(flashrnn_cuda_plan *plan, const fr_config *c, const void *data, size_t size, char *why) {
  if (size > 64 && !memcmp(data, "\177ELF", 4)) return fr_plan_load(&plan->plan, plan->context->device, &plan->problem, c, data, why);
  snprintf(why, GPU_WHY, "what is stored is no machine code");
  return GPU_ECOMPILE;
}

/* The code of an exact answer: nothing else was built for this very problem. */
static int from_database(flashrnn_cuda_plan *plan, const tdb_answer *a, const fr_config *c, char *why) {
  void *data = NULL;
  size_t size = 0;
  if (a->match != TDB_EXACT || !a->artifact || !*a->artifact || tdb_get_artifact(plan->context->store.db, a->artifact, &data, &size))
    return GPU_ECOMPILE;
  const int rc = load(plan, c, data, size, why);
  free(data);
  return rc;
}

static int from_cache(flashrnn_cuda_plan *plan, const char key[65], const fr_config *c, char *why) {
  void *data = NULL;
  size_t size = 0;
  if (!runtime_code_get(key, &data, &size)) return GPU_ECOMPILE;
  const int rc = load(plan, c, data, size, why);
  free(data);
  if (rc == GPU_ELAUNCH) runtime_code_drop(key); /* the driver does not take it */
  return rc;
}

static int compile(flashrnn_cuda_plan *plan, const char key[65], const fr_config *c, char *why) {
  flashrnn_cuda *f = plan->context;
  gpu_cubin cubin;
  int rc = f->compiler ? GPU_OK : gpu_compiler_open(&f->compiler, why);
  if (!rc) rc = fr_build(f->compiler, &f->figures, &plan->problem, c, &cubin, why);
  if (rc) return rc;
  rc = load(plan, c, cubin.data, cubin.size, why);
  if (!rc) runtime_code_put(key, cubin.data, cubin.size);
  gpu_cubin_release(&cubin);
  plan->compiled = 1;
  return rc;
}

/* ---- Choice ---- */

static int use(flashrnn_cuda_plan *plan, const tdb_answer *a, const fr_config *c, char *why) {
  char text[FR_BUILD_KEY], key[65];
  int rc = from_database(plan, a, c, why);
  if (rc) {
    fr_build_key(&plan->problem, c, plan->context->figures.architecture, text);
    tdb_hash(text, strlen(text), key);
    rc = from_cache(plan, key, c, why);
  }
  if (rc) rc = compile(plan, key, c, why);
  if (!rc) fr_config_format(c, plan->config, sizeof plan->config);
  return rc;
}

static void add_reason(tdb_answer *a, const char *why) {
  char *more;
  if (asprintf(&more, "%s; %s does not run here: %s", a->reason ? a->reason : "", a->config, why) < 0) return;
  free(a->reason);
  a->reason = more;
}

/* What was found, else the default; why the first did not do goes into the reason. */
static int choose(flashrnn_cuda_plan *plan, tdb_answer *a, char *why) {
  fr_config c;
  if (a->config && !fr_config_parse(&c, a->config, why) && !use(plan, a, &c, why)) return GPU_OK;
  if (a->config) {
    add_reason(a, why);
    a->match = TDB_MISS;
  }
  const int rc = fr_default(&plan->context->figures, &plan->problem, &c, why);
  return rc ? rc : use(plan, a, &c, why);
}

static int look_up_and_load(flashrnn_cuda_plan *plan, char *why) {
  tdb_answer a;
  look_up(plan->context, &plan->problem, &a);
  const int rc = choose(plan, &a, why);
  plan->match = runtime_match_of(a.match);
  plan->reason = a.reason;
  a.reason = NULL;
  tdb_answer_release(&a);
  return rc;
}

/* A step reads the old state while it writes the new one: in place it needs a copy. */
static size_t step_bytes(const fr_problem *p) {
  return p->T == 1 && p->pass == FR_INFERENCE ? (size_t)(fr_sizes_of(p).edge * fr_bytes(p->dtype)) : 0;
}

static int fill(flashrnn_cuda_plan *plan, int brings_workspace, char *why) {
  const gpu_device *d = plan->context->device;
  int rc = look_up_and_load(plan, why);
  if (rc) return rc;
  plan->workspace = fr_plan_workspace(plan->plan) + step_bytes(&plan->problem);
  if (brings_workspace || !plan->workspace) return GPU_OK;
  return gpu_check(d, d->cu.memory_new(&plan->memory, plan->workspace), "the plan's workspace", why);
}

/* ---- Making and freeing ---- */

static fr_problem problem_of(const flashrnn_cuda_problem *p) {
  const flashrnn_problem *q = &p->problem;
  return (fr_problem){q->function, q->pass, q->dtype, p->options != 0, q->B, q->T, q->N, q->D};
}

static int make(flashrnn_cuda_plan *plan, int brings_workspace) {
  flashrnn_cuda *f = plan->context;
  char why[GPU_WHY] = "";
  cu_context before;
  int rc = runtime_cuda_enter(f, &before, why);
  if (!rc) rc = fill(plan, brings_workspace, why);
  runtime_cuda_leave(f, before);
  return runtime_cuda_finish(rc, why);
}

int flashrnn_cuda_plan_new(flashrnn_cuda_plan **out, flashrnn_cuda *f, const flashrnn_cuda_problem *p) {
  char why[GPU_WHY] = "";
  if (!out || !f || !p) return runtime_fail(FLASHRNN_EINVAL, "no context or no problem given");
  *out = NULL;
  const fr_problem problem = problem_of(p);
  int rc = fr_problem_check(&problem, why);
  if (rc) return runtime_cuda_finish(rc, why);
  flashrnn_cuda_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return runtime_fail(FLASHRNN_ENOMEM, "out of memory");
  plan->problem = problem, plan->context = f;
  pthread_mutex_lock(&f->lock);
  f->users++;
  rc = make(plan, p->brings_workspace);
  pthread_mutex_unlock(&f->lock);
  if (rc) flashrnn_cuda_plan_free(plan);
  else *out = plan;
  return rc;
}

void flashrnn_cuda_plan_free(flashrnn_cuda_plan *p) {
  char why[GPU_WHY];
  cu_context before;
  if (!p) return;
  runtime_cuda_enter(p->context, &before, why);
  if (p->memory) p->context->device->cu.memory_free(p->memory);
  fr_plan_free(p->plan);
  runtime_cuda_leave(p->context, before);
  runtime_cuda_release(p->context);
  free(p->reason);
  free(p);
}

flashrnn_match flashrnn_cuda_plan_match(const flashrnn_cuda_plan *p) { return p ? p->match : FLASHRNN_NONE; }
const char *flashrnn_cuda_plan_reason(const flashrnn_cuda_plan *p) { return p && p->reason ? p->reason : ""; }
const char *flashrnn_cuda_plan_config(const flashrnn_cuda_plan *p) { return p ? p->config : ""; }
int flashrnn_cuda_plan_compiled(const flashrnn_cuda_plan *p) { return p && p->compiled; }
size_t flashrnn_cuda_plan_workspace(const flashrnn_cuda_plan *p) { return p ? p->workspace : 0; }

size_t flashrnn_cuda_saved_bytes(const flashrnn_problem *p) {
  if (!p) return 0;
  const flashrnn_cuda_problem whole = {.problem = *p};
  const fr_problem problem = problem_of(&whole);
  return (size_t)(fr_sizes_of(&problem).saved * fr_bytes(problem.dtype));
}
