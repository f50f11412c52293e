/* Powers, bits, extremes, choices, tables and differences against their oracles. */
#include "prop_test.h"

/* ---- z = f(x, y): terms are z, x, y ---- */

static void draw_power(struct rng *r, struct instance *in) {
  in->n = 3;
  draw_values(r, &in->domain[0], -70, 70, 12);
  draw_values(r, &in->domain[1], -5, 5, 6);
  draw_values(r, &in->domain[2], 0, rng_chance(r, 50) ? 2 : 6, 4);
  in->domain[2].lo = 0;
  for (int i = 0; i < 3; i++) in->same[i] = i;
  if (rng_chance(r, 5)) {
    in->same[2] = 1;
    in->domain[1] = in->domain[2];
  }
  if (rng_chance(r, 50)) /* aim z at powers */
    for (int k = 0; k < in->domain[0].n; k++) in->domain[0].v[k] = k * k * (k % 2 ? k : 1);
  for (int k = 1; k < in->domain[0].n; k++)
    if (in->domain[0].v[k] <= in->domain[0].v[k - 1]) in->domain[0].n = k;
}
static bool power_oracle(const struct instance *in, const wide *v) {
  (void)in;
  wide p = 1;
  for (wide i = 0; i < v[2]; i++) p *= v[1];
  return v[0] == p;
}
static int post_powers(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_power(s, x[0], x[1], x[2]);
}

static void draw_bits(struct rng *r, struct instance *in) {
  draw_terms(r, in, 3, -9, 9, 8);
  if (rng_chance(r, 30)) draw_values(r, &in->domain[0], -9, 9, 8);
}
static bool bitxor_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] == (v[1] ^ v[2]);
}
static int post_bits(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_bitxor(s, x[0], x[1], x[2]);
}

static void draw_abs(struct rng *r, struct instance *in) { draw_terms(r, in, 2, -9, 9, 9); }
static bool abs_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] == (v[1] < 0 ? -v[1] : v[1]);
}
static int post_magnitude(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_abs(s, x[0], x[1]);
}

/* ---- z, x... ---- */

static void draw_extreme(struct rng *r, struct instance *in) { draw_terms(r, in, rng_int(r, 2, 5), -6, 6, 4); }
static wide extreme(const struct instance *in, const wide *v, int sign) {
  wide best = sign * v[1];
  for (int i = 2; i < in->n; i++)
    if (sign * v[i] > best) best = sign * v[i];
  return sign * best;
}
static bool max_oracle(const struct instance *in, const wide *v) { return v[0] == extreme(in, v, 1); }
static bool min_oracle(const struct instance *in, const wide *v) { return v[0] == extreme(in, v, -1); }
static int post_greatest(store *s, const struct instance *in, const term *x) {
  return post_max(s, x[0], x + 1, (size_t)in->n - 1);
}
static int post_least(store *s, const struct instance *in, const term *x) {
  return post_min(s, x[0], x + 1, (size_t)in->n - 1);
}

/* ---- z, index, x... ---- */

static void draw_element(struct rng *r, struct instance *in) {
  draw_terms(r, in, rng_int(r, 3, 6), -6, 6, 4);
  draw_values(r, &in->domain[1], 0, in->n - 3, 4);
  in->domain[1].lo = 0;
  in->domain[1].hi = in->n - 3;
  for (int i = 0; i < in->n; i++)
    if (i == 1 || in->same[i] == 1) in->same[i] = i;
  if (rng_chance(r, 30)) /* all constants */
    for (int i = 2; i < in->n; i++)
      if (in->same[i] == i) in->domain[i].n = 1, in->domain[i].lo = in->domain[i].hi = 0;
}
static bool element_oracle(const struct instance *in, const wide *v) {
  return v[1] >= 0 && v[1] < in->n - 2 && v[0] == v[2 + (int)v[1]];
}
static int post_choice(store *s, const struct instance *in, const term *x) {
  return post_element(s, x[0], x[1], x + 2, (size_t)in->n - 2);
}

static void draw_ite(struct rng *r, struct instance *in) {
  draw_terms(r, in, 4, -6, 6, 6);
  for (int i = 0; i < 4; i++)
    if (i == 1 || in->same[i] == 1) in->same[i] = i;
  draw_truth(r, &in->domain[1]);
}
static bool ite_oracle(const struct instance *in, const wide *v) {
  (void)in;
  return v[0] == (v[1] ? v[2] : v[3]);
}
static int post_condition(store *s, const struct instance *in, const term *x) {
  (void)in;
  return post_ite(s, x[0], x[1], x[2], x[3]);
}

/* ---- tables: params are n, rows, values ---- */

static void draw_table(struct rng *r, struct instance *in) {
  int n = rng_int(r, 1, 4), rows = rng_int(r, 0, MAX_PARAMS / n - 2);
  draw_terms(r, in, n, -2, 3, 5);
  in->param[0] = n;
  in->param[1] = rows;
  for (int i = 0; i < n * rows; i++) in->param[2 + i] = rng_int(r, -2, 3);
  in->params = 2 + n * rows;
}
static bool in_table(const struct instance *in, const wide *v) {
  int n = (int)in->param[0];
  for (int i = 0; i < (int)in->param[1]; i++) {
    int j = 0;
    while (j < n && in->param[2 + i * n + j] == v[j]) j++;
    if (j == n) return true;
  }
  return false;
}
static void rows_of(const struct instance *in, int64_t *out) {
  for (int i = 2; i < in->params; i++) out[i - 2] = (int64_t)in->param[i];
}
static int post_rows(store *s, const struct instance *in, const term *x) {
  int64_t values[MAX_PARAMS];
  rows_of(in, values);
  return post_table(s, x, (size_t)in->param[0], values, (size_t)in->param[1]);
}
static void draw_table_reified(struct rng *r, struct instance *in) {
  draw_table(r, in);
  draw_truth(r, &in->domain[in->n]);
  in->same[in->n] = in->n;
  in->n++;
}
static bool table_reified_oracle(const struct instance *in, const wide *v) {
  return in_table(in, v) == (v[in->n - 1] != 0);
}
static int post_rows_reified(store *s, const struct instance *in, const term *x) {
  int64_t values[MAX_PARAMS];
  rows_of(in, values);
  return post_table_reified(s, x, (size_t)in->param[0], values, (size_t)in->param[1], x[in->n - 1]);
}

/* ---- all different ---- */

static void draw_different(struct rng *r, struct instance *in) {
  int n = rng_int(r, 0, 6);
  draw_terms(r, in, n, 0, n + 1, n > 4 ? 4 : 6);
  if (rng_chance(r, 80))
    for (int i = 0; i < n; i++) in->same[i] = i;
}
static bool differ(const wide *v, int n) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k < i; k++)
      if (v[i] == v[k]) return false;
  return true;
}
static bool different_oracle(const struct instance *in, const wide *v) { return differ(v, in->n); }
static int post_different(store *s, const struct instance *in, const term *x) {
  return post_alldifferent(s, x, (size_t)in->n);
}
static void draw_different_reified(struct rng *r, struct instance *in) {
  draw_different(r, in);
  draw_truth(r, &in->domain[in->n]);
  in->same[in->n] = in->n;
  in->n++;
}
static bool different_reified_oracle(const struct instance *in, const wide *v) {
  return differ(v, in->n - 1) == (v[in->n - 1] != 0);
}
static int post_different_reified(store *s, const struct instance *in, const term *x) {
  return post_alldifferent_reified(s, x, (size_t)in->n - 1, x[in->n - 1]);
}

static const struct constraint_test tests[] = {
  {"power", draw_power, power_oracle, post_powers, STRENGTH_DOMAIN, 0},
  {"bitxor", draw_bits, bitxor_oracle, post_bits, STRENGTH_DOMAIN, 0},
  {"abs", draw_abs, abs_oracle, post_magnitude, STRENGTH_DOMAIN, 0},
  {"max", draw_extreme, max_oracle, post_greatest, STRENGTH_DOMAIN, 0},
  {"min", draw_extreme, min_oracle, post_least, STRENGTH_DOMAIN, 0},
  {"element", draw_element, element_oracle, post_choice, STRENGTH_DOMAIN, 0},
  {"ite", draw_ite, ite_oracle, post_condition, STRENGTH_DOMAIN, 0},
  {"table", draw_table, in_table, post_rows, STRENGTH_DOMAIN, -1},
  {"table reified", draw_table_reified, table_reified_oracle, post_rows_reified, STRENGTH_DOMAIN, -1},
  {"alldifferent", draw_different, different_oracle, post_different, STRENGTH_BOUNDS, -1},
  {"alldifferent reified", draw_different_reified, different_reified_oracle, post_different_reified, STRENGTH_SOUND, -1},
};

PROP_MAIN(tests)
