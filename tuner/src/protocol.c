/* Questions and answers of the worker as lines of JSON. */
#include "protocol.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static const char *const kinds[ASK_COUNT] = {"open", "naive", "load", "time", "unload", "build"};

static char *as_line(json_t *json) {
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  if (!text) return NULL;
  size_t n = strlen(text);
  char *line = malloc(n + 2);
  if (line) {
    memcpy(line, text, n);
    memcpy(line + n, "\n", 2);
  }
  free(text);
  return line;
}

/* JSON has no infinities and no NaN: null stands for them. */
static json_t *real(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *integers(const int64_t *values, size_t n) {
  json_t *array = json_array();
  for (size_t i = 0; i < n; i++) json_array_append_new(array, json_integer(values[i]));
  return array;
}

static json_t *rules_json(const struct measure_rules *r) {
  return json_pack("{s:f,s:I,s:I,s:I,s:f,s:f,s:f,s:f,s:f,s:f}",
                   "warmup", r->warmup_seconds, "max_warmups", (json_int_t)r->max_warmups,
                   "min_samples", (json_int_t)r->min_samples, "max_samples", (json_int_t)r->max_samples,
                   "max_seconds", r->max_seconds, "width", r->relative_width,
                   "floor", r->floor_seconds, "best", r->best_seconds,
                   "give_up", r->give_up_ratio, "hopeless", r->hopeless_ratio);
}

static json_t *device_json(const kp_device *d) {
  json_t *figures = json_object();
  for (size_t i = 0; i < d->nfigures; i++) json_object_set_new(figures, d->figures[i].key, json_integer(d->figures[i].value));
  return json_pack("{s:s,s:s,s:I,s:o}", "name", d->name, "architecture", d->architecture, "units", (json_int_t)d->units,
                   "figures", figures);
}

char *ask_encode(const struct ask *a) {
  json_t *json = json_pack("{s:s}", "ask", kinds[a->kind]);
  if (!json) return NULL;
  switch (a->kind) {
    case ASK_OPEN:
      json_object_set_new(json, "plugin", json_string(a->plugin));
      json_object_set_new(json, "seed", json_integer((json_int_t)a->seed));
      json_object_set_new(json, "problem", integers(a->values, a->nvalues));
      break;
    case ASK_LOAD:
      json_object_set_new(json, "slot", json_integer(a->slot));
      json_object_set_new(json, "config", integers(a->values, a->nvalues));
      if (a->file) json_object_set_new(json, "file", json_string(a->file));
      break;
    case ASK_BUILD:
      json_object_set_new(json, "plugin", json_string(a->plugin));
      json_object_set_new(json, "device", device_json(a->device));
      json_object_set_new(json, "problem", integers(a->problem, a->nproblem));
      json_object_set_new(json, "config", integers(a->values, a->nvalues));
      json_object_set_new(json, "file", json_string(a->file));
      break;
    case ASK_TIME:
      json_object_set_new(json, "slot", json_integer(a->slot));
      json_object_set_new(json, "verify", json_boolean(a->verify));
      json_object_set_new(json, "conditions", json_boolean(a->conditions));
      json_object_set_new(json, "rules", rules_json(&a->rules));
      break;
    case ASK_UNLOAD:
      json_object_set_new(json, "slot", json_integer(a->slot));
      break;
    default: break;
  }
  return as_line(json);
}

static int read_list(const struct ask_owned *from, const char *key, int64_t *out, size_t *n) {
  json_t *array = json_object_get(from->json, key), *item;
  size_t i;
  if (!json_is_array(array) || json_array_size(array) > PROTOCOL_VALUES)
    return tuner_fail(TUNER_EINPUT, "'%s' is no list of integers", key);
  json_array_foreach(array, i, item) {
    if (!json_is_integer(item)) return tuner_fail(TUNER_EINPUT, "'%s' holds what is no integer", key);
    out[i] = json_integer_value(item);
  }
  *n = json_array_size(array);
  return TUNER_OK;
}

static int read_integers(struct ask_owned *out, const char *key) {
  out->ask.values = out->values;
  return read_list(out, key, out->values, &out->ask.nvalues);
}

static int read_figures(struct ask_owned *out, json_t *figures) {
  const char *key;
  json_t *value;
  if (!json_is_object(figures) || json_object_size(figures) > PROTOCOL_FIGURES)
    return tuner_fail(TUNER_EINPUT, "'figures' is no object of a device's figures");
  json_object_foreach(figures, key, value) {
    if (!json_is_integer(value)) return tuner_fail(TUNER_EINPUT, "the figure '%s' is no integer", key);
    out->figures[out->device.nfigures++] = (kp_setting){key, json_integer_value(value), NULL};
  }
  out->device.figures = out->figures;
  return TUNER_OK;
}

static int read_device(struct ask_owned *out) {
  json_t *device = json_object_get(out->json, "device"), *units = json_object_get(device, "units");
  const char *name = json_string_value(json_object_get(device, "name"));
  const char *architecture = json_string_value(json_object_get(device, "architecture"));
  if (!name || !architecture || !json_is_integer(units)) return tuner_fail(TUNER_EINPUT, "'device' says not which");
  out->device = (kp_device){.units = json_integer_value(units)};
  snprintf(out->device.name, sizeof out->device.name, "%s", name);
  snprintf(out->device.architecture, sizeof out->device.architecture, "%s", architecture);
  out->ask.device = &out->device;
  return read_figures(out, json_object_get(device, "figures"));
}

static int read_slot(struct ask_owned *out) {
  json_t *slot = json_object_get(out->json, "slot");
  json_int_t value = json_is_integer(slot) ? json_integer_value(slot) : -1;
  if (value < 0 || value >= PROTOCOL_SLOTS) return tuner_fail(TUNER_EINPUT, "'slot' is not in 0..%d", PROTOCOL_SLOTS - 1);
  out->ask.slot = (int)value;
  return TUNER_OK;
}

static int read_open(struct ask_owned *out) {
  json_t *plugin = json_object_get(out->json, "plugin"), *seed = json_object_get(out->json, "seed");
  if (!json_is_string(plugin) || !json_is_integer(seed)) return tuner_fail(TUNER_EINPUT, "'open' needs a plug-in and a seed");
  out->ask.plugin = json_string_value(plugin);
  out->ask.seed = (uint64_t)json_integer_value(seed);
  return read_integers(out, "problem");
}

static int read_naive(struct ask_owned *out) {
  (void)out;
  return TUNER_OK;
}

static int read_load(struct ask_owned *out) {
  int code = read_slot(out);
  out->ask.file = json_string_value(json_object_get(out->json, "file"));
  return code ? code : read_integers(out, "config");
}

static int read_build(struct ask_owned *out) {
  out->ask.plugin = json_string_value(json_object_get(out->json, "plugin"));
  out->ask.file = json_string_value(json_object_get(out->json, "file"));
  out->ask.problem = out->problem;
  if (!out->ask.plugin || !out->ask.file) return tuner_fail(TUNER_EINPUT, "'build' needs a plug-in and a file");
  int code = read_device(out);
  if (!code) code = read_list(out, "problem", out->problem, &out->ask.nproblem);
  return code ? code : read_integers(out, "config");
}

static int read_time(struct ask_owned *out) {
  struct measure_rules *r = &out->ask.rules;
  json_int_t warmups, least, most;
  int code = read_slot(out), verify, conditions;
  if (code) return code;
  if (json_unpack(out->json, "{s:b,s:b,s:{s:F,s:I,s:I,s:I,s:F,s:F,s:F,s:F,s:F,s:F}}", "verify", &verify, "conditions", &conditions, "rules",
                  "warmup", &r->warmup_seconds, "max_warmups", &warmups, "min_samples", &least,
                  "max_samples", &most, "max_seconds", &r->max_seconds, "width", &r->relative_width,
                  "floor", &r->floor_seconds, "best", &r->best_seconds,
                  "give_up", &r->give_up_ratio, "hopeless", &r->hopeless_ratio) ||
      warmups < 0 || least < 1 || most < least || most > MEASURE_MAX_SAMPLES)
    return tuner_fail(TUNER_EINPUT, "'time' has rules that make no sense");
  out->ask.verify = verify;
  out->ask.conditions = conditions;
  r->max_warmups = (size_t)warmups;
  r->min_samples = (size_t)least;
  r->max_samples = (size_t)most;
  return TUNER_OK;
}

static int (*const readers[ASK_COUNT])(struct ask_owned *) = {read_open, read_naive, read_load, read_time, read_slot, read_build};

static int read_kind(struct ask_owned *out) {
  const char *kind = json_string_value(json_object_get(out->json, "ask"));
  for (int k = 0; kind && k < ASK_COUNT; k++)
    if (!strcmp(kinds[k], kind)) {
      out->ask.kind = (enum ask_kind)k;
      return readers[k](out);
    }
  return tuner_fail(TUNER_EINPUT, "there is no question of that kind");
}

int ask_decode(struct ask_owned *out, const char *line) {
  json_error_t why;
  memset(out, 0, sizeof *out);
  out->json = json_loads(line, JSON_REJECT_DUPLICATES, &why);
  if (!out->json) return tuner_fail(TUNER_EINPUT, "not JSON: %s", why.text);
  int code = read_kind(out);
  if (code) ask_owned_release(out);
  return code;
}

void ask_owned_release(struct ask_owned *a) {
  json_decref(a->json);
  a->json = NULL;
}

/* ---- Answers ---- */

void answer_release(struct answer *a) {
  free(a->samples);
  a->samples = NULL;
  a->nsamples = 0;
}

char *answer_encode(const struct answer *a) {
  json_t *samples = json_array();
  for (size_t i = 0; i < a->nsamples; i++) json_array_append_new(samples, real(a->samples[i]));
  json_t *json = json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:i,s:o,s:o,s:o,s:o}", "status", (int)a->status, "seconds", real(a->seconds),
                           "error", real(a->error), "floor", real(a->floor_seconds), "operations", real(a->operations),
                           "bytes", real(a->bytes), "end", (int)a->end, "samples", samples,
                           "clock_hz", real(a->conditions.clock_hz), "celsius", real(a->conditions.celsius),
                           "watts", real(a->conditions.watts));
  if (!json) return NULL;
  /* a plug-in's message may hold any bytes; JSON takes UTF-8 only */
  json_t *message = json_string(a->message);
  if (a->lost) json_object_set_new(json, "lost", json_true());
  json_object_set_new(json, "message", message ? message : json_string("(a message that is not UTF-8)"));
  return as_line(json);
}

/* A figure: finite and not negative; null stands for none. */
static int read_figure(json_t *json, const char *key, double *out) {
  json_t *x = json_object_get(json, key);
  *out = 0;
  if (json_is_null(x)) return TUNER_OK;
  if (!json_is_number(x) || !(json_number_value(x) >= 0))
    return tuner_fail(TUNER_EINPUT, "'%s' is no figure", key);
  *out = json_number_value(x);
  return TUNER_OK;
}

/* A worker that knows nothing of them says nothing. */
static int read_conditions(json_t *json, kp_conditions *out) {
  const struct { const char *key; double *to; } all[] = {
    {"clock_hz", &out->clock_hz}, {"celsius", &out->celsius}, {"watts", &out->watts}};
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < sizeof all / sizeof *all; i++)
    if (json_object_get(json, all[i].key)) code = read_figure(json, all[i].key, all[i].to);
  return code;
}

static int read_error(json_t *json, double *out) {
  json_t *x = json_object_get(json, "error");
  if (!json_is_null(x) && !json_is_number(x)) return tuner_fail(TUNER_EINPUT, "'error' is no number");
  *out = json_is_null(x) || json_number_value(x) < 0 ? -1 : json_number_value(x);
  return TUNER_OK;
}

static int read_choice(json_t *json, const char *key, int count, int *out) {
  json_t *x = json_object_get(json, key);
  if (!json_is_integer(x) || json_integer_value(x) < 0 || json_integer_value(x) >= count)
    return tuner_fail(TUNER_EINPUT, "'%s' is not in 0..%d", key, count - 1);
  *out = (int)json_integer_value(x);
  return TUNER_OK;
}

static int read_samples(json_t *json, struct answer *out) {
  json_t *array = json_object_get(json, "samples"), *item;
  size_t i, n = json_array_size(array);
  if (!json_is_array(array) || n > MEASURE_MAX_SAMPLES) return tuner_fail(TUNER_EINPUT, "'samples' is no list of times");
  if (n == 0) return TUNER_OK;
  out->samples = malloc(n * sizeof *out->samples);
  if (!out->samples) return tuner_nomem();
  json_array_foreach(array, i, item) {
    out->samples[i] = json_number_value(item);
    if (!stats_is_time(out->samples[i])) return tuner_fail(TUNER_EINPUT, "'samples' holds what is no time");
    out->nsamples = i + 1;
  }
  return TUNER_OK;
}

static int read_message(json_t *json, struct answer *out) {
  const char *text = json_string_value(json_object_get(json, "message"));
  if (!text) return tuner_fail(TUNER_EINPUT, "'message' is no text");
  snprintf(out->message, sizeof out->message, "%s", text);
  return TUNER_OK;
}

static int read_answer(json_t *json, struct answer *out) {
  int status = 0, end = 0;
  int code = read_choice(json, "status", TDB_TRIAL_STATUS_COUNT, &status);
  if (!code) code = read_choice(json, "end", MEASURE_END_COUNT, &end);
  out->status = (tdb_status)status;
  out->end = (enum measure_end)end;
  out->lost = json_is_true(json_object_get(json, "lost"));
  if (!code) code = read_figure(json, "seconds", &out->seconds);
  if (!code) code = read_figure(json, "floor", &out->floor_seconds);
  if (!code) code = read_figure(json, "operations", &out->operations);
  if (!code) code = read_figure(json, "bytes", &out->bytes);
  if (!code) code = read_conditions(json, &out->conditions);
  if (!code) code = read_error(json, &out->error);
  if (!code) code = read_message(json, out);
  return code ? code : read_samples(json, out);
}

int answer_decode(struct answer *out, const char *line) {
  json_error_t why;
  memset(out, 0, sizeof *out);
  json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, &why);
  if (!json) return tuner_fail(TUNER_EINPUT, "not JSON: %s", why.text);
  int code = json_is_object(json) ? read_answer(json, out) : tuner_fail(TUNER_EINPUT, "no JSON object");
  json_decref(json);
  if (code) answer_release(out);
  return code;
}

/* ---- Lines ---- */

void line_reader_open(struct line_reader *r, int fd) { *r = (struct line_reader){.fd = fd}; }

void line_reader_close(struct line_reader *r) {
  free(r->bytes);
  *r = (struct line_reader){.fd = -1};
}

static void drop_taken(struct line_reader *r) {
  memmove(r->bytes, r->bytes + r->taken, r->used - r->taken);
  r->used -= r->taken;
  r->taken = 0;
}

char *line_take(struct line_reader *r) {
  if (r->used == r->taken) return NULL;
  char *start = r->bytes + r->taken;
  char *end = memchr(start, '\n', r->used - r->taken);
  if (!end) return NULL;
  *end = '\0';
  r->taken = (size_t)(end + 1 - r->bytes);
  return start;
}

int line_fill(struct line_reader *r) {
  if (!r->bytes && !(r->bytes = malloc(PROTOCOL_LINE))) return tuner_nomem();
  drop_taken(r);
  if (r->used == PROTOCOL_LINE) return tuner_fail(TUNER_EINPUT, "a line of more than %d bytes", PROTOCOL_LINE);
  ssize_t n;
  do n = read(r->fd, r->bytes + r->used, PROTOCOL_LINE - r->used);
  while (n < 0 && errno == EINTR);
  if (n == 0) return TUNER_ENOTFOUND;
  if (n < 0) return errno == ECONNRESET ? TUNER_ENOTFOUND : tuner_fail(TUNER_EENV, "reading a pipe: %s", strerror(errno));
  r->used += (size_t)n;
  return TUNER_OK;
}
