/* The context of a program: this machine, and the databases that were tuned on
 * it.  A database that cannot be used costs speed, never a failure. */
#include "runtime.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char message[1024];

const char *flashrnn_error(void) { return message; }

int runtime_fail(int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return code;
}

static void add_notice(flashrnn *f) {
  char *both;
  int length = asprintf(&both, "%s%s%s", f->notice ? f->notice : "", f->notice ? "; " : "", tdb_error());
  if (length < 0) return;
  free(f->notice);
  f->notice = both;
}

/* Nothing tuned yet under the default path is as it should be; a file that was
 * named and is not there is worth a word. */
static void open_database(flashrnn *f, const char *named) {
  int rc = TDB_OK;
  if (!named) rc = tdb_default_path(&f->path);
  else if (*named) f->path = strdup(named);
  if (!rc && f->path) rc = tdb_open(&f->db, f->path, TDB_READ);
  if (rc && (named || rc != TDB_ENOTFOUND)) add_notice(f);
  if (!f->db) tdb_open(&f->db, NULL, TDB_READ); /* for the shipped; NULL without memory */
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
  open_database(f, database);
  *out = f;
  return FLASHRNN_OK;
}

void flashrnn_close(flashrnn *f) {
  if (!f) return;
  tdb_close(f->db);
  tdb_close(f->misses);
  free(f->path);
  free(f->notice);
  free(f);
}

const char *flashrnn_notice(const flashrnn *f) { return f && f->notice ? f->notice : ""; }

int flashrnn_attach(flashrnn *f, const char *shipped) {
  if (!f || !shipped) return runtime_fail(FLASHRNN_EINVAL, "no context or no path given");
  if (f->db && !tdb_attach_shipped(f->db, shipped)) return FLASHRNN_OK;
  return runtime_fail(FLASHRNN_EDB, "%s", tdb_error());
}

int flashrnn_capture(flashrnn *f, int on) {
  if (!f) return runtime_fail(FLASHRNN_EINVAL, "no context given");
  if (!on) {
    tdb_close(f->misses);
    f->misses = NULL;
  }
  if (!on || f->misses) return FLASHRNN_OK;
  if (!f->path) return runtime_fail(FLASHRNN_EDB, "no path for the database: set $CONSTRINT_DB");
  if (!tdb_open(&f->misses, f->path, TDB_WRITE)) return FLASHRNN_OK;
  return runtime_fail(FLASHRNN_EDB, "%s", tdb_error());
}
