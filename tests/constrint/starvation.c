/* The harness of propagators without memory: whichever allocation fails, the
 * answer is CI_ENOMEM. */
#include <stdio.h>
#include "budget.h"
#include "harness.h"

/* Terms, post, propagate: 1 or 0 as store_propagate says, or an error. */
static int play(const struct constraint_test *t, const struct instance *in, budget *b) {
  store *s = store_new(b);
  if (!s) return CI_ENOMEM;
  term x[MAX_TERMS];
  int code = 0;
  for (int i = 0; i < in->n && code == 0; i++) {
    x[i] = in->same[i] != i ? x[in->same[i]] : store_new_set(s, in->domain[i].v, (size_t)in->domain[i].n);
    if (x[i] < 0) code = x[i];
  }
  if (code == 0) code = t->post(s, in, x);
  if (code == 0) code = store_propagate(s);
  store_free(s);
  return code;
}

static bool one_starvation(const struct constraint_test *t, struct rng *r) {
  struct instance in = {0};
  t->draw(r, &in);
  budget b;
  budget_init(&b, NULL);
  int answer = play(t, &in, &b);
  uint64_t allocations = b.allocations;
  for (uint64_t k = 1; k <= allocations; k++) {
    budget_init(&b, NULL);
    b.fail_at = k;
    int starved = play(t, &in, &b);
    if (starved != CI_ENOMEM && (b.stopped || starved != answer)) return false;
    if (b.used != 0) return false;
  }
  return true;
}

bool starvation_run(const struct constraint_test *t, uint64_t seed, int instances, char *message, size_t size) {
  for (int i = 0; i < instances; i++) {
    struct rng r = {seed + (uint64_t)i * 1000003};
    if (one_starvation(t, &r)) continue;
    snprintf(message, size, "%s: an allocation failed unnoticed, or leaked; instance %d of PROP_SEED=%llu", t->name, i, (unsigned long long)seed);
    return false;
  }
  return true;
}
