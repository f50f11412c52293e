/* Where things stand in a JSON text that is known to be valid: jansson tells
 * no positions, and every message of ours has one. */
#ifndef CI_JSON_PLACE_H
#define CI_JSON_PLACE_H

#include <stdbool.h>
#include "source.h"

/* The position of the value of a key in the object at `object`; of the object
 * itself when the key is not found as it stands. */
position json_member(const source *s, position object, const char *key);
/* The first element of an array; false: it has none. */
bool json_first(const source *s, position array, position *element);
/* From one element to the next one; false: it was the last. */
bool json_next(const source *s, position *element);
/* The characters of a string value; false: it has escapes (or is no string). */
bool json_plain_string(const source *s, position value, source *out, position *begin);

#endif
