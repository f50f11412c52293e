/* The inside of a space, for its own files. */
#ifndef TUNER_SPACE_PARTS_H
#define TUNER_SPACE_PARTS_H

#include "space.h"
#include "space_model.h"

struct domain { int64_t *values; size_t n; };

struct space {
  const struct spec *spec;
  struct space_model model;
  size_t width;           /* parameters */
  int64_t *values;        /* n rows of width, ascending */
  size_t n;
  struct domain *domains; /* per parameter */
  double *costs;          /* per configuration, picoseconds */
  size_t *ranked;         /* by cost */
};

#endif
