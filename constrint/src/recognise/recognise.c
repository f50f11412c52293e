/* The recognisers, in the order in which one's finds help the next. */
#include "recognise.h"

static int (*const recognisers[])(store *s) = {
  recognise_named_differences, recognise_systems, recognise_machines, recognise_inverses, recognise_steps,
};

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

int recognise(store *s) {
  for (size_t i = 0; i < sizeof recognisers / sizeof *recognisers; i++) {
    int error = s->failed ? CI_OK : recognisers[i](s);
    if (error < 0) return error;
  }
  drop_watchers(s);
  return CI_OK;
}
