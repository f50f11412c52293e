/* A spec, a problem and a device as one ConstrINT model: a variable a
 * parameter, in order; every constraint; an objective a cost term. */
#ifndef TUNER_SPACE_MODEL_H
#define TUNER_SPACE_MODEL_H

#include "constrint.h"
#include "hwmodel.h"
#include "problem.h"
#include "spec.h"

struct space_model {
  ci_model *model;
  char *notes;   /* cost terms left out, one a line; "" if none */
  size_t *terms; /* which of the spec's cost terms an objective is */
};

int space_model_compose(struct space_model *out, const struct spec *s, const struct problem *p, const hw_model *hw);
void space_model_release(struct space_model *m);
/* A CI_ code and ci_error() as the tuner's. */
int space_model_code(int ci_code);

#endif
