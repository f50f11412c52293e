/* How to post each constraint: one function a propagator, each in the file of
 * its name under propagators/.  A post function simplifies first (constants,
 * fixed terms, a truth value already known), allocates only what is left, and
 * returns CI_OK or a negative code; a contradiction is store_fail() + CI_OK.
 *
 * All are total: division by a divisor that may be 0 is made total by the
 * compiler (compile.c), which hands over divisors without 0 and a truth value
 * for "is defined".  b terms have domains within {0, 1}. */
#ifndef CI_POST_H
#define CI_POST_H

#include "store.h"

enum relation { REL_EQ, REL_NE, REL_LE };

/* sum a[i]*x[i] REL c */
int post_linear(store *s, const wide *a, const term *x, size_t n, enum relation rel, wide c);
/* b <-> (sum a[i]*x[i] REL c) */
int post_linear_reified(store *s, const wide *a, const term *x, size_t n, enum relation rel, wide c, term b);
int post_times(store *s, term z, term x, term y);          /* z = x * y */
int post_power(store *s, term z, term x, term y);          /* z = x ** y, y >= 0, 0**0 = 1 */
int post_floordiv(store *s, term z, term x, term y);       /* z = floor(x / y), 0 not in y */
int post_mod(store *s, term z, term x, term y);            /* z = x - y*floor(x/y), 0 not in y */
int post_divides(store *s, term x, term y);                /* x divides y, 0 not in x */
int post_divides_reified(store *s, term x, term y, term b);
int post_bitxor(store *s, term z, term x, term y);
int post_abs(store *s, term z, term x);
int post_min(store *s, term z, const term *x, size_t n);
int post_max(store *s, term z, const term *x, size_t n);
const term *extreme_of(const propagator *p, size_t *n, term *z, int *sign); /* x of one of these; sign 1: max, -1: min; NULL: p is none */
int post_element(store *s, term z, term index, const term *x, size_t n); /* z = x[index], index within 0..n-1 */
int post_ite(store *s, term z, term b, term x, term y);    /* z = b ? x : y */
int post_clause(store *s, const term *pos, size_t npos, const term *neg, size_t nneg); /* some pos 1 or some neg 0 */
int post_and(store *s, term b, const term *x, size_t n);   /* b <-> all x */
int post_or(store *s, term b, const term *x, size_t n);    /* b <-> some x */
int post_xor(store *s, term b, term x, term y);            /* b = x xor y, all truth values */
int post_in(store *s, term b, term x, const wide *values, size_t n); /* b <-> x in values (ascending) */
int post_table(store *s, const term *x, size_t n, const int64_t *values, size_t rows); /* compact table */
int post_table_reified(store *s, const term *x, size_t n, const int64_t *values, size_t rows, term b);
/* Tasks of positive duration and need never need more than the capacity together. */
int post_cumulative(store *s, const term *start, const term *duration, const term *need, size_t n, term capacity);
/* What energy adds to that (energy.c); a part of post_cumulative. */
int post_energy(store *s, const term *start, const term *duration, const term *need, size_t n, term capacity);
/* Tasks of positive duration do not overlap. */
int post_disjunctive(store *s, const term *start, const term *duration, size_t n);
/* States 1..states, symbols 1..symbols; next: a row a state, 0: none. */
struct automaton {
  size_t states, symbols, first, naccepting;
  const int64_t *next, *accepting;
};
bool automaton_accepts(const struct automaton *a, const wide *v, size_t n);
int post_regular(store *s, const term *x, size_t n, const struct automaton *a); /* it accepts x */
int post_circuit(store *s, const term *next, size_t n, wide first); /* next[i] follows node first + i; one circle of all */
/* f[i] = first_g + j exactly where g[j] = first_f + i */
int post_inverse(store *s, const term *f, size_t nf, wide first_f, const term *g, size_t ng, wide first_g);
int post_cardinality(store *s, const term *x, size_t n, const int64_t *value, const term *count, size_t values);
int post_lex(store *s, const term *x, const term *y, size_t n, bool strict); /* x before y, or equal */
int post_alldifferent(store *s, const term *x, size_t n);
int post_apart(store *s, const term *x, const wide *offset, size_t n); /* x[i] + offset[i] differ, by value; NULL: 0 */
int post_alldifferent_reified(store *s, const term *x, size_t n, term b);

#endif
