/* What the run time's sources share. */
#ifndef FLASHRNN_RUNTIME_H
#define FLASHRNN_RUNTIME_H

#include "cpu.h"
#include "runtime_store.h"

struct flashrnn {
  runtime_store store;
  cpu_device device;
};

struct flashrnn_plan {
  flashrnn_match match;
  char *reason;
  char config[512];
  cpu_plan *plan;
};

/* Set this thread's message and return code. */
int runtime_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
