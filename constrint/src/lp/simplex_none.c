/* Without GLPK (CONSTRINT_GLPK=OFF): there is never a simplex, so no relaxation. */
#include "simplex.h"

#include <stddef.h>

struct simplex *simplex_new(const struct lp_rows *r, int32_t z, int sign) {
  (void)r, (void)z, (void)sign;
  return NULL;
}

void simplex_free(struct simplex *x) { (void)x; }
void simplex_bounds(struct simplex *x, size_t col, double lo, double hi) { (void)x, (void)col, (void)lo, (void)hi; }

bool simplex_add_row(struct simplex *x, const struct lp_rows *r, size_t row) {
  (void)x, (void)r, (void)row;
  return false;
}

enum simplex_answer simplex_solve(struct simplex *x, int iterations, double seconds) {
  (void)x, (void)iterations, (void)seconds;
  return SIMPLEX_BROKEN;
}

const double *simplex_multipliers(const struct simplex *x) { return (void)x, NULL; }
const double *simplex_values(const struct simplex *x) { return (void)x, NULL; }
int simplex_iterations(const struct simplex *x) { return (void)x, 0; }
size_t simplex_memory(void) { return 0; }
bool simplex_exists(void) { return false; }
