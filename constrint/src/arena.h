/* Memory that is freed all at once. */
#ifndef CI_ARENA_H
#define CI_ARENA_H

#include "budget.h"

struct arena_block;

typedef struct arena {
  budget *budget;
  struct arena_block *blocks; /* the newest first */
  size_t used, size;          /* of the newest */
} arena;

void arena_init(arena *a, budget *b);
void arena_free(arena *a);
/* Zeroed, aligned to 16; NULL when the budget is spent. */
void *arena_alloc(arena *a, size_t bytes);

#endif
