/* A cursor, and the two ways that one moves. */
#ifndef CI_SPACE_CURSOR_H
#define CI_SPACE_CURSOR_H

#include "walk.h"

/* How a variable's values follow each other. */
enum value_order { LISTED, SMALLEST_FIRST, LARGEST_FIRST };

/* A variable with a choice, in the cursor's order. */
struct turn {
  uint32_t var;
  enum value_order by;
};

struct cursor_way;

struct ci_cursor {
  const ci_space *s;
  const struct cursor_way *way;
  struct turn *turns;
  size_t nturns;
  bool begun, ended;
  int64_t *row;
  void *state; /* of the way */
};

struct cursor_way {
  bool (*start)(ci_cursor *c); /* make state; false: no memory */
  /* The next configuration into c->row: CI_FOUND, CI_NONE or CI_ENOMEM. */
  int (*next)(ci_cursor *c);
  void (*stop)(ci_cursor *c); /* free state, which may be half made */
};

/* Each part's variables in the order of its levels, values as listed: one edge after the other. */
extern const struct cursor_way cursor_along;
/* Any order. */
extern const struct cursor_way cursor_across;

/* Read an order of variables: turns has room for all, fixed ones are left out. */
int cursor_order(const ci_space *s, const char *text, struct turn *turns, size_t *nturns);

#endif
