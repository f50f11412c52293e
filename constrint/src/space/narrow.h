/* Narrowing the bounds of variables before anything is enumerated. */
#ifndef CI_NARROW_H
#define CI_NARROW_H

#include "pool.h"

/* Narrow domains (those the pool was made with) by what the n conditions, all
 * required, say of bounds. 1: done, 0: they contradict each other, < 0: an error. */
int narrow(struct pool *p, struct pool_domain *domains, const pool_id *conditions, size_t n);

#endif
