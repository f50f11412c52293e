/* JSON as a flat list of values that lie over the text: nothing is copied, and
 * each value knows where it stands (a general library's tree has neither). */
#ifndef CI_JSON_H
#define CI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "source.h"

/* An index into the list; 0 is the root, which is nobody's element: none. */
typedef uint32_t js_id;

struct js_value {
  uint32_t at, len; /* in the text, quotes and brackets included */
  js_id next;     /* behind this value and all that it holds */
  uint32_t n;       /* elements of an array, members of an object */
};

struct js_text { struct js_text *next; char text[]; };

typedef struct js_doc {
  const source *source;
  struct js_value *values;
  size_t n, room;
  struct js_text *decoded; /* strings that had escapes */
  position seen;             /* the last place that was asked for */
} js_doc;

enum js_kind { JS_OBJECT, JS_ARRAY, JS_STRING, JS_NUMBER, JS_TRUE, JS_FALSE, JS_NULL, JS_NO_NUMBER };

/* Reads the whole text; js_free() is due afterwards, whatever came of it.
 * Python's NaN and Infinity are read too (JS_NO_NUMBER): tuners write them. */
int js_read(js_doc *j, const source *s);
void js_free(js_doc *j);

enum js_kind js_kind(const js_doc *j, js_id v);
static inline bool js_is(const js_doc *j, js_id v, enum js_kind kind) { return v && js_kind(j, v) == kind; }
static inline uint32_t js_size(const js_doc *j, js_id v) { return j->values[v].n; }
/* The first element, or the first member's key; a key's value is behind it. */
static inline js_id js_first(js_id v) { return v + 1; }
static inline js_id js_next(const js_doc *j, js_id v) { return j->values[v].next; }
/* The text of a value as it stands. */
static inline const char *js_begin(const js_doc *j, js_id v) { return j->source->text + j->values[v].at; }
static inline size_t js_len(const js_doc *j, js_id v) { return j->values[v].len; }

/* A member's value, or 0. */
js_id js_member(const js_doc *j, js_id object, const char *key);
/* Does the string say this? */
bool js_says(const js_doc *j, js_id string, const char *text);
/* A string's characters; plain: they lie in the source.  NULL: no memory. */
const char *js_string(js_doc *j, js_id string, size_t *len, bool *plain);
/* Where it begins: fastest when asked for from front to back. */
position js_place(js_doc *j, js_id v);

#endif
