/* The one-line messages of the YAML reader. */
#include "yamlfail.h"

#include <stdio.h>
#include <string.h>

/* A message is one line whatever the file holds, and goes to terminals. */
static void make_printable(char *text) {
  for (; *text; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7F) *text = '?';
}

void yt_vfail(yt_error *err, const char *name, int line, int column, const char *format, va_list args) {
  int n = snprintf(err->text, sizeof err->text, "%.512s:%d:%d: ", name, line, column);
  vsnprintf(err->text + n, sizeof err->text - (size_t)n, format, args);
  make_printable(err->text);
}

void yt_vfail_file(yt_error *err, const char *path, const char *why) {
  snprintf(err->text, sizeof err->text, "%.512s: %s", path, why);
  make_printable(err->text);
}

int yt_fail(yt_error *err, const yt_node *at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  yt_vfail(err, yt_name(at->tree), at->line, at->column, format, args);
  va_end(args);
  return YT_ESYNTAX;
}

int yt_fail_key(yt_error *err, const yt_node *at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int line = at->key ? at->key_line : at->line, column = at->key ? at->key_column : at->column;
  yt_vfail(err, yt_name(at->tree), line, column, format, args);
  va_end(args);
  return YT_ESYNTAX;
}
