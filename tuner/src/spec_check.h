/* What a spec's .cint texts refer to. */
#ifndef TUNER_SPEC_CHECK_H
#define TUNER_SPEC_CHECK_H

#include "spec.h"

/* Every hw.NAME is a figure that hardware models know, every problem.NAME a key of the spec. */
int spec_check_references(const struct spec *s);

#endif
