/* The context of a program: this machine, and the databases that were tuned on
 * it.  A database that cannot be used costs speed, never a failure. */
#include "runtime.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local char message[1024];

const char *flashrnn_error(void) { return message; }

int runtime_fail(int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return code;
}

int flashrnn_open(flashrnn **out, const char *database) {
  char why[CPU_WHY] = "";
  if (!out) return runtime_fail(FLASHRNN_EINVAL, "no place for the context");
  *out = NULL;
  flashrnn *f = calloc(1, sizeof *f);
  if (!f) return runtime_fail(FLASHRNN_ENOMEM, "out of memory");
  int rc = cpu_identify(&f->device, why);
  if (rc) {
    free(f);
    return runtime_fail(rc, "%s", why);
  }
  runtime_store_open(&f->store, database);
  *out = f;
  return FLASHRNN_OK;
}

void flashrnn_close(flashrnn *f) {
  if (!f) return;
  runtime_store_close(&f->store);
  free(f);
}

const char *flashrnn_notice(const flashrnn *f) { return f && f->store.notice ? f->store.notice : ""; }

int flashrnn_attach(flashrnn *f, const char *shipped) {
  if (!f || !shipped) return runtime_fail(FLASHRNN_EINVAL, "no context or no path given");
  return runtime_store_attach(&f->store, shipped);
}

int flashrnn_capture(flashrnn *f, int on) {
  if (!f) return runtime_fail(FLASHRNN_EINVAL, "no context given");
  return runtime_store_capture(&f->store, on);
}
