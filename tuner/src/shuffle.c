/* Fisher and Yates, as lazily as it is asked. */
#include "shuffle.h"
#include <stdlib.h>
#include "fail.h"

int shuffle_open(struct shuffle *s, size_t n) {
  if (n > UINT32_MAX) return tuner_fail(TUNER_ELIMIT, "%zu configurations are too many to shuffle", n);
  s->order = malloc((n ? n : 1) * sizeof *s->order);
  if (!s->order) return tuner_nomem();
  for (size_t i = 0; i < n; i++) s->order[i] = (uint32_t)i;
  s->n = n;
  s->drawn = 0;
  return TUNER_OK;
}

int64_t shuffle_next(struct shuffle *s, struct random *r) {
  if (s->drawn == s->n) return -1;
  size_t at = s->drawn + random_below(r, s->n - s->drawn);
  uint32_t picked = s->order[at];
  s->order[at] = s->order[s->drawn];
  s->order[s->drawn++] = picked;
  return picked;
}

void shuffle_close(struct shuffle *s) {
  free(s->order);
  s->order = NULL;
}
