/* See device.h. */
#include "device.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* F(field, symbol, arguments) */
#define FUNCTIONS(F)                                                                  \
  F(init, "cuInit", (unsigned))                                                       \
  F(device, "cuDeviceGet", (int *, int))                                              \
  F(context, "cuDevicePrimaryCtxRetain", (void **, int))                              \
  F(current, "cuCtxSetCurrent", (void *))                                             \
  F(stream, "cuStreamCreate", (void **, unsigned))                                    \
  F(wait, "cuStreamSynchronize", (void *))                                            \
  F(alloc, "cuMemAlloc_v2", (unsigned long long *, size_t))                           \
  F(release, "cuMemFree_v2", (unsigned long long))                                    \
  F(in, "cuMemcpyHtoDAsync_v2", (unsigned long long, const void *, size_t, void *))   \
  F(out, "cuMemcpyDtoHAsync_v2", (void *, unsigned long long, size_t, void *))        \
  F(fill, "cuMemsetD8Async", (unsigned long long, unsigned char, size_t, void *))

static struct {
#define F(field, symbol, arguments) int(*field) arguments;
  FUNCTIONS(F)
#undef F
} cuda;

static int find(void *library) {
#define F(field, symbol, arguments)            \
  {                                            \
    void *f = dlsym(library, symbol);          \
    if (!f) return 1;                          \
    memcpy(&cuda.field, &f, sizeof f);         \
  }
  FUNCTIONS(F)
#undef F
  return 0;
}

static int failed(int code, const char *what) {
  if (code) fprintf(stderr, "%s: CUDA error %d\n", what, code);
  return code != 0;
}

int device_open(void) {
  void *library = dlopen("libcuda.so.1", RTLD_NOW), *context;
  int device;
  if (!library || find(library)) return fprintf(stderr, "no CUDA driver here\n"), 1;
  return failed(cuda.init(0), "no CUDA device here") || failed(cuda.device(&device, 0), "the first device") ||
         failed(cuda.context(&context, device), "its context") || failed(cuda.current(context), "its context");
}

int device_stream(void **out) { return failed(cuda.stream(out, 1), "a stream"); }

int device_new(void **out, size_t bytes) {
  unsigned long long p = 0;
  const int rc = failed(cuda.alloc(&p, bytes ? bytes : 1), "memory");
  *out = (void *)(uintptr_t)p;
  return rc;
}

void device_free(void *p) {
  if (p) cuda.release((uintptr_t)p);
}

int device_upload(void *to, const void *from, size_t bytes, void *stream) {
  return failed(cuda.in((uintptr_t)to, from, bytes, stream), "upload") || failed(cuda.wait(stream), "upload");
}

int device_download(void *to, const void *from, size_t bytes, void *stream) {
  return failed(cuda.out(to, (uintptr_t)from, bytes, stream), "download") || failed(cuda.wait(stream), "what came before");
}

int device_zero(void *at, size_t bytes, void *stream) { return failed(cuda.fill((uintptr_t)at, 0, bytes, stream), "zeros"); }
