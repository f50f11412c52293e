/* What the run time's sources share. */
#ifndef FLASHRNN_RUNTIME_H
#define FLASHRNN_RUNTIME_H

#include "cpu.h"
#include "tunedb.h"

struct flashrnn {
  tdb *db;      /* NULL: none can be used */
  tdb *misses;  /* open to write while misses are captured */
  char *path;   /* of the database, as named or by default; NULL: none */
  char *notice;
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
