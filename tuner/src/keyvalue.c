/* "key=value,key=value" texts: made from settings, and taken apart. */
#include "keyvalue.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"

static int by_key(const void *a, const void *b) {
  return strcmp(((const kp_setting *)a)->key, ((const kp_setting *)b)->key);
}

static void write_settings(FILE *to, const kp_setting *settings, size_t n) {
  for (size_t i = 0; i < n; i++) {
    fprintf(to, "%s%s=", i ? "," : "", settings[i].key);
    if (settings[i].label) fputs(settings[i].label, to);
    else fprintf(to, "%" PRId64, settings[i].value);
  }
}

char *keyvalue_text(const kp_setting *settings, size_t n, int sorted) {
  char *text = NULL;
  size_t size;
  kp_setting *order = malloc((n ? n : 1) * sizeof *order);
  FILE *to = order ? open_memstream(&text, &size) : NULL;
  if (to) {
    if (n) memcpy(order, settings, n * sizeof *order);
    if (sorted) qsort(order, n, sizeof *order, by_key);
    write_settings(to, order, n);
    if (fclose(to)) { /* no memory for the text */
      free(text);
      text = NULL;
    }
  }
  free(order);
  return text;
}

static char *trim(char *text) {
  while (isspace((unsigned char)*text)) text++;
  char *end = text + strlen(text);
  while (end > text && isspace((unsigned char)end[-1])) *--end = 0;
  return text;
}

int keyvalue_cut(char *text, struct keyvalue **out, size_t *n) {
  size_t count = 1;
  for (const char *c = text; *c; c++) count += *c == ',';
  struct keyvalue *pieces = malloc(count * sizeof *pieces);
  if (!pieces) return tuner_nomem();
  for (size_t i = 0; i < count; i++) {
    char *piece = strsep(&text, ",");
    char *value = strchr(piece, '=');
    if (value) *value++ = 0;
    pieces[i] = (struct keyvalue){trim(piece), value ? trim(value) : NULL};
  }
  *out = pieces;
  *n = count;
  return TUNER_OK;
}

int keyvalue_number(const char *text, int64_t *out) {
  const char *digits = text + (*text == '-');
  if (!isdigit((unsigned char)*digits)) return TUNER_EINPUT;
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno || *end) return TUNER_EINPUT;
  *out = value;
  return TUNER_OK;
}
