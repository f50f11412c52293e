/* Number theory and intervals of the propagators against plain loops. */
#include "harness.h"
#include "propagators/interval.h"
#include "test.h"

static struct rng rng;

static void test_divisors(void) {
  for (int v = 1; v < 3000; v++) {
    wide list[128];
    size_t n = wide_divisors(v, 1 << 10, list, 128), k = 0;
    for (int d = 1; d <= v; d++)
      if (v % d == 0) CHECKF(k < n && list[k++] == d, "%d of %d", d, v);
    CHECK(k == n);
  }
}

static void test_divisors_give_up(void) {
  wide list[8192], p = 1000003, q = 1000033; /* primes */
  CHECK(wide_divisors(p * q, 1 << 10, list, 8192) == 0);
  CHECK(wide_divisors(p * q, 1 << 20, list, 8192) == 4 && list[3] == p * q);
  CHECK(wide_divisors(720720, 1 << 10, list, 10) == 0);
  CHECK(wide_divisors((wide)1 << 100, 1 << 10, list, 8192) == 0);
}

static void test_roots(void) {
  for (int i = 0; i < 20000; i++) {
    wide v = rng_magnitude(&rng, 63) * rng_magnitude(&rng, 62), k = rng_int(&rng, 1, 130);
    v = wide_abs(v);
    wide r = wide_root(v, k);
    CHECK(wide_pow(r, k) <= v);
    CHECK(wide_pow(r + 1, k) > v);
  }
}

static void test_congruences(void) {
  for (int i = 0; i < 20000; i++) {
    int a = rng_int(&rng, -20, 20), r = rng_int(&rng, -20, 20), m = rng_int(&rng, 1, 24);
    wide residue, modulus;
    bool some = solve_congruence(a, r, m, &residue, &modulus);
    for (int x = -50; x <= 50; x++) {
      bool holds = (a * x - r) % m == 0;
      CHECKF(holds == (some && floor_mod(x - residue, modulus) == 0), "%d*%d = %d modulo %d", a, x, r, m);
    }
  }
}

static void test_gcd(void) {
  for (int i = 0; i < 20000; i++) {
    wide g = 1 + wide_abs(rng_magnitude(&rng, 40)), a = rng_magnitude(&rng, 60), b = rng_magnitude(&rng, 60), x = a, y = b;
    while (y) {
      wide rest = x % y;
      x = y;
      y = rest;
    }
    CHECK(wide_gcd(a * g, b * g) == wide_abs(x) * g);
  }
}

static void test_division(void) {
  for (int i = 0; i < 20000; i++) {
    wide a = rng_magnitude(&rng, 63) * (rng_chance(&rng, 50) ? 1 : (wide)1 << 60), b = rng_magnitude(&rng, 63);
    if (b == 0) continue;
    wide q = floor_div(a, b), r = floor_mod(a, b);
    CHECK(q * b + r == a && (r == 0 || (r < 0) == (b < 0)) && wide_abs(r) < wide_abs(b));
    CHECK(ceil_div(a, b) == q + (r != 0));
  }
  CHECK(floor_div(INT64_MIN, -1) == -(wide)INT64_MIN);
}

static interval draw_interval(int lo) {
  int a = rng_int(&rng, lo, 12), b = rng_int(&rng, lo, 12);
  return (interval){a < b ? a : b, a < b ? b : a};
}

/* The exact hull of f over the box, and the operation's. */
static void test_interval_operations(void) {
  for (int i = 0; i < 5000; i++) {
    interval x = draw_interval(-12), y = draw_interval(1), any = draw_interval(-12);
    interval product = INTERVAL_NONE, quotient = INTERVAL_NONE;
    for (wide a = x.lo; a <= x.hi; a++) {
      for (wide b = any.lo; b <= any.hi; b++) product = interval_hull(product, (interval){a * b, a * b});
      for (wide b = y.lo; b <= y.hi; b++) quotient = interval_hull(quotient, (interval){floor_div(a, b), floor_div(a, b)});
    }
    interval p = interval_mul(x, any), q = interval_floordiv(x, y), f = interval_factor(x, y);
    CHECK(p.lo == product.lo && p.hi == product.hi);
    CHECK(q.lo == quotient.lo && q.hi == quotient.hi);
    for (wide a = -15; a <= 15; a++)
      for (wide b = y.lo; b <= y.hi; b++) CHECK(!interval_has(x, a * b) || interval_has(f, a));
  }
}

static void test_infinite_ends(void) {
  interval all = INTERVAL_ALL, one = {1, 1}, far = {WIDE_MAX, WIDE_MAX}, y = {2, 5};
  CHECK(interval_sub(all, one).hi == WIDE_MAX && interval_add(all, one).lo == WIDE_MIN);
  CHECK(interval_sub(far, one).lo < WIDE_MAX && interval_sub(far, one).hi == WIDE_MAX);
  CHECK(interval_mul(all, (interval){0, 0}).hi == 0);
  CHECK(interval_floordiv(all, y).lo == WIDE_MIN && interval_floordiv(all, y).hi == WIDE_MAX);
  CHECK(interval_factor((interval){1, 9}, (interval){2, WIDE_MAX}).lo == 1);
  CHECK(interval_factor((interval){-9, -1}, (interval){2, WIDE_MAX}).hi == -1);
}

static const struct test_case cases[] = {
  {"divisors", test_divisors},
  {"divisors give up", test_divisors_give_up},
  {"roots", test_roots},
  {"congruences", test_congruences},
  {"gcd", test_gcd},
  {"division", test_division},
  {"interval operations", test_interval_operations},
  {"infinite ends", test_infinite_ends},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  rng.state = harness_seed();
  return test_main(cases, argc, argv);
}
