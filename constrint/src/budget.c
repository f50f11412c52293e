/* The budget: counted memory, wall time and the cancel callback. */
#include "budget.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_EVERY = 256 };

double budget_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void budget_init(budget *b, const ci_limits *limits) {
  memset(b, 0, sizeof *b);
  if (limits) b->limits = *limits;
}

void budget_start(budget *b) {
  b->stopped = CI_OK;
  b->ticks = 0;
  b->deadline = b->limits.seconds > 0 ? budget_now() + b->limits.seconds : 0;
}

/* May `bytes` more be taken? */
static int admit(budget *b, size_t bytes) {
  b->allocations++;
  uint64_t limit = b->limits.memory_bytes;
  if (b->allocations == b->fail_at || (limit && (bytes > limit || b->used > limit - bytes))) {
    b->stopped = CI_ENOMEM;
    return 0;
  }
  return 1;
}

static void account(budget *b, size_t bytes) {
  b->used += bytes;
  if (b->used > b->peak) b->peak = b->used;
}

void *budget_alloc(budget *b, size_t bytes) {
  if (!admit(b, bytes)) return NULL;
  void *block = calloc(1, bytes ? bytes : 1);
  if (!block) {
    b->stopped = CI_ENOMEM;
    return NULL;
  }
  account(b, bytes);
  return block;
}

void *budget_realloc(budget *b, void *block, size_t old_bytes, size_t bytes) {
  if (bytes > old_bytes && !admit(b, bytes - old_bytes)) return NULL;
  void *moved = realloc(block, bytes ? bytes : 1);
  if (!moved) {
    b->stopped = CI_ENOMEM;
    return NULL;
  }
  b->used -= old_bytes;
  account(b, bytes);
  return moved;
}

void budget_free(budget *b, void *block, size_t bytes) {
  if (!block) return;
  b->used -= bytes;
  free(block);
}

int budget_grow(budget *b, void *array, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity) return 1;
  size_t wanted = *capacity < 8 ? 8 : *capacity + *capacity / 2;
  if (wanted < needed) wanted = needed;
  if (wanted > SIZE_MAX / 2 / size) {
    b->stopped = CI_ENOMEM;
    return 0;
  }
  void *old;
  memcpy(&old, array, sizeof old);
  void *moved = budget_realloc(b, old, *capacity * size, wanted * size);
  if (!moved) return 0;
  memcpy(array, &moved, sizeof moved);
  *capacity = wanted;
  return 1;
}

int budget_check(budget *b) {
  if (b->stopped) return b->stopped;
  if (b->limits.cancel && b->limits.cancel(b->limits.cancel_data)) return b->stopped = CI_ECANCEL;
  if (b->deadline > 0 && !(budget_now() < b->deadline)) return b->stopped = CI_ELIMIT;
  return CI_OK;
}

int budget_poll(budget *b) {
  if (b->stopped) return b->stopped;
  if (++b->ticks % POLL_EVERY != 0) return CI_OK;
  return budget_check(b);
}
