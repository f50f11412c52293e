/* Strings: growing ones, and UTF-8. */
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void text_add(text *t, const char *format, ...) {
  if (t->failed) return;
  va_list args;
  char *piece;
  va_start(args, format);
  int length = vasprintf(&piece, format, args);
  va_end(args);
  char *grown = length < 0 ? NULL : realloc(t->data, t->size + (size_t)length + 1);
  if (!grown) {
    if (length >= 0) free(piece);
    free(t->data);
    *t = (text){.failed = 1};
    return;
  }
  memcpy(grown + t->size, piece, (size_t)length + 1);
  free(piece);
  t->data = grown;
  t->size += (size_t)length;
}

char *text_take(text *t) {
  if (!t->data) text_add(t, "%s", "");
  char *s = t->data;
  *t = (text){0};
  return s;
}

/* Bytes of the well-formed character at s, 0 if there is none. */
static int utf8_length(const unsigned char *s) {
  if (s[0] < 0x80) return 1;
  int length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
  if (s[0] < 0xc2 || s[0] > 0xf4) return 0;
  for (int i = 1; i < length; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)) return 0; /* overlong, surrogate */
  if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
  return length;
}

int text_is_utf8(const char *s) {
  for (const unsigned char *c = (const unsigned char *)s; *c;) {
    int length = utf8_length(c);
    if (!length) return 0;
    c += length;
  }
  return 1;
}

char *text_to_utf8(const char *s, size_t limit) {
  size_t size = strlen(s), n = 0;
  char *out = malloc((size < limit ? size : limit) + 1);
  if (!out) return NULL;
  for (const unsigned char *c = (const unsigned char *)s; *c;) {
    int length = utf8_length(c), step = length ? length : 1;
    if (n + (size_t)step > limit) break;
    memcpy(out + n, length ? (const char *)c : "?", (size_t)step);
    n += (size_t)step;
    c += step;
  }
  out[n] = '\0';
  return out;
}

int64_t time_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
