/* A text that is being read, and how its errors look. */
#ifndef CI_SOURCE_H
#define CI_SOURCE_H

#include <stddef.h>

typedef struct source {
  const char *name; /* in messages; NULL: "<text>" */
  const char *text;
  size_t len;
  int first_line; /* the line number of text[0] */
  size_t shown;   /* how far an excerpt may show it, when that is beyond len; else 0 */
} source;

typedef struct position {
  const char *at; /* within the source's text */
  int line, column; /* from 1; columns count characters, not bytes */
} position;

/* "name:line:column: message", the line, a caret.  Returns CI_ESYNTAX. */
int source_fail(const source *s, position p, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same place as a warning (warning.h): one line, without the excerpt. */
void source_warn(const source *s, position p, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Finds line and column of a byte by counting: for rare use. */
position source_position(const source *s, const char *at);

#endif
