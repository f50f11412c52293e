/* A uniformly random order of 0..n-1, drawn one by one. */
#ifndef TUNER_SHUFFLE_H
#define TUNER_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>
#include "random.h"

struct shuffle { uint32_t *order; size_t n, drawn; };

int shuffle_open(struct shuffle *s, size_t n);
/* The next number, or -1 when all are drawn. */
int64_t shuffle_next(struct shuffle *s, struct random *r);
void shuffle_close(struct shuffle *s);

#endif
