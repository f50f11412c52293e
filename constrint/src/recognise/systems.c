/* Systems of equations solved outright: many equations over the same few terms
 * have few solutions, and a search must guess nearly all terms before it knows.
 * The terms are cut in two halves; each half's assignments are listed with one
 * number that mixes all sums, modulo 2^64; an assignment of one half fits those
 * of the other whose number makes up the rest (meeting in the middle). What
 * fits is checked exactly, and a table of it takes the equations' place. */
#include <math.h>
#include <stdlib.h>

#include "recognise.h"
#include "../propagators/linear.h"

#define SMALL ((wide)1 << 31)
enum {
  TERMS = 64, EQUATIONS = 32,
  HALF = 1 << 18,     /* assignments of a half */
  WORTH = 1 << 12,    /* so few assignments in all are left to the search */
  LIKELY = 64,        /* solutions, where chance decides which assignments are some */
  ROWS = 1024,        /* and so many at the most */
  EFFORT = 1 << 20    /* assignments listed, and equations looked at, for all systems of a model */
};

struct half {
  size_t term[TERMS]; /* their places in x */
  size_t n, count;    /* terms, assignments */
};

/* An assignment of the first half by its number. */
struct entry { uint64_t mix; uint32_t which; };

struct system {
  store *s;
  size_t n, equations;
  const term *x;
  propagator *equation[EQUATIONS];
  wide a[EQUATIONS][TERMS];
  wide c[EQUATIONS];
  uint64_t weight[TERMS], target; /* of the mix of all equations */
  struct half half[2];
  struct entry *entry;
  uint64_t *mix;
  int64_t *row;
  size_t rows;
};

struct systems {
  store *s;
  propagator **equation; /* all there are */
  size_t n, capacity;
  size_t *place; /* per term: one more than its place in the system in hand; 0: none */
  size_t effort;
};

static const struct linear_sum *equation_of(const propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  return l && !p->dead && rel == SUM_EQ ? l : NULL;
}

/* ---- which equations ---- */

static bool is_part(const struct systems *q, const struct linear_sum *l) {
  for (size_t i = 0; i < l->n; i++)
    if (!q->place[l->x[i]] || wide_abs(l->a[i]) >= SMALL) return false;
  return l->c < SMALL * SMALL && l->c > -SMALL * SMALL;
}

static void add_equation(const struct systems *q, struct system *m, propagator *p) {
  const struct linear_sum *l = equation_of(p);
  if (!l || m->equations == EQUATIONS || !is_part(q, l)) return;
  size_t e = m->equations++;
  for (size_t i = 0; i < m->n; i++) m->a[e][i] = 0;
  for (size_t i = 0; i < l->n; i++) m->a[e][q->place[l->x[i]] - 1] = l->a[i];
  m->c[e] = l->c;
  m->equation[e] = p;
}

static void gather(struct systems *q, struct system *m) {
  for (size_t i = 0; i < m->n; i++) q->place[m->x[i]] = i + 1;
  for (size_t i = 0; i < q->n; i++) add_equation(q, m, q->equation[i]);
  q->effort += q->n;
  for (size_t i = 0; i < m->n; i++) q->place[m->x[i]] = 0;
}

/* ---- is it worth it? ---- */

/* The half that has fewer assignments takes the next term. */
static bool divide(struct system *m) {
  m->half[0].count = m->half[1].count = 1;
  for (size_t i = 0; i < m->n; i++) {
    struct half *h = &m->half[m->half[1].count < m->half[0].count];
    wide lo = term_lo(m->s, m->x[i]), hi = term_hi(m->s, m->x[i]);
    uint64_t size = term_size(m->s, m->x[i]);
    if (lo <= -SMALL || hi >= SMALL || size > HALF || (h->count *= size) > HALF) return false;
    h->term[h->n++] = i;
  }
  return m->half[0].count * m->half[1].count >= WORTH;
}

/* How many solutions chance would leave, each sum being spread over so much. */
static double likely(const struct system *m) {
  double bits = log2((double)m->half[0].count) + log2((double)m->half[1].count);
  for (size_t e = 0; e < m->equations; e++) {
    double spread = 1;
    for (size_t i = 0; i < m->n; i++) {
      double width = (double)(term_hi(m->s, m->x[i]) - term_lo(m->s, m->x[i])) * (double)m->a[e][i];
      spread += width * width;
    }
    bits -= log2(spread) / 2;
  }
  return exp2(bits);
}

/* ---- listing ---- */

/* A number that looks drawn, for each equation its own. */
static uint64_t mixed(uint64_t i) {
  uint64_t h = (i + 1) * 0x9e3779b97f4a7c15u;
  h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
  h = (h ^ h >> 27) * 0x94d049bb133111ebu;
  return h ^ h >> 31;
}

static void weigh(struct system *m) {
  for (size_t e = 0; e < m->equations; e++) {
    uint64_t r = mixed(e);
    m->target += r * (uint64_t)m->c[e];
    for (size_t i = 0; i < m->n; i++) m->weight[i] += r * (uint64_t)m->a[e][i];
  }
}

/* mix[k] of the k-th assignment: the first term's value changes fastest. */
static void list_mixes(struct system *m, const struct half *h) {
  size_t n = 1;
  m->mix[0] = 0;
  for (size_t t = 0; t < h->n; t++) {
    size_t i = h->term[t], before = n;
    wide v = term_lo(m->s, m->x[i]), hi = term_hi(m->s, m->x[i]);
    uint64_t first = m->weight[i] * (uint64_t)v;
    for (; v != hi; n += before) {
      v = term_next(m->s, m->x[i], v);
      for (size_t k = 0; k < before; k++) m->mix[n + k] = m->mix[k] + m->weight[i] * (uint64_t)v;
    }
    for (size_t k = 0; k < before; k++) m->mix[k] += first;
  }
}

static int by_mix(const void *a, const void *b) {
  const struct entry *one = a, *other = b;
  if (one->mix != other->mix) return one->mix < other->mix ? -1 : 1;
  return (one->which > other->which) - (one->which < other->which);
}

static void list_first(struct system *m) {
  list_mixes(m, &m->half[0]);
  for (size_t k = 0; k < m->half[0].count; k++) m->entry[k] = (struct entry){m->mix[k], (uint32_t)k};
  qsort(m->entry, m->half[0].count, sizeof *m->entry, by_mix);
}

static void write_half(const struct system *m, const struct half *h, size_t which, int64_t *row) {
  for (size_t t = 0; t < h->n; t++) {
    term x = m->x[h->term[t]];
    uint64_t size = term_size(m->s, x);
    wide v = term_lo(m->s, x);
    for (size_t k = which % size; k > 0; k--) v = term_next(m->s, x, v);
    row[h->term[t]] = (int64_t)v;
    which /= size;
  }
}

static bool is_solution(const struct system *m, const int64_t *row) {
  for (size_t e = 0; e < m->equations; e++) {
    wide sum = 0;
    for (size_t i = 0; i < m->n; i++) sum += m->a[e][i] * row[i];
    if (sum != m->c[e]) return false;
  }
  return true;
}

/* The entries from here on that have this mix; false: too many. */
static bool take_fitting(struct system *m, uint64_t mix, size_t second) {
  size_t from = 0, to = m->half[0].count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (m->entry[middle].mix < mix) from = middle + 1;
    else to = middle;
  }
  for (; from < m->half[0].count && m->entry[from].mix == mix; from++) {
    if (m->rows == ROWS) return false;
    int64_t *row = m->row + m->rows * m->n;
    write_half(m, &m->half[0], m->entry[from].which, row);
    write_half(m, &m->half[1], second, row);
    m->rows += is_solution(m, row);
  }
  return true;
}

static int post(struct system *m) {
  if (m->rows == 0) {
    store_fail(m->s);
    return CI_OK;
  }
  for (size_t e = 0; e < m->equations; e++) m->equation[e]->dead = true;
  return post_table(m->s, m->x, m->n, m->row, m->rows);
}

static int solve(struct system *m) {
  weigh(m);
  list_first(m);
  list_mixes(m, &m->half[1]);
  for (size_t k = 0; k < m->half[1].count; k++) {
    if (store_stop(m->s)) return m->s->budget->stopped;
    if (!take_fitting(m, m->target - m->mix[k], k)) return CI_OK;
  }
  return post(m);
}

static int with_memory(struct system *m) {
  budget *b = m->s->budget;
  size_t most = m->half[0].count > m->half[1].count ? m->half[0].count : m->half[1].count;
  size_t entries = m->half[0].count * sizeof *m->entry, mixes = most * sizeof *m->mix, rows = ROWS * m->n * sizeof *m->row;
  m->entry = budget_alloc(b, entries);
  m->mix = budget_alloc(b, mixes);
  m->row = budget_alloc(b, rows);
  int error = m->entry && m->mix && m->row ? solve(m) : CI_ENOMEM;
  budget_free(b, m->entry, entries);
  budget_free(b, m->mix, mixes);
  budget_free(b, m->row, rows);
  return error;
}

static int try_base(struct systems *q, struct system *m, const struct linear_sum *base) {
  *m = (struct system){.s = q->s, .n = base->n, .x = base->x};
  if (!divide(m)) return CI_OK;
  gather(q, m);
  if (m->equations == 0 || !(likely(m) <= LIKELY)) return CI_OK;
  q->effort += m->half[0].count + m->half[1].count;
  return q->effort > EFFORT ? CI_OK : with_memory(m);
}

static bool note_equation(struct systems *q, propagator *p) {
  if (!equation_of(p)) return true;
  if (!budget_grow(q->s->budget, &q->equation, &q->capacity, q->n + 1, sizeof *q->equation)) return false;
  q->equation[q->n++] = p;
  return true;
}

/* Each equation's terms may be those of a system. */
static int try_all(struct systems *q, struct system *m) {
  int error = CI_OK;
  for (size_t i = 0; i < q->n && error == CI_OK && q->effort < EFFORT && !q->s->failed; i++) {
    const struct linear_sum *base = equation_of(q->equation[i]);
    if (base && base->n > 2 && base->n <= TERMS) error = try_base(q, m, base);
  }
  return error;
}

int recognise_systems(store *s) {
  size_t terms = store_terms(s);
  struct systems q = {.s = s, .place = budget_alloc(s->budget, terms * sizeof *q.place)};
  struct system *m = budget_alloc(s->budget, sizeof *m);
  bool ok = q.place && m;
  for (size_t i = 0; i < s->propagators && ok; i++) ok = note_equation(&q, s->posted[i].p);
  int error = ok ? try_all(&q, m) : CI_ENOMEM;
  budget_free(s->budget, q.place, terms * sizeof *q.place);
  budget_free(s->budget, q.equation, q.capacity * sizeof *q.equation);
  budget_free(s->budget, m, sizeof *m);
  return error;
}
