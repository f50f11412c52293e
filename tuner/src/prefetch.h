/* The space of the next problem, opened in a thread while the present one is
 * tuned on another device than this processor. */
#ifndef TUNER_PREFETCH_H
#define TUNER_PREFETCH_H

#include "space.h"

struct prefetch; /* NULL: nothing under way */

/* Best effort: NULL if it cannot be begun.  Everything given must live until the end. */
struct prefetch *prefetch_begin(const struct spec *s, const struct problem *p, const hw_model *hw);
/* Of this problem: waits for its space, NULL if it is of another or failed.  Ends the prefetch. */
struct space *prefetch_take(struct prefetch *f, const struct problem *p);
void prefetch_end(struct prefetch *f); /* gives it up; NULL is fine */

#endif
