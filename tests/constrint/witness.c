/* The harness of propagators on values too wide for brute force: random domains
 * around a tuple that holds, which it must survive. */
#include <stdio.h>
#include "budget.h"
#include "harness.h"

/* A domain around v: exact, a set, a range with or without a stride, of any width. */
static term around(struct rng *r, store *s, wide v) {
  wide below = rng_chance(r, 10) ? WIDE_MAX : rng_magnitude(r, 62), above = rng_magnitude(r, 62);
  if (below < 0) below = -below;
  if (above < 0) above = -above;
  switch (rng_int(r, 0, 4)) {
    case 0: return store_new_set(s, &v, 1);
    case 1: {
      wide values[] = {wide_sub(v, below / 2 + 1), v, wide_add(v, above / 2 + 1)};
      return store_new_set(s, values, 3);
    }
    case 2: {
      wide step = 1 + above % 1000;
      term x = store_new_term(s, wide_sub(v, step * rng_int(r, 0, 100000)), wide_add(v, step * rng_int(r, 0, 100000)));
      term_mod(s, x, step, v, NULL);
      return x;
    }
    case 3: return store_new_term(s, wide_sub(v, below), rng_chance(r, 20) ? WIDE_MAX : wide_add(v, above));
    default: return store_new_term(s, wide_sub(v, below % 10), wide_add(v, above % 10));
  }
}

static bool holds_tuple(const store *s, const term *x, const wide *v, int n) {
  for (int i = 0; i < n; i++)
    if (!term_has(s, x[i], v[i])) return false;
  return true;
}

static bool fix_one_by_one(struct rng *r, store *s, const term *x, const wide *v, int n, int result) {
  bool ok = true;
  int start = rng_int(r, 0, n - 1), pushes = 0;
  for (int k = 0; k < n && ok; k++) {
    int i = (start + k) % n;
    if (i == result) continue;
    store_push(s);
    pushes++;
    ok = term_fix(s, x[i], v[i], NULL) && store_propagate(s) == 1 && holds_tuple(s, x, v, n);
  }
  ok = ok && (result < 0 || term_fixed(s, x[result]));
  while (pushes--) store_pop(s);
  return ok && holds_tuple(s, x, v, n);
}

static bool one_witness(const struct witness_test *t, int result, struct rng *r) {
  wide v[MAX_TERMS];
  if (!t->draw(r, v)) return true;
  budget b;
  budget_init(&b, NULL);
  store *s = store_new(&b);
  term x[MAX_TERMS];
  for (int i = 0; i < t->n; i++) x[i] = around(r, s, v[i]);
  bool ok = t->post(s, x) == 0 && store_propagate(s) == 1 && holds_tuple(s, x, v, t->n) &&
            fix_one_by_one(r, s, x, v, t->n, result);
  store_free(s);
  return ok;
}

bool witness_run(const struct witness_test *t, int result, uint64_t seed, int instances, char *message, size_t size) {
  for (int i = 0; i < instances; i++) {
    struct rng r = {seed + (uint64_t)i * 1000003};
    if (one_witness(t, result, &r)) continue;
    snprintf(message, size, "%s: a tuple that holds did not survive, instance %d of PROP_SEED=%llu", t->name, i, (unsigned long long)seed);
    return false;
  }
  return true;
}
