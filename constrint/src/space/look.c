/* Looking at a form: names, values, labels, order, parts. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "diagram.h"

void ci_space_free(ci_space *s) {
  if (!s) return;
  if (s->mapped) munmap(s->block, s->block_bytes);
  else free(s->block);
  free(s);
}

size_t ci_space_vars(const ci_space *s) { return s->nvars; }

const char *ci_space_var_name(const ci_space *s, size_t var) { return var < s->nvars ? s->vars[var].name : NULL; }

int ci_space_find(const ci_space *s, const char *name) {
  for (size_t i = 0; i < s->nvars; i++)
    if (strcmp(s->vars[i].name, name) == 0) return (int)i;
  return -1;
}

uint32_t space_position(const struct space_var *v, int64_t value) {
  uint32_t lo = 0, hi = v->n;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (v->values[v->sorted ? v->sorted[mid] : mid] < value) lo = mid + 1;
    else hi = mid;
  }
  uint32_t at = lo < v->n && v->sorted ? v->sorted[lo] : lo;
  return lo < v->n && v->values[at] == value ? at : UINT32_MAX;
}

const char *ci_space_label(const ci_space *s, size_t var, int64_t value) {
  if (var >= s->nvars || !s->vars[var].labels) return NULL;
  uint32_t at = space_position(&s->vars[var], value);
  return at == UINT32_MAX ? NULL : s->vars[var].labels[at];
}

size_t ci_space_values(const ci_space *s, size_t var, const int64_t **values) {
  bool known = var < s->nvars;
  if (values) *values = known ? s->vars[var].values : NULL;
  return known ? s->vars[var].n : 0;
}

const uint32_t *ci_space_order(const ci_space *s) { return s->order; }

int ci_space_part(const ci_space *s, size_t var) { return var < s->nvars ? s->vars[var].part : -1; }

void ci_space_info_of(const ci_space *s, ci_space_info *out) { *out = s->info; }
