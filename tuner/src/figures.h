/* Which hardware figure an expression needs and the device lacks. */
#ifndef TUNER_FIGURES_H
#define TUNER_FIGURES_H

#include <stddef.h>
#include "hwmodel.h"
#include "spec.h"

/* Per define of the spec: the figure that it lacks, directly or through an
 * earlier define, without "hw."; NULL: none.  The texts and the array are the caller's. */
struct figures {
  const struct spec *spec;
  const hw_model *hw;
  char **missing;
  size_t ndefines; /* known so far */
};

int figures_open(struct figures *f, const struct spec *s, const hw_model *hw);
void figures_close(struct figures *f);
/* *out: the first figure that a text needs and the device lacks (the caller
 * frees), or NULL. */
int figures_missing(const struct figures *f, const char *text, char **out);

#endif
