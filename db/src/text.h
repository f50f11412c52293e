#ifndef TDB_TEXT_H
#define TDB_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A growing string.  After a failure to allocate, `data` is NULL and stays so. */
typedef struct text {
  char *data;
  size_t size;
  int failed;
} text;

void text_add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The string is the caller's; NULL after a failure. */
char *text_take(text *t);

/* Is s well-formed UTF-8?  (JSON carries nothing else.) */
int text_is_utf8(const char *s);
/* A copy with '?' for every byte that is not, and at most `limit` bytes; NULL: no memory. */
char *text_to_utf8(const char *s, size_t limit);

int64_t time_us(void); /* microseconds since 1970 UTC */

#endif
