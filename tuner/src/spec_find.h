/* Finding the spec of a kernel by its name. */
#ifndef TUNER_SPEC_FIND_H
#define TUNER_SPEC_FIND_H

#include "search.h"
#include "spec.h"

/* The spec of `kernel` for a kind of device ("cpu"): kernels/KERNEL-DEVICE.yaml
 * or kernels/KERNEL.yaml on the search path.  A name that holds a '/' is a
 * file's; then device does not matter. */
int spec_find(struct spec **out, const struct search_path *in, const char *kernel, const char *device);

#endif
