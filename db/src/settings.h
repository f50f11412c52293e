#ifndef TDB_SETTINGS_H
#define TDB_SETTINGS_H

#include <stddef.h>

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
/* The canonical text of both together. */
int settings_join(char **out, const char *a, const char *b);

#endif
