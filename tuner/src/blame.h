/* Why a kernel has no configuration for a problem on a device: the constraints of
 * its spec that cannot hold together, or the fewest that must give way, and the
 * figures of the device and the problem that they rest on. */
#ifndef TUNER_BLAME_H
#define TUNER_BLAME_H

#include <stdbool.h>
#include "constrint.h"
#include "hwmodel.h"
#include "problem.h"
#include "spec.h"

struct blame {
  bool legal;                        /* there is a configuration: nothing is to blame */
  const struct spec_text **constraints; /* of the spec, in its order */
  size_t nconstraints;
  const hw_figure **figures;         /* in the model's order; belong to it */
  size_t nfigures;
  size_t *keys;                      /* of the spec's problem, as indices */
  size_t nkeys;
};

/* options: limits; may be NULL.  relax: the fewest constraints to drop. */
int blame_find(struct blame *out, const struct spec *s, const struct problem *p, const hw_model *hw,
               const ci_options *options, bool relax);
void blame_release(struct blame *b);
/* The names of the constraints in one line. */
void blame_names(const struct blame *b, char *text, size_t size);

#endif
