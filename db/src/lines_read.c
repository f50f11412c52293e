/* Reading JSON lines: every line is checked before it is handed on; keys that
 * are not known are metadata of others and ignored. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "encode.h"
#include "lines.h"
#include "names.h"
#include "text.h"

typedef struct reader {
  const char *name;
  size_t line;
  int64_t promised, trials; /* the header's count, -1 if it has none; those seen */
  int has_header;
  const line_sink *sink;
} reader;

static int fail(const reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(const reader *r, const char *format, ...) {
  char what[512];
  va_list args;
  va_start(args, format);
  vsnprintf(what, sizeof what, format, args);
  va_end(args);
  return tdb_fail(TDB_EINVAL, "%s:%zu: %s", r->name, r->line, what);
}

static int get_text(const reader *r, const json_t *o, const char *key, const char *fallback, const char **out) {
  const json_t *v = json_object_get(o, key);
  if (!v && fallback) {
    *out = fallback;
    return TDB_OK;
  }
  *out = json_string_value(v);
  if (*out) return TDB_OK;
  return v ? fail(r, "'%s' must be a string", key) : fail(r, "'%s' is missing", key);
}

static int get_integer(const reader *r, const json_t *o, const char *key, int required, int64_t *out) {
  const json_t *v = json_object_get(o, key);
  *out = 0;
  if (!v && !required) return TDB_OK;
  if (!v) return fail(r, "'%s' is missing", key);
  if (!json_is_integer(v)) return fail(r, "'%s' must be an integer", key);
  *out = json_integer_value(v);
  return TDB_OK;
}

/* null and absent stand for the fallback. */
static int get_number(const reader *r, const json_t *o, const char *key, double fallback, double *out) {
  const json_t *v = json_object_get(o, key);
  *out = !v || json_is_null(v) ? fallback : json_number_value(v);
  return !v || json_is_null(v) || json_is_number(v) ? TDB_OK : fail(r, "'%s' must be a number", key);
}

static int read_identity(const reader *r, const json_t *o, tdb_identity *w) {
  const struct { const char *key, *fallback, **to; } texts[] = {
    {"kernel", NULL, &w->kernel}, {"version", NULL, &w->version}, {"problem", NULL, &w->problem},
    {"scaling", "", &w->scaling}, {"device", NULL, &w->device}, {"architecture", NULL, &w->architecture}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int rc = get_text(r, o, texts[i].key, texts[i].fallback, texts[i].to);
    if (rc) return rc;
  }
  return get_integer(r, o, "units", 1, &w->units);
}

static int read_origin(const reader *r, const json_t *o, tdb_origin *origin) {
  const struct { const char *key, **to; } texts[] = {
    {"spec_hash", &origin->spec_hash}, {"source_hash", &origin->source_hash},
    {"driver", &origin->driver}, {"compiler", &origin->compiler}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int rc = get_text(r, o, texts[i].key, "", texts[i].to);
    if (rc) return rc;
  }
  int rc = get_integer(r, o, "memory_bytes", 0, &origin->memory_bytes);
  return rc ? rc : get_integer(r, o, "clock_hz", 0, &origin->clock_hz);
}

static int read_samples(const reader *r, const json_t *o, tdb_trial *t, double **samples) {
  const json_t *array = json_object_get(o, "samples");
  if (!array) return TDB_OK;
  if (!json_is_array(array)) return fail(r, "'samples' must be an array");
  t->nsamples = json_array_size(array);
  t->samples = *samples = calloc(t->nsamples + 1, sizeof **samples);
  if (!*samples) return tdb_fail(TDB_ENOMEM, "out of memory");
  for (size_t i = 0; i < t->nsamples; i++) {
    const json_t *v = json_array_get(array, i);
    if (!json_is_number(v)) return fail(r, "'samples' must hold numbers");
    (*samples)[i] = json_number_value(v);
  }
  return TDB_OK;
}

static int read_kinds(const reader *r, const json_t *o, tdb_trial *t) {
  const char *phase, *status;
  int rc = get_text(r, o, "phase", NULL, &phase);
  if (!rc) rc = get_text(r, o, "status", NULL, &status);
  if (rc) return rc;
  int p = phase_from_name(phase), s = status_from_name(status);
  if (p < 0) return fail(r, "'phase': there is no phase '%.40s'", phase);
  if (s < 0) return fail(r, "'status': there is no status '%.40s'", status);
  t->phase = (tdb_phase)p;
  t->status = (tdb_status)s;
  return TDB_OK;
}

static int read_result(const reader *r, const json_t *o, tdb_trial *t, double **samples) {
  int rc = read_kinds(r, o, t);
  if (!rc) rc = get_text(r, o, "config", NULL, &t->config);
  if (!rc) rc = get_number(r, o, "seconds", 0, &t->seconds);
  if (!rc) rc = get_number(r, o, "error", -1, &t->error);
  if (!rc) rc = read_samples(r, o, t, samples);
  if (!rc) rc = get_number(r, o, "run_clock_hz", 0, &t->run_clock_hz);
  if (!rc) rc = get_number(r, o, "celsius", 0, &t->celsius);
  if (!rc) rc = get_number(r, o, "watts", 0, &t->watts);
  if (!rc) rc = get_text(r, o, "message", "", &t->message);
  if (!rc) rc = get_text(r, o, "artifact", "", &t->artifact);
  return rc ? rc : get_integer(r, o, "created_us", 0, &t->created_us);
}

static int read_uid(const reader *r, const json_t *o, record *rec) {
  const char *uid;
  if (!json_object_get(o, "uid")) {
    record_name_by_content(rec);
    return TDB_OK;
  }
  int rc = get_text(r, o, "uid", NULL, &uid);
  if (rc) return rc;
  return hex_decode(rec->uid, uid, UID_BYTES) ? TDB_OK : fail(r, "'uid' must be %d hex digits", 2 * UID_BYTES);
}

static int read_trial(reader *r, const json_t *o) {
  tdb_identity who;
  tdb_origin origin;
  tdb_trial trial = {0};
  record rec = {.who = &who, .origin = &origin, .trial = &trial};
  double *samples = NULL;
  int rc = read_identity(r, o, &who);
  if (!rc) rc = read_origin(r, o, &origin);
  if (!rc) rc = read_result(r, o, &trial, &samples);
  if (!rc && record_check(&who, &origin, &trial)) {
    char *why = strdup(tdb_error());
    rc = fail(r, "%s", why ? why : "out of memory");
    free(why);
  }
  if (!rc) rc = read_uid(r, o, &rec);
  r->trials += !rc;
  if (!rc && r->sink->trial) rc = r->sink->trial(r->sink->data, &rec);
  free(samples);
  return rc;
}

static int read_artifact(reader *r, const json_t *o) {
  const char *hash, *data;
  char is[65];
  size_t size;
  int ok, rc = get_text(r, o, "hash", NULL, &hash);
  if (!rc) rc = get_text(r, o, "data", NULL, &data);
  if (rc) return rc;
  uint8_t *bytes = base64_decode(data, &size, &ok);
  if (!bytes) return tdb_fail(TDB_ENOMEM, "out of memory");
  tdb_hash(bytes, size, is);
  if (!ok) rc = fail(r, "'data' is not base64");
  else if (strcmp(is, hash)) rc = fail(r, "'hash' is not that of 'data', which is %s", is);
  else if (r->sink->artifact) rc = r->sink->artifact(r->sink->data, hash, bytes, size);
  free(bytes);
  return rc;
}

static int read_header(reader *r, const json_t *o) {
  const char *format;
  int64_t version;
  int rc = get_text(r, o, "format", NULL, &format);
  if (rc) return rc;
  if (strcmp(format, "constrint-tuning")) return fail(r, "the format is '%.40s', not 'constrint-tuning'", format);
  rc = get_integer(r, o, "version", 1, &version);
  if (!rc && version != 1)
    rc = fail(r, "format version %lld, this program reads version 1; use a newer constrint", (long long)version);
  if (!rc) rc = get_integer(r, o, "trials", 0, &r->promised);
  if (!json_object_get(o, "trials")) r->promised = -1;
  r->has_header = !rc;
  return rc;
}

static int read_object(reader *r, const json_t *o) {
  const char *kind;
  if (!json_is_object(o)) return fail(r, "a line must be a JSON object");
  if (!r->has_header) return read_header(r, o);
  int rc = get_text(r, o, "kind", NULL, &kind);
  if (rc) return rc;
  if (!strcmp(kind, "trial")) return read_trial(r, o);
  if (!strcmp(kind, "artifact")) return read_artifact(r, o);
  return fail(r, "'kind': '%.40s' is neither 'trial' nor 'artifact'", kind);
}

static int read_line(reader *r, const char *line, size_t size) {
  json_error_t error;
  if (strspn(line, " \t\r\n") == size) return TDB_OK;
  json_t *o = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
  if (!o) return fail(r, "not JSON: column %d: %.200s", error.column, error.text);
  int rc = read_object(r, o);
  json_decref(o);
  return rc;
}

int lines_read(FILE *in, const char *name, const line_sink *sink) {
  reader r = {.name = name, .promised = -1, .sink = sink};
  char *line = NULL;
  size_t room = 0;
  ssize_t size;
  int rc = TDB_OK;
  while (!rc && (size = getline(&line, &room, in)) >= 0) {
    r.line++;
    rc = read_line(&r, line, (size_t)size);
  }
  free(line);
  if (!rc && ferror(in)) rc = tdb_fail(TDB_EIO, "%s: cannot be read: %s", name, strerror(errno));
  if (!rc && !r.has_header) rc = tdb_fail(TDB_EINVAL, "%s:1: empty; a header line is expected", name);
  if (!rc && r.promised >= 0 && r.promised != r.trials)
    rc = fail(&r, "the header promises %lld trials, %lld are here: the file is cut short or was edited",
              (long long)r.promised, (long long)r.trials);
  return rc;
}
