/* One allocator and one budget (time, memory, cancel) for everything a solver
 * does.  Every block is counted; when the limit is reached, allocation fails,
 * and the first reason to stop is kept in `stopped`. */
#ifndef CI_BUDGET_H
#define CI_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "../include/constrint.h"

typedef struct budget {
  ci_limits limits;
  double deadline;       /* monotonic seconds; 0: none */
  uint64_t used, peak;   /* bytes */
  uint64_t fail_at;      /* tests: the allocation that fails, counted from 1; 0: none */
  uint64_t allocations;  /* so far */
  uint32_t ticks;        /* polls since the clock was last read */
  int stopped;           /* CI_OK, or CI_ENOMEM, CI_ELIMIT, CI_ECANCEL */
} budget;

void budget_init(budget *b, const ci_limits *limits);
/* A call begins: the time starts now, and what stopped the last one is forgotten. */
void budget_start(budget *b);
/* NULL when the limit is reached or the system has no more. */
void *budget_alloc(budget *b, size_t bytes); /* zeroed */
void *budget_realloc(budget *b, void *block, size_t old_bytes, size_t bytes);
void budget_free(budget *b, void *block, size_t bytes);
/* Make room for one more element of `size` bytes; false: out of memory. */
int budget_grow(budget *b, void *array, size_t *capacity, size_t needed, size_t size);
/* CI_OK, or why to stop.  Cheap: looks at clock and callback now and then. */
int budget_poll(budget *b);
/* The same, but looks now. */
int budget_check(budget *b);
double budget_now(void);

#endif
