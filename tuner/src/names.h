/* The names that a .cint text uses. */
#ifndef TUNER_NAMES_H
#define TUNER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* The next name at or after *at (dots belong to it: hw.cores), its length, or
 * NULL; *at moves behind it.  Comments and numbers are passed over. */
const char *names_next(const char **at, size_t *length);
/* Is the name of this length `text`? */
bool names_equal(const char *name, size_t length, const char *text);

#endif
