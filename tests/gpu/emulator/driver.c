/* CUDA's driver, as far as kernels/cuda/driver.c calls it, on the processor: what
 * the compiler beside it made is loaded as the shared library that it is, and
 * launches are emulated one after the other. */
#include "api.h"
#include "emulator.h"
#include "launch.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* The driver's functions have no header here: api.h names them for dlsym(). */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define EXPORT __attribute__((visibility("default")))

struct CUctx_st { int none; };
struct CUmod_st { void *library; size_t size; void *image; };
struct CUfunc_st { void (*entry)(fr_params); };
struct CUevent_st { struct timespec at; };

enum { INVALID = 1, NO_MEMORY = 2, NO_IMAGE = 200, NOT_FOUND = 500 };

static struct CUctx_st context;

EXPORT cu_result cuInit(unsigned flags) { return (void)flags, 0; }
EXPORT cu_result cuGetErrorName(cu_result r, const char **out) { return (void)r, *out = "CUDA_ERROR_EMULATED", 0; }
EXPORT cu_result cuGetErrorString(cu_result r, const char **out) { return (void)r, *out = "an error of the emulator", 0; }
EXPORT cu_result cuDriverGetVersion(int *out) { return *out = 13000, 0; }
EXPORT cu_result cuDeviceGetCount(int *out) { return *out = 1, 0; }
EXPORT cu_result cuDeviceGet(cu_device *out, int i) { return *out = 0, i ? INVALID : 0; }
EXPORT cu_result cuDeviceGetName(char *out, int size, cu_device d) { return (void)d, snprintf(out, (size_t)size, "Emulated H200"), 0; }
EXPORT cu_result cuDeviceTotalMem_v2(size_t *out, cu_device d) { return (void)d, *out = (size_t)150 << 30, 0; }
EXPORT cu_result cuDeviceGetAttribute(int *out, int a, cu_device d) {
  static const int values[256] = {
      [CU_THREADS_PER_BLOCK] = 1024, [CU_SHARED_PER_BLOCK] = 49152, [CU_WARP] = 32, [CU_REGISTERS_PER_BLOCK] = 65536, [CU_SMS] = 132,
      [CU_THREADS_PER_SM] = 2048, [CU_MAJOR] = 9, [CU_SHARED_PER_SM] = 233472, [CU_REGISTERS_PER_SM] = 65536, [CU_COOPERATIVE] = 1,
      [CU_SHARED_OPTIN] = 232448, [CU_BLOCKS_PER_SM] = 32, [CU_SHARED_RESERVED] = 1024, [CU_CLUSTERS] = 1};
  return (void)d, *out = a >= 0 && a < 256 ? values[a] : 0, 0;
}

EXPORT cu_result cuDevicePrimaryCtxRetain(cu_context *out, cu_device d) { return (void)d, *out = &context, 0; }
EXPORT cu_result cuDevicePrimaryCtxRelease_v2(cu_device d) { return (void)d, 0; }
EXPORT cu_result cuCtxSetCurrent(cu_context c) { return (void)c, 0; }
EXPORT cu_result cuCtxGetCurrent(cu_context *out) { return *out = &context, 0; }
EXPORT cu_result cuCtxGetDevice(cu_device *out) { return *out = 0, 0; }
EXPORT cu_result cuCtxSynchronize(void) { return 0; }

/* ---- Modules: 64 bits of length, then a shared library ---- */

EXPORT cu_result cuModuleLoadData(cu_module *out, const void *image) {
  char path[64];
  size_t size;
  const int file = memfd_create("kernel", 0);
  cu_module m = calloc(1, sizeof *m);
  if (file < 0 || !m) return NO_MEMORY;
  memcpy(&size, (const char *)image + 8, sizeof size);
  if (write(file, (const char *)image + 16, size) != (ssize_t)size) return NO_MEMORY;
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  /* the file stays open: a library of the same path would be the one already loaded */
  m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

  const emu_api **api = m->library ? (const emu_api **)dlsym(m->library, "emu") : NULL;
  if (!api) return fprintf(stderr, "%s\n", dlerror()), NO_IMAGE;
  *api = &emulator;
  *out = m;
  return 0;
}
EXPORT cu_result cuModuleUnload(cu_module m) { return (void)m, 0; }
EXPORT cu_result cuModuleGetFunction(cu_function *out, cu_module m, const char *entry) {
  void *at = dlsym(m->library, entry);
  cu_function f = calloc(1, sizeof *f);
  if (!at || !f) return NOT_FOUND;
  memcpy(&f->entry, &at, sizeof at);
  return *out = f, 0;
}
EXPORT cu_result cuFuncGetAttribute(int *out, int a, cu_function f) { return (void)f, *out = a == CU_FUNC_REGISTERS ? 64 : 0, 0; }
EXPORT cu_result cuFuncSetAttribute(cu_function f, int a, int value) { return (void)f, (void)a, (void)value, 0; }

/* ---- Launches ---- */

struct call { void (*entry)(fr_params); const fr_params *parameters; };
static void run(void *data) {
  const struct call *c = data;
  c->entry(*c->parameters);
}

EXPORT cu_result cuLaunchKernelEx(const cu_launch *l, cu_function f, void **parameters, void **more) {
  emu_shape s = {(int)l->grid_x, (int)l->block_x, 1, (int)l->shared, 0};
  struct call c = {f->entry, parameters[0]};
  (void)more;
  for (unsigned i = 0; i < l->nattributes; i++) {
    if (l->attributes[i].id == CU_LAUNCH_CLUSTER) s.cluster = (int)l->attributes[i].value.cluster.x;
    if (l->attributes[i].id == CU_LAUNCH_COOPERATIVE) s.together = l->attributes[i].value.cooperative;
  }
  if (s.grid % s.cluster || s.cluster > 16) return INVALID;
  emulate(&s, run, &c);
  return 0;
}
EXPORT cu_result cuOccupancyMaxActiveBlocksPerMultiprocessor(int *out, cu_function f, int threads, size_t shared) {
  return (void)f, (void)threads, (void)shared, *out = 1, 0;
}
EXPORT cu_result cuOccupancyMaxActiveClusters(int *out, cu_function f, const cu_launch *l) { return (void)f, (void)l, *out = 7, 0; }

/* ---- Memory and streams: everything at once ---- */

static void *at(cu_pointer p) { return (void *)(uintptr_t)p; }

EXPORT cu_result cuMemAlloc_v2(cu_pointer *out, size_t bytes) {
  void *p = aligned_alloc(256, (bytes + 255) / 256 * 256);
  return *out = (cu_pointer)(uintptr_t)p, p ? 0 : NO_MEMORY;
}
EXPORT cu_result cuMemFree_v2(cu_pointer p) { return free(at(p)), 0; }
EXPORT cu_result cuMemGetInfo_v2(size_t *left, size_t *all) { return *left = *all = (size_t)150 << 30, 0; }
EXPORT cu_result cuMemcpyHtoDAsync_v2(cu_pointer to, const void *from, size_t n, cu_stream s) { return (void)s, memcpy(at(to), from, n), 0; }
EXPORT cu_result cuMemcpyDtoHAsync_v2(void *to, cu_pointer from, size_t n, cu_stream s) { return (void)s, memcpy(to, at(from), n), 0; }
EXPORT cu_result cuMemcpyDtoDAsync_v2(cu_pointer to, cu_pointer from, size_t n, cu_stream s) { return (void)s, memcpy(at(to), at(from), n), 0; }
EXPORT cu_result cuMemsetD32Async(cu_pointer to, unsigned word, size_t n, cu_stream s) {
  (void)s;
  for (size_t i = 0; i < n; i++) ((unsigned *)at(to))[i] = word;
  return 0;
}
EXPORT cu_result cuMemsetD8Async(cu_pointer to, unsigned char byte, size_t n, cu_stream s) { return (void)s, memset(at(to), byte, n), 0; }
EXPORT cu_result cuMemsetD2D32Async(cu_pointer to, size_t pitch, unsigned word, size_t n, size_t rows, cu_stream s) {
  for (size_t i = 0; i < rows; i++) cuMemsetD32Async(to + i * pitch, word, n, s);
  return 0;
}
EXPORT cu_result cuStreamCreate(cu_stream *out, unsigned flags) { return (void)flags, *out = NULL, 0; }
EXPORT cu_result cuStreamDestroy_v2(cu_stream s) { return (void)s, 0; }
EXPORT cu_result cuStreamSynchronize(cu_stream s) { return (void)s, 0; }
EXPORT cu_result cuStreamQuery(cu_stream s) { return (void)s, 0; }
EXPORT cu_result cuStreamIsCapturing(cu_stream s, int *out) { return (void)s, *out = CU_CAPTURE_NONE, 0; }
EXPORT cu_result cuEventCreate(cu_event *out, unsigned flags) { return (void)flags, *out = calloc(1, sizeof **out), *out ? 0 : NO_MEMORY; }
EXPORT cu_result cuEventDestroy_v2(cu_event e) { return free(e), 0; }
EXPORT cu_result cuEventRecord(cu_event e, cu_stream s) { return (void)s, clock_gettime(CLOCK_MONOTONIC, &e->at), 0; }
EXPORT cu_result cuEventSynchronize(cu_event e) { return (void)e, 0; }
EXPORT cu_result cuEventQuery(cu_event e) { return (void)e, 0; }
EXPORT cu_result cuEventElapsedTime(float *out, cu_event a, cu_event b) {
  return *out = (float)(1e3 * (double)(b->at.tv_sec - a->at.tv_sec) + 1e-6 * (double)(b->at.tv_nsec - a->at.tv_nsec)), 0;
}

/* ---- Not emulated: graphs ---- */

EXPORT cu_result cuStreamBeginCapture_v2(cu_stream s, int mode) { return (void)s, (void)mode, INVALID; }
EXPORT cu_result cuStreamEndCapture(cu_stream s, cu_graph *out) { return (void)s, *out = NULL, INVALID; }
EXPORT cu_result cuGraphInstantiateWithFlags(cu_graph_exec *out, cu_graph g, unsigned long long flags) { return (void)g, (void)flags, *out = NULL, INVALID; }
EXPORT cu_result cuGraphLaunch(cu_graph_exec g, cu_stream s) { return (void)g, (void)s, INVALID; }
EXPORT cu_result cuGraphExecDestroy(cu_graph_exec g) { return (void)g, 0; }
EXPORT cu_result cuGraphDestroy(cu_graph g) { return (void)g, 0; }
