/* Constraints over lists: they are refuted where no value, row or matching is left. */
#include <stdlib.h>
#include <string.h>

#include "../global.h"
#include "network.h"

/* ---- in ---- */

static bool step_in(struct network *w, cell z, cell x) {
  const struct list *list = &w->g->lists[w->cells[z].data];
  wide lo = WIDE_MAX, hi = WIDE_MIN;
  bool all = cell_fixed(w, x);
  for (size_t i = 0; i < list->n; i++) {
    wide v = list->values[i];
    if (!cell_has(w, x, v)) continue;
    lo = v < lo ? v : lo;
    hi = v > hi ? v : hi;
    if (cell_false(w, z) && !cell_remove(w, x, v)) return false;
  }
  if (lo > hi) return cell_within(w, z, 0, 0);
  if (all && !cell_within(w, z, 1, 1)) return false;
  if (!cell_true(w, z)) return true;
  if (!cell_within(w, x, lo, hi)) return false;
  return cell_has(w, x, lo) || !(w->broken = true);
}

/* ---- table ---- */

static bool row_fits(const struct network *w, cell z, const int64_t *row) {
  const struct cell_of *c = &w->cells[z];
  for (int32_t i = 0; i < c->n; i++)
    if (!cell_has(w, w->args[c->first + (size_t)i], row[i])) return false;
  return true;
}

static bool all_fixed(const struct network *w, cell z) {
  const struct cell_of *c = &w->cells[z];
  for (int32_t i = 0; i < c->n; i++)
    if (!cell_fixed(w, w->args[c->first + (size_t)i])) return false;
  return true;
}

static bool step_column(struct network *w, cell z, size_t column, const int64_t *rows, size_t count) {
  size_t n = (size_t)w->cells[z].n;
  wide lo = WIDE_MAX, hi = WIDE_MIN;
  for (size_t r = 0; r < count; r++) {
    wide v = rows[r * n + column];
    if ((v >= lo && v <= hi) || !row_fits(w, z, rows + r * n)) continue;
    lo = v < lo ? v : lo;
    hi = v > hi ? v : hi;
  }
  if (lo > hi) return cell_within(w, z, 0, 0);
  return !cell_true(w, z) || cell_within(w, cell_args(w, z)[column], lo, hi);
}

static bool some_row_fits(const struct network *w, cell z, const int64_t *rows, size_t count) {
  for (size_t r = 0; r < count; r++)
    if (row_fits(w, z, rows + r * (size_t)w->cells[z].n)) return true;
  return false;
}

static bool step_table(struct network *w, cell z) {
  const struct list *list = &w->g->lists[w->cells[z].data];
  size_t n = (size_t)w->cells[z].n;
  if (!some_row_fits(w, z, list->values, list->n / n)) return cell_within(w, z, 0, 0);
  if (all_fixed(w, z)) return cell_within(w, z, 1, 1);
  for (size_t i = 0; i < n; i++)
    if (!step_column(w, z, i, list->values, list->n / n)) return false;
  return true;
}

/* ---- all different ---- */

enum { FIELD = 1 << 20 /* arguments times values */ };

/* Values from lo on; owner: which argument has it. */
struct matching { struct network *w; const cell *x; size_t n, values; wide lo; int32_t *owner; bool *seen; };

static bool place(struct matching *m, size_t i) {
  for (size_t v = 0; v < m->values; v++) {
    if (m->seen[v] || !cell_has(m->w, m->x[i], m->lo + (wide)v)) continue;
    m->seen[v] = true;
    if (m->owner[v] >= 0 && !place(m, (size_t)m->owner[v])) continue;
    m->owner[v] = (int32_t)i;
    return true;
  }
  return false;
}

/* Has every argument a value of its own?  True also where that is too much work. */
static bool has_matching(struct network *w, const cell *x, size_t n) {
  wide lo = WIDE_MAX, hi = WIDE_MIN;
  for (size_t i = 0; i < n; i++) {
    lo = cell_lo(w, x[i]) < lo ? cell_lo(w, x[i]) : lo;
    hi = cell_hi(w, x[i]) > hi ? cell_hi(w, x[i]) : hi;
  }
  if (n == 0 || wide_saturated(lo) || wide_saturated(hi) || wide_sub(hi, lo) >= FIELD / (wide)n) return true;
  struct matching m = {.w = w, .x = x, .n = n, .values = (size_t)(hi - lo + 1), .lo = lo};
  m.owner = malloc(m.values * sizeof *m.owner);
  m.seen = malloc(m.values);
  bool fine = m.owner && m.seen;
  if (!fine) w->spent = true;
  if (fine) memset(m.owner, 0xff, m.values * sizeof *m.owner);
  for (size_t i = 0; fine && i < n && !network_stopped(w); i++) {
    memset(m.seen, 0, m.values);
    fine = place(&m, i);
  }
  free(m.owner);
  free(m.seen);
  return fine || w->spent;
}

/* Hall intervals too wide for a matching value by value. */
static bool crowded(struct network *w, const cell *x, size_t n) {
  for (size_t i = 0; i < n && !network_stopped(w); i++) {
    for (size_t k = 0; k < n; k++) {
      wide lo = cell_lo(w, x[i]), hi = cell_hi(w, x[k]), in = 0;
      if (lo > hi || wide_sub(hi, lo) >= (wide)n) continue;
      for (size_t j = 0; j < n; j++) in += cell_lo(w, x[j]) >= lo && cell_hi(w, x[j]) <= hi;
      if (in > hi - lo + 1) return true;
    }
  }
  return false;
}

static bool keep_apart(struct network *w, const cell *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!cell_fixed(w, x[i])) continue;
    for (size_t k = 0; k < n; k++)
      if (k != i && (cell_same(w, x[k]) == cell_same(w, x[i]) ? !(w->broken = true) : !cell_remove(w, x[k], cell_lo(w, x[i])))) return false;
  }
  if (crowded(w, x, n) || !has_matching(w, x, n)) w->broken = true;
  return !w->broken;
}

static bool two_equal(const struct network *w, const cell *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < i && cell_fixed(w, x[i]); k++)
      if (cell_fixed(w, x[k]) && cell_lo(w, x[k]) == cell_lo(w, x[i])) return true;
  return false;
}

static bool step_different(struct network *w, cell z, const cell *x, size_t n) {
  if (cell_true(w, z)) return keep_apart(w, x, n);
  if (two_equal(w, x, n)) return cell_within(w, z, 0, 0);
  return !all_fixed(w, z) || cell_within(w, z, 1, 1);
}

bool step_list(struct network *w, cell z) {
  const struct cell_of *c = &w->cells[z];
  if (c->op == CELL_IN) return step_in(w, z, cell_args(w, z)[0]);
  return c->op == CELL_TABLE ? step_table(w, z) : step_different(w, z, cell_args(w, z), (size_t)c->n);
}

/* ---- global constraints that must hold ---- */

/* The need at a moment of the tasks that surely run then. */
static bool overloaded(struct network *w, const cell *x, size_t n, wide at) {
  wide use = 0;
  for (size_t i = 0; i < n; i++) {
    wide from = cell_hi(w, x[i]), to = wide_add(cell_lo(w, x[i]), cell_lo(w, x[n + i]));
    if (from <= at && at < to && cell_lo(w, x[n + i]) > 0 && cell_lo(w, x[2 * n + i]) > 0) use = wide_add(use, cell_lo(w, x[2 * n + i]));
  }
  return use > 0 && use > cell_hi(w, x[3 * n]);
}

static bool step_cumulative(struct network *w, const int64_t *p, const cell *x, size_t n) {
  (void)p;
  for (size_t i = 0; i < n / 3; i++)
    if (overloaded(w, x, n / 3, cell_hi(w, x[i]))) return !(w->broken = true);
  return true;
}

static bool step_circuit(struct network *w, const int64_t *p, const cell *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!cell_within(w, x[i], p[0], p[0] + (wide)n - 1)) return false;
  if (!keep_apart(w, x, n)) return false;
  for (size_t i = 0; i < n; i++) { /* a chain that comes back too soon */
    size_t at = i, steps = 0;
    while (steps < n && cell_fixed(w, x[at])) {
      at = (size_t)(cell_lo(w, x[at]) - p[0]);
      if (++steps < n && at == i) return !(w->broken = true);
    }
  }
  return true;
}

static bool step_inverse(struct network *w, const int64_t *p, const cell *x, size_t n) {
  size_t nf = (size_t)p[0], ng = n - nf;
  for (size_t i = 0; i < nf; i++)
    if (!cell_within(w, x[i], p[2], p[2] + (wide)ng - 1)) return false;
  for (size_t k = 0; k < ng; k++)
    if (!cell_within(w, x[nf + k], p[1], p[1] + (wide)nf - 1)) return false;
  for (size_t i = 0; i < nf && !network_stopped(w); i++) {
    for (size_t k = 0; k < ng; k++) {
      bool f = cell_has(w, x[i], p[2] + (wide)k), g = cell_has(w, x[nf + k], p[1] + (wide)i);
      if (f && !g && !cell_remove(w, x[i], p[2] + (wide)k)) return false;
      if (g && !f && !cell_remove(w, x[nf + k], p[1] + (wide)i)) return false;
      if (f && g && cell_fixed(w, x[i]) && !cell_within(w, x[nf + k], p[1] + (wide)i, p[1] + (wide)i)) return false;
      if (f && g && cell_fixed(w, x[nf + k]) && !cell_within(w, x[i], p[2] + (wide)k, p[2] + (wide)k)) return false;
    }
  }
  return keep_apart(w, x, nf) && keep_apart(w, x + nf, ng);
}

static bool step_count(struct network *w, const cell *x, size_t n, wide v, cell count) {
  wide sure = 0, can = 0;
  for (size_t i = 0; i < n; i++) {
    can += cell_has(w, x[i], v);
    sure += cell_fixed(w, x[i]) && cell_lo(w, x[i]) == v;
  }
  if (!cell_within(w, count, sure, can)) return false;
  bool none = cell_hi(w, count) == sure, all = cell_lo(w, count) == can;
  for (size_t i = 0; i < n && (none != all); i++) {
    if (cell_fixed(w, x[i]) || !cell_has(w, x[i], v)) continue;
    if (!(all ? cell_within(w, x[i], v, v) : cell_remove(w, x[i], v))) return false;
  }
  return true;
}

static bool step_cardinality(struct network *w, const int64_t *p, const cell *x, size_t n) {
  size_t values = (size_t)p[0];
  wide most = 0;
  for (size_t k = 0; k < values; k++) {
    if (!step_count(w, x, n - values, p[1 + k], x[n - values + k])) return false;
    most = wide_add(most, cell_lo(w, x[n - values + k]));
  }
  return most <= (wide)(n - values) || !(w->broken = true);
}

/* The least first list against the greatest second. */
static bool step_lex(struct network *w, const int64_t *p, const cell *x, size_t n) {
  for (size_t i = 0; i < n / 2; i++) {
    wide lo = cell_lo(w, x[i]), hi = cell_hi(w, x[n / 2 + i]);
    if (lo != hi) return lo < hi || !(w->broken = true);
  }
  return !p[0] || !(w->broken = true);
}

/* Decided where all is fixed. */
static bool decide_global(struct network *w, cell z) {
  const struct cell_of *c = &w->cells[z];
  const struct list *list = &w->g->lists[c->data];
  size_t n = (size_t)c->n;
  if (!all_fixed(w, z)) return true;
  wide *v = malloc((n + 1) * sizeof *v);
  if (!v) return !(w->spent = true);
  for (size_t i = 0; i < n; i++) v[i] = cell_lo(w, cell_args(w, z)[i]);
  bool holds = global_of(list->values[0])->holds(list->values + 1, v, n);
  free(v);
  return cell_within(w, z, holds, holds);
}

bool step_global(struct network *w, cell z) {
  static bool (*const steps[])(struct network *, const int64_t *, const cell *, size_t) = {
    [CI_CUMULATIVE] = step_cumulative, [CI_CIRCUIT] = step_circuit, [CI_INVERSE] = step_inverse,
    [CI_CARDINALITY] = step_cardinality, [CI_LEX] = step_lex,
  };
  const struct list *list = &w->g->lists[w->cells[z].data];
  if (!decide_global(w, z)) return false;
  if (!cell_true(w, z) || (size_t)list->values[0] >= sizeof steps / sizeof *steps || !steps[list->values[0]]) return true;
  return steps[list->values[0]](w, list->values + 1, cell_args(w, z), (size_t)w->cells[z].n);
}
