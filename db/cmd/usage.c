/* What the commands of this room share: complaints and the default database. */
#include "usage.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "tunedb.h"

int usage_error(const char *name, const char *format, ...) {
  va_list args;
  fprintf(stderr, "constrint %s: ", name);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fprintf(stderr, "; 'constrint %s --help' tells more\n", name);
  return EXIT_USAGE;
}

int usage_bad_option(const char *name, int got, char **argv) {
  const char *option = argv[optind - 1];
  if (got == ':') return usage_error(name, "'%s' needs a value", option);
  if (optopt && strncmp(option, "--", 2)) return usage_error(name, "there is no option '-%c'", optopt);
  return usage_error(name, "there is no option '%s', or it takes no value", option);
}

/* The input's fault, or the machine's? */
int usage_failure(int code) {
  fprintf(stderr, "constrint: %s\n", tdb_error());
  switch (code) {
    case TDB_EINVAL: case TDB_ENOTFOUND: case TDB_ESCHEMA: case TDB_EDAMAGED: case TDB_EUNSAFE: return EXIT_USAGE;
    default: return EXIT_ENVIRONMENT;
  }
}

char *usage_database(const char *named) {
  char *path = NULL;
  if (named) return strdup(named);
  if (tdb_default_path(&path)) usage_failure(TDB_ENOTFOUND);
  return path;
}
