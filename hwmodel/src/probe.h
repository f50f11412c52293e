/* How a kind of device is probed. */
#ifndef HW_PROBE_H
#define HW_PROBE_H

#include "hwmodel.h"

typedef struct probe_request {
  int quick;
  hw_progress_fn progress; /* may be NULL */
  void *data;
} probe_request;

int probe_cpu(hw_model **out, const probe_request *request);
int probe_cuda(hw_model **out, const probe_request *request);

#endif
