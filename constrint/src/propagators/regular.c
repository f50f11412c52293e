/* The values of x lead an automaton from its first state to an accepting one.
 *
 * A term for each state between, and a table for each step: together they leave
 * just the values that some run has, and nogoods can speak of states.  States
 * that no run through the domains has are left out. */
#include <string.h>
#include "interval.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

static size_t step(const struct automaton *a, size_t q, wide v) {
  return v < 1 || v > (wide)a->symbols ? 0 : (size_t)a->next[(q - 1) * a->symbols + (size_t)v - 1];
}

bool automaton_accepts(const struct automaton *a, const wide *v, size_t n) {
  size_t q = a->first;
  for (size_t i = 0; i < n && q; i++) q = step(a, q, v[i]);
  for (size_t i = 0; i < a->naccepting && q; i++)
    if (a->accepting[i] == (int64_t)q) return true;
  return false;
}

/* alive[i * (states + 1) + q]: q can be reached before step i, and can accept from there. */
struct layers {
  const struct automaton *a;
  const term *x;
  size_t n;
  bool *alive;
};

static bool *at(const struct layers *l, size_t i, size_t q) { return &l->alive[i * (l->a->states + 1) + q]; }

/* Does some value lead from q to a state that is marked? */
static bool leads_on(const store *s, const struct layers *l, size_t i, size_t q) {
  for (size_t v = 1; v <= l->a->symbols; v++) {
    size_t to = step(l->a, q, (wide)v);
    if (to && term_has(s, l->x[i], (wide)v) && *at(l, i + 1, to)) return true;
  }
  return false;
}

static void mark_reached(const store *s, const struct layers *l) {
  const struct automaton *a = l->a;
  *at(l, 0, a->first) = true;
  for (size_t i = 0; i < l->n; i++)
    for (size_t q = 1; q <= a->states; q++)
      for (size_t v = 1; *at(l, i, q) && v <= a->symbols; v++) {
        size_t to = step(a, q, (wide)v);
        if (to && term_has(s, l->x[i], (wide)v)) *at(l, i + 1, to) = true;
      }
}

static void keep_accepting(const store *s, const struct layers *l) {
  const struct automaton *a = l->a;
  for (size_t q = 1; q <= a->states; q++) {
    bool accepts = false;
    for (size_t k = 0; k < a->naccepting; k++) accepts = accepts || a->accepting[k] == (int64_t)q;
    *at(l, l->n, q) = *at(l, l->n, q) && accepts;
  }
  for (size_t i = l->n; i-- > 0;)
    for (size_t q = 1; q <= a->states; q++) *at(l, i, q) = *at(l, i, q) && leads_on(s, l, i, q);
}

/* The state before step i; < 0: out of memory. */
static term state_term(store *s, const struct layers *l, size_t i) {
  wide *values = store_alloc(s, l->a->states * sizeof *values);
  size_t n = 0;
  for (size_t q = 1; values && q <= l->a->states; q++)
    if (*at(l, i, q)) values[n++] = (wide)q;
  return !values ? CI_ENOMEM : n == 1 ? store_constant(s, values[0]) : store_new_set(s, values, n);
}

/* The steps that are left, one (state, value, state) behind the other. */
static size_t list_rows(const store *s, const struct layers *l, size_t i, int64_t *row) {
  size_t rows = 0;
  for (size_t q = 1; q <= l->a->states; q++)
    for (size_t v = 1; *at(l, i, q) && v <= l->a->symbols; v++) {
      size_t to = step(l->a, q, (wide)v);
      if (!to || !*at(l, i + 1, to) || !term_has(s, l->x[i], (wide)v)) continue;
      memcpy(row + 3 * rows++, (int64_t[]){(int64_t)q, (int64_t)v, (int64_t)to}, 3 * sizeof *row);
    }
  return rows;
}

static int post_steps(store *s, const struct layers *l) {
  int64_t *row = store_alloc(s, 3 * l->a->states * l->a->symbols * sizeof *row);
  term before = state_term(s, l, 0);
  int error = row && before >= 0 ? CI_OK : CI_ENOMEM;
  for (size_t i = 0; i < l->n && error == CI_OK; i++) {
    term after = state_term(s, l, i + 1);
    if (after < 0) return ci_fail(CI_ENOMEM, "out of memory");
    error = post_table(s, (term[]){before, l->x[i], after}, 3, row, list_rows(s, l, i, row));
    before = after;
  }
  return error == CI_ENOMEM ? ci_fail(CI_ENOMEM, "out of memory") : error;
}

int post_regular(store *s, const term *x, size_t n, const struct automaton *a) {
  struct layers l = {a, x, n, store_alloc(s, (n + 1) * (a->states + 1))};
  if (!l.alive) return ci_fail(CI_ENOMEM, "out of memory");
  mark_reached(s, &l);
  keep_accepting(s, &l);
  if (*at(&l, 0, a->first)) return post_steps(s, &l);
  store_fail(s);
  return CI_OK;
}
