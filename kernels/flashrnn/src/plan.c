/* Plans: from a legal configuration to micro-kernels, row tiles and one block
 * of workspace; and the parallel region of a run. */
#include "plan.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

extern const cpu_isa kernel_isa_portable;
#if defined(__x86_64__)
extern const cpu_isa kernel_isa_avx2, kernel_isa_avx512;
#endif

const cpu_isa *cpu_isa_find(const char *architecture) {
#if defined(__x86_64__)
  if (!strcmp(architecture, "x86-64-avx512")) return &kernel_isa_avx512;
  if (!strcmp(architecture, "x86-64-avx2")) return &kernel_isa_avx2;
#else
  (void)architecture;
#endif
  return &kernel_isa_portable;
}

/* ---- Row tiles ---- */

static const int64_t row_counts[] = {16, 12, 8, 6, 4, 2, 1};

static int64_t next_count(int64_t left, int64_t most) {
  const int64_t *n = row_counts;
  while (*n > left || *n > most) n++;
  return *n;
}

static cpu_rows rows_at(const cpu_plan *plan, int64_t first, int64_t count) {
  const cpu_config *c = &plan->config;
  return (cpu_rows){first, count,
                    plan->isa->product((int)c->vectors, (int)count, (int)c->unroll, (int)c->prefetch),
                    plan->isa->dot((int)c->vectors, (int)count)};
}

/* Each thread's batch rows, in tiles of batch_tile and smaller ones for the rest. */
static int make_rows(cpu_plan *plan) {
  const int64_t B = plan->problem.B, parts = plan->config.threads_batch;
  int64_t count = 0;
  plan->rows = malloc(sizeof *plan->rows * (size_t)B);
  plan->rows_first = malloc(sizeof *plan->rows_first * (size_t)(parts + 1));
  if (!plan->rows || !plan->rows_first) return FLASHRNN_ENOMEM;
  for (int64_t part = 0; part < parts; part++) {
    const int64_t end = cpu_part(B, parts, part + 1);
    plan->rows_first[part] = count;
    for (int64_t b = cpu_part(B, parts, part); b < end; b += plan->rows[count++].count)
      plan->rows[count] = rows_at(plan, b, next_count(end - b, plan->config.batch_tile));
  }
  plan->rows_first[parts] = count;
  return 0;
}

/* ---- The product dR ---- */

static int64_t rows_for(const cpu_plan *plan, int64_t vectors) {
  const int64_t *n = row_counts;
  while (!plan->isa->product((int)vectors, (int)*n, 1, 0)) n++;
  return *n;
}

/* The widest tile that wastes least of D. */
static void choose_weights(cpu_plan *plan) {
  const int64_t D = plan->problem.D, steps = plan->problem.B * plan->problem.T;
  double least = 1e300;
  for (int64_t v = 1; v <= 4; v++) {
    const int64_t r = rows_for(plan, v), width = v * plan->lanes;
    const double loads = (double)(r + v) / (double)(r * v);
    const double work = (double)(cpu_ceildiv(D, width) * width) * (double)(cpu_ceildiv(D, r) * r);
    const double cost = work * (loads > 0.5 ? loads : 0.5 + loads / 16);
    if (!(cost < least)) continue;
    least = cost;
    plan->weights.vectors = v, plan->weights.rows = r;
  }
  plan->weights.chunk = steps < 512 ? (steps + 3) / 4 * 4 : 512;
  plan->weights.block = cpu_ceildiv(48, plan->weights.rows);
  plan->weights.product = plan->isa->product((int)plan->weights.vectors, (int)plan->weights.rows, 4, 0);
}

/* ---- Workspace ---- */

/* Gives every buffer its place; with base NULL it only measures. */
static size_t place(float **where, float *base, size_t at, int64_t floats) {
  *where = base && floats ? base + at : NULL;
  return at + (size_t)((floats + 15) / 16 * 16);
}

static size_t lay_out(cpu_plan *plan, float *base) {
  const flashrnn_problem *p = &plan->problem;
  const int backward = p->pass == FLASHRNN_BACKWARD;
  const cpu_weights *x = &plan->weights;
  const int64_t width = x->vectors * plan->lanes, threads = plan->threads;
  size_t at = 0;
  at = place(&plan->packed, base, at,
             plan->config.packed ? p->N * plan->tiles * plan->tile_columns * plan->depth : 0);
  at = place(&plan->exchange, base, at, plan->config.threads_heads * 2 * plan->exchange_size);
  at = place(&plan->carry, base, at, plan->config.threads_heads * plan->shape.states * p->B * p->D);
  at = place(&plan->tile, base, at, threads * plan->tile_size);
  at = place(&plan->zeros, base, at, p->D);
  if (!backward) return at;
  at = place(&plan->dbias, base, at, plan->config.threads_batch * plan->shape.bias_rows * p->N * p->D);
  at = place(&plan->dnew, base, at, p->function == FLASHRNN_GRU ? p->B * p->T * p->N * p->D : 0);
  at = place(&plan->inputs, base, at, x->chunk * cpu_ceildiv(p->D, width) * width);
  at = place(&plan->outputs, base, at, threads * x->chunk * x->block * x->rows);
  return place(&plan->corner, base, at, threads * x->rows * width);
}

/* Large workspaces in huge pages where the system grants them. */
static void *allocate(size_t bytes) {
  const size_t huge = (size_t)2 << 20, align = bytes >= 2 * huge ? huge : 64;
  void *p = aligned_alloc(align, (bytes + align - 1) / align * align);
  if (p && align == huge) madvise(p, bytes, MADV_HUGEPAGE);
  return p;
}

static int make_workspace(cpu_plan *plan) {
  const size_t floats = lay_out(plan, NULL);
  plan->workspace = allocate(floats * sizeof(float));
  if (!plan->workspace) return FLASHRNN_ENOMEM;
  lay_out(plan, plan->workspace);
  memset(plan->zeros, 0, sizeof(float) * (size_t)plan->problem.D);
  return 0;
}

static int make_barriers(cpu_plan *plan) {
  const int64_t groups = plan->config.threads_heads * plan->config.threads_batch;
  plan->groups = aligned_alloc(64, sizeof *plan->groups * (size_t)(groups + 1));
  if (!plan->groups) return FLASHRNN_ENOMEM;
  plan->all = plan->groups + groups;
  for (int64_t i = 0; i < groups; i++) cpu_barrier_init(plan->groups + i, (int)plan->config.threads_units);
  cpu_barrier_init(plan->all, plan->threads);
  return 0;
}

/* ---- Plans ---- */

static void measure(cpu_plan *plan) {
  const flashrnn_problem *p = &plan->problem;
  const cpu_config *c = &plan->config;
  const int backward = p->pass == FLASHRNN_BACKWARD;
  plan->threads = (int)(c->threads_heads * c->threads_units * c->threads_batch);
  plan->tiles = cpu_ceildiv(p->D, c->unit_tile);
  plan->tile_columns = (backward ? 1 : plan->shape.gates) * c->unit_tile;
  plan->depth = (backward ? plan->shape.gates : 1) * p->D;
  plan->exchange_row = p->D + 16; /* rows a multiple of a page apart would share cache sets */
  plan->exchange_size = p->B * (backward ? plan->depth : plan->exchange_row);
  plan->tile_size = (c->batch_tile * plan->shape.gates * c->unit_tile + 15) / 16 * 16;
}

static int fill(cpu_plan *plan) {
  int error;
  measure(plan);
  choose_weights(plan);
  if ((error = make_rows(plan)) || (error = make_barriers(plan))) return error;
  return make_workspace(plan);
}

int cpu_plan_new(cpu_plan **out, const cpu_device *d, const flashrnn_problem *p, const cpu_config *c, char *why) {
  *out = NULL;
  if (!cpu_legal(d, p, c, why)) return FLASHRNN_EINVAL;
  cpu_plan *plan = calloc(1, sizeof *plan);
  int error = plan ? 0 : FLASHRNN_ENOMEM;
  if (plan) {
    plan->problem = *p, plan->device = *d, plan->config = *c;
    plan->shape = cpu_shape_of(p->function);
    plan->isa = cpu_isa_find(d->architecture);
    plan->lanes = plan->isa->lanes;
    if (plan->lanes * 4 != d->vector_bytes || plan->isa->registers > d->vector_registers) {
      snprintf(why, CPU_WHY, "architecture %s has no vectors of %lld bytes", d->architecture,
               (long long)d->vector_bytes);
      error = FLASHRNN_EDEVICE;
    } else if ((error = fill(plan))) {
      snprintf(why, CPU_WHY, "out of memory for the workspace");
    }
  }
  if (error) cpu_plan_free(plan);
  else *out = plan;
  return error;
}

void cpu_plan_free(cpu_plan *plan) {
  if (!plan) return;
  free(plan->rows);
  free(plan->rows_first);
  free(plan->groups);
  free(plan->workspace);
  free(plan);
}

/* ---- Runs ---- */

static cpu_worker worker_of(const cpu_plan *plan, int thread) {
  const cpu_config *c = &plan->config;
  cpu_worker w = {.plan = plan, .thread = thread};
  w.unit_part = (int)(thread % c->threads_units);
  w.batch_part = (int)(thread / c->threads_units % c->threads_batch);
  w.head_part = (int)(thread / c->threads_units / c->threads_batch);
  w.head0 = cpu_part(plan->problem.N, c->threads_heads, w.head_part);
  w.head1 = cpu_part(plan->problem.N, c->threads_heads, w.head_part + 1);
  w.tile0 = cpu_part(plan->tiles, c->threads_units, w.unit_part);
  w.tile1 = cpu_part(plan->tiles, c->threads_units, w.unit_part + 1);
  w.row0 = plan->rows_first[w.batch_part];
  w.row1 = plan->rows_first[w.batch_part + 1];
  w.exchange_size = plan->exchange_size;
  w.exchange = plan->exchange + w.head_part * 2 * plan->exchange_size;
  w.carry = plan->carry + w.head_part * plan->shape.states * plan->problem.B * plan->problem.D;
  w.tile = plan->tile + thread * plan->tile_size;
  w.group = plan->groups + w.head_part * c->threads_batch + w.batch_part;
  return w;
}

/* Either pass; the other pointer is NULL. */
static void work(const cpu_plan *plan, const flashrnn_forward *forward, const flashrnn_backward *backward,
                 int thread) {
  const cpu_worker w = worker_of(plan, thread);
  if (forward) plan->isa->forward(&w, forward);
  else plan->isa->backward(&w, backward);
}

/* Inside another parallel region, or under a thread limit, OpenMP gives fewer
 * threads than a plan's barriers wait for: then one thread does it all. */
static int run_alone(const cpu_plan *plan, const flashrnn_forward *forward, const flashrnn_backward *backward,
                     char *why) {
  cpu_plan *alone;
  cpu_config c = plan->config;
  c.threads_heads = c.threads_units = c.threads_batch = 1;
  const int error = cpu_plan_new(&alone, &plan->device, &plan->problem, &c, why);
  if (error) return error;
  work(alone, forward, backward, 0);
  cpu_plan_free(alone);
  return 0;
}

static int run(const cpu_plan *plan, const flashrnn_forward *forward, const flashrnn_backward *backward, char *why) {
  int complete = 1;
  if (plan->threads == 1) {
    work(plan, forward, backward, 0);
    return 0;
  }
#pragma omp parallel num_threads(plan->threads) default(none) shared(plan, forward, backward, complete)
  {
    if (omp_get_num_threads() == plan->threads) work(plan, forward, backward, omp_get_thread_num());
    else if (omp_get_thread_num() == 0) complete = 0;
  }
  return complete ? 0 : run_alone(plan, forward, backward, why);
}

static int refuse(char *why, const char *what) {
  snprintf(why, CPU_WHY, "%s", what);
  return FLASHRNN_EINVAL;
}

int cpu_forward(cpu_plan *plan, const flashrnn_forward *io, char *why) {
  if (plan->problem.pass == FLASHRNN_BACKWARD) return refuse(why, "the plan is for backward");
  if (!io->Wx || !io->R || !io->bias || !io->states) return refuse(why, "forward: a tensor is NULL");
  if (plan->problem.pass == FLASHRNN_TRAINING && plan->shape.saved_rows && !io->saved)
    return refuse(why, "forward: training wants a place for saved");
  return run(plan, io, NULL, why);
}

int cpu_backward(cpu_plan *plan, const flashrnn_backward *io, char *why) {
  if (plan->problem.pass != FLASHRNN_BACKWARD) return refuse(why, "the plan is for forward");
  if (!io->R || !io->bias || !io->states || !io->dWx || !io->dR || !io->dbias)
    return refuse(why, "backward: a tensor is NULL");
  if (plan->shape.saved_rows && !io->saved) return refuse(why, "backward: saved is NULL");
  return run(plan, NULL, io, why);
}
