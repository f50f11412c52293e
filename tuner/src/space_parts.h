/* The inside of a space, for its own files. */
#ifndef TUNER_SPACE_PARTS_H
#define TUNER_SPACE_PARTS_H

#include "constrint_space.h"
#include "protocol.h"
#include "space.h"
#include "space_model.h"

struct space {
  const struct spec *spec;
  struct space_model model;
  ci_space *form;  /* every legal configuration */
  size_t width;    /* parameters; at most PROTOCOL_VALUES */
  size_t n;
  double *costs;   /* per configuration, picoseconds; NULL: too many */
  size_t *ranked;  /* by cost; NULL likewise */
  size_t *kinds;   /* the cheapest of each kind, see space_cheapest_kinds(); NULL likewise */
  size_t nkinds;
};

#endif
