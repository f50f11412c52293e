/* Each check holds one operation of a space against brute force and the others. */
#ifndef SPACE_CHECKS_H
#define SPACE_CHECKS_H

#include "space_trial.h"

/* A trial's valid assignments in the order of its space's indices. */
struct listing {
  int number[MAX_ROWS];  /* by index */
  int index[MAX_ROWS];   /* by number; -1: not valid */
  int n;
};
bool list_in_order(const struct trial *t, struct listing *l, struct verdict *v);

typedef bool space_check(const struct trial *t, const struct listing *l, struct verdict *v);

/* space_check_index.c */
space_check check_size, check_counted, check_at, check_rank, check_values, check_marginals, check_parts;
/* space_check_stream.c */
space_check check_columns, check_cursor;
/* space_check_draw.c */
space_check check_independent, check_distinct, check_stratified, check_spread, check_neighbours;
/* space_check_derived.c */
space_check check_restrict, check_saved;

#endif
