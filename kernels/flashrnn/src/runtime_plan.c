/* Plans: look-up, then the kernels chosen; no compiler, no solver.
 *
 * What is tuned for another source, problem or device runs if it is legal here;
 * else the default does, and the reason says why and what to run. */
#include <stdio.h>
#include <stdlib.h>
#include "runtime.h"

/* What legality is judged by. */
typedef struct judge { const cpu_device *device; const flashrnn_problem *problem; } judge;

static int is_legal(void *data, const char *config) {
  const judge *j = data;
  cpu_config c;
  char why[CPU_WHY];
  return !cpu_config_parse(&c, config, why) && cpu_legal(j->device, j->problem, &c, why);
}

enum { PROBLEM_TEXT = 160, SCALING_TEXT = 32 };

/* The identity under which the tuner records: keys sorted, T apart. */
static tdb_identity identify(const flashrnn *f, const flashrnn_problem *p, char *problem, char *scaling) {
  snprintf(problem, PROBLEM_TEXT, "B=%lld,D=%lld,N=%lld,dtype=%s,function=%s,pass=%s", (long long)p->B, (long long)p->D,
           (long long)p->N, cpu_dtype_name(p->dtype), cpu_function_name(p->function), cpu_pass_name(p->pass));
  snprintf(scaling, SCALING_TEXT, "T=%lld", (long long)p->T);
  return (tdb_identity){.kernel = CPU_KERNEL, .version = CPU_VERSION, .problem = problem, .scaling = scaling,
                        .device = f->device.name, .architecture = f->device.architecture, .units = f->device.cores};
}

static void look_up(flashrnn *f, const flashrnn_problem *p, tdb_answer *a) {
  char problem[PROBLEM_TEXT], scaling[SCALING_TEXT];
  const tdb_identity who = identify(f, p, problem, scaling);
  judge j = {&f->device, p};
  runtime_store_look_up(&f->store, &who, cpu_source_hash(), is_legal, &j, a);
}

static int use_default(const flashrnn *f, const flashrnn_problem *p, cpu_config *c) {
  char why[CPU_WHY] = "";
  int rc = cpu_default(&f->device, p, c, why);
  return rc ? runtime_fail(rc, "%s", why) : FLASHRNN_OK;
}

static int choose(flashrnn *f, const flashrnn_problem *p, flashrnn_plan *plan, cpu_config *c) {
  char why[CPU_WHY] = "";
  tdb_answer a;
  look_up(f, p, &a);
  int rc = a.config ? cpu_config_parse(c, a.config, why) : use_default(f, p, c);
  if (rc && a.config) rc = runtime_fail(rc, "%s", why);
  plan->match = runtime_match_of(a.match);
  plan->reason = a.reason;
  a.reason = NULL;
  tdb_answer_release(&a);
  return rc;
}

static int fill(flashrnn_plan *plan, flashrnn *f, const flashrnn_problem *p) {
  char why[CPU_WHY] = "";
  cpu_config c;
  int rc = choose(f, p, plan, &c);
  if (rc) return rc;
  cpu_config_format(&c, plan->config, sizeof plan->config);
  rc = cpu_plan_new(&plan->plan, &f->device, p, &c, why);
  return rc ? runtime_fail(rc, "%s", why) : FLASHRNN_OK;
}

int flashrnn_plan_new(flashrnn_plan **out, flashrnn *f, const flashrnn_problem *p) {
  char why[CPU_WHY] = "";
  if (!out || !f || !p) return runtime_fail(FLASHRNN_EINVAL, "no context or no problem given");
  *out = NULL;
  int rc = cpu_problem_check(p, why);
  if (rc) return runtime_fail(rc, "%s", why);
  flashrnn_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return runtime_fail(FLASHRNN_ENOMEM, "out of memory");
  rc = fill(plan, f, p);
  if (rc) flashrnn_plan_free(plan);
  else *out = plan;
  return rc;
}

void flashrnn_plan_free(flashrnn_plan *p) {
  if (!p) return;
  cpu_plan_free(p->plan);
  free(p->reason);
  free(p);
}

flashrnn_match flashrnn_plan_match(const flashrnn_plan *p) { return p ? p->match : FLASHRNN_NONE; }
const char *flashrnn_plan_reason(const flashrnn_plan *p) { return p && p->reason ? p->reason : ""; }
const char *flashrnn_plan_config(const flashrnn_plan *p) { return p ? p->config : ""; }

const char *flashrnn_match_name(flashrnn_match m) {
  static const char *const names[] = {"exact", "stale source", "near", "other device", "predicted", "default", "none"};
  return (unsigned)m <= FLASHRNN_NONE ? names[m] : "unknown";
}

size_t flashrnn_saved_bytes(const flashrnn_problem *p) { return p ? cpu_saved_bytes(p) : 0; }

static int finish(int rc, const char *why) { return rc ? runtime_fail(rc, "%s", why) : FLASHRNN_OK; }

int flashrnn_run_forward(flashrnn_plan *p, const flashrnn_forward *io) {
  char why[CPU_WHY] = "";
  if (!p || !io) return runtime_fail(FLASHRNN_EINVAL, "no plan or no tensors given");
  return finish(cpu_forward(p->plan, io, why), why);
}

int flashrnn_run_backward(flashrnn_plan *p, const flashrnn_backward *io) {
  char why[CPU_WHY] = "";
  if (!p || !io) return runtime_fail(FLASHRNN_EINVAL, "no plan or no tensors given");
  return finish(cpu_backward(p->plan, io, why), why);
}
