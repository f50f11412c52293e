/* Messages with a place: "file:line:column: what", the line and a caret. */
#include "source.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "../error.h"
#include "constrint.h"
#include "warning.h"

enum { BEFORE = 60, AFTER = 40, MESSAGE = 1024, EXCERPT = 512 };

static const char *shown_name(const source *s) { return s->name ? s->name : "<text>"; }

static int continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

static const char *line_start(const source *s, const char *at) {
  while (at > s->text && at[-1] != '\n') at--;
  return at;
}

static const char *line_end(const source *s, const char *at) {
  const char *end = s->text + (s->shown ? s->shown : s->len);
  while (at < end && *at != '\n' && *at != '\r') at++;
  return at;
}

/* Control characters would disturb the caret's column. */
static char printable(char c) {
  if (c == '\t') return ' ';
  return (unsigned char)c < 32 || c == 127 ? '?' : c;
}

/* The line around `at`, cut on both sides when it is long, and a caret under it. */
static void excerpt(char *out, const source *s, const char *at) {
  const char *from = line_start(s, at), *to = line_end(s, at);
  const char *left = at - from > BEFORE ? at - BEFORE : from;
  const char *right = to - at > AFTER ? at + AFTER : to;
  for (int i = 0; i < 3 && left > from && continues(*left); i++) left--; /* no half characters */
  for (int i = 0; i < 3 && right < to && continues(*right); i++) right++;
  char *o = out;
  o += sprintf(o, "\n  %s", left > from ? "..." : "");
  for (const char *p = left; p < right; p++) *o++ = printable(*p);
  o += sprintf(o, "%s\n  %s", right < to ? "..." : "", left > from ? "   " : "");
  for (const char *p = left; p < at; p++)
    if (!continues(*p)) *o++ = ' ';
  strcpy(o, "^");
}

int source_fail(const source *s, position p, const char *format, ...) {
  char message[MESSAGE], lines[EXCERPT];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  excerpt(lines, s, p.at);
  return ci_fail(CI_ESYNTAX, "%.1000s:%d:%d: %s%s", shown_name(s), p.line, p.column, message, lines);
}

void source_warn(const source *s, position p, const char *format, ...) {
  char message[MESSAGE];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  warning_add("%.1000s:%d:%d: warning: %s", shown_name(s), p.line, p.column, message);
}

position source_position(const source *s, const char *at) {
  position p = {at, s->first_line, 1};
  for (const char *c = s->text; c < at; c++) {
    if (*c == '\n') { p.line++; p.column = 1; }
    else if (!continues(*c)) p.column++;
  }
  return p;
}
