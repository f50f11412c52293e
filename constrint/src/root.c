/* What is concluded at the root of constraints together: before any has run, and
 * from what they have left when all have. */
#include "recognise/recognise.h"
#include "solver.h"

int reason_at_root(store *s) {
  int error = recognise(s);
  if (error == CI_OK) error = find_cliques(s);
  return error < 0 ? error : narrow_differences(s);
}

enum { ROUNDS = 3 }; /* residues that propagation turns into new ones */

int propagate_root(store *s) {
  int root = store_propagate(s);
  for (int k = 0; k < ROUNDS && root == 1; k++) {
    uint64_t changes = store_changes(s);
    int error = solve_equations(s);
    if (error < 0) return error;
    if (!s->failed && store_changes(s) == changes) return root;
    root = store_propagate(s);
  }
  return root;
}
