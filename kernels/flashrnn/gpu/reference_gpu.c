/* See reference.h: the host's side. */
#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference_params.h"
#include "runtime_code.h"
#include "tunedb.h"

extern const gpu_source reference_sources[];
extern const int reference_sources_count;

struct fr_reference {
  gpu_device *device;
  fr_problem problem;
  fr_sizes sizes;
  cu_module module;
  cu_pointer sums, future;
};

/* A digest of all that decides the code; 0: no memory. */
static int key_of(const gpu_compiler *c, const char *const *options, const char *arch, char key[65]) {
  char *all = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&all, &size);
  if (!f) return 0;
  fprintf(f, "reference %d %s %s %s\n", gpu_compiler_version(c), arch, options[0], options[1]);
  for (int i = 0; i < reference_sources_count; i++) fputs(reference_sources[i].text, f);
  const int failed = fclose(f);
  if (!failed) tdb_hash(all, size, key);
  free(all);
  return !failed;
}

/* Compiled once a function and dtype: it takes as long as opening all the rest. */
static int get_code(const gpu_compiler *c, const char *const *options, const char *arch, gpu_cubin *out, char *why) {
  char key[65];
  const int keyed = key_of(c, options, arch, key);
  *out = (gpu_cubin){.data = NULL};
  if (keyed && runtime_code_get(key, &out->data, &out->size)) return GPU_OK;
  const int rc = gpu_compile(c, reference_sources, reference_sources_count, options, 2, arch, out, NULL, why);
  if (!rc && keyed) runtime_code_put(key, out->data, out->size);
  return rc;
}

static int compile(fr_reference *r, const gpu_compiler *c, char *why) {
  char function[32], dtype[32], arch[16];
  const char *const options[] = {function, dtype};
  gpu_cubin cubin;
  snprintf(function, sizeof function, "-DFR_FUNCTION=%lld", r->problem.function);
  snprintf(dtype, sizeof dtype, "-DFR_DTYPE=%lld", r->problem.dtype);
  gpu_architecture(r->device, arch);
  int rc = get_code(c, options, arch, &cubin, why);
  if (!rc) rc = gpu_module_load(r->device, cubin.data, &r->module, why);
  gpu_cubin_release(&cubin);
  return rc;
}

static int allocate(const fr_reference *r, cu_pointer *out, size_t bytes, char *why) {
  *out = 0;
  return bytes ? gpu_check(r->device, r->device->cu.memory_new(out, bytes), "memory of the reference", why) : GPU_OK;
}

int fr_reference_open(fr_reference **out, gpu_device *d, const gpu_compiler *c, const fr_problem *p, char *why) {
  *out = NULL;
  fr_reference *r = calloc(1, sizeof *r);
  if (!r) return GPU_ENOMEM;
  r->device = d, r->problem = *p, r->sizes = fr_sizes_of(p);
  int rc = compile(r, c, why);
  if (!rc) rc = allocate(r, &r->sums, sizeof(reference_sums), why);
  if (!rc) rc = allocate(r, &r->future, sizeof(double) * (size_t)r->sizes.edge, why);
  if (rc) fr_reference_close(r);
  else *out = r;
  return rc;
}

void fr_reference_close(fr_reference *r) {
  if (!r) return;
  if (r->sums) r->device->cu.memory_free(r->sums);
  if (r->future) r->device->cu.memory_free(r->future);
  if (r->module) r->device->cu.module_unload(r->module);
  free(r);
}

/* ---- Launches ---- */

enum { THREADS = 128 };

static int run(fr_reference *r, const char *entry, fr_int threads, const void *parameter, char *why) {
  const gpu_shape shape = {fr_ceildiv(threads, THREADS), THREADS, 1, 0, 0};
  gpu_kernel k;
  int rc = gpu_kernel_get(r->device, r->module, entry, &shape, &k, why);
  return rc ? rc : gpu_launch(r->device, &k, &shape, parameter, NULL, why);
}

static int finish(fr_reference *r, char *why) { return gpu_check(r->device, r->device->cu.synchronize(), "the reference", why); }

int fr_reference_random(fr_reference *r, cu_pointer to, fr_int count, int kind, double scale, uint64_t seed, char *why) {
  const reference_fill f = {.to = (void *)(uintptr_t)to, .count = count, .kind = kind, .scale = scale, .seed = seed};
  return run(r, "random_fill", count, &f, why);
}

int fr_reference_round(fr_reference *r, cu_pointer from, cu_pointer to, fr_int count, double clip, char *why) {
  const reference_fill f = {.to = (void *)(uintptr_t)to, .from = (void *)(uintptr_t)from, .count = count, .scale = clip};
  return count ? run(r, "round_all", count, &f, why) : GPU_OK;
}

static double *doubles(cu_pointer at) { return (double *)(uintptr_t)at; }

static int backward(fr_reference *r, reference_params *q, char *why) {
  const cu_api *cu = &r->device->cu;
  const fr_problem *p = &r->problem;
  int rc = gpu_check(r->device, cu->fill_words(r->future, 0, (size_t)r->sizes.edge * 2, NULL), "the reference", why);
  if (!rc) rc = gpu_check(r->device, cu->fill_words((cu_pointer)(uintptr_t)q->dinitial, 0, (size_t)r->sizes.edge * 2, NULL), "the reference", why);
  for (q->step = (int)p->T - 1; !rc && q->step >= -1; q->step--) rc = run(r, "reference_backward", p->B * p->N * p->D, q, why);
  if (!rc) rc = run(r, "reference_weights", r->sizes.r, q, why);
  return rc ? rc : run(r, "reference_bias", r->sizes.bias, q, why);
}

int fr_reference_run(fr_reference *r, const fr_params *io, const fr_truth *t, char *why) {
  const fr_problem *p = &r->problem;
  reference_params q = {.p = *io, .N = (int)p->N, .D = (int)p->D, .states = doubles(t->states), .last = doubles(t->last),
                        .saved = doubles(t->saved), .dWx = doubles(t->dWx), .dR = doubles(t->dR), .dbias = doubles(t->dbias),
                        .dinitial = doubles(t->dinitial), .inner = doubles(t->inner), .future = doubles(r->future)};
  int rc = GPU_OK;
  q.p.B = (int)p->B, q.p.T = (int)p->T;
  for (q.step = 0; !rc && q.step < p->T; q.step++) rc = run(r, "reference_forward", 32 * p->B * p->N * p->D, &q, why);
  if (!rc && p->pass == FR_BACKWARD) rc = backward(r, &q, why);
  return rc ? rc : finish(r, why);
}

int fr_reference_compare(fr_reference *r, cu_pointer got, cu_pointer want, fr_int count, fr_difference *out, char *why) {
  const cu_api *cu = &r->device->cu;
  reference_sums sums = {0, 0, ~0ull};
  const reference_compare q = {(void *)(uintptr_t)got, doubles(want), count, (reference_sums *)(uintptr_t)r->sums};
  *out = (fr_difference){.bad = -1};
  if (!count) return GPU_OK;
  int rc = gpu_check(r->device, cu->copy_in(r->sums, &sums, sizeof sums, NULL), "comparing", why);
  if (!rc) rc = run(r, "compare", count < 1 << 19 ? count : 1 << 19, &q, why);
  if (!rc) rc = gpu_check(r->device, cu->copy_out(&sums, r->sums, sizeof sums, NULL), "comparing", why);
  if (!rc) rc = finish(r, why);
  if (rc) return rc;
  out->difference = sums.difference, out->norm = sums.norm;
  if (sums.bad != ~0ull) out->bad = (fr_int)(sums.bad >> 1), out->poison = (int)(sums.bad & 1);
  return GPU_OK;
}

/* ---- Truth ---- */

int fr_truth_new(fr_truth *t, const fr_reference *r, char *why) {
  const fr_sizes *n = &r->sizes;
  const int back = r->problem.pass == FR_BACKWARD;
  const size_t each = sizeof(double), cells = (size_t)(n->states / fr_states(r->problem.function));
  memset(t, 0, sizeof *t);
  int rc = allocate(r, &t->states, each * (size_t)n->states, why);
  if (!rc) rc = allocate(r, &t->last, each * (size_t)n->edge, why);
  if (!rc) rc = allocate(r, &t->saved, each * (size_t)n->saved, why);
  if (!rc && back) rc = allocate(r, &t->dWx, each * (size_t)n->wx, why);
  if (!rc && back) rc = allocate(r, &t->dR, each * (size_t)n->r, why);
  if (!rc && back) rc = allocate(r, &t->dbias, each * (size_t)n->bias, why);
  if (!rc && back) rc = allocate(r, &t->dinitial, each * (size_t)n->edge, why);
  if (!rc && back && r->problem.function == FR_GRU) rc = allocate(r, &t->inner, each * cells, why);
  if (rc) fr_truth_free(t, r);
  return rc;
}

void fr_truth_free(fr_truth *t, const fr_reference *r) {
  const cu_pointer all[] = {t->states, t->last, t->saved, t->dWx, t->dR, t->dbias, t->dinitial, t->inner};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i]) r->device->cu.memory_free(all[i]);
  memset(t, 0, sizeof *t);
}
