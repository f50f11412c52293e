/* Propagators on 64-bit values and 128-bit results: a random tuple that holds
 * must survive propagation in random wide domains around it. */
#include "harness.h"
#include "budget.h"
#include "integer.h"
#include "test.h"

static char message[512];

static void survives(const struct witness_test *t, int result) {
  CHECKF(witness_run(t, result, harness_seed(), 4000, message, sizeof message), "%s", message);
}

/* ---- sums with coefficients that the post function draws anew from the tuple's seed ---- */

static wide coefficient[3], total;

static bool draw_sum(struct rng *r, wide *v) {
  total = 0;
  for (int i = 0; i < 3; i++) {
    wide part;
    v[i] = rng_magnitude(r, 63);
    coefficient[i] = rng_magnitude(r, rng_chance(r, 50) ? 6 : 62);
    if (!exact_mul(coefficient[i], v[i], &part) || !exact_add(total, part, &total)) return false;
  }
  return true;
}
static int post_eq(store *s, const term *x) { return post_linear(s, coefficient, x, 3, REL_EQ, total); }
static int post_le(store *s, const term *x) { return post_linear(s, coefficient, x, 3, REL_LE, total); }
static int post_ne(store *s, const term *x) { return post_linear(s, coefficient, x, 3, REL_NE, total == WIDE_MAX - 1 ? 0 : total + 1); }

static bool draw_reified(struct rng *r, wide *v) {
  if (!draw_sum(r, v)) return false;
  int off = rng_int(r, -1, 1);
  total += off;
  v[3] = off == 0;
  return true;
}
static int post_reified(store *s, const term *x) {
  if (!term_ge(s, x[3], 0, NULL) || !term_le(s, x[3], 1, NULL)) return -1;
  return post_linear_reified(s, coefficient, x, 3, REL_EQ, total, x[3]);
}

static void test_sums(void) {
  survives(&(struct witness_test){"wide =", 3, draw_sum, post_eq}, -1);
  survives(&(struct witness_test){"wide <=", 3, draw_sum, post_le}, -1);
  survives(&(struct witness_test){"wide !=", 3, draw_sum, post_ne}, -1);
  survives(&(struct witness_test){"wide reified", 4, draw_reified, post_reified}, 3);
}

/* ---- z = f(x, y) ---- */

static bool draw_times(struct rng *r, wide *v) {
  v[1] = rng_magnitude(r, 63);
  v[2] = rng_magnitude(r, 63);
  v[0] = v[1] * v[2];
  return true;
}
static bool draw_power(struct rng *r, wide *v) {
  v[2] = rng_int(r, 0, 126);
  v[1] = rng_magnitude(r, v[2] > 2 ? 120 / (int)v[2] : 60);
  return exact_pow(v[1], v[2], &v[0]);
}
static bool draw_quotient(struct rng *r, wide *v) {
  v[1] = rng_magnitude(r, 63);
  v[2] = rng_magnitude(r, rng_chance(r, 50) ? 63 : 8);
  if (v[2] == 0) return false;
  v[0] = wide_floordiv(v[1], v[2]);
  return true;
}
static bool draw_remainder(struct rng *r, wide *v) {
  if (!draw_quotient(r, v)) return false;
  v[0] = wide_floormod(v[1], v[2]);
  return true;
}
static bool draw_bits(struct rng *r, wide *v) {
  v[1] = rng_magnitude(r, 63);
  v[2] = rng_magnitude(r, 63);
  v[0] = v[1] ^ v[2];
  return true;
}
static int times(store *s, const term *x) { return post_times(s, x[0], x[1], x[2]); }
static int power(store *s, const term *x) {
  return term_ge(s, x[2], 0, NULL) ? post_power(s, x[0], x[1], x[2]) : -1;
}
static int floordiv(store *s, const term *x) { return post_floordiv(s, x[0], x[1], x[2]); }
static int mod(store *s, const term *x) { return post_mod(s, x[0], x[1], x[2]); }
static int bitxor(store *s, const term *x) { return post_bitxor(s, x[0], x[1], x[2]); }

static void test_functions(void) {
  survives(&(struct witness_test){"wide times", 3, draw_times, times}, 0);
  survives(&(struct witness_test){"wide power", 3, draw_power, power}, 0);
  survives(&(struct witness_test){"wide floordiv", 3, draw_quotient, floordiv}, 0);
  survives(&(struct witness_test){"wide mod", 3, draw_remainder, mod}, 0);
  survives(&(struct witness_test){"wide bitxor", 3, draw_bits, bitxor}, 0);
}

/* ---- divides ---- */

static bool draw_division(struct rng *r, wide *v) {
  v[0] = rng_magnitude(r, rng_chance(r, 50) ? 40 : 8);
  v[1] = v[0] * rng_magnitude(r, 40);
  return v[0] != 0;
}
static bool draw_truth_of_division(struct rng *r, wide *v) {
  if (!draw_division(r, v)) return false;
  if (rng_chance(r, 50)) v[1] += rng_int(r, 0, 3);
  v[2] = v[1] % v[0] == 0;
  return true;
}
static int divides(store *s, const term *x) { return post_divides(s, x[0], x[1]); }
static int divides_reified(store *s, const term *x) {
  if (!term_ge(s, x[2], 0, NULL) || !term_le(s, x[2], 1, NULL)) return -1;
  return term_remove(s, x[0], 0, NULL) ? post_divides_reified(s, x[0], x[1], x[2]) : -1;
}
static void test_divides(void) {
  survives(&(struct witness_test){"wide divides", 2, draw_division, divides}, -1);
  survives(&(struct witness_test){"wide divides reified", 3, draw_truth_of_division, divides_reified}, -1);
}

/* ---- others ---- */

static bool draw_abs(struct rng *r, wide *v) {
  v[1] = rng_magnitude(r, 63);
  v[0] = v[1] < 0 ? -v[1] : v[1];
  return true;
}
static bool draw_max(struct rng *r, wide *v) {
  for (int i = 1; i < 4; i++) v[i] = rng_magnitude(r, 63);
  v[0] = v[1];
  for (int i = 2; i < 4; i++) v[0] = v[i] > v[0] ? v[i] : v[0];
  return true;
}
static bool draw_choice(struct rng *r, wide *v) {
  for (int i = 2; i < 5; i++) v[i] = rng_magnitude(r, 63);
  v[1] = rng_int(r, 0, 2);
  v[0] = v[2 + (int)v[1]];
  return true;
}
static bool draw_different(struct rng *r, wide *v) {
  for (int i = 0; i < 5; i++) v[i] = rng_magnitude(r, 4) * 5 + i;
  return true;
}
static int abs_of(store *s, const term *x) { return post_abs(s, x[0], x[1]); }
static int greatest(store *s, const term *x) { return post_max(s, x[0], x + 1, 3); }
static int choice(store *s, const term *x) { return post_element(s, x[0], x[1], x + 2, 3); }
static int different(store *s, const term *x) { return post_alldifferent(s, x, 5); }

static void test_others(void) {
  survives(&(struct witness_test){"wide abs", 2, draw_abs, abs_of}, 0);
  survives(&(struct witness_test){"wide max", 4, draw_max, greatest}, 0);
  survives(&(struct witness_test){"wide element", 5, draw_choice, choice}, 0);
  survives(&(struct witness_test){"wide alldifferent", 5, draw_different, different}, -1);
}

/* ---- Beyond 128 bits: no number is claimed, and nothing fails ---- */

static store *new_store(struct budget *b) {
  budget_init(b, NULL);
  return store_new(b);
}

static void test_saturated_product(void) {
  struct budget b;
  store *s = new_store(&b);
  term big = store_new_term(s, (wide)1 << 100, (wide)1 << 101), x = store_new_term(s, (wide)1 << 40, (wide)1 << 41);
  term z = store_new_term(s, WIDE_MIN, WIDE_MAX);
  CHECK(post_times(s, z, big, x) == 0 && store_propagate(s) == 1);
  CHECK(!term_fixed(s, z) && term_hi(s, z) == WIDE_MAX && term_lo(s, z) >= WIDE_MAX);
  store_push(s);
  CHECK(term_fix(s, big, (wide)1 << 100, NULL) && term_fix(s, x, (wide)1 << 40, NULL) && store_propagate(s) == 1);
  CHECK(!term_fixed(s, z) && term_hi(s, z) == WIDE_MAX);
  store_pop(s);
  store_free(s);
}

static void test_saturated_product_refutes_a_small_bound(void) {
  struct budget b;
  store *s = new_store(&b);
  term big = store_new_term(s, (wide)1 << 100, (wide)1 << 101), x = store_new_term(s, 0, (wide)1 << 41);
  term z = store_new_term(s, WIDE_MIN, 1000);
  CHECK(post_times(s, z, big, x) == 0 && store_propagate(s) == 1);
  CHECK(term_fixed(s, x) && term_value(s, x) == 0);
  store_free(s);
}

/* chuffed#157, or-tools#5293: a sum of extreme 64-bit values is exact. */
static void test_sum_of_extremes(void) {
  struct budget b;
  store *s = new_store(&b);
  term x[2] = {store_new_term(s, INT64_MIN, INT64_MAX), store_new_term(s, INT64_MIN, INT64_MAX)};
  wide a[] = {INT64_MAX, INT64_MAX};
  CHECK(post_linear(s, a, x, 2, REL_EQ, 2 * (wide)INT64_MAX * INT64_MAX) == 0 && store_propagate(s) == 1);
  CHECK(term_fixed(s, x[0]) && term_value(s, x[0]) == INT64_MAX && term_value(s, x[1]) == INT64_MAX);
  store_free(s);
}

/* A cycle x < y < x of wide domains ends in reasonable time. */
static void test_small_steps_end(void) {
  struct budget b;
  store *s = new_store(&b);
  term x[2] = {store_new_term(s, INT64_MIN, INT64_MAX), store_new_term(s, INT64_MIN, INT64_MAX)};
  wide up[] = {1, -1}, down[] = {-1, 1};
  CHECK(post_linear(s, up, x, 2, REL_LE, -1) == 0 && post_linear(s, down, x, 2, REL_LE, -1) == 0);
  CHECK(store_propagate(s) >= 0);
  store_free(s);
}

static const struct test_case cases[] = {
  {"sums", test_sums},
  {"functions", test_functions},
  {"divides", test_divides},
  {"others", test_others},
  {"a product beyond 128 bits", test_saturated_product},
  {"a product beyond 128 bits against a bound", test_saturated_product_refutes_a_small_bound},
  {"chuffed#157 or-tools#5293 sum of extremes", test_sum_of_extremes},
  {"small steps end", test_small_steps_end},
  {NULL, NULL},
};

TEST_MAIN(cases)
