/* The recognisers, in the order in which one's finds help the next. */
#include "recognise.h"

static int (*const recognisers[])(store *s) = {
  recognise_named_differences, recognise_systems, recognise_machines, recognise_inverses, recognise_steps,
};

int recognise(store *s) {
  for (size_t i = 0; i < sizeof recognisers / sizeof *recognisers; i++) {
    int error = s->failed ? CI_OK : recognisers[i](s);
    if (error < 0) return error;
  }
  return CI_OK;
}
