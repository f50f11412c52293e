/* What is concluded at the root of constraints together: before any has run, and
 * from what they have left when all have. */
#include "recognise/recognise.h"
#include "solver.h"

/* Propagators that will never run again need not be woken. */
static void drop_watchers(store *s) {
  for (size_t x = 0; x < store_terms(s); x++)
    for (int kind = 0; kind < WATCH_KINDS; kind++) {
      struct watchers *w = &s->watchers[x][kind];
      uint32_t kept = 0;
      for (uint32_t i = 0; i < w->n; i++)
        if (!w->list[i]->dead) w->list[kept++] = w->list[i];
      w->n = kept;
    }
}

int reason_at_root(store *s) {
  int error = recognise(s);
  if (error == CI_OK) error = find_cliques(s);
  drop_watchers(s);
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
