/* (x...) is one of the rows, and b <-> (x...) is one of the rows: compact table.
 *
 * A bit a row: `current` has the rows that the domains still allow, `support`
 * the rows that hold a value.  Words that became 0 are swapped behind `limit`;
 * backtracking restores words and limit, and the order does not matter. */
#include <stdlib.h>
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "verdict.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

/* One term's values in the rows. */
struct column {
  term x;
  size_t n;
  wide *value;       /* ascending */
  uint64_t *support; /* n masks of `words` words */
  uint64_t seen;     /* the domain's size when current was last narrowed by it (reversible) */
};

struct table {
  propagator super;
  term b; /* -1: it must hold */
  size_t n, words;
  struct column *column;
  uint64_t *current; /* reversible */
  uint32_t *order;   /* the words that are not 0 come first */
  uint64_t limit;    /* reversible */
  uint64_t *mask;    /* scratch: a mask */
  wide *kept;        /* scratch: a column's values */
};

/* ---- The rows that the domains allow ---- */

static bool set_current(store *s, struct table *t, size_t k, uint64_t word) {
  uint32_t w = t->order[k];
  if (!store_set_word(s, &t->current[w], word)) return false;
  if (word) return true;
  size_t last = (size_t)t->limit - 1;
  t->order[k] = t->order[last];
  t->order[last] = w;
  return store_set_word(s, &t->limit, last);
}

/* Gather the supports of the values that are left. */
static void gather(const store *s, const struct table *t, const struct column *c) {
  for (size_t k = 0; k < t->limit; k++) t->mask[t->order[k]] = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (!term_has(s, c->x, c->value[i])) continue;
    const uint64_t *support = c->support + i * t->words;
    for (size_t k = 0; k < t->limit; k++) t->mask[t->order[k]] |= support[t->order[k]];
  }
}

static bool narrow_current(store *s, struct table *t) {
  for (size_t i = 0; i < t->n && t->limit; i++) {
    struct column *c = &t->column[i];
    uint64_t size = term_size(s, c->x);
    if (size == c->seen) continue;
    if (!store_set_word(s, &c->seen, size)) return false;
    gather(s, t, c);
    for (size_t k = (size_t)t->limit; k-- > 0;) {
      uint32_t w = t->order[k];
      uint64_t left = t->current[w] & t->mask[w];
      if (left != t->current[w] && !set_current(s, t, k, left)) return false;
    }
  }
  return true;
}

static uint64_t count_rows(const struct table *t) {
  uint64_t n = 0;
  for (size_t k = 0; k < t->limit; k++) n += (uint64_t)__builtin_popcountll(t->current[t->order[k]]);
  return n;
}

/* The number of tuples of the domains but the i-th, saturating. */
static uint64_t tuples_without(const store *s, const struct table *t, size_t i) {
  uint64_t n = 1;
  for (size_t k = 0; k < t->n; k++)
    if (k != i && __builtin_mul_overflow(n, term_size(s, t->column[k].x), &n)) return UINT64_MAX;
  return n;
}

static enum verdict verdict_of(const store *s, const struct table *t) {
  if (t->limit == 0) return REFUTED;
  return tuples_without(s, t, t->n) == count_rows(t) ? HOLDS : OPEN;
}

/* ---- The values that the rows allow ---- */

static uint64_t count_support(const struct table *t, const struct column *c, size_t i, bool first_is_enough) {
  uint64_t n = 0;
  const uint64_t *support = c->support + i * t->words;
  for (size_t k = 0; k < t->limit && !(n && first_is_enough); k++)
    n += (uint64_t)__builtin_popcountll(t->current[t->order[k]] & support[t->order[k]]);
  return n;
}

/* Keep the values that some row supports. */
static bool keep_supported(store *s, struct table *t, struct column *c) {
  size_t n = 0;
  uint64_t gone = term_size(s, c->x);
  for (size_t i = 0; i < c->n; i++) {
    if (!term_has(s, c->x, c->value[i]) || !count_support(t, c, i, true)) continue;
    t->kept[n++] = c->value[i];
    gone--;
  }
  if (gone == 0) return true;
  return n > 0 && term_keep(s, c->x, t->kept, n, &t->super) && store_set_word(s, &c->seen, term_size(s, c->x));
}

static enum outcome make_hold(store *s, struct table *t) {
  uint64_t changes = store_changes(s);
  if (t->limit == 0) return FAILED;
  for (size_t i = 0; i < t->n; i++)
    if (!keep_supported(s, t, &t->column[i])) return FAILED;
  return verdict_of(s, t) == HOLDS ? SUBSUMED : settled(s, changes);
}

/* Remove the values for which every tuple is a row. */
static enum outcome make_fail(store *s, struct table *t) {
  uint64_t changes = store_changes(s), rows = count_rows(t);
  for (size_t i = 0; i < t->n; i++) {
    struct column *c = &t->column[i];
    uint64_t others = tuples_without(s, t, i);
    if (rows < others) continue;
    for (size_t k = 0; k < c->n; k++)
      if (term_has(s, c->x, c->value[k]) && count_support(t, c, k, false) == others &&
          !term_remove(s, c->x, c->value[k], &t->super))
        return FAILED;
    if (store_changes(s) != changes) return AGAIN; /* the rows are older than the domains now */
  }
  return FIXPOINT;
}

static enum outcome propagate(store *s, propagator *p) {
  struct table *t = (struct table *)p;
  if (!narrow_current(s, t)) return FAILED;
  bool fixed = t->b >= 0 && term_fixed(s, t->b);
  if (t->b < 0 || (fixed && term_value(s, t->b))) return make_hold(s, t);
  enum verdict v = verdict_of(s, t);
  if (v != OPEN) return term_fix(s, t->b, v == HOLDS, p) ? SUBSUMED : FAILED;
  return fixed ? make_fail(s, t) : FIXPOINT;
}

/* ---- Explanations: why no row was left that says otherwise ---- */

static bool says_otherwise(struct fact what, wide v) {
  switch (what.kind) {
  case AT_LEAST: return v < what.v;
  case AT_MOST: return v > what.v;
  case IS: return v != what.v;
  default: return v == what.v;
  }
}

/* The rows with another value of what.x, or all, into the mask. */
static void gather_otherwise(const struct table *t, struct fact what) {
  size_t j = 0;
  while (j < t->n && t->column[j].x != what.x) j++;
  const struct column *c = &t->column[j < t->n ? j : 0];
  for (size_t w = 0; w < t->words; w++) t->mask[w] = 0;
  for (size_t i = 0; i < c->n; i++)
    for (size_t w = 0; w < t->words && (j == t->n || says_otherwise(what, c->value[i])); w++)
      t->mask[w] |= c->support[i * t->words + w];
}

/* Take the rows with the value from the mask: were there any? */
static bool strike(const struct table *t, const uint64_t *support) {
  uint64_t struck = 0;
  for (size_t w = 0; w < t->words; w++) {
    struck |= t->mask[w] & support[w];
    t->mask[w] &= ~support[w];
  }
  return struck != 0;
}

/* Strike the rows with values that were gone: at the root for nothing, then by name. */
static void strike_gone(struct because *b, const struct table *t, const struct column *c, bool by_name) {
  for (size_t i = 0; i < c->n; i++) {
    struct fact gone = fact_is_not(c->x, c->value[i]);
    int32_t when = log_find(b->s, &gone, b->at);
    if (when == NOT_SO || (when == AT_ROOT) == by_name) continue;
    if (strike(t, c->support + i * t->words) && by_name) because_is_not(b, c->x, c->value[i]);
  }
}

static bool is_struck_out(const struct table *t) {
  for (size_t w = 0; w < t->words; w++)
    if (t->mask[w]) return false;
  return true;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct table *t = (const struct table *)p;
  wide holds = 1;
  bool of_b = t->b >= 0 && what.x == t->b;
  if (of_b ? what.kind != AT_MOST : t->b >= 0 && (!because_fixed(b, t->b, &holds) || !holds)) return false;
  if (t->b >= 0 && !of_b) because_is(b, t->b, 1);
  gather_otherwise(t, of_b ? fact_none() : what);
  for (int by_name = 0; by_name < 2; by_name++)
    for (size_t j = 0; j < t->n; j++) strike_gone(b, t, &t->column[j], by_name);
  return is_struck_out(t);
}

static const struct propagator_class class = {"table", propagate, explain, 2, NULL};

/* ---- Posting ---- */

/* The table as it is read: columns of different terms, rows that can be. */
struct rows {
  size_t n, count;
  term *x;
  int64_t *value; /* row-major */
};

/* Column j of the source is that of an earlier equal term. */
static size_t first_of(const term *x, size_t j) {
  size_t k = 0;
  while (x[k] != x[j]) k++;
  return k;
}

static bool row_possible(const store *s, const term *x, size_t n, const int64_t *row) {
  for (size_t j = 0; j < n; j++)
    if (!term_has(s, x[j], row[j]) || row[first_of(x, j)] != row[j]) return false;
  return true;
}

static int by_row(const void *p, const void *q, void *n) {
  const int64_t *a = p, *b = q;
  for (size_t j = 0; j < *(size_t *)n; j++)
    if (a[j] != b[j]) return a[j] < b[j] ? -1 : 1;
  return 0;
}

static void sort_rows(struct rows *r) {
  size_t width = r->n * sizeof *r->value, kept = r->count > 0;
  if (r->n == 0) {
    r->count = kept;
    return;
  }
  qsort_r(r->value, r->count, width, by_row, &r->n);
  for (size_t i = 1; i < r->count; i++) {
    if (!memcmp(r->value + (kept - 1) * r->n, r->value + i * r->n, width)) continue;
    memcpy(r->value + kept++ * r->n, r->value + i * r->n, width);
  }
  r->count = kept;
}

static bool read_rows(store *s, struct rows *r, const term *x, size_t n, const int64_t *values, size_t count) {
  r->x = store_alloc(s, (n + 1) * sizeof *r->x);
  r->value = store_alloc(s, (n * count + 1) * sizeof *r->value);
  if (!r->x || !r->value) return false;
  for (size_t j = 0; j < n; j++)
    if (first_of(x, j) == j) r->x[r->n++] = x[j];
  for (size_t i = 0; i < count; i++) {
    const int64_t *row = values + i * n;
    if (!row_possible(s, x, n, row)) continue;
    int64_t *out = r->value + r->count++ * r->n;
    for (size_t j = 0; j < n; j++)
      if (first_of(x, j) == j) *out++ = row[j];
  }
  sort_rows(r);
  return true;
}

static size_t find_value(const struct column *c, wide v) {
  size_t from = 0, to = c->n;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (c->value[middle] < v) from = middle + 1;
    else to = middle;
  }
  return from;
}

static bool fill_column(store *s, struct table *t, const struct rows *r, size_t j) {
  struct column *c = &t->column[j];
  c->x = r->x[j];
  c->value = store_alloc(s, (r->count + 1) * sizeof *c->value);
  if (!c->value) return false;
  for (size_t i = 0; i < r->count; i++) c->value[i] = r->value[i * r->n + j];
  c->n = wide_sort_unique(c->value, r->count);
  c->support = store_alloc(s, c->n * t->words * sizeof *c->support);
  if (!c->support) return false;
  for (size_t i = 0; i < r->count; i++)
    c->support[find_value(c, r->value[i * r->n + j]) * t->words + i / 64] |= (uint64_t)1 << i % 64;
  return true;
}

static bool fill_current(store *s, struct table *t, size_t rows) {
  t->current = store_alloc(s, t->words * sizeof *t->current);
  t->order = store_alloc(s, t->words * sizeof *t->order);
  t->mask = store_alloc(s, t->words * sizeof *t->mask);
  t->kept = store_alloc(s, rows * sizeof *t->kept);
  if (!t->current || !t->order || !t->mask || !t->kept) return false;
  t->limit = t->words;
  for (size_t w = 0; w < t->words; w++) {
    t->order[w] = (uint32_t)w;
    t->current[w] = w + 1 == t->words && rows % 64 ? ~(uint64_t)0 >> (64 - rows % 64) : ~(uint64_t)0;
  }
  return true;
}

static bool fill(store *s, struct table *t, const struct rows *r) {
  t->words = (r->count + 63) / 64;
  t->n = r->n;
  t->column = store_alloc(s, (r->n + 1) * sizeof *t->column);
  if (!t->column || !fill_current(s, t, r->count)) return false;
  for (size_t j = 0; j < r->n; j++)
    if (!fill_column(s, t, r, j)) return false;
  return true;
}

/* At the root: the values of the rows are all that the terms can be. */
static bool keep_columns(store *s, const struct table *t) {
  for (size_t j = 0; j < t->n; j++)
    if (!term_keep(s, t->column[j].x, t->column[j].value, t->column[j].n, NULL)) return false;
  return true;
}

static int post_open(store *s, const struct rows *r, term b) {
  struct table *t = store_alloc(s, sizeof *t);
  if (!t || !fill(s, t, r)) return ci_fail(CI_ENOMEM, "out of memory");
  t->b = b;
  if (b < 0 && !keep_columns(s, t)) {
    store_fail(s);
    return CI_OK;
  }
  r->x[r->n] = b;
  return store_post(s, &t->super, &class, r->x, r->n + (b >= 0), ON_ANY);
}

static int post(store *s, const term *x, size_t n, const int64_t *values, size_t count, term b) {
  struct rows r = {0};
  int code = read_rows(s, &r, x, n, values, count) ? CI_OK : ci_fail(CI_ENOMEM, "out of memory");
  if (code == CI_OK && (r.count == 0 || r.n == 0)) {
    bool truth = r.count > 0, ok = b < 0 ? truth : term_fix(s, b, truth, NULL);
    if (!ok) store_fail(s);
  } else if (code == CI_OK)
    code = post_open(s, &r, b);
  return code;
}

int post_table(store *s, const term *x, size_t n, const int64_t *values, size_t rows) {
  return post(s, x, n, values, rows, -1);
}

int post_table_reified(store *s, const term *x, size_t n, const int64_t *values, size_t rows, term b) {
  return post(s, x, n, values, rows, term_fixed(s, b) && term_value(s, b) ? -1 : b);
}
