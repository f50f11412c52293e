/* The one-line message of a thread's last failure. */
#include "fail.h"
#include <stdarg.h>
#include <stdio.h>
#include "command.h"

static _Thread_local char message[4096];

const char *tuner_error(void) { return message; }

int tuner_fail(int code, const char *format, ...) {
  /* a message may be built from the one before it */
  char next[sizeof message];
  va_list args;
  va_start(args, format);
  vsnprintf(next, sizeof next, format, args);
  va_end(args);
  snprintf(message, sizeof message, "%s", next);
  return code;
}

int tuner_nomem(void) { return tuner_fail(TUNER_ENOMEM, "not enough memory"); }

int tuner_exit_code(int code) {
  switch (code) {
    case TUNER_OK: return EXIT_DONE;
    case TUNER_EINPUT:
    case TUNER_ENOTFOUND: return EXIT_USAGE;
    case TUNER_ELIMIT: return EXIT_OPEN;
    case TUNER_ECANCEL: return EXIT_INTERRUPTED;
    default: return EXIT_ENVIRONMENT;
  }
}
