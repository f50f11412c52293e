/* Runs: a plan's stages enqueued on a stream.  Nothing is allocated, awaited or
 * asked of the device, so that a run may be captured; the plan is only read. */
#include "runtime_cuda.h"

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

static int workspace_of(const flashrnn_cuda_plan *p, void *brought, cu_pointer *out) {
  *out = brought ? (cu_pointer)(uintptr_t)brought : p->memory;
  if (*out || !p->workspace) return FLASHRNN_OK;
  return runtime_fail(FLASHRNN_EINVAL, "the plan was made without a workspace, and the run brings none");
}

static int run(const flashrnn_cuda_plan *p, const fr_params *io, cu_pointer workspace, void *stream) {
  char why[GPU_WHY] = "";
  cu_context before;
  int rc = runtime_cuda_enter(p->context, &before, why);
  if (!rc) rc = fr_plan_run_in(p->plan, io, workspace, stream, why);
  runtime_cuda_leave(p->context, before);
  return runtime_cuda_finish(rc, why);
}

int flashrnn_cuda_run_forward(const flashrnn_cuda_plan *p, const flashrnn_cuda_forward *io, void *stream) {
  cu_pointer workspace;
  int rc = check(p, io ? io->options : NULL, 0, io && io->Wx && io->R && io->bias && io->states);
  if (!rc && p->problem.pass == FR_TRAINING && !io->saved) rc = runtime_fail(FLASHRNN_EINVAL, "training wants a place for what it saves");
  if (!rc) rc = workspace_of(p, io->workspace, &workspace);
  if (rc) return rc;
  fr_params q = parameters(&p->problem, io->options);
  q.Wx = io->Wx, q.R = io->R, q.bias = io->bias, q.initial = io->initial;
  q.states = io->states, q.last = io->last, q.saved = io->saved;
  return run(p, &q, workspace, stream);
}

int flashrnn_cuda_run_backward(const flashrnn_cuda_plan *p, const flashrnn_cuda_backward *io, void *stream) {
  cu_pointer workspace;
  int rc = check(p, io ? io->options : NULL, 1, io && io->R && io->bias && io->states && io->saved && io->dWx && io->dR && io->dbias);
  if (!rc) rc = workspace_of(p, io->workspace, &workspace);
  if (rc) return rc;
  fr_params q = parameters(&p->problem, io->options);
  q.R = io->R, q.bias = io->bias, q.initial = io->initial, q.states = (void *)io->states, q.saved = (void *)io->saved;
  q.dstates = io->dstates, q.dlast = io->dlast;
  q.dWx = io->dWx, q.dR = io->dR, q.dbias = io->dbias, q.dinitial = io->dinitial;
  return run(p, &q, workspace, stream);
}

/* ---- A step ---- */

/* The old state, out of the new one's way. */
static int set_aside(const flashrnn_cuda_plan *p, const void *state, cu_pointer to, void *stream) {
  const gpu_device *d = p->context->device;
  const size_t bytes = (size_t)(fr_sizes_of(&p->problem).edge * fr_bytes(p->problem.dtype));
  char why[GPU_WHY] = "";
  cu_context before;
  int rc = runtime_cuda_enter(p->context, &before, why);
  if (!rc) rc = gpu_check(d, d->cu.copy(to, (cu_pointer)(uintptr_t)state, bytes, stream), "the state of the step before", why);
  runtime_cuda_leave(p->context, before);
  return runtime_cuda_finish(rc, why);
}

int flashrnn_cuda_run_step(const flashrnn_cuda_plan *p, const flashrnn_cuda_step *io, void *stream) {
  cu_pointer workspace;
  int rc = check(p, io ? io->options : NULL, 0, io && io->Wx && io->R && io->bias && io->state && io->next);
  if (!rc && (p->problem.T != 1 || p->problem.pass != FR_INFERENCE)) rc = runtime_fail(FLASHRNN_EINVAL, "a step wants a plan for inference with T = 1");
  if (!rc) rc = workspace_of(p, io->workspace, &workspace);
  if (rc) return rc;
  const void *state = io->state;
  if (io->state == io->next) {
    const cu_pointer aside = workspace + (cu_pointer)fr_plan_workspace(p->plan);
    rc = set_aside(p, io->state, aside, stream);
    state = (const void *)(uintptr_t)aside;
  }
  if (rc) return rc;
  const flashrnn_cuda_forward forward = {.Wx = io->Wx, .R = io->R, .bias = io->bias, .initial = state, .states = io->next,
                                         .options = io->options, .workspace = io->workspace};
  return flashrnn_cuda_run_forward(p, &forward, stream);
}
