/* Problems and configurations as canonical text: "key=value,...", sorted by key. */
#include "settings.h"
#include <ctype.h>
#include <errno.h>
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

/* One decimal form an integer: "08" and "+8" stay text, so that texts compare. */
static void read_integer(setting *s) {
  const char *digits = s->value + (*s->value == '-');
  char *end;
  if (!isdigit((unsigned char)*digits) || (*digits == '0' && digits[1])) return;
  errno = 0;
  long long v = strtoll(s->value, &end, 10);
  if (*end || errno) return;
  s->is_integer = 1;
  s->integer = v;
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
  read_integer(out);
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

static double key_distance(const setting *a, const setting *b) {
  if (strcmp(a->key, b->key)) return INFINITY;
  if (!strcmp(a->value, b->value)) return 0;
  if (!a->is_integer || !b->is_integer || a->integer <= 0 || b->integer <= 0) return INFINITY;
  return fabs(log2((double)a->integer) - log2((double)b->integer));
}

double settings_distance(const settings *a, const settings *b) {
  if (a->count != b->count) return INFINITY;
  double sum = 0;
  for (size_t i = 0; i < a->count; i++) sum += key_distance(&a->item[i], &b->item[i]);
  return sum;
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
