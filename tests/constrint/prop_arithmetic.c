/* Sums, products and divisions against their oracles. */
#include "prop_test.h"

/* ---- linear: params are rel, c, a[0..n-1] ---- */

static bool sum_holds(const struct instance *in, const wide *v, int n) {
  wide sum = 0;
  for (int i = 0; i < n; i++) sum += in->param[2 + i] * v[i];
  switch ((int)in->param[0]) {
    case REL_EQ: return sum == in->param[1];
    case REL_NE: return sum != in->param[1];
    default: return sum <= in->param[1];
  }
}

static void draw_sum(struct rng *r, struct instance *in, int n, int rel) {
  draw_terms(r, in, n, -8, 8, n > 3 ? 4 : 7);
  in->params = 2 + n;
  in->param[0] = rel;
  in->param[1] = rng_int(r, -12, 12);
  for (int i = 0; i < n; i++) in->param[2 + i] = rng_chance(r, 40) ? 1 - 2 * rng_int(r, 0, 1) : rng_int(r, -6, 6);
}

static int post_sum(store *s, const struct instance *in, const term *x) {
  return post_linear(s, in->param + 2, x, (size_t)in->n, (enum relation)in->param[0], in->param[1]);
}

static bool sum_oracle(const struct instance *in, const wide *v) { return sum_holds(in, v, in->n); }
static void draw_eq(struct rng *r, struct instance *in) { draw_sum(r, in, rng_int(r, 0, 4), REL_EQ); }
static void draw_eq2(struct rng *r, struct instance *in) { draw_sum(r, in, rng_int(r, 1, 2), REL_EQ); }
static void draw_ne(struct rng *r, struct instance *in) { draw_sum(r, in, rng_int(r, 0, 3), REL_NE); }
static void draw_le(struct rng *r, struct instance *in) { draw_sum(r, in, rng_int(r, 0, 4), REL_LE); }

static void draw_reified(struct rng *r, struct instance *in) {
  draw_sum(r, in, rng_int(r, 0, 3), rng_int(r, REL_EQ, REL_LE));
  draw_truth(r, &in->domain[in->n]);
  in->same[in->n] = in->n;
  in->n++;
}
static bool reified_oracle(const struct instance *in, const wide *v) {
  return sum_holds(in, v, in->n - 1) == (v[in->n - 1] != 0);
}
static int post_sum_reified(store *s, const struct instance *in, const term *x) {
  size_t n = (size_t)in->n - 1;
  return post_linear_reified(s, in->param + 2, x, n, (enum relation)in->param[0], in->param[1], x[n]);
}

/* ---- z = f(x, y): terms are z, x, y ---- */

static wide floor_quotient(wide x, wide y) { return x / y - (x % y != 0 && (x < 0) != (y < 0)); }

static void draw_product(struct rng *r, struct instance *in) {
  in->n = 3;
  draw_values(r, &in->domain[0], -30, 30, 9);
  draw_values(r, &in->domain[1], -7, 7, 7);
  draw_values(r, &in->domain[2], -7, 7, 7);
  for (int i = 0; i < 3; i++) draw_same(r, in, i);
}
static bool times_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] == v[1] * v[2];
}
static int post_product(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_times(s, x[0], x[1], x[2]);
}

/* One factor's range is too wide for pairs. */
static void draw_long_product(struct rng *r, struct instance *in) {
  in->n = 3;
  draw_values(r, &in->domain[0], -99, 99, 9);
  draw_values(r, &in->domain[1], -99, 99, MAX_VALUES);
  draw_values(r, &in->domain[2], -30, 30, MAX_VALUES);
  for (int i = 0; i < 3; i++) in->same[i] = i;
}

static void draw_quotient(struct rng *r, struct instance *in) {
  in->n = 3;
  draw_values(r, &in->domain[0], -9, 9, 7);
  draw_values(r, &in->domain[1], -20, 20, 9);
  for (int i = 0; i < 2; i++) draw_same(r, in, i);
  draw_nonzero(r, &in->domain[2], -6, 6, 6);
  in->same[2] = 2;
}
static bool floordiv_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[2] != 0 && v[0] == floor_quotient(v[1], v[2]);
}
static bool mod_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[2] != 0 && v[0] == v[1] - v[2] * floor_quotient(v[1], v[2]);
}
static int post_quotient(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_floordiv(s, x[0], x[1], x[2]);
}
static int post_remainder(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_mod(s, x[0], x[1], x[2]);
}

/* ---- x divides y ---- */

static void draw_divides(struct rng *r, struct instance *in) {
  in->n = 2;
  draw_nonzero(r, &in->domain[0], -12, 12, 8);
  draw_values(r, &in->domain[1], -24, 24, 9);
  in->same[0] = 0;
  in->same[1] = rng_chance(r, 5) ? 0 : 1;
  if (in->same[1] == 0) in->domain[1] = in->domain[0];
}
static bool divides_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] != 0 && v[1] % v[0] == 0;
}
static int post_division(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_divides(s, x[0], x[1]);
}
static void draw_divides_reified(struct rng *r, struct instance *in) {
  draw_divides(r, in);
  draw_truth(r, &in->domain[2]);
  in->same[2] = 2;
  in->n = 3;
}
static bool divides_reified_oracle(const struct instance *in, const wide *v) {
  return divides_oracle(in, v) == (v[2] != 0);
}
static int post_division_reified(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_divides_reified(s, x[0], x[1], x[2]);
}

static const struct constraint_test tests[] = {
  {"linear =", draw_eq, sum_oracle, post_sum, STRENGTH_SOUND, -1},
  {"linear = of two", draw_eq2, sum_oracle, post_sum, STRENGTH_DOMAIN, -1},
  {"linear !=", draw_ne, sum_oracle, post_sum, STRENGTH_DOMAIN, -1},
  {"linear <=", draw_le, sum_oracle, post_sum, STRENGTH_DOMAIN, -1},
  {"linear reified", draw_reified, reified_oracle, post_sum_reified, STRENGTH_SOUND, -1},
  {"times", draw_product, times_oracle, post_product, STRENGTH_DOMAIN, 0},
  {"times long", draw_long_product, times_oracle, post_product, STRENGTH_SOUND, 0},
  {"floordiv", draw_quotient, floordiv_oracle, post_quotient, STRENGTH_DOMAIN, 0},
  {"mod", draw_quotient, mod_oracle, post_remainder, STRENGTH_DOMAIN, 0},
  {"divides", draw_divides, divides_oracle, post_division, STRENGTH_DOMAIN, -1},
  {"divides reified", draw_divides_reified, divides_reified_oracle, post_division_reified, STRENGTH_DOMAIN, 2},
};

PROP_MAIN(tests)
