/* What is concluded at the root of constraints together, before any has run. */
#include "solver.h"

int reason_at_root(store *s) {
  int error = find_cliques(s);
  return error < 0 ? error : narrow_differences(s);
}
