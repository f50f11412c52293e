/* Kinds of samples that another kind falls back on; n is at most the space's size. */
#ifndef CI_SPACE_SAMPLE_H
#define CI_SPACE_SAMPLE_H

#include "draw.h"

int sample_distinct(struct drawer *w, size_t n, int64_t *rows);
int sample_spread(struct drawer *w, size_t n, int64_t *rows);

#endif
