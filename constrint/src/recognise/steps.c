/* Steps: an item of constants, chosen by a sum of a few terms of few values, as in
 * automata spelled out state by state.  The sum's bounds say little of which
 * values are left, a table of both constraints says it all: it takes their place. */
#include <string.h>

#include "recognise.h"
#include "../propagators/choice.h"
#include "../propagators/linear.h"

#define SMALL ((wide)1 << 60)
enum { TERMS = 4 /* of the sum */, TUPLES = 4096 };

struct step {
  store *s;
  const struct linear_sum *sum;
  size_t at; /* of the index in the sum */
  struct choice choice;
  size_t free[TERMS - 1]; /* the others */
  size_t nfree;
};

static bool is_narrow(const store *s, term x) { return term_lo(s, x) > -SMALL && term_hi(s, x) < SMALL; }

/* Few tuples of the sum's other terms, all numbers small. */
static bool is_small(struct step *t) {
  const struct linear_sum *l = t->sum;
  uint64_t tuples = 1;
  if (l->n < 3 || l->n > TERMS || wide_abs(l->c) >= SMALL || !is_narrow(t->s, t->choice.z)) return false;
  for (size_t i = 0; i < l->n; i++) {
    if (!is_narrow(t->s, l->x[i]) || wide_abs(l->a[i]) >= SMALL) return false;
    if (i == t->at) continue;
    t->free[t->nfree++] = i;
    uint64_t size = term_size(t->s, l->x[i]);
    if (size > TUPLES || (tuples *= size) > TUPLES) return false;
  }
  for (size_t i = 0; i < t->choice.n; i++)
    if (!term_known(t->s, t->choice.item[i]) || !is_narrow(t->s, t->choice.item[i])) return false;
  return true;
}

/* The row of one tuple: the free terms' values are there; false: there is none. */
static bool complete(const struct step *t, int64_t *row) {
  const struct linear_sum *l = t->sum;
  wide rest = l->c;
  for (size_t k = 0; k < t->nfree; k++) rest -= l->a[t->free[k]] * row[t->free[k]];
  if (!is_multiple(rest, l->a[t->at])) return false;
  wide index = floor_div(rest, l->a[t->at]);
  if (index < 0 || index >= (wide)t->choice.n || !term_has(t->s, t->choice.index, index)) return false;
  row[t->at] = (int64_t)index;
  row[l->n] = (int64_t)term_value(t->s, t->choice.item[(size_t)index]);
  return term_has(t->s, t->choice.z, row[l->n]);
}

/* The next tuple; false: that was the last. */
static bool advance(const struct step *t, int64_t *row) {
  for (size_t k = 0; k < t->nfree; k++) {
    size_t i = t->free[k];
    term x = t->sum->x[i];
    if (row[i] != term_hi(t->s, x)) {
      row[i] = (int64_t)term_next(t->s, x, row[i]);
      return true;
    }
    row[i] = (int64_t)term_lo(t->s, x);
  }
  return false;
}

static size_t list_rows(const struct step *t, int64_t *rows) {
  size_t n = 0, width = t->sum->n + 1;
  int64_t row[TERMS + 1];
  for (size_t k = 0; k < t->nfree; k++) row[t->free[k]] = (int64_t)term_lo(t->s, t->sum->x[t->free[k]]);
  do {
    if (complete(t, row)) memcpy(rows + width * n++, row, width * sizeof *row);
  } while (advance(t, row));
  return n;
}

static int post(const struct step *t) {
  store *s = t->s;
  term x[TERMS + 1];
  size_t bytes = (t->sum->n + 1) * TUPLES * sizeof(int64_t);
  int64_t *rows = budget_alloc(s->budget, bytes);
  if (!rows) return CI_ENOMEM;
  memcpy(x, t->sum->x, t->sum->n * sizeof *x);
  x[t->sum->n] = t->choice.z;
  int error = post_table(s, x, t->sum->n + 1, rows, list_rows(t, rows));
  budget_free(s->budget, rows, bytes);
  return error;
}

static int take(store *s, propagator *choice, propagator *equation) {
  enum sum_relation rel;
  struct step t = {.s = s, .sum = linear_of(equation, &rel)};
  choice_of(choice, &t.choice);
  while (t.sum->x[t.at] != t.choice.index) t.at++;
  if (!is_small(&t)) return CI_OK;
  int error = post(&t);
  if (error == CI_OK) choice->dead = equation->dead = true;
  return error;
}

/* One equation a term, where it stands for itself if possible. */
static void note_equation(propagator **equation, propagator *p) {
  enum sum_relation rel;
  const struct linear_sum *l = linear_of(p, &rel);
  if (!l || p->dead || rel != SUM_EQ || l->n < 3 || l->n > TERMS) return;
  for (size_t i = 0; i < l->n; i++)
    if (!equation[l->x[i]] || wide_abs(l->a[i]) == 1) equation[l->x[i]] = p;
}

int recognise_steps(store *s) {
  size_t terms = store_terms(s), n = s->propagators;
  propagator **equation = budget_alloc(s->budget, terms * sizeof *equation);
  int error = equation ? CI_OK : CI_ENOMEM;
  for (size_t i = 0; i < n && error == CI_OK; i++) note_equation(equation, s->posted[i].p);
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    propagator *p = s->posted[i].p;
    struct choice c;
    if (p->dead || !choice_of(p, &c)) continue;
    if (equation[c.index] && !equation[c.index]->dead) error = take(s, p, equation[c.index]);
  }
  budget_free(s->budget, equation, terms * sizeof *equation);
  return error;
}
