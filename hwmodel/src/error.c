/* The one-line message of a thread's last failure. */
#include "error.h"
#include <stdarg.h>
#include <stdio.h>
#include "hwmodel.h"

static _Thread_local char message[4096];

const char *hw_error(void) { return message; }

int hw_fail(int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return code;
}
