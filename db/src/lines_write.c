/* Writing JSON lines. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "encode.h"
#include "lines.h"
#include "names.h"

static int write_line(FILE *out, json_t *line) {
  if (!line) return tdb_fail(TDB_ENOMEM, "out of memory, or a text that is not UTF-8");
  int failed = json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(17)) || putc('\n', out) == EOF;
  json_decref(line);
  if (!failed) return TDB_OK;
  return tdb_fail(errno == ENOSPC || errno == EFBIG || errno == EDQUOT ? TDB_EFULL : TDB_EIO,
                  "cannot write the export: %s", strerror(errno));
}

int lines_write_header(FILE *out, int64_t trials) {
  return write_line(out, json_pack("{s:s, s:i, s:I}", "format", "constrint-tuning", "version", 1, "trials",
                                   (json_int_t)trials));
}

static json_t *sample_array(const tdb_trial *t) {
  json_t *array = json_array();
  for (size_t i = 0; i < t->nsamples; i++) json_array_append_new(array, json_real(t->samples[i]));
  return array;
}

static json_t *known(double x) { return x > 0 ? json_real(x) : json_null(); }

int lines_write_trial(FILE *out, const record *r) {
  const tdb_identity *w = r->who;
  const tdb_origin *o = r->origin;
  const tdb_trial *t = r->trial;
  char uid[2 * UID_BYTES + 1];
  hex_encode(uid, r->uid, UID_BYTES);
  json_t *line = json_pack(
    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:I,"
    " s:s, s:s, s:s, s:f, s:o, s:o, s:s, s:s, s:I, s:o, s:o, s:o}",
    "kind", "trial", "uid", uid, "kernel", w->kernel, "version", w->version, "problem", w->problem, "scaling", w->scaling,
    "device", w->device, "architecture", w->architecture, "units", (json_int_t)w->units,
    "spec_hash", o->spec_hash, "source_hash", o->source_hash, "driver", o->driver, "compiler", o->compiler,
    "memory_bytes", (json_int_t)o->memory_bytes, "clock_hz", (json_int_t)o->clock_hz,
    "phase", phase_name(t->phase), "status", tdb_status_name(t->status), "config", t->config, "seconds", t->seconds,
    "error", t->error >= 0 ? json_real(t->error) : json_null(), "samples", sample_array(t),
    "message", t->message, "artifact", t->artifact, "created_us", (json_int_t)t->created_us,
    "run_clock_hz", known(t->run_clock_hz), "celsius", known(t->celsius), "watts", known(t->watts));
  return write_line(out, line);
}

int lines_write_artifact(FILE *out, const char *hash, const void *bytes, size_t size) {
  char *data = base64_encode(bytes, size);
  if (!data) return tdb_fail(TDB_ENOMEM, "out of memory");
  int rc = write_line(out, json_pack("{s:s, s:s, s:s}", "kind", "artifact", "hash", hash, "data", data));
  free(data);
  return rc;
}
