/* What a name stands for while a text is read: a variable or named expression
 * of the builder, or a figure that the caller gave. */
#ifndef CI_SCOPE_H
#define CI_SCOPE_H

#include <stdbool.h>
#include "constrint.h"

enum { SCOPE_ABSENT = -100 }; /* no error code: nothing of that name */

struct data;
struct local;

typedef struct scope {
  ci_builder *builder;
  const ci_let *lets;
  size_t nlets;
  struct data *data; /* of a native text's parameters (data.h); NULL: none given */
} scope;

ci_expr scope_find(const scope *s, const char *name, size_t len);
/* Did the caller give a figure of that name? */
const ci_let *scope_let(const scope *s, const char *name, size_t len);
/* "; did you mean 'x'?" when a declared name is near, else "". */
const char *scope_suggestion(const scope *s, const struct local *locals, const char *name, size_t len, char *room, size_t size);
/* The distance in edits; a name at name_reach() or farther is no suggestion. */
int name_reach(size_t len);
int name_distance(const char *a, size_t n, const char *b, size_t m);

#endif
