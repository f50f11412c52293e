/* A uniformly random order of 0..n-1, drawn one by one. */
#ifndef TUNER_SHUFFLE_H
#define TUNER_SHUFFLE_H

#include <stdint.h>
#include "map.h"
#include "random.h"

struct shuffle { struct map moved; uint64_t n, drawn; };

void shuffle_open(struct shuffle *s, uint64_t n);
/* The next number; STRATEGY_END when all are drawn, STRATEGY_NOMEM (strategy.h). */
int64_t shuffle_next(struct shuffle *s, struct random *r);
void shuffle_close(struct shuffle *s);

#endif
