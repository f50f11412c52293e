/* The linear relaxation: rows lo <= sum a[k]*x[k] <= hi that every solution
 * obeys, exactly, gathered from the constraints of one part of the problem.
 * Rows hold at the root: they rest on nothing that the search decides. */
#ifndef CI_LP_ROWS_H
#define CI_LP_ROWS_H

#include "../solver.h"

struct lp_rows {
  store *s;
  budget *b;
  int32_t component; /* that the rows belong to */
  /* columns: terms whose bounds are small */
  term *term_of;
  int32_t *col_of; /* per term; -1: none */
  wide *root_lo, *root_hi; /* per column */
  size_t cols, terms, term_of_capacity, root_lo_capacity, root_hi_capacity;
  /* rows; WIDE_MIN and WIDE_MAX: no such side */
  size_t n, lo_capacity, hi_capacity, start_capacity;
  wide *lo, *hi;
  size_t *start; /* n + 1 */
  /* their entries */
  size_t entries, col_capacity, a_capacity;
  int32_t *col;
  wide *a;
  bool whole; /* they say all that the constraints of this part say */
};

/* Numbers in a row, and bounds of a column, are smaller than this. */
#define LP_SMALL ((wide)1 << 62)
enum { LP_ENTRIES = 200000 /* beyond that there is no relaxation */ };

/* Of that part of the problem.  0 or an error; no rows is an answer, too. */
int lp_rows_gather(struct lp_rows *r, const ci_solver *s, int32_t component);
void lp_rows_free(struct lp_rows *r);
/* One more; the arrays may hold a term once only.  CI_OK, also where it is left out. */
int lp_rows_add(struct lp_rows *r, const wide *a, const term *x, size_t n, wide lo, wide hi);

#endif
