/* The CUDA device's seat: so far it says clearly what is not there. */
#include <dlfcn.h>

#include "error.h"
#include "probe.h"

typedef int (*init_fn)(unsigned flags);

static int try_driver(void *library) {
  init_fn init;
  *(void **)&init = dlsym(library, "cuInit");
  int code = init ? init(0) : -1;
  if (code)
    return hw_fail(HW_ENODEVICE, "the CUDA driver finds no GPU (cuInit: error %d); use --device cpu, "
                   "or a shipped model of share/constrint/specs/hardware", code);
  return hw_fail(HW_ENODEVICE, "probing a CUDA device is not part of this version; "
                 "use a shipped model of share/constrint/specs/hardware");
}

int probe_cuda(hw_model **out, const probe_request *request) {
  (void)request;
  *out = NULL;
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return hw_fail(HW_ENODEVICE, "no CUDA driver here (libcuda.so.1 cannot be loaded); install NVIDIA's driver, "
                   "or use --device cpu, or a shipped model of share/constrint/specs/hardware");
  int rc = try_driver(library);
  dlclose(library);
  return rc;
}
