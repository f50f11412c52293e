/* Columns of every width, and cursors in every order. */
#include <stdlib.h>
#include <string.h>

#include "space_checks.h"

/* ---- Columns ---- */

static int64_t cell(const void *column, int width, int i) {
  switch (width) {
    case 1: return ((const int8_t *)column)[i];
    case 2: return ((const int16_t *)column)[i];
    case 4: return ((const int32_t *)column)[i];
    default: return ((const int64_t *)column)[i];
  }
}

/* The position of a choice among those that occur. */
static int64_t position(const struct trial *t, int var, int64_t value) {
  const int64_t *values;
  size_t n = ci_space_values(t->space, (size_t)var, &values), i = 0;
  while (i < n && values[i] != value) i++;
  return (int64_t)i;
}

static bool same_cells(const struct trial *t, const struct listing *l, int first, int n, int width, bool positions,
                       void *const *columns, struct verdict *v) {
  for (int i = 0; i < n; i++) {
    int64_t values[MAX_VARS];
    values_of(&t->m, l->number[first + i], values);
    for (int var = 0; var < t->m.vars; var++) {
      if (!columns[var]) continue;
      int64_t wanted = positions ? position(t, var, values[var]) : values[var], got = cell(columns[var], width, i);
      if (got != wanted)
        return fail(v, "columns from %d, width %d: row %d, v%d: %lld, not %lld", first, width, i, var, (long long)got, (long long)wanted);
    }
  }
  return true;
}

static bool columns_from(const struct trial *t, const struct listing *l, int first, int n, struct verdict *v) {
  static const int widths[] = {1, 2, 4, 8};
  static int64_t room[MAX_VARS][MAX_ROWS + 1];
  void *columns[MAX_VARS];
  int width = widths[random_below(4)], positions = random_below(2);
  uint64_t given;
  for (int var = 0; var < t->m.vars; var++) {
    columns[var] = random_below(6) ? room[var] : NULL;
    memset((char *)room[var] + (size_t)n * (size_t)width, 0x5a, sizeof(int64_t));
  }
  if (!fine(v, ci_space_columns(t->space, (uint64_t)first, (uint64_t)n, width, positions, columns, &given), "columns")) return false;
  int wanted = first >= l->n ? 0 : n < l->n - first ? n : l->n - first;
  if (given != (uint64_t)wanted) return fail(v, "columns from %d: %d given, not %d", first, (int)given, wanted);
  for (int var = 0; var < t->m.vars; var++)
    for (size_t b = 0; b < sizeof(int64_t); b++)
      if (columns[var] && ((char *)room[var])[(size_t)n * (size_t)width + b] != 0x5a) return fail(v, "columns: written past their end");
  return same_cells(t, l, first, wanted, width, positions, columns, v);
}

bool check_columns(const struct trial *t, const struct listing *l, struct verdict *v) {
  if (!columns_from(t, l, 0, l->n, v)) return false;
  for (int k = 0; k < 3; k++)
    if (!columns_from(t, l, random_below(l->n + 2), random_below(l->n + 2), v)) return false;
  return true;
}

/* ---- Cursors ---- */

struct cursor_order { const struct trial *t; int order[MAX_VARS], sign[MAX_VARS]; };

static int in_cursor_order(const void *a, const void *b, void *data) {
  const struct cursor_order *o = data;
  int x[MAX_VARS], y[MAX_VARS];
  choice_of(&o->t->m, *(const int *)a, x);
  choice_of(&o->t->m, *(const int *)b, y);
  for (int i = 0; i < o->t->m.vars; i++) {
    int var = o->order[i], sign = o->sign[var];
    if (x[var] == y[var]) continue;
    int64_t left = held_value(&o->t->m.var[var], x[var]), right = held_value(&o->t->m.var[var], y[var]);
    if (!sign) return x[var] < y[var] ? -1 : 1; /* as listed */
    return (left < right) == (sign < 0) ? -1 : 1;
  }
  return 0;
}

static bool follow(const struct trial *t, ci_cursor *c, const int *numbers, int n, const char *text, struct verdict *v) {
  int64_t values[MAX_VARS];
  ci_answer answer;
  for (int i = 0; i <= n; i++) {
    if (!fine(v, ci_cursor_next(c, values, &answer), "cursor")) return false;
    if ((answer == CI_FOUND) != (i < n)) return fail(v, "cursor '%s': answer %d at %d of %d", text, answer, i, n);
    if (i < n && number_with(&t->m, values) != numbers[i]) return fail(v, "cursor '%s': another configuration at %d of %d", text, i, n);
  }
  if (!fine(v, ci_cursor_next(c, values, &answer), "cursor")) return false;
  return answer == CI_NONE ? true : fail(v, "cursor '%s': goes on after its end", text);
}

static bool run_cursor(const struct trial *t, const char *order, const int *numbers, int n, struct verdict *v) {
  ci_cursor *c;
  if (!fine(v, ci_cursor_new(&c, t->space, order), "cursor")) return false;
  bool right = follow(t, c, numbers, n, order ? order : "", v);
  ci_cursor_free(c);
  return right;
}

bool check_cursor(const struct trial *t, const struct listing *l, struct verdict *v) {
  struct cursor_order o = {.t = t};
  static int numbers[MAX_ROWS];
  char text[TRIAL_ORDER];
  if (!run_cursor(t, NULL, l->number, l->n, v)) return false;
  for (int k = 0; k < 2; k++) {
    if (!random_names(&t->m, true, text, o.order, o.sign)) continue;
    memcpy(numbers, t->rows, (size_t)t->solutions * sizeof *numbers);
    qsort_r(numbers, (size_t)t->solutions, sizeof *numbers, in_cursor_order, &o);
    if (!run_cursor(t, text, numbers, t->solutions, v)) return false;
  }
  return true;
}
