/* Systems of linear equations over the integers, at the root: all solutions of
 * the equations taken so far are  x = p + B t  for integers t, B of one column a
 * degree of freedom.  An equation a x = c says (a B) t = c - a p: unimodular
 * column operations (Hermite's) leave one column that it concerns, which it fixes
 * or refutes.  In the end row i of B says what x_i is modulo its gcd, or that it
 * is fixed.  Exact, with GMP; equations left out make the answer weaker only.
 *
 * An equation with a term of step 1 that no other equation has is met whatever
 * the others are: such leaves are taken off first, again and again, and nothing
 * is left of most models. */
#include <gmp.h>
#include <stdlib.h>

#include "propagators/linear.h"
#include "solver.h"

enum { MOST_TERMS = 200, MOST_BITS = 1024, EFFORT = 1 << 20, SCANNED = 512 };

struct equation { const struct linear_sum *sum; wide c; term group; bool dropped; };

struct lattice {
  store *s;
  struct equation *equation;
  size_t n, capacity;
  /* per term */
  wide *step;      /* 0: fixed */
  uint32_t *uses;  /* in the equations that are left */
  size_t *which;   /* these, xor-ed: the one of a term used once */
  term *group;     /* union-find over terms that share an equation */
  int32_t *place;  /* the row within the system in hand; -1: none */
  term *stack;
  size_t stacked;
  /* the system in hand */
  term row[MOST_TERMS];
  size_t rows, columns;
  mpz_t *p, *b;    /* b: column by column, MOST_TERMS apart */
  mpz_t *w;        /* a B */
  mpz_t rest, q, t;
  size_t effort;
  bool refuted;
};

/* ---- numbers ---- */

static void set_wide(mpz_t z, wide v) {
  uwide size = v < 0 ? -(uwide)v : (uwide)v;
  mpz_import(z, 1, -1, sizeof size, 0, 0, &size);
  if (v < 0) mpz_neg(z, z);
}

static bool get_wide(const mpz_t z, wide *v) {
  uwide size = 0;
  if (mpz_sizeinbase(z, 2) > 120) return false;
  mpz_export(&size, NULL, -1, sizeof size, 0, 0, z);
  *v = mpz_sgn(z) < 0 ? -(wide)size : (wide)size;
  return true;
}

/* ---- which equations ---- */

/* The common step of a term's values; a long list is not read to its end. */
static wide step_of(const store *s, term x) {
  wide lo = term_lo(s, x), step = 0;
  if (term_fixed(s, x)) return 0;
  if (wide_saturated(lo) || !term_explicit(s, x)) return term_step(s, x);
  if (term_size(s, x) > SCANNED) return term_step(s, x);
  for (wide v = lo; v != term_hi(s, x) && step != 1; v = term_next(s, x, v)) step = wide_gcd(step, term_next(s, x, v) - lo);
  return step;
}

/* Does p say now that a sum is just so much? */
static bool is_equation(const store *s, const propagator *p, struct equation *out) {
  enum sum_relation rel;
  struct linear_reified_view r;
  const struct linear_sum *sum = linear_of(p, &rel);
  *out = (struct equation){.sum = sum};
  if (p->dead) return false;
  if (sum) {
    out->c = sum->c;
    return rel == SUM_EQ && sum->n > 1;
  }
  if (!linear_reified_of(p, &r) || !term_fixed(s, r.b)) return false;
  bool truth = term_value(s, r.b) != 0;
  *out = (struct equation){.sum = r.sum, .c = r.c[truth]};
  return r.rel[truth] == SUM_EQ && r.sum->n > 1;
}

static bool gather(struct lattice *l) {
  for (size_t i = 0; i < l->s->propagators; i++) {
    struct equation e;
    if (!is_equation(l->s, l->s->posted[i].p, &e)) continue;
    if (!budget_grow(l->s->budget, &l->equation, &l->capacity, l->n + 1, sizeof e)) return false;
    l->equation[l->n++] = e;
  }
  return l->n > 1;
}

static void note_use(struct lattice *l, size_t e, bool more) {
  const struct linear_sum *sum = l->equation[e].sum;
  for (size_t i = 0; i < sum->n; i++) {
    term x = sum->x[i];
    l->uses[x] += more ? 1 : -1u;
    l->which[x] ^= e;
    if (!more && l->uses[x] == 1) l->stack[l->stacked++] = x;
  }
}

static wide factor_of(const struct linear_sum *sum, term x) {
  size_t i = 0;
  while (sum->x[i] != x) i++;
  return sum->a[i];
}

/* Take off the leaves. */
static size_t peel(struct lattice *l) {
  size_t left = l->n;
  for (size_t e = 0; e < l->n; e++) note_use(l, e, true);
  for (size_t x = 0; x < store_terms(l->s); x++)
    if (l->uses[x] == 1) l->stack[l->stacked++] = (term)x;
  while (l->stacked) {
    term x = l->stack[--l->stacked];
    if (l->uses[x] != 1) continue;
    size_t e = l->which[x];
    if (l->step[x] != 1 || wide_abs(factor_of(l->equation[e].sum, x)) != 1) continue;
    l->equation[e].dropped = true;
    note_use(l, e, false);
    left--;
  }
  return left;
}

static term group_of(struct lattice *l, term x) {
  while (l->group[x] != x) x = l->group[x] = l->group[l->group[x]];
  return x;
}

static int by_group(const void *a, const void *b) {
  const struct equation *x = a, *y = b;
  if (x->dropped != y->dropped) return x->dropped - y->dropped;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  return (x->sum->n > y->sum->n) - (x->sum->n < y->sum->n);
}

/* Equations of one group stand together, short ones first. */
static void sort_groups(struct lattice *l) {
  for (size_t x = 0; x < store_terms(l->s); x++) l->group[x] = (term)x;
  for (size_t e = 0; e < l->n; e++) {
    const struct linear_sum *sum = l->equation[e].sum;
    for (size_t i = 1; i < sum->n && !l->equation[e].dropped; i++) l->group[group_of(l, sum->x[i])] = group_of(l, sum->x[0]);
  }
  for (size_t e = 0; e < l->n; e++) l->equation[e].group = group_of(l, l->equation[e].sum->x[0]);
  qsort(l->equation, l->n, sizeof *l->equation, by_group);
}

/* ---- one system ---- */

static mpz_t *column(struct lattice *l, size_t k) { return l->b + k * MOST_TERMS; }

/* A row, and a column of its own unless it is fixed. */
static void add_row(struct lattice *l, term x) {
  size_t i = l->rows++;
  wide lo = term_lo(l->s, x);
  l->row[i] = x;
  l->place[x] = (int32_t)i;
  set_wide(l->p[i], wide_saturated(lo) ? 0 : lo);
  for (size_t k = 0; k < l->columns; k++) mpz_set_ui(column(l, k)[i], 0);
  if (l->step[x] == 0) return;
  for (size_t k = 0; k < l->rows; k++) mpz_set_ui(column(l, l->columns)[k], 0);
  set_wide(column(l, l->columns++)[i], l->step[x]);
}

static bool add_rows(struct lattice *l, const struct linear_sum *sum) {
  size_t news = 0;
  for (size_t i = 0; i < sum->n; i++) news += l->place[sum->x[i]] < 0;
  if (l->rows + news > MOST_TERMS) return false;
  for (size_t i = 0; i < sum->n; i++)
    if (l->place[sum->x[i]] < 0) add_row(l, sum->x[i]);
  return true;
}

/* w = a B, rest = c - a p */
static void evaluate(struct lattice *l, const struct equation *e) {
  const struct linear_sum *sum = e->sum;
  set_wide(l->rest, e->c);
  for (size_t k = 0; k < l->columns; k++) mpz_set_ui(l->w[k], 0);
  for (size_t i = 0; i < sum->n; i++) {
    int32_t row = l->place[sum->x[i]];
    set_wide(l->q, sum->a[i]);
    mpz_submul(l->rest, l->q, l->p[row]);
    for (size_t k = 0; k < l->columns; k++)
      if (mpz_sgn(column(l, k)[row])) mpz_addmul(l->w[k], l->q, column(l, k)[row]);
  }
  l->effort += sum->n * l->columns;
}

/* The column of the least |w| but 0; l->columns: there is none. */
static size_t least_column(const struct lattice *l) {
  size_t least = l->columns;
  for (size_t k = 0; k < l->columns; k++)
    if (mpz_sgn(l->w[k]) && (least == l->columns || mpz_cmpabs(l->w[k], l->w[least]) < 0)) least = k;
  return least;
}

/* Column k less a multiple of column j, so that |w[k]| <= |w[j]| / 2; false: too large to go on. */
static bool reduce_column(struct lattice *l, size_t k, size_t j) {
  mpz_t *to = column(l, k), *by = column(l, j);
  mpz_mul_2exp(l->q, l->w[k], 1);
  mpz_add(l->q, l->q, l->w[j]);
  mpz_mul_2exp(l->t, l->w[j], 1);
  mpz_fdiv_q(l->q, l->q, l->t);
  mpz_submul(l->w[k], l->q, l->w[j]);
  bool fits = true;
  for (size_t i = 0; i < l->rows; i++) {
    if (!mpz_sgn(by[i])) continue;
    mpz_submul(to[i], l->q, by[i]);
    fits &= mpz_sizeinbase(to[i], 2) <= MOST_BITS;
  }
  l->effort += l->rows;
  return fits;
}

/* One column of w other than 0 is left, *pivot; false: given up, which does no harm. */
static bool reduce(struct lattice *l, size_t *pivot) {
  for (;;) {
    size_t others = 0;
    *pivot = least_column(l);
    for (size_t k = 0; k < l->columns; k++) {
      if (k == *pivot || !mpz_sgn(l->w[k])) continue;
      others++;
      if (l->effort > EFFORT || !reduce_column(l, k, *pivot)) return false;
    }
    if (!others) return true;
  }
}

/* p moves along the column, which goes. */
static void fix_column(struct lattice *l, size_t k) {
  mpz_t *last = column(l, --l->columns), *gone = column(l, k);
  mpz_divexact(l->q, l->rest, l->w[k]);
  for (size_t i = 0; i < l->rows; i++) {
    mpz_addmul(l->p[i], l->q, gone[i]);
    if (gone != last) mpz_swap(gone[i], last[i]);
  }
}

/* False: go no further, by the effort or because there is no solution. */
static bool take(struct lattice *l, const struct equation *e) {
  size_t pivot;
  if (!add_rows(l, e->sum)) return true;
  evaluate(l, e);
  if (!reduce(l, &pivot)) return false;
  l->refuted = pivot == l->columns ? mpz_sgn(l->rest) != 0 : !mpz_divisible_p(l->rest, l->w[pivot]);
  if (l->refuted) return false;
  if (pivot < l->columns) fix_column(l, pivot);
  return true;
}

/* What a row says of its term. */
static bool conclude(struct lattice *l, size_t i) {
  wide m, r;
  mpz_set_ui(l->q, 0);
  for (size_t k = 0; k < l->columns && mpz_cmp_ui(l->q, 1); k++) mpz_gcd(l->q, l->q, column(l, k)[i]);
  if (!mpz_sgn(l->q)) { /* beyond get_wide is beyond every finite end */
    if (get_wide(l->p[i], &r)) return term_fix(l->s, l->row[i], r, NULL);
    return wide_saturated(term_lo(l->s, l->row[i])) || wide_saturated(term_hi(l->s, l->row[i]));
  }
  mpz_fdiv_r(l->t, l->p[i], l->q);
  if (!get_wide(l->q, &m) || !get_wide(l->t, &r)) return true;
  return m <= l->step[l->row[i]] || m >= (wide)1 << 61 || term_mod(l->s, l->row[i], m, r, NULL);
}

/* The equations of one group, from `from` on; the next group's first. */
static size_t solve_group(struct lattice *l, size_t from) {
  size_t e = from;
  bool going = true;
  l->rows = l->columns = l->effort = 0;
  for (; e < l->n && !l->equation[e].dropped && l->equation[e].group == l->equation[from].group; e++)
    going = going && !store_stop(l->s) && take(l, &l->equation[e]);
  for (size_t i = 0; i < l->rows; i++) {
    l->place[l->row[i]] = -1;
    l->refuted = l->refuted || !conclude(l, i);
  }
  return e;
}

static bool solve_groups(struct lattice *l) {
  size_t cells = MOST_TERMS * MOST_TERMS + 2 * MOST_TERMS;
  mpz_t *all = malloc(cells * sizeof *all);
  if (!all) return false;
  for (size_t i = 0; i < cells; i++) mpz_init(all[i]);
  mpz_inits(l->rest, l->q, l->t, NULL);
  l->b = all;
  l->p = all + MOST_TERMS * MOST_TERMS;
  l->w = l->p + MOST_TERMS;
  for (size_t e = 0; e < l->n && !l->equation[e].dropped && !l->refuted;) e = solve_group(l, e);
  mpz_clears(l->rest, l->q, l->t, NULL);
  for (size_t i = 0; i < cells; i++) mpz_clear(all[i]);
  free(all);
  return true;
}

/* ---- the whole ---- */

static bool make_tables(struct lattice *l) {
  size_t terms = store_terms(l->s);
  budget *b = l->s->budget;
  l->step = budget_alloc(b, terms * sizeof *l->step);
  l->uses = budget_alloc(b, terms * sizeof *l->uses);
  l->which = budget_alloc(b, terms * sizeof *l->which);
  l->group = budget_alloc(b, terms * sizeof *l->group);
  l->place = budget_alloc(b, terms * sizeof *l->place);
  l->stack = budget_alloc(b, 2 * terms * sizeof *l->stack);
  if (b->stopped) return false;
  for (size_t x = 0; x < terms; x++) {
    l->step[x] = step_of(l->s, (term)x);
    l->place[x] = -1;
  }
  return true;
}

static void free_tables(struct lattice *l) {
  size_t terms = store_terms(l->s);
  budget *b = l->s->budget;
  budget_free(b, l->step, terms * sizeof *l->step);
  budget_free(b, l->uses, terms * sizeof *l->uses);
  budget_free(b, l->which, terms * sizeof *l->which);
  budget_free(b, l->group, terms * sizeof *l->group);
  budget_free(b, l->place, terms * sizeof *l->place);
  budget_free(b, l->stack, 2 * terms * sizeof *l->stack);
}

int solve_equations(store *s) {
  struct lattice l = {.s = s};
  bool ok = true;
  if (gather(&l)) {
    if (make_tables(&l) && peel(&l) > 1) {
      sort_groups(&l);
      ok = solve_groups(&l);
    }
    free_tables(&l);
  }
  if (!ok) s->budget->stopped = CI_ENOMEM;
  if (l.refuted && s->budget->stopped == CI_OK) store_fail(s);
  budget_free(s->budget, l.equation, l.capacity * sizeof *l.equation);
  return s->budget->stopped;
}
