/* --time for what the library's own limits do not see: the printing. */
#ifndef CMD_DEADLINE_H
#define CMD_DEADLINE_H

#include <time.h>
#include "constrint.h"

struct deadline { double at; }; /* on the monotonic clock; 0: none */

static inline double deadline_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline struct deadline deadline_in(double seconds) {
  return (struct deadline){seconds > 0 ? deadline_now() + seconds : 0};
}

/* CI_ELIMIT or CI_OK. */
static inline int deadline_passed(const struct deadline *d) {
  return d->at > 0 && deadline_now() > d->at ? CI_ELIMIT : CI_OK;
}

#endif
