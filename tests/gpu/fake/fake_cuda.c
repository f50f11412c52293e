/* See fake_cuda.h.  Loaded as libcuda.so.1, by being linked or found first. */
#include "fake_cuda.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_compute.h"
#include "fake_nvrtc.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* the driver's are found by name, and declared nowhere */
#define EXPORT __attribute__((visibility("default")))
enum { INVALID_VALUE = 1, NO_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500, TOO_LARGE = 720, CAPTURE_FORBIDS = 900 };
enum { DEVICES = 2, MOST = 128 };

struct CUctx_st { cu_device device; int held; };
struct CUmod_st { cu_context context; fr_problem problem; struct CUmod_st *next; };
struct CUfunc_st { cu_module module; char entry[64]; struct CUfunc_st *next; };
struct CUgraph_st { fake_event *events; size_t n, room; };
struct CUgraphExec_st { struct CUgraph_st nodes; };
struct CUstream_st { cu_context context; struct CUgraph_st *capture; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct CUctx_st primary[DEVICES] = {{0, 0}, {1, 0}};
static _Thread_local cu_context current;
static struct counter { const char *symbol; int calls, fail_in, code; } counters[MOST];
static int captures, violations, blocks_per_sm = 2, clusters = 16, memory_left, modules_left, attributes[256];
static struct CUgraph_st everything;

/* ---- Control ---- */

static struct counter *counter_of(const char *symbol) {
  int i = 0;
  while (counters[i].symbol && strcmp(counters[i].symbol, symbol)) i++;
  if (!counters[i].symbol) counters[i] = (struct counter){symbol, 0, -1, 0};
  return &counters[i];
}

static void set_attributes(void) {
  static const int set[][2] = {{CU_THREADS_PER_BLOCK, 1024}, {CU_WARP, 32}, {CU_SMS, 132}, {CU_THREADS_PER_SM, 2048}, {CU_MAJOR, 9},
                               {CU_MINOR, 0}, {CU_SHARED_PER_SM, 233472}, {CU_REGISTERS_PER_SM, 65536}, {CU_COOPERATIVE, 1},
                               {CU_SHARED_OPTIN, 232448}, {CU_BLOCKS_PER_SM, 32}, {CU_SHARED_RESERVED, 1024}, {CU_CLUSTERS, 1}};
  memset(attributes, 0, sizeof attributes);
  for (size_t i = 0; i < sizeof set / sizeof *set; i++) attributes[set[i][0]] = set[i][1];
}

EXPORT void fake_reset(void) {
  pthread_mutex_lock(&lock);
  memset(counters, 0, sizeof counters);
  violations = 0, blocks_per_sm = 2, clusters = 16, everything.n = 0;
  set_attributes();
  pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void begin(void) { set_attributes(); }

EXPORT void fake_fail(const char *symbol, int code, int skip) {
  pthread_mutex_lock(&lock);
  struct counter *c = counter_of(symbol);
  c->fail_in = skip, c->code = code;
  pthread_mutex_unlock(&lock);
}

EXPORT int fake_calls(const char *symbol) {
  pthread_mutex_lock(&lock);
  const int n = counter_of(symbol)->calls;
  pthread_mutex_unlock(&lock);
  return n;
}

EXPORT int fake_violations(void) { return violations; }
EXPORT size_t fake_log(const fake_event **out) { return *out = everything.events, everything.n; }
EXPORT void fake_capacity(int blocks, int most_clusters) { blocks_per_sm = blocks, clusters = most_clusters; }
EXPORT void fake_attribute(int attribute, int value) { attributes[attribute] = value; }
EXPORT int fake_memory_left(void) { return memory_left; }
EXPORT int fake_modules_left(void) { return modules_left; }
EXPORT int fake_contexts_held(void) { return primary[0].held + primary[1].held; }

EXPORT cu_context fake_new_context(cu_device device) {
  current = calloc(1, sizeof *current);
  if (current) current->device = device;
  return current;
}

int fake_enter(const char *symbol) {
  pthread_mutex_lock(&lock);
  struct counter *c = counter_of(symbol);
  c->calls++;
  const int fails = c->fail_in >= 0 && c->fail_in-- == 0;
  pthread_mutex_unlock(&lock);
  return fails ? c->code : 0;
}

#define ENTER(symbol)                    \
  do {                                   \
    const int failed = fake_enter(symbol); \
    if (failed) return failed;           \
  } while (0)

/* What may not happen between a capture's begin and end. */
static int forbidden(const char *symbol) {
  ENTER(symbol);
  if (!current) return NO_CONTEXT;
  if (!captures) return 0;
  __atomic_add_fetch(&violations, 1, __ATOMIC_RELAXED);
  return CAPTURE_FORBIDS;
}

#define WHEN_NOT_CAPTURING(symbol)        \
  do {                                    \
    const int refused = forbidden(symbol); \
    if (refused) return refused;          \
  } while (0)

/* ---- Devices and contexts ---- */

EXPORT cu_result cuInit(unsigned flags) { ENTER("cuInit"); return flags ? INVALID_VALUE : 0; }

EXPORT cu_result cuGetErrorName(cu_result r, const char **out) {
  *out = r == TOO_LARGE ? "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE" : r == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_FAKE";
  return 0;
}

EXPORT cu_result cuGetErrorString(cu_result r, const char **out) {
  *out = r == TOO_LARGE ? "too many blocks in cooperative launch" : r == 2 ? "out of memory" : "a fake error";
  return 0;
}

EXPORT cu_result cuDriverGetVersion(int *out) { *out = 13000; return 0; }
EXPORT cu_result cuDeviceGetCount(int *out) { ENTER("cuDeviceGetCount"); *out = DEVICES; return 0; }
EXPORT cu_result cuDeviceGet(cu_device *out, int i) { *out = i; return i < 0 || i >= DEVICES ? INVALID_VALUE : 0; }
EXPORT cu_result cuDeviceGetName(char *out, int size, cu_device d) { snprintf(out, (size_t)size, "Fake GPU %d", d); return 0; }
EXPORT cu_result cuDeviceTotalMem_v2(size_t *out, cu_device d) { (void)d; *out = (size_t)150 << 30; return 0; }
EXPORT cu_result cuDeviceGetAttribute(int *out, int a, cu_device d) { (void)d; *out = a < 256 ? attributes[a] : 0; return 0; }

EXPORT cu_result cuDevicePrimaryCtxRetain(cu_context *out, cu_device d) {
  ENTER("cuDevicePrimaryCtxRetain");
  __atomic_add_fetch(&primary[d].held, 1, __ATOMIC_RELAXED);
  *out = &primary[d];
  return 0;
}

EXPORT cu_result cuDevicePrimaryCtxRelease_v2(cu_device d) { __atomic_sub_fetch(&primary[d].held, 1, __ATOMIC_RELAXED); return 0; }
EXPORT cu_result cuCtxSetCurrent(cu_context c) { ENTER("cuCtxSetCurrent"); current = c; return 0; }
EXPORT cu_result cuCtxGetCurrent(cu_context *out) { *out = current; return 0; }
EXPORT cu_result cuCtxGetDevice(cu_device *out) { if (!current) return NO_CONTEXT; *out = current->device; return 0; }
EXPORT cu_result cuCtxSynchronize(void) { WHEN_NOT_CAPTURING("cuCtxSynchronize"); return 0; }

/* ---- Modules ---- */

static cu_function functions; /* all that were asked for, and their modules, live until the process ends: */
static cu_module modules;     /* a launch of what is unloaded is to be noticed */

EXPORT cu_result cuModuleLoadData(cu_module *out, const void *image) {
  WHEN_NOT_CAPTURING("cuModuleLoadData");
  cu_module m = calloc(1, sizeof *m);
  if (!m || !fake_problem_of(image, &m->problem)) return free(m), 200; /* no image */
  m->context = current;
  pthread_mutex_lock(&lock);
  m->next = modules, modules = m;
  pthread_mutex_unlock(&lock);
  __atomic_add_fetch(&modules_left, 1, __ATOMIC_RELAXED);
  *out = m;
  return 0;
}

EXPORT cu_result cuModuleUnload(cu_module m) {
  WHEN_NOT_CAPTURING("cuModuleUnload");
  __atomic_sub_fetch(&modules_left, 1, __ATOMIC_RELAXED);
  m->context = NULL;
  return 0;
}

EXPORT cu_result cuModuleGetFunction(cu_function *out, cu_module m, const char *entry) {
  ENTER("cuModuleGetFunction");
  cu_function f = calloc(1, sizeof *f);
  if (!f) return 2;
  f->module = m;
  snprintf(f->entry, sizeof f->entry, "%s", entry);
  pthread_mutex_lock(&lock);
  f->next = functions, functions = f;
  pthread_mutex_unlock(&lock);
  *out = f;
  return 0;
}

EXPORT cu_result cuFuncGetAttribute(int *out, int a, cu_function f) { (void)f; *out = a == CU_FUNC_REGISTERS ? 64 : 0; return 0; }
EXPORT cu_result cuFuncSetAttribute(cu_function f, int a, int v) { (void)f, (void)a, (void)v; ENTER("cuFuncSetAttribute"); return 0; }

EXPORT cu_result cuOccupancyMaxActiveBlocksPerMultiprocessor(int *out, cu_function f, int threads, size_t shared) {
  (void)f, (void)threads, (void)shared;
  ENTER("cuOccupancyMaxActiveBlocksPerMultiprocessor");
  *out = blocks_per_sm;
  return 0;
}

#ifndef FAKE_OLD /* a driver before CUDA 11.8 has none */
EXPORT cu_result cuOccupancyMaxActiveClusters(int *out, cu_function f, const cu_launch *l) {
  (void)f, (void)l;
  ENTER("cuOccupancyMaxActiveClusters");
  *out = clusters;
  return 0;
}
#endif

/* ---- Streams: what is enqueued runs at once, or goes into the graph ---- */

static int append(struct CUgraph_st *g, const fake_event *e) {
  if (g->n == g->room) {
    fake_event *more = realloc(g->events, (g->room = 2 * g->room + 64) * sizeof *more);
    if (!more) return 0;
    g->events = more;
  }
  g->events[g->n++] = *e;
  return 1;
}

static cu_result execute(const fake_event *e) {
  if (e->what == 'C') memmove((void *)(uintptr_t)e->at, (const void *)(uintptr_t)e->from, e->bytes);
  else if (e->what == 'F')
    for (size_t i = 0; i < e->bytes / 4; i++) memcpy((char *)(uintptr_t)e->at + 4 * i, &e->word, 4);
  return e->what == 'L' && fake_compute(&e->problem, e->entry, &e->params) ? 700 : 0;
}

static cu_result enqueue(fake_event *e, cu_stream s) {
  if (!current) return NO_CONTEXT;
  if (s && s->context != current) return INVALID_HANDLE;
  if (!s && captures) { /* the legacy stream would join the capture */
    __atomic_add_fetch(&violations, 1, __ATOMIC_RELAXED);
    return CAPTURE_FORBIDS;
  }
  e->stream = s;
  pthread_mutex_lock(&lock);
  const int ok = append(&everything, e) && (!s || !s->capture || append(s->capture, e));
  pthread_mutex_unlock(&lock);
  if (!ok) return 2;
  return s && s->capture ? 0 : execute(e);
}

EXPORT cu_result cuStreamCreate(cu_stream *out, unsigned flags) {
  (void)flags;
  *out = calloc(1, sizeof **out);
  if (*out) (*out)->context = current;
  return *out ? 0 : 2;
}

EXPORT cu_result cuStreamDestroy_v2(cu_stream s) { free(s); return 0; }
EXPORT cu_result cuStreamSynchronize(cu_stream s) { (void)s; WHEN_NOT_CAPTURING("cuStreamSynchronize"); return 0; }
EXPORT cu_result cuStreamQuery(cu_stream s) { (void)s; WHEN_NOT_CAPTURING("cuStreamQuery"); return 0; }
EXPORT cu_result cuStreamIsCapturing(cu_stream s, int *out) { *out = s && s->capture; return 0; }

EXPORT cu_result cuStreamBeginCapture_v2(cu_stream s, int mode) {
  (void)mode;
  s->capture = calloc(1, sizeof *s->capture);
  __atomic_add_fetch(&captures, 1, __ATOMIC_RELAXED);
  return s->capture ? 0 : 2;
}

EXPORT cu_result cuStreamEndCapture(cu_stream s, cu_graph *out) {
  __atomic_sub_fetch(&captures, 1, __ATOMIC_RELAXED);
  *out = s->capture;
  s->capture = NULL;
  return 0;
}

EXPORT cu_result cuGraphInstantiateWithFlags(cu_graph_exec *out, cu_graph g, unsigned long long flags) {
  (void)flags;
  cu_graph_exec x = calloc(1, sizeof *x);
  for (size_t i = 0; x && i < g->n; i++) append(&x->nodes, &g->events[i]);
  *out = x;
  return x ? 0 : 2;
}

EXPORT cu_result cuGraphLaunch(cu_graph_exec x, cu_stream s) {
  cu_result r = 0;
  for (size_t i = 0; !r && i < x->nodes.n; i++) {
    fake_event e = x->nodes.events[i];
    r = enqueue(&e, s);
  }
  return r;
}

EXPORT cu_result cuGraphExecDestroy(cu_graph_exec x) { free(x->nodes.events), free(x); return 0; }
EXPORT cu_result cuGraphDestroy(cu_graph g) { free(g->events), free(g); return 0; }

static void read_attributes(const cu_launch *l, fake_event *e) {
  e->cluster = 1;
  for (unsigned i = 0; i < l->nattributes; i++) {
    if (l->attributes[i].id == CU_LAUNCH_CLUSTER) e->cluster = l->attributes[i].value.cluster.x;
    if (l->attributes[i].id == CU_LAUNCH_COOPERATIVE) e->cooperative = l->attributes[i].value.cooperative;
  }
}

EXPORT cu_result cuLaunchKernelEx(const cu_launch *l, cu_function f, void **parameters, void **extra) {
  ENTER("cuLaunchKernelEx");
  fake_event e = {.what = 'L', .grid = l->grid_x, .threads = l->block_x, .shared = l->shared};
  if (extra || !f->module->context || f->module->context != current) return INVALID_HANDLE;
  read_attributes(l, &e);
  const int64_t most = e.cluster > 1 ? e.cluster * clusters : (int64_t)blocks_per_sm * attributes[CU_SMS];
  if (e.cooperative && e.grid > most) return TOO_LARGE;
  memcpy(&e.params, parameters[0], sizeof e.params);
  memcpy(e.entry, f->entry, sizeof e.entry);
  e.problem = f->module->problem;
  return enqueue(&e, l->stream);
}

/* ---- Memory ---- */

EXPORT cu_result cuMemAlloc_v2(cu_pointer *out, size_t bytes) {
  WHEN_NOT_CAPTURING("cuMemAlloc_v2");
  void *p = NULL;
  if (posix_memalign(&p, 256, bytes ? bytes : 1)) return 2;
  memset(p, 0xcd, bytes); /* what is not initialised is nothing to rely on */
  __atomic_add_fetch(&memory_left, 1, __ATOMIC_RELAXED);
  *out = (cu_pointer)(uintptr_t)p;
  return 0;
}

EXPORT cu_result cuMemFree_v2(cu_pointer p) {
  WHEN_NOT_CAPTURING("cuMemFree_v2");
  free((void *)(uintptr_t)p);
  __atomic_sub_fetch(&memory_left, 1, __ATOMIC_RELAXED);
  return 0;
}

EXPORT cu_result cuMemGetInfo_v2(size_t *free_bytes, size_t *all) { *free_bytes = *all = (size_t)150 << 30; return 0; }

static cu_result copy(cu_pointer to, cu_pointer from, size_t bytes, cu_stream s) {
  fake_event e = {.what = 'C', .at = to, .from = from, .bytes = bytes};
  return enqueue(&e, s);
}

EXPORT cu_result cuMemcpyHtoDAsync_v2(cu_pointer to, const void *from, size_t n, cu_stream s) { return copy(to, (cu_pointer)(uintptr_t)from, n, s); }
EXPORT cu_result cuMemcpyDtoHAsync_v2(void *to, cu_pointer from, size_t n, cu_stream s) { return copy((cu_pointer)(uintptr_t)to, from, n, s); }
EXPORT cu_result cuMemcpyDtoDAsync_v2(cu_pointer to, cu_pointer from, size_t n, cu_stream s) { ENTER("cuMemcpyDtoDAsync_v2"); return copy(to, from, n, s); }

EXPORT cu_result cuMemsetD32Async(cu_pointer at, unsigned word, size_t n, cu_stream s) {
  ENTER("cuMemsetD32Async");
  fake_event e = {.what = 'F', .at = at, .word = word, .bytes = 4 * n};
  return enqueue(&e, s);
}

EXPORT cu_result cuMemsetD8Async(cu_pointer at, unsigned char byte, size_t n, cu_stream s) {
  if (n % 4) return INVALID_VALUE; /* not done here */
  return cuMemsetD32Async(at, byte * 0x01010101u, n / 4, s);
}

EXPORT cu_result cuMemsetD2D32Async(cu_pointer at, size_t pitch, unsigned word, size_t width, size_t height, cu_stream s) {
  cu_result r = 0;
  for (size_t i = 0; !r && i < height; i++) r = cuMemsetD32Async(at + i * pitch, word, width, s);
  return r;
}

/* ---- Events ---- */

EXPORT cu_result cuEventCreate(cu_event *out, unsigned flags) { (void)flags; WHEN_NOT_CAPTURING("cuEventCreate"); *out = NULL; return 0; }
EXPORT cu_result cuEventDestroy_v2(cu_event e) { (void)e; return 0; }
EXPORT cu_result cuEventRecord(cu_event e, cu_stream s) { (void)e, (void)s; ENTER("cuEventRecord"); return 0; }
EXPORT cu_result cuEventSynchronize(cu_event e) { (void)e; WHEN_NOT_CAPTURING("cuEventSynchronize"); return 0; }
EXPORT cu_result cuEventQuery(cu_event e) { (void)e; WHEN_NOT_CAPTURING("cuEventQuery"); return 0; }
EXPORT cu_result cuEventElapsedTime(float *out, cu_event a, cu_event b) { (void)a, (void)b; *out = 0; return 0; }
