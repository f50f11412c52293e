/* See driver.h. */
#include "driver.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *symbol; size_t at; } symbols[] = {
#define CU_FUNCTION(field, symbol, arguments) {symbol, offsetof(cu_api, field)},
    CU_FUNCTIONS(CU_FUNCTION)
#undef CU_FUNCTION
};

int gpu_check(const gpu_device *d, cu_result r, const char *what, char *why) {
  const char *name = NULL, *text = NULL;
  if (!r) return GPU_OK;
  d->cu.error_name(r, &name);
  d->cu.error_text(r, &text);
  snprintf(why, GPU_WHY, "%s: %s (%s)", what, text ? text : "unknown error", name ? name : "?");
  return r == 2 ? GPU_ENOMEM : r == 1 ? GPU_EINVAL : r == 100 || r == 101 ? GPU_EDEVICE : GPU_ELAUNCH;
}

static int no_driver(char *why) {
  snprintf(why, GPU_WHY, "no CUDA driver here (libcuda.so.1 cannot be loaded); install NVIDIA's driver");
  return GPU_EDEVICE;
}

static int find_symbols(gpu_device *d, char *why) {
  d->library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!d->library) return no_driver(why);
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *f = dlsym(d->library, symbols[i].symbol);
    if (!f) {
      snprintf(why, GPU_WHY, "the CUDA driver lacks %s; install one of CUDA 12.0 or later", symbols[i].symbol);
      return GPU_EDEVICE;
    }
    memcpy((char *)&d->cu + symbols[i].at, &f, sizeof f);
  }
  return GPU_OK;
}

static int find_device(gpu_device *d, char *why) {
  int count = 0;
  cu_result r = d->cu.init(0);
  if (!r) r = d->cu.device_count(&count);
  if (r || !count) {
    const char *name = NULL;
    if (r) d->cu.error_name(r, &name);
    snprintf(why, GPU_WHY, "the CUDA driver finds no GPU (%s)", name ? name : "there are none");
    return GPU_EDEVICE;
  }
  if (!d->cu.context_device(&d->device)) return GPU_OK; /* the caller chose one */
  return gpu_check(d, d->cu.device_get(&d->device, 0), "the first GPU", why);
}

static int describe(gpu_device *d, char *why) {
  int rc = gpu_check(d, d->cu.device_name(d->name, sizeof d->name, d->device), "the GPU's name", why);
  if (!rc) rc = gpu_check(d, d->cu.driver_version(&d->driver), "the driver's version", why);
  d->major = gpu_attribute(d, CU_MAJOR);
  d->minor = gpu_attribute(d, CU_MINOR);
  d->sms = gpu_attribute(d, CU_SMS);
  return rc;
}

/* The primary one, unless the calling thread works in another of this device. */
static int choose_context(gpu_device *d, char *why) {
  cu_context current = NULL;
  cu_device of = -1;
  const int rc = gpu_check(d, d->cu.context_retain(&d->context, d->device), "the GPU's context", why);
  if (rc) return rc;
  d->retained = 1;
  if (d->cu.context_get(&current) || !current || current == d->context || d->cu.context_device(&of) || of != d->device) return GPU_OK;
  d->cu.context_release(d->device);
  d->retained = 0, d->context = current;
  return GPU_OK;
}

int gpu_open(gpu_device **out, char *why) {
  *out = NULL;
  gpu_device *d = calloc(1, sizeof *d);
  if (!d) {
    snprintf(why, GPU_WHY, "out of memory");
    return GPU_ENOMEM;
  }
  int rc = find_symbols(d, why);
  if (!rc) rc = find_device(d, why);
  if (!rc) rc = describe(d, why);
  if (!rc) rc = choose_context(d, why);
  if (!rc) rc = gpu_enter(d, why);
  if (rc) gpu_close(d);
  else *out = d;
  return rc;
}

void gpu_close(gpu_device *d) {
  if (!d) return;
  if (d->retained) d->cu.context_release(d->device);
  if (d->library) dlclose(d->library);
  free(d);
}

int gpu_enter(gpu_device *d, char *why) {
  cu_context current;
  if (!d->cu.context_get(&current) && current == d->context) return GPU_OK;
  return gpu_check(d, d->cu.context_set(d->context), "the GPU's context", why);
}

int gpu_attribute(const gpu_device *d, int attribute) {
  int value = 0;
  return d->cu.device_attribute(&value, attribute, d->device) ? 0 : value;
}

void gpu_architecture(const gpu_device *d, char out[16]) {
  snprintf(out, 16, "sm_%d%d%s", d->major % 100, d->minor % 10, d->major >= 9 ? "a" : "");
}

/* ---- Kernels ---- */

int gpu_module_load(const gpu_device *d, const void *cubin, cu_module *out, char *why) {
  return gpu_check(d, d->cu.module_load(out, cubin), "loading the kernel", why);
}

static int ask(const gpu_device *d, cu_function f, int attribute, int value, const char *what, char *why) {
  return gpu_check(d, d->cu.function_set(f, attribute, value), what, why);
}

int gpu_kernel_get(const gpu_device *d, cu_module m, const char *entry, const gpu_shape *shape, gpu_kernel *out, char *why) {
  gpu_kernel k = {0};
  int rc = gpu_check(d, d->cu.module_function(&k.function, m, entry), entry, why);
  if (!rc) rc = gpu_check(d, d->cu.function_get(&k.registers, CU_FUNC_REGISTERS, k.function), entry, why);
  if (!rc) rc = gpu_check(d, d->cu.function_get(&k.static_shared, CU_FUNC_STATIC_SHARED, k.function), entry, why);
  if (!rc) rc = gpu_check(d, d->cu.function_get(&k.local, CU_FUNC_LOCAL, k.function), entry, why);
  if (!rc && shape->shared)
    rc = ask(d, k.function, CU_FUNC_DYNAMIC_SHARED, (int)shape->shared, "shared memory of a block", why);
  if (!rc && shape->cluster > 8) rc = ask(d, k.function, CU_FUNC_LARGE_CLUSTERS, 1, "clusters of more than 8 blocks", why);
  if (!rc) *out = k;
  return rc;
}

static cu_launch launch_of(const gpu_shape *s, cu_stream stream, cu_launch_attribute at[2]) {
  cu_launch l = {.grid_x = (unsigned)s->grid, .grid_y = 1, .grid_z = 1, .block_x = (unsigned)s->threads, .block_y = 1,
                 .block_z = 1, .shared = (unsigned)s->shared, .stream = stream, .attributes = at};
  memset(at, 0, 2 * sizeof *at);
  if (s->cluster > 1) {
    at[l.nattributes].id = CU_LAUNCH_CLUSTER;
    at[l.nattributes].value.cluster.x = (unsigned)s->cluster;
    at[l.nattributes].value.cluster.y = at[l.nattributes].value.cluster.z = 1;
    l.nattributes++;
  }
  if (s->cooperative) {
    at[l.nattributes].id = CU_LAUNCH_COOPERATIVE;
    at[l.nattributes++].value.cooperative = 1;
  }
  return l;
}

static int too_many(const gpu_shape *s, int64_t most, char *why) {
  snprintf(why, GPU_WHY, "%lld blocks of %lld threads in clusters of %lld: the device holds %lld at once", (long long)s->grid,
           (long long)s->threads, (long long)s->cluster, (long long)most);
  return GPU_EINVAL;
}

int gpu_clusters(const gpu_device *d, const gpu_kernel *k, const gpu_shape *shape, int *out, char *why) {
  cu_launch_attribute at[2];
  const cu_launch l = launch_of(shape, NULL, at);
  return gpu_check(d, d->cu.occupancy_clusters(out, k->function, &l), "how many clusters fit", why);
}

int gpu_fits(const gpu_device *d, const gpu_kernel *k, const gpu_shape *s, char *why) {
  int n = 0, rc;
  if (s->cluster > 1) { /* one cluster must fit; of a cooperative launch all of them */
    rc = gpu_clusters(d, k, s, &n, why);
    if (rc) return rc;
    return n < 1 || (s->cooperative && s->grid > n * s->cluster) ? too_many(s, n * s->cluster, why) : GPU_OK;
  }
  rc = gpu_check(d, d->cu.occupancy(&n, k->function, (int)s->threads, (size_t)s->shared), "how many blocks fit", why);
  if (rc) return rc;
  return n < 1 || (s->cooperative && s->grid > (int64_t)n * d->sms) ? too_many(s, (int64_t)n * d->sms, why) : GPU_OK;
}

int gpu_launch(const gpu_device *d, const gpu_kernel *k, const gpu_shape *shape, const void *parameter, cu_stream s, char *why) {
  cu_launch_attribute at[2];
  const cu_launch l = launch_of(shape, s, at);
  void *parameters[] = {(void *)parameter};
  return gpu_check(d, d->cu.launch(&l, k->function, parameters, NULL), "launch", why);
}
