#ifndef TDB_SETTINGS_H
#define TDB_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

/* A text "key=value,key=value" taken apart, sorted by key. */
typedef struct setting {
  const char *key, *value; /* inside settings.text */
} setting;

typedef struct settings {
  char *text; /* the parsed copy */
  setting *item;
  size_t count;
} settings;

int settings_parse(settings *out, const char *text);
void settings_release(settings *s);
/* Of two canonical texts: the sum of |log2(a/b)| over the integer keys; infinite where
 * the keys or the labels differ, or where unequal integers are not both positive. */
double settings_distance(const char *a, const char *b);
/* What a text has in common with those at a finite distance: the hash of all but its positive
 * integers, and the logarithms of (the first of) these.  Two sums over them never exceed
 * settings_distance, so most texts are ruled out without being read. */
enum { SHAPE_LOGS = 8 };
typedef struct shape {
  uint64_t hash;
  unsigned count;
  float log[SHAPE_LOGS];
} shape;
shape settings_shape(const char *text);
/* A lower bound of the distance; infinite where that is. */
double shape_distance(const shape *a, const shape *b);
/* The canonical text of both together. */
int settings_join(char **out, const char *a, const char *b);

#endif
