/* "key=value,key=value" texts: made from settings, and taken apart. */
#ifndef TUNER_KEYVALUE_H
#define TUNER_KEYVALUE_H

#include <stddef.h>
#include <stdint.h>
#include "plugin.h"

/* The settings as text, sorted by key if asked (the database's canonical form).
 * The caller frees; NULL: no memory. */
char *keyvalue_text(const kp_setting *settings, size_t n, int sorted);

/* One piece of a text, cut out of it; blanks around key and value do not count. */
struct keyvalue { const char *key, *value; };
/* Cuts `text` in place.  *out (the caller frees) points into it; value is NULL
 * where there is no '='.  Returns a TUNER_ code. */
int keyvalue_cut(char *text, struct keyvalue **out, size_t *n);

/* A decimal int64, nothing else in the text. */
int keyvalue_number(const char *text, int64_t *out);

#endif
