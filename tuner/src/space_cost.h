/* What the configurations of a space should cost, and their order by it. */
#ifndef TUNER_SPACE_COST_H
#define TUNER_SPACE_COST_H

#include "space_parts.h"

/* Of values, one a parameter. */
int cost_of_values(const struct space *s, const int64_t *values, double *out);
/* Fills s->costs and s->ranked. */
int cost_rank_all(struct space *s, const struct space_limits *limits);

#endif
