/* The legal configurations that differ from one in a single parameter. */
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "space_parts.h"

struct finder {
  const struct space *space;
  int64_t *values;         /* of the centre, one of them changed at a time */
  size_t *near, *far;      /* adjacent ones, and the rest */
  size_t nnear, nfar;
};

static size_t position(const struct domain *d, int64_t value) {
  size_t low = 0, high = d->n;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (d->values[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/* From a position on in one direction: the first legal value is adjacent. */
static void walk(struct finder *f, size_t parameter, size_t from, int step) {
  const struct domain *d = &f->space->domains[parameter];
  int first = 1;
  for (size_t at = from + (size_t)step; at < d->n; at += (size_t)step) { /* below 0 wraps beyond n */
    f->values[parameter] = d->values[at];
    int64_t index = space_find(f->space, f->values);
    if (index < 0) continue;
    if (first) f->near[f->nnear++] = (size_t)index;
    else f->far[f->nfar++] = (size_t)index;
    first = 0;
  }
}

static void find_all(struct finder *f, size_t index) {
  const struct space *s = f->space;
  for (size_t i = 0; i < s->width; i++) {
    int64_t here = space_values(s, index)[i];
    size_t at = position(&s->domains[i], here);
    walk(f, i, at, -1);
    walk(f, i, at, 1);
    f->values[i] = here;
  }
}

/* No configuration has more neighbours. */
static size_t most(const struct space *s) {
  size_t sum = 1;
  for (size_t i = 0; i < s->width; i++) sum += s->domains[i].n;
  return sum;
}

int space_neighbours(const struct space *s, size_t index, size_t **out, size_t *n, size_t *nadjacent) {
  struct finder f = {.space = s};
  f.values = malloc(s->width * sizeof *f.values);
  f.near = malloc(most(s) * sizeof *f.near);
  f.far = malloc(most(s) * sizeof *f.far);
  int ready = f.values && f.near && f.far;
  if (ready) {
    memcpy(f.values, space_values(s, index), s->width * sizeof *f.values);
    find_all(&f, index);
    memcpy(f.near + f.nnear, f.far, f.nfar * sizeof *f.far); /* both fit: together below most() */
    *out = f.near;
    *n = f.nnear + f.nfar;
    *nadjacent = f.nnear;
  } else {
    free(f.near);
  }
  free(f.values);
  free(f.far);
  return ready ? TUNER_OK : tuner_nomem();
}
