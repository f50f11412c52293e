/* A cursor that walks over valid JSON and counts lines. */
#include "json_place.h"
#include <string.h>

static bool at_end(const source *s, const position *p) { return p->at >= s->text + s->len; }

static void step(position *p) {
  if (*p->at == '\n') { p->line++; p->column = 1; }
  else if (((unsigned char)*p->at & 0xC0) != 0x80) p->column++;
  p->at++;
}

static void skip_blanks(const source *s, position *p) {
  while (!at_end(s, p) && strchr(" \t\r\n", *p->at)) step(p);
}

static void skip_string(const source *s, position *p) {
  for (step(p); !at_end(s, p) && *p->at != '"'; step(p))
    if (*p->at == '\\') step(p);
  if (!at_end(s, p)) step(p);
}

/* Over one value, whatever it is: brackets are counted, strings skipped. */
static void skip_value(const source *s, position *p) {
  int depth = 0;
  while (!at_end(s, p)) {
    char c = *p->at;
    if (depth == 0 && strchr(",]}", c)) return;
    if (c == '"') {
      skip_string(s, p);
      continue;
    }
    if (c == '[' || c == '{') depth++;
    if (c == ']' || c == '}') depth--;
    step(p);
  }
}

static bool key_is(const position *p, const char *key) {
  size_t n = strlen(key);
  return !strncmp(p->at, "\"", 1) && !strncmp(p->at + 1, key, n) && p->at[n + 1] == '"';
}

position json_member(const source *s, position object, const char *key) {
  position p = object;
  skip_blanks(s, &p);
  if (at_end(s, &p) || *p.at != '{') return object;
  do {
    step(&p); /* over '{' or ',' */
    skip_blanks(s, &p);
    if (at_end(s, &p) || *p.at != '"') return object;
    bool found = (size_t)(s->text + s->len - p.at) > strlen(key) + 2 && key_is(&p, key);
    skip_string(s, &p);
    skip_blanks(s, &p);
    if (!at_end(s, &p)) step(&p); /* ':' */
    skip_blanks(s, &p);
    if (found) return p;
    skip_value(s, &p);
  } while (!at_end(s, &p) && *p.at == ',');
  return object;
}

bool json_first(const source *s, position array, position *element) {
  *element = array;
  skip_blanks(s, element);
  if (at_end(s, element) || *element->at != '[') return false;
  step(element);
  skip_blanks(s, element);
  return !at_end(s, element) && *element->at != ']';
}

bool json_next(const source *s, position *element) {
  skip_value(s, element);
  if (at_end(s, element) || *element->at != ',') return false;
  step(element);
  skip_blanks(s, element);
  return !at_end(s, element);
}

bool json_plain_string(const source *s, position value, source *out, position *begin) {
  if (at_end(s, &value) || *value.at != '"') return false;
  position end = value;
  skip_string(s, &end);
  size_t inside = (size_t)(end.at - value.at) - 2;
  if (memchr(value.at, '\\', inside + 1)) return false;
  step(&value);
  *begin = value;
  *out = *s;
  out->len = (size_t)(value.at - s->text) + inside;
  out->shown = s->len;
  return true;
}
