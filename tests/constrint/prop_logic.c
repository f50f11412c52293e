/* Clauses, and, or, exclusive or and membership against their oracles. */
#include "prop_test.h"

static void draw_truths(struct rng *r, struct instance *in, int n) {
  in->n = n;
  for (int i = 0; i < n; i++) {
    draw_truth(r, &in->domain[i]);
    if (rng_chance(r, 50)) in->domain[i] = (struct values){.n = 2, .v = {0, 1}, .lo = 0, .hi = 1};
    draw_same(r, in, i);
  }
}

/* param[0]: how many of the terms are positive */
static void draw_clause(struct rng *r, struct instance *in) {
  draw_truths(r, in, rng_int(r, 0, 6));
  in->param[0] = rng_int(r, 0, in->n);
  in->params = 1;
}
static bool clause_oracle(const struct instance *in, const wide *v) {
  for (int i = 0; i < in->n; i++)
    if ((v[i] != 0) == (i < in->param[0])) return true;
  return false;
}
static int post_literals(store *s, const struct instance *in, const term *x) {
  size_t pos = (size_t)in->param[0];
  return post_clause(s, x, pos, x + pos, (size_t)in->n - pos);
}

static void draw_connective(struct rng *r, struct instance *in) { draw_truths(r, in, rng_int(r, 1, 6)); }
static int count_true(const struct instance *in, const wide *v) {
  int n = 0;
  for (int i = 1; i < in->n; i++) n += v[i] != 0;
  return n;
}
static bool or_oracle(const struct instance *in, const wide *v) { return (v[0] != 0) == (count_true(in, v) > 0); }
static bool and_oracle(const struct instance *in, const wide *v) { return (v[0] != 0) == (count_true(in, v) == in->n - 1); }
static int post_some_of(store *s, const struct instance *in, const term *x) {
  return post_or(s, x[0], x + 1, (size_t)in->n - 1);
}
static int post_all_of(store *s, const struct instance *in, const term *x) {
  return post_and(s, x[0], x + 1, (size_t)in->n - 1);
}

static void draw_three(struct rng *r, struct instance *in) { draw_truths(r, in, 3); }
static bool xor_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] == (v[1] ^ v[2]);
}
static int post_exclusive(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_xor(s, x[0], x[1], x[2]);
}

/* terms b, x; params are the values */
static void draw_in(struct rng *r, struct instance *in) {
  in->n = 2;
  draw_truth(r, &in->domain[0]);
  draw_values(r, &in->domain[1], -9, 9, 9);
  in->same[0] = 0;
  in->same[1] = 1;
  for (int v = -10; v <= 10; v++)
    if (rng_chance(r, 40)) in->param[in->params++] = v;
}
static bool in_oracle(const struct instance *in, const wide *v) {
  bool found = false;
  for (int i = 0; i < in->params; i++) found |= in->param[i] == v[1];
  return found == (v[0] != 0);
}
static int post_membership(store *s, const struct instance *in, const term *x) {
  return post_in(s, x[0], x[1], in->param, (size_t)in->params);
}

static const struct constraint_test tests[] = {
  {"clause", draw_clause, clause_oracle, post_literals, STRENGTH_DOMAIN, -1},
  {"or", draw_connective, or_oracle, post_some_of, STRENGTH_DOMAIN, 0},
  {"and", draw_connective, and_oracle, post_all_of, STRENGTH_DOMAIN, 0},
  {"xor", draw_three, xor_oracle, post_exclusive, STRENGTH_DOMAIN, 0},
  {"in", draw_in, in_oracle, post_membership, STRENGTH_DOMAIN, 0},
};

PROP_MAIN(tests)
