/* The CUDA driver, found at run time: a device with its primary context, loaded
 * kernels, launches.
 *
 * A function that can fail returns 0 or a negative GPU_ code and writes one line
 * to `why` (GPU_WHY bytes, never NULL).  After GPU_ELAUNCH the context may be
 * lost for good ("sticky" errors): only a new process is sure to work again.
 * A gpu_device may be used by several threads, each after gpu_enter().
 */
#ifndef GPU_DRIVER_H
#define GPU_DRIVER_H

#include "api.h"

#define GPU_WHY 256

enum { GPU_OK = 0, GPU_ENOMEM = -1, GPU_EINVAL = -2, GPU_ECOMPILE = -3, GPU_ELAUNCH = -4,
       GPU_EDEVICE = -5 /* no driver, no GPU */ };

typedef struct gpu_device {
  void *library;
  cu_api cu;
  cu_device device;
  cu_context context;
  int retained;     /* the context is the primary one, held for this device */
  char name[128];
  int driver;       /* 13000: 13.0 */
  int major, minor; /* compute capability */
  int sms;
} gpu_device;

/* The calling thread's context and its GPU, else the first GPU's primary context, which becomes current. */
int gpu_open(gpu_device **out, char *why);
void gpu_close(gpu_device *d);
/* Makes the context current in this thread. */
int gpu_enter(gpu_device *d, char *why);
/* 0 when the driver does not know it. */
int gpu_attribute(const gpu_device *d, int attribute);
/* "sm_90a": with the architecture's own instructions where there are such. */
void gpu_architecture(const gpu_device *d, char out[16]);

/* 0, or the code with "WHAT: the driver's words". */
int gpu_check(const gpu_device *d, cu_result r, const char *what, char *why);

/* ---- Kernels ---- */

typedef struct gpu_kernel {
  cu_function function;
  int registers, static_shared, local; /* a thread, a block, a thread: bytes of local memory */
} gpu_kernel;

typedef struct gpu_shape {
  int64_t grid, threads, cluster /* 1: none */, shared /* dynamic bytes */;
  int cooperative;
} gpu_shape;

int gpu_module_load(const gpu_device *d, const void *cubin, cu_module *out, char *why);
/* Asks for the shared memory and cluster size of `shape`, and reads back what the compiler used. */
int gpu_kernel_get(const gpu_device *d, cu_module m, const char *entry, const gpu_shape *shape, gpu_kernel *out, char *why);
/* 0 when all blocks of a cooperative or clustered launch can be resident at once, by the driver's own count. */
int gpu_fits(const gpu_device *d, const gpu_kernel *k, const gpu_shape *shape, char *why);
/* How many clusters of `shape` can be resident at once. */
int gpu_clusters(const gpu_device *d, const gpu_kernel *k, const gpu_shape *shape, int *out, char *why);
/* One parameter, a structure, by value. */
int gpu_launch(const gpu_device *d, const gpu_kernel *k, const gpu_shape *shape, const void *parameter, cu_stream s, char *why);

#endif
