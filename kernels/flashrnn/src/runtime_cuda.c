/* The context on a CUDA device: driver, databases, a compiler when one is needed. */
#include "runtime_cuda.h"

#include <stdlib.h>

static int code_of(int gpu) {
  switch (gpu) {
    case GPU_OK: return FLASHRNN_OK;
    case GPU_ENOMEM: return FLASHRNN_ENOMEM;
    case GPU_EINVAL: return FLASHRNN_EINVAL;
    default: return FLASHRNN_EDEVICE;
  }
}

int runtime_cuda_finish(int gpu, const char *why) { return gpu ? runtime_fail(code_of(gpu), "%s", why) : FLASHRNN_OK; }

/* A thread that had no context keeps ours: its next call is quicker, and a program
 * without a context of its own can use the device. */
int runtime_cuda_enter(const flashrnn_cuda *f, cu_context *before, char *why) {
  *before = NULL;
  f->device->cu.context_get(before);
  return gpu_enter(f->device, why);
}

void runtime_cuda_leave(const flashrnn_cuda *f, cu_context before) {
  if (before && before != f->device->context) f->device->cu.context_set(before);
}

int flashrnn_cuda_open(flashrnn_cuda **out, const char *database) {
  char why[GPU_WHY] = "";
  if (!out) return runtime_fail(FLASHRNN_EINVAL, "no place for the context");
  *out = NULL;
  flashrnn_cuda *f = calloc(1, sizeof *f);
  if (!f || pthread_mutex_init(&f->lock, NULL)) {
    free(f);
    return runtime_fail(FLASHRNN_ENOMEM, "out of memory");
  }
  f->users = 1;
  const int rc = gpu_open(&f->device, why);
  if (rc) {
    pthread_mutex_destroy(&f->lock);
    free(f);
    return runtime_cuda_finish(rc, why);
  }
  fr_device_of(f->device, &f->figures);
  runtime_store_open(&f->store, database);
  *out = f;
  return FLASHRNN_OK;
}

void runtime_cuda_release(flashrnn_cuda *f) {
  pthread_mutex_lock(&f->lock);
  const int left = --f->users;
  pthread_mutex_unlock(&f->lock);
  if (left) return;
  runtime_store_close(&f->store);
  gpu_compiler_close(f->compiler);
  gpu_close(f->device);
  pthread_mutex_destroy(&f->lock);
  free(f);
}

void flashrnn_cuda_close(flashrnn_cuda *f) {
  if (f) runtime_cuda_release(f);
}

int flashrnn_cuda_attach(flashrnn_cuda *f, const char *shipped) {
  if (!f || !shipped) return runtime_fail(FLASHRNN_EINVAL, "no context or no path given");
  pthread_mutex_lock(&f->lock);
  const int rc = runtime_store_attach(&f->store, shipped);
  pthread_mutex_unlock(&f->lock);
  return rc;
}

int flashrnn_cuda_capture(flashrnn_cuda *f, int on) {
  if (!f) return runtime_fail(FLASHRNN_EINVAL, "no context given");
  pthread_mutex_lock(&f->lock);
  const int rc = runtime_store_capture(&f->store, on);
  pthread_mutex_unlock(&f->lock);
  return rc;
}

const char *flashrnn_cuda_notice(const flashrnn_cuda *f) { return f && f->store.notice ? f->store.notice : ""; }
