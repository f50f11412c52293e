/* The builder's arrays: a list in order, and a tree by name. */
#include "arrays.h"
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "../builder.h"
#include "../error.h"

size_t shape_total(const box *s) {
  size_t total = 1;
  for (int d = 0; d < s->n; d++) total *= s->size[d];
  return total;
}

static int by_name(const void *a, const void *b) {
  const struct array *x = a, *y = b;
  return strcmp(x->name, y->name);
}

int arrays_add(ci_builder *b, char *name, const box *s, ci_expr *items) {
  struct array *a = malloc(sizeof *a);
  if (!a) return ci_fail(CI_ENOMEM, "out of memory while reading");
  *a = (struct array){NULL, name, *s, items};
  if (!tsearch(a, &b->arrays_by_name, by_name)) {
    free(a);
    return ci_fail(CI_ENOMEM, "out of memory while reading");
  }
  if (!b->arrays) b->last_array = &b->arrays;
  *b->last_array = a;
  b->last_array = &a->next;
  return CI_OK;
}

const struct array *arrays_find(const ci_builder *b, const char *name, size_t len) {
  char room[1024];
  if (!b->arrays || len >= sizeof room) return NULL;
  memcpy(room, name, len);
  room[len] = 0;
  struct array key = {.name = room}, *const *found = tfind(&key, &b->arrays_by_name, by_name);
  return found ? *found : NULL;
}

const struct array *arrays_first(const ci_builder *b) { return b->arrays; }

static void keep(void *node) { (void)node; }

void arrays_free(ci_builder *b) {
  tdestroy(b->arrays_by_name, keep);
  for (struct array *a = b->arrays, *next; a; a = next) {
    next = a->next;
    free(a->name);
    free(a->items);
    free(a);
  }
}
