/* Plans: a loaded cubin and its stages; a run enqueues them.  A run only reads the plan. */
#include "gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fr_plan {
  gpu_device *device;
  fr_problem problem;
  fr_config config;
  cu_module module;
  int nstages;
  fr_stage stages[FR_STAGES];
  gpu_shape shapes[FR_STAGES];
  gpu_kernel kernels[FR_STAGES];
  fr_work work;
  fr_int bytes;      /* of a workspace: exchange, flags, partial, scratch, one after the other */
  cu_pointer memory; /* the plan's own; 0: none */
};

static fr_int aligned(fr_int bytes) { return fr_round(bytes, 256); }

static int load_stage(fr_plan *plan, int i, char *why) {
  const fr_stage *s = &plan->stages[i];
  plan->shapes[i] = (gpu_shape){s->grid, s->threads, s->cluster, s->shared, s->cooperative};
  int rc = gpu_kernel_get(plan->device, plan->module, s->entry, &plan->shapes[i], &plan->kernels[i], why);
  return rc ? rc : gpu_fits(plan->device, &plan->kernels[i], &plan->shapes[i], why);
}

static int load_stages(fr_plan *plan, const void *cubin, char *why) {
  int rc = gpu_module_load(plan->device, cubin, &plan->module, why);
  plan->nstages = fr_stages(&plan->problem, &plan->config, plan->stages);
  for (int i = 0; !rc && i < plan->nstages; i++) rc = load_stage(plan, i, why);
  return rc;
}

static fr_int bytes_of(const fr_work *w) { return aligned(w->exchange) + aligned(w->flags) + aligned(w->partial) + aligned(w->scratch); }

static int make_workspace(fr_plan *plan, char *why) {
  if (!plan->bytes) return GPU_OK;
  return gpu_check(plan->device, plan->device->cu.memory_new(&plan->memory, (size_t)plan->bytes), "the plan's workspace", why);
}

int fr_plan_load(fr_plan **out, gpu_device *d, const fr_problem *p, const fr_config *c, const void *cubin, char *why) {
  *out = NULL;
  fr_plan *plan = calloc(1, sizeof *plan);
  if (!plan) {
    snprintf(why, GPU_WHY, "out of memory");
    return GPU_ENOMEM;
  }
  plan->device = d, plan->problem = *p, plan->config = *c, plan->work = fr_work_of(p, c);
  plan->bytes = bytes_of(&plan->work);
  int rc = gpu_enter(d, why);
  if (!rc) rc = load_stages(plan, cubin, why);
  if (rc) fr_plan_free(plan);
  else *out = plan;
  return rc;
}

int fr_plan_new(fr_plan **out, gpu_device *d, const fr_problem *p, const fr_config *c, const void *cubin, char *why) {
  fr_plan *plan;
  *out = NULL;
  int rc = fr_plan_load(&plan, d, p, c, cubin, why);
  if (rc) return rc;
  rc = make_workspace(plan, why);
  if (rc) fr_plan_free(plan);
  else *out = plan;
  return rc;
}

void fr_plan_free(fr_plan *plan) {
  if (!plan) return;
  if (plan->memory) plan->device->cu.memory_free(plan->memory);
  if (plan->module) plan->device->cu.module_unload(plan->module);
  free(plan);
}

size_t fr_plan_workspace(const fr_plan *plan) { return (size_t)plan->bytes; }

/* ---- Running ---- */

static int fill(const fr_plan *plan, cu_pointer at, fr_int bytes, unsigned word, cu_stream s, char *why) {
  if (!bytes) return GPU_OK;
  return gpu_check(plan->device, plan->device->cu.fill_words(at, word, (size_t)(bytes / 4), s), "filling the exchange", why);
}

static int same(const fr_strides *a, const fr_strides *b) {
  return a->b == b->b && a->t == b->t && a->g == b->g && a->n == b->n;
}

/* The tensor that carries the exchange: all ones, word by word. */
static int fill_mailbox(const fr_plan *plan, const fr_params *io, cu_stream s, char *why) {
  const fr_problem *p = &plan->problem;
  const int backward = p->pass == FR_BACKWARD;
  const fr_strides want = backward ? fr_wx_strides(p) : fr_state_strides(p);
  const fr_int cells = p->B * p->T * p->N * p->D * fr_bytes(p->dtype);
  if (!plan->work.fill_states) return GPU_OK;
  if (!same(backward ? &io->wx : &io->st, &want)) {
    snprintf(why, GPU_WHY, "this plan wants %s contiguous", backward ? "dWx" : "states");
    return GPU_EINVAL;
  }
  return backward ? fill(plan, (cu_pointer)(uintptr_t)io->dWx, cells * fr_gates(p->function), ~0u, s, why)
                  : fill(plan, (cu_pointer)(uintptr_t)io->states, cells, ~0u, s, why);
}

static void *place(cu_pointer *at, fr_int bytes) {
  const cu_pointer here = *at;
  *at += (cu_pointer)aligned(bytes);
  return (void *)(uintptr_t)here;
}

static fr_params complete(const fr_plan *plan, const fr_params *io, cu_pointer workspace) {
  fr_params p = *io;
  cu_pointer at = workspace;
  p.B = (int)plan->problem.B, p.T = (int)plan->problem.T;
  p.exchange = place(&at, plan->work.exchange);
  p.flags = place(&at, plan->work.flags);
  p.partial = place(&at, plan->work.partial);
  p.scratch = place(&at, plan->work.scratch);
  return p;
}

static int run_stage(const fr_plan *plan, int i, fr_params *p, cu_stream s, char *why) {
  int rc = GPU_OK;
  for (fr_int k = 0; !rc && k < plan->stages[i].repeat; k++) {
    p->step = (int)k;
    rc = gpu_launch(plan->device, &plan->kernels[i], &plan->shapes[i], p, s, why);
  }
  return rc;
}

int fr_plan_run_in(const fr_plan *plan, const fr_params *io, cu_pointer workspace, cu_stream stream, char *why) {
  fr_params p = complete(plan, io, workspace);
  int rc = gpu_enter(plan->device, why);
  if (!rc) rc = fill_mailbox(plan, io, stream, why);
  if (!rc) rc = fill(plan, (cu_pointer)(uintptr_t)p.exchange, plan->work.exchange, plan->work.fill ? ~0u : 0, stream, why);
  if (!rc) rc = fill(plan, (cu_pointer)(uintptr_t)p.flags, plan->work.flags, 0, stream, why);
  for (int i = 0; !rc && i < plan->nstages; i++) rc = run_stage(plan, i, &p, stream, why);
  return rc;
}

int fr_plan_run(fr_plan *plan, const fr_params *io, cu_stream stream, char *why) { return fr_plan_run_in(plan, io, plan->memory, stream, why); }
