/* Problems and configurations as canonical text: "key=value,...", sorted by key. */
#include "settings.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "error.h"
#include "tunedb.h"

static int is_key(const char *s) {
  if (!isalpha((unsigned char)*s) && *s != '_') return 0;
  for (; *s; s++)
    if (!isalnum((unsigned char)*s) && *s != '_' && *s != '.' && *s != '-') return 0;
  return 1;
}

static int is_value(const char *s) {
  if (!*s) return 0;
  for (; *s; s++)
    if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '=') return 0;
  return 1;
}

static int by_key(const void *a, const void *b) {
  return strcmp(((const setting *)a)->key, ((const setting *)b)->key);
}

/* One "key=value" in place; `whole` is for the message. */
static int read_setting(setting *out, char *piece, const char *whole) {
  char *equals = strchr(piece, '=');
  if (!equals) return tdb_fail(TDB_EINVAL, "'%s' in '%s' is not key=value", piece, whole);
  *equals = '\0';
  *out = (setting){.key = piece, .value = equals + 1};
  if (!is_key(out->key)) return tdb_fail(TDB_EINVAL, "'%s' in '%s' is not a key", piece, whole);
  if (!is_value(out->value))
    return tdb_fail(TDB_EINVAL, "'%s' has the malformed value '%s' in '%s'", piece, out->value, whole);
  return TDB_OK;
}

static int read_all(settings *out, const char *whole) {
  char *rest = out->text, *piece;
  while ((piece = strsep(&rest, ","))) {
    int rc = read_setting(&out->item[out->count], piece, whole);
    if (rc) return rc;
    out->count++;
  }
  qsort(out->item, out->count, sizeof *out->item, by_key);
  for (size_t i = 1; i < out->count; i++)
    if (!strcmp(out->item[i - 1].key, out->item[i].key))
      return tdb_fail(TDB_EINVAL, "'%s' is given twice in '%s'", out->item[i].key, whole);
  return TDB_OK;
}

int settings_parse(settings *out, const char *text) {
  *out = (settings){0};
  if (!text) return tdb_fail(TDB_EINVAL, "no settings given");
  if (!*text) return TDB_OK;
  size_t pieces = 1;
  for (const char *c = text; *c; c++) pieces += *c == ',';
  out->text = strdup(text);
  out->item = calloc(pieces, sizeof *out->item);
  int rc = out->text && out->item ? read_all(out, text) : tdb_fail(TDB_ENOMEM, "out of memory");
  if (rc) settings_release(out);
  return rc;
}

void settings_release(settings *s) {
  free(s->text);
  free(s->item);
  *s = (settings){0};
}

/* A positive integer in its one decimal form ("08" and "+8" are labels), or 0. */
static double positive(const char *s, size_t size) {
  double v = 0;
  if (!size || size > 18 || *s == '0') return 0;
  for (size_t i = 0; i < size; i++) {
    if (s[i] < '0' || s[i] > '9') return 0;
    v = 10 * v + (s[i] - '0');
  }
  return v;
}

/* Of one "key=value" each. */
static double piece_distance(const char *a, size_t na, const char *b, size_t nb) {
  if (na == nb && !memcmp(a, b, na)) return 0;
  const char *x = memchr(a, '=', na), *y = memchr(b, '=', nb);
  if (!x || !y || x - a != y - b || memcmp(a, b, (size_t)(x - a))) return INFINITY;
  double v = positive(x + 1, na - (size_t)(x + 1 - a)), w = positive(y + 1, nb - (size_t)(y + 1 - b));
  return v > 0 && w > 0 ? fabs(log2(v / w)) : INFINITY;
}

/* Both are sorted by key, so that equal keys stand at equal places: nothing is
 * parsed, for a near answer compares with thousands of texts. */
double settings_distance(const char *a, const char *b) {
  double sum = 0;
  for (;;) {
    size_t na = strcspn(a, ","), nb = strcspn(b, ",");
    double d = piece_distance(a, na, b, nb);
    if (!isfinite(d)) return d;
    sum += d;
    a += na;
    b += nb;
    if (!*a || !*b) return *a == *b ? sum : INFINITY;
    a++;
    b++;
  }
}

static uint64_t hash_more(uint64_t h, const char *s, size_t n) {
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 0x100000001b3u; /* FNV-1a */
  return h;
}

shape settings_shape(const char *text) {
  shape s = {.hash = 0xcbf29ce484222325u};
  while (*text) {
    size_t key = strcspn(text, "=,"), size = strcspn(text, ",");
    double v = key < size ? positive(text + key + 1, size - key - 1) : 0;
    s.hash = hash_more(s.hash, text, v > 0 ? key : size);
    s.hash = hash_more(s.hash, v > 0 ? "#" : ",", 1);
    if (v > 0 && s.count < SHAPE_LOGS) s.log[s.count++] = (float)log2(v);
    text += size + (text[size] == ',');
  }
  return s;
}

double shape_distance(const shape *a, const shape *b) {
  enum { ROUNDING = 4 }; /* in units of float's epsilon, of logarithms below 64 */
  float sum = 0;
  if (a->hash != b->hash || a->count != b->count) return INFINITY;
  for (unsigned i = 0; i < a->count; i++) sum += fabsf(a->log[i] - b->log[i]);
  return fmax(0, (double)sum - ROUNDING * SHAPE_LOGS * 64 * 1.2e-7);
}

static char *write_settings(const settings *s, size_t room) {
  char *text = malloc(room + 1), *at = text;
  if (!text) return NULL;
  *text = '\0';
  for (size_t i = 0; i < s->count; i++)
    at += sprintf(at, "%s%s=%s", i ? "," : "", s->item[i].key, s->item[i].value);
  return text;
}

int tdb_canonical(char **out, const char *text) {
  settings s;
  *out = NULL;
  int rc = settings_parse(&s, text);
  if (rc) return rc;
  *out = write_settings(&s, strlen(text));
  settings_release(&s);
  return *out ? TDB_OK : tdb_fail(TDB_ENOMEM, "out of memory");
}

int settings_join(char **out, const char *a, const char *b) {
  char *both;
  if (asprintf(&both, "%s%s%s", a, *a && *b ? "," : "", b) < 0)
    return tdb_fail(TDB_ENOMEM, "out of memory");
  int rc = tdb_canonical(out, both);
  free(both);
  return rc;
}
