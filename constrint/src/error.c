/* The one-line message of a thread's last failure. */
#include "error.h"
#include <stdarg.h>
#include <stdio.h>
#include "constrint.h"

static _Thread_local char message[4096];

const char *ci_error(void) { return message; }

int ci_fail(int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return code;
}
