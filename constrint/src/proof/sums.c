/* Sums and comparisons: exact arithmetic on the ends of their domains. */
#include "../integer.h"
#include "network.h"

struct form { cell *x; wide *a; size_t n, x_capacity, a_capacity; wide constant; bool beyond; };

static void free_form(struct network *w, struct form *f) {
  network_release(w, f->x, f->x_capacity, sizeof *f->x);
  network_release(w, f->a, f->a_capacity, sizeof *f->a);
}

static void add_term(struct network *w, struct form *f, cell x, wide a) {
  x = cell_same(w, x);
  for (size_t i = 0; i < f->n; i++) {
    if (f->x[i] != x) continue;
    f->beyond |= !exact_add(f->a[i], a, &f->a[i]);
    return;
  }
  if (!network_room(w, &f->x, &f->x_capacity, f->n + 1, sizeof *f->x) || !network_room(w, &f->a, &f->a_capacity, f->n + 1, sizeof *f->a))
    return;
  f->x[f->n] = x;
  f->a[f->n++] = a;
}

enum { DEEP = 1000 };

/* a * x; open: inner sums too, but for cells where that stops. */
static void add_cell(struct network *w, struct form *f, cell x, wide a, bool open, int deep) {
  const struct cell_of *c = &w->cells[x];
  wide v;
  if (c->op == CELL_CONSTANT) {
    f->beyond |= !exact_mul(a, c->constant, &v) || !exact_add(f->constant, v, &f->constant);
  } else if (open && c->op == CELL_SUM && deep < DEEP && w->stop[cell_same(w, x)] != w->stamp) {
    f->beyond |= !exact_mul(a, c->constant, &v) || !exact_add(f->constant, v, &f->constant);
    for (int32_t i = 0; i < c->n && !f->beyond; i++) {
      f->beyond |= !exact_mul(a, w->coefficients[c->first + (size_t)i], &v);
      add_cell(w, f, w->args[c->first + (size_t)i], v, true, deep + 1);
    }
  } else {
    add_term(w, f, x, a);
  }
}

/* a * x at its least. */
static wide least(const struct network *w, cell x, wide a) { return a == 0 ? 0 : wide_mul(a, a > 0 ? cell_lo(w, x) : cell_hi(w, x)); }

/* The least that the form can be without its i-th term (n: with all): WIDE_MIN, no bound. */
static wide least_of_rest(const struct network *w, const struct form *f, size_t i, wide sign) {
  wide sum = sign * f->constant;
  for (size_t k = 0; k < f->n; k++) {
    wide v = k == i ? 0 : least(w, f->x[k], sign * f->a[k]);
    if (wide_saturated(v) || wide_saturated(sum = wide_add(sum, v))) return WIDE_MIN;
  }
  return sum;
}

/* sign * form <= 0 */
static bool at_most_zero(struct network *w, const struct form *f, wide sign) {
  if (least_of_rest(w, f, f->n, sign) > 0) w->broken = true;
  for (size_t i = 0; i < f->n && !w->broken; i++) {
    wide a = sign * f->a[i], rest = least_of_rest(w, f, i, sign);
    if (a == 0 || wide_saturated(rest)) continue;
    if (a > 0) cell_within(w, f->x[i], WIDE_MIN, wide_floordiv(-rest, a));
    else cell_within(w, f->x[i], wide_ceildiv(-rest, a), WIDE_MAX);
  }
  return !w->broken;
}

/* Does no multiple add up to 0? */
static bool is_indivisible(const struct network *w, const struct form *f) {
  wide sum = f->constant;
  uwide g = 0;
  for (size_t i = 0; i < f->n; i++) {
    wide v;
    if (!cell_fixed(w, f->x[i])) g = uwide_gcd(g, f->a[i] < 0 ? (uwide)-f->a[i] : (uwide)f->a[i]);
    else if (!exact_mul(f->a[i], cell_lo(w, f->x[i]), &v) || !exact_add(sum, v, &sum)) return false;
  }
  return g == 0 ? sum != 0 : sum % (wide)g != 0;
}

/* The only term that is not fixed takes the value that makes the form 0, if it is one. */
static size_t open_terms(const struct network *w, const struct form *f, size_t *which) {
  size_t n = 0;
  for (size_t i = 0; i < f->n; i++)
    if (f->a[i] != 0 && !cell_fixed(w, f->x[i])) *which = i, n++;
  return n;
}

static bool not_zero(struct network *w, const struct form *f) {
  size_t which = 0, n = open_terms(w, f, &which);
  if (n > 1) return true;
  wide rest = least_of_rest(w, f, n ? which : f->n, 1);
  if (wide_saturated(rest)) return true;
  if (n == 0) w->broken |= rest == 0;
  else if (rest % f->a[which] == 0) cell_remove(w, f->x[which], -rest / f->a[which]);
  return !w->broken;
}

static bool zero(struct network *w, const struct form *f) {
  if (is_indivisible(w, f)) w->broken = true;
  return !w->broken && at_most_zero(w, f, 1) && at_most_zero(w, f, -1);
}

bool step_sum(struct network *w, cell x, bool open) {
  const struct cell_of *c = &w->cells[x];
  struct form f = {.constant = c->constant};
  for (int32_t i = 0; i < c->n; i++) add_cell(w, &f, w->args[c->first + (size_t)i], w->coefficients[c->first + (size_t)i], open, 0);
  add_term(w, &f, x, -1);
  bool fine = f.beyond || w->spent || zero(w, &f);
  free_form(w, &f);
  return fine;
}

/* Of args[0] - args[1]. */
static bool settle(struct network *w, cell x, const struct form *f) {
  bool equal = w->cells[x].op == CELL_EQUAL;
  wide low = least_of_rest(w, f, f->n, 1), high = -least_of_rest(w, f, f->n, -1);
  bool never = low > 0 || (equal && (high < 0 || is_indivisible(w, f)));
  bool always = equal ? low == 0 && high == 0 : high <= 0;
  if (never) cell_within(w, x, 0, 0);
  else if (always) cell_within(w, x, 1, 1);
  return !w->broken;
}

static bool hold(struct network *w, cell x, const struct form *f) {
  bool equal = w->cells[x].op == CELL_EQUAL;
  if (cell_true(w, x)) return equal ? zero(w, f) : at_most_zero(w, f, 1);
  if (!cell_false(w, x)) return settle(w, x, f);
  if (equal) return not_zero(w, f);
  struct form more = *f; /* form >= 1 */
  return !exact_add(f->constant, -1, &more.constant) || at_most_zero(w, &more, -1);
}

bool step_compare(struct network *w, cell x, bool open) {
  struct form f = {0};
  add_cell(w, &f, cell_args(w, x)[0], 1, open, 0);
  add_cell(w, &f, cell_args(w, x)[1], -1, open, 0);
  bool fine = f.beyond || w->spent || hold(w, x, &f);
  free_form(w, &f);
  return fine;
}
