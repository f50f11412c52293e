/* A thread's warnings: a bounded text, since a bad file may give thousands. */
#include "warning.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "constrint.h"

enum { ROOM = 16384, LAST = 64 }; /* LAST: kept for "... and N more" */

static _Thread_local char warnings[ROOM];
static _Thread_local size_t used;
static _Thread_local unsigned left_out;

const char *ci_warnings(void) { return warnings; }

void warning_clear(void) {
  warnings[0] = 0;
  used = 0;
  left_out = 0;
}

void warning_add(const char *format, ...) {
  size_t room = ROOM - LAST - used;
  va_list args;
  va_start(args, format);
  int n = left_out ? -1 : vsnprintf(warnings + used, room, format, args);
  va_end(args);
  if (n >= 0 && (size_t)n + 1 < room) {
    used += (size_t)n;
    strcpy(warnings + used++, "\n");
    return;
  }
  snprintf(warnings + used, LAST, "... and %u more warnings\n", ++left_out);
}
