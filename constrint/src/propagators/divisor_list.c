/* The divisors of a number, kept from one run of a propagator to the next. */
#include "divisor_list.h"

/* -d[n-1], ..., -d[0], d[0], ..., d[n-1] */
static void mirror(struct divisor_list *d, size_t n) {
  for (size_t i = n; i-- > 0;) {
    d->list[n + i] = d->list[i];
  }
  for (size_t i = 0; i < n; i++) d->list[i] = -d->list[2 * n - 1 - i];
  d->n = 2 * n;
}

/* How far to try: all the way up to 2^40 at the root and to 2^32 during
 * search, and only a little for greater numbers. */
static uint32_t trial_limit(const store *s, wide v) {
  int bits = store_level(s) == 0 ? 40 : 32;
  return wide_abs(v) >> bits ? 1 << 10 : (uint32_t)1 << bits / 2;
}

static bool factor(store *s, struct divisor_list *d, wide v) {
  if (!d->list) d->list = store_alloc(s, DIVISOR_LIMIT * sizeof *d->list);
  if (!d->list) return false;
  d->of = v;
  mirror(d, wide_divisors(v, trial_limit(s, v), d->list, DIVISOR_LIMIT / 2));
  return true;
}

bool divisor_list_keep(store *s, struct divisor_list *d, term x, wide v, reason why) {
  if (d->of != v && !factor(s, d, v)) return false;
  return d->n == 0 || term_keep(s, x, d->list, d->n, why);
}
