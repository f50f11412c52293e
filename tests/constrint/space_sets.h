/* Random sets of configurations, and a form of each: what the tests of the
 * questions share.  The form is made of the independent sets of its parts;
 * the rows are their whole product, sorted into the order of the form. */
#ifndef SPACE_SETS_H
#define SPACE_SETS_H

#include <space/diagram.h>

enum { SET_VARS = 12, SET_VALUES = 8, SET_ROWS = 6000 };

struct set {
  size_t nvars, n;
  int64_t listed[SET_VARS][SET_VALUES]; /* declared values; not all occur */
  size_t nlisted[SET_VARS];
  int64_t *rows; /* n * nvars, in the form's order */
  ci_space *s;
};

uint64_t set_random(uint64_t *state);
int set_below(uint64_t *state, int n);

/* parts: how many at most; an order that interleaves them, half of the time. */
void set_make(struct set *set, uint64_t *state, int parts);
void set_free(struct set *set);
/* The place of a configuration among the rows, or -1. */
long set_find(const struct set *set, const int64_t *values);
/* The place of a value in a variable's declared list, or -1. */
int set_listed(const struct set *set, size_t var, int64_t value);
/* Any combination of declared values, and now and then of others. */
void set_anywhere(const struct set *set, uint64_t *state, int64_t *values);

#endif
