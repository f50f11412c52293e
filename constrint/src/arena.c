/* An arena: blocks of growing size, cut from the front. */
#include "arena.h"

struct arena_block {
  struct arena_block *next;
  size_t bytes; /* header included */
};

enum { HEADER = 16, FIRST = 4096, LARGEST = 1 << 20 };

void arena_init(arena *a, budget *b) {
  *a = (arena){.budget = b};
}

void arena_free(arena *a) {
  while (a->blocks) {
    struct arena_block *next = a->blocks->next;
    budget_free(a->budget, a->blocks, a->blocks->bytes);
    a->blocks = next;
  }
  a->used = a->size = 0;
}

static int add_block(arena *a, size_t bytes) {
  size_t size = a->size ? 2 * a->size : FIRST;
  if (size > LARGEST) size = LARGEST;
  if (size < bytes + HEADER) size = bytes + HEADER;
  struct arena_block *block = budget_alloc(a->budget, size);
  if (!block) return 0;
  block->next = a->blocks;
  block->bytes = size;
  a->blocks = block;
  a->used = HEADER;
  a->size = size;
  return 1;
}

void *arena_alloc(arena *a, size_t bytes) {
  if (bytes > SIZE_MAX / 4) {
    a->budget->stopped = CI_ENOMEM;
    return NULL;
  }
  bytes = (bytes + 15) & ~(size_t)15;
  if (a->size - a->used < bytes && !add_block(a, bytes)) return NULL;
  void *p = (char *)a->blocks + a->used;
  a->used += bytes;
  return p;
}
