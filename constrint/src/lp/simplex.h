/* GLPK's simplex behind a door: numbers in, guesses out.  Nothing that comes
 * from here is believed (combine.h makes it exact), nothing here prints, and
 * GLPK's aborts end in an answer: the linear programme is out of order.
 *
 * GLPK keeps its state per thread; a `simplex` belongs to the thread that made it. */
#ifndef CI_LP_SIMPLEX_H
#define CI_LP_SIMPLEX_H

#include "rows.h"

struct simplex;

enum simplex_answer {
  SIMPLEX_BEST,  /* optimal as far as one can see: x, y, and the objective */
  SIMPLEX_NONE,  /* no solution, as far as one can see: y is why */
  SIMPLEX_OPEN,  /* a limit */
  SIMPLEX_BROKEN /* out of order: free it and do without */
};

/* Minimise sign * column z (z < 0: nothing).  NULL: cannot be had. */
struct simplex *simplex_new(const struct lp_rows *r, int32_t z, int sign);
void simplex_free(struct simplex *x);
/* Tell the bounds of a column; cheap where they are as they were. */
void simplex_bounds(struct simplex *x, size_t col, double lo, double hi);
/* One more row of r, added to it since. */
bool simplex_add_row(struct simplex *x, const struct lp_rows *r, size_t row);
enum simplex_answer simplex_solve(struct simplex *x, int iterations, double seconds);
/* Of the last answer: a multiplier a row, a value a column. */
const double *simplex_multipliers(const struct simplex *x);
const double *simplex_values(const struct simplex *x);
int simplex_iterations(const struct simplex *x); /* of the last solve */
size_t simplex_memory(void); /* that GLPK holds in this thread */
bool simplex_exists(void); /* false: the library was built without GLPK (simplex_none.c) */

#endif
