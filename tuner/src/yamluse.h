/* What the tuner's YAML readers share beyond yamltree.h. */
#ifndef TUNER_YAMLUSE_H
#define TUNER_YAMLUSE_H

#include "spec.h"
#include "yamltree.h"

/* A YT_ code and its message as the tuner's. */
int yaml_code(int yt_code, const yt_error *err);
/* A copy of a scalar's text, the caller's to free; not empty. */
int yaml_copy(char **out, const yt_node *node, yt_error *err);
/* The same for a name of letters, digits and "_.-" that begins with a letter
 * or digit: safe in paths and in "key=value,..." texts.  what: "a kernel's name". */
int yaml_name(char **out, const yt_node *node, const char *what, yt_error *err);
/* May this be a name in .cint (letters, digits, '_'; not first a digit)? */
bool yaml_is_identifier(const char *text);
/* `schema: 1`. */
int yaml_schema(const yt_node *root, yt_error *err);
/* Where a scalar's text begins: behind its quote, or below its '|' or '>'. */
struct spec_place yaml_text_place(const yt_node *scalar);

#endif
