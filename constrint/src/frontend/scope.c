/* Names: look-up, and the nearest one for a message. */
#include "scope.h"
#include <stdio.h>
#include <string.h>
#include "../builder.h"
#include "arrays.h"
#include "parser.h"

enum { LONGEST = 64, FAR = 1000 }; /* names longer than LONGEST get no suggestion */

const ci_let *scope_let(const scope *s, const char *name, size_t len) {
  for (size_t i = 0; i < s->nlets; i++)
    if (strlen(s->lets[i].name) == len && !memcmp(s->lets[i].name, name, len)) return &s->lets[i];
  return NULL;
}

ci_expr scope_find(const scope *s, const char *name, size_t len) {
  const ci_let *let = scope_let(s, name, len);
  if (let) return ci_int(s->builder, let->value);
  ci_expr e = builder_find(s->builder, name, len);
  return e < 0 ? SCOPE_ABSENT : e;
}

static int least(int a, int b, int c) {
  int m = a < b ? a : b;
  return m < c ? m : c;
}

int name_distance(const char *a, size_t n, const char *b, size_t m) {
  int row[LONGEST + 1];
  if (n > LONGEST || m > LONGEST) return FAR;
  for (size_t j = 0; j <= m; j++) row[j] = (int)j;
  for (size_t i = 1; i <= n; i++) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= m; j++) {
      int replaced = diagonal + ((a[i - 1] | 32) != (b[j - 1] | 32));
      diagonal = row[j];
      row[j] = least(replaced, row[j] + 1, row[j - 1] + 1);
    }
  }
  return row[m];
}

/* A name this many edits away is no suggestion any more. */
int name_reach(size_t len) {
  if (len < 3 || len > LONGEST) return 0;
  return len < 6 ? 3 : (int)len / 3 + 1;
}

struct nearest { const char *name; size_t len; int distance; };

static void consider(struct nearest *best, const char *candidate, size_t n, const char *name, size_t len) {
  int d = name_distance(name, len, candidate, n);
  if (d < best->distance) *best = (struct nearest){candidate, n, d};
}

/* Elements of arrays go by their array's name. */
static bool plain(const char *name) { return !strchr(name, '['); }

const char *scope_suggestion(const scope *s, const local *locals, const char *name, size_t len, char *room, size_t size) {
  struct nearest best = {NULL, 0, name_reach(len)};
  for (const local *l = locals; l; l = l->outer) consider(&best, l->name.place.at, l->name.len, name, len);
  for (size_t i = 0; i < builder_names(s->builder); i++) {
    const char *known = builder_name_at(s->builder, i);
    if (plain(known)) consider(&best, known, strlen(known), name, len);
  }
  for (const struct array *a = arrays_first(s->builder); a; a = a->next) consider(&best, a->name, strlen(a->name), name, len);
  for (size_t i = 0; i < s->nlets; i++) consider(&best, s->lets[i].name, strlen(s->lets[i].name), name, len);
  if (!best.name) return "";
  snprintf(room, size, "; did you mean '%.*s'?", (int)best.len, best.name);
  return room;
}
