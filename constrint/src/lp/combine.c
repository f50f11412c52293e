/* Multipliers made integers, rows added up exactly. */
#include "combine.h"

#include <math.h>

#include "../integer.h"
#include "../propagators/number.h"

enum { LARGEST_DENOMINATOR = 20000, SCALE_BITS = 36 };
/* Sums of coefficients times bounds stay below this. */
#define ROOM ((wide)1 << 100)

bool combiner_init(struct combiner *c, const struct lp_rows *r) {
  budget *b = r->b;
  *c = (struct combiner){.r = r, .rows = r->n, .cols = r->cols};
  c->k = budget_alloc(b, c->rows * sizeof *c->k);
  c->sum = budget_alloc(b, c->cols * sizeof *c->sum);
  c->used = budget_alloc(b, c->cols * sizeof *c->used);
  c->is_used = budget_alloc(b, c->cols * sizeof *c->is_used);
  c->a = budget_alloc(b, c->cols * sizeof *c->a);
  c->col = budget_alloc(b, c->cols * sizeof *c->col);
  if (c->k && c->sum && c->used && c->is_used && c->a && c->col) return true;
  combiner_free(c);
  return false;
}

void combiner_free(struct combiner *c) {
  if (!c->r) return;
  budget *b = c->r->b;
  budget_free(b, c->k, c->rows * sizeof *c->k);
  budget_free(b, c->sum, c->cols * sizeof *c->sum);
  budget_free(b, c->used, c->cols * sizeof *c->used);
  budget_free(b, c->is_used, c->cols * sizeof *c->is_used);
  budget_free(b, c->a, c->cols * sizeof *c->a);
  budget_free(b, c->col, c->cols * sizeof *c->col);
  *c = (struct combiner){0};
}

/* ---- integers ---- */

static double largest_of(const double *y, size_t n) {
  double largest = 0;
  for (size_t i = 0; i < n; i++)
    if (fabs(y[i]) > largest) largest = fabs(y[i]);
  return largest;
}

static bool is_near(double v) { return fabs(v - round(v)) <= 1e-7 * (1 + fabs(v)); }

/* The least d with v*d near an integer, by v's continued fraction; 0: too large. */
static double denominator(double v) {
  double rest = fabs(v), p = 1, q = 0;
  for (int step = 0; step < 20 && q <= LARGEST_DENOMINATOR; step++) {
    double whole = floor(rest), next = whole * q + p;
    if (step == 0) next = 1;
    p = q;
    q = next;
    if (is_near(v * q)) return q;
    rest = rest - whole;
    if (!(rest > 1e-9)) return 0;
    rest = 1 / rest;
  }
  return 0;
}

/* What makes integers of them all, if that is small; else a power of two. */
static double scale_for(const double *y, size_t n, double largest) {
  double d = 1;
  for (size_t i = 0; i < n; i++) {
    if (fabs(y[i]) <= 1e-9 * largest || is_near(y[i] * d)) continue;
    double more = denominator(y[i] * d);
    d *= more;
    if (!(more > 0) || d > LARGEST_DENOMINATOR) return ldexp(1, SCALE_BITS) / largest;
  }
  return d;
}

/* ---- the sum ---- */

/* One row's part; false: it does not fit. */
static bool add_row(struct combiner *c, size_t row, wide k) {
  const struct lp_rows *r = c->r;
  wide part;
  if (!exact_mul(k, k > 0 ? r->hi[row] : r->lo[row], &part) || !exact_add(c->c, part, &c->c)) return false;
  for (size_t e = r->start[row]; e < r->start[row + 1]; e++) {
    int32_t col = r->col[e];
    if (!c->is_used[col]) {
      c->is_used[col] = true;
      c->used[c->nused++] = col;
      c->sum[col] = 0;
    }
    if (!exact_mul(k, r->a[e], &part) || !exact_add(c->sum[col], part, &c->sum[col])) return false;
  }
  return true;
}

static wide integer_of(const struct lp_rows *r, size_t row, double v) {
  if (!(fabs(v) < 0x1p62)) return 0;
  wide k = (wide)llround(v);
  return k > 0 ? r->hi[row] < WIDE_MAX ? k : 0 : r->lo[row] > WIDE_MIN ? k : 0;
}

static bool add_rows(struct combiner *c, const double *y, double scale) {
  const struct lp_rows *r = c->r;
  c->c = 0;
  bool ok = true, any = false;
  for (size_t row = 0; row < c->rows && ok; row++) {
    c->k[row] = integer_of(r, row, y[row] * scale);
    if (c->k[row] == 0) continue;
    any = true;
    ok = add_row(c, row, c->k[row]);
  }
  return ok && any;
}

/* ---- the inequality ---- */

/* a*x is at least this at the root. */
static wide least_at_root(const struct lp_rows *r, int32_t col, wide a) { return a * (a > 0 ? r->root_lo[col] : r->root_hi[col]); }

/* Coefficients that are crumbs of rounding: their terms give way to their bounds. */
static bool gather(struct combiner *c, wide crumb) {
  const struct lp_rows *r = c->r;
  wide room = ROOM;
  c->n = 0;
  for (size_t i = 0; i < c->nused; i++) {
    int32_t col = c->used[i];
    wide a = c->sum[col], most = wide_max(wide_abs(r->root_lo[col]), wide_abs(r->root_hi[col]));
    if (a == 0) continue;
    if (wide_abs(a) >= LP_SMALL) return false;
    room -= wide_abs(a) * most;
    if (room < 0) return false;
    if (wide_abs(a) <= crumb || r->root_lo[col] == r->root_hi[col]) {
      c->c -= least_at_root(r, col, a);
      continue;
    }
    c->a[c->n] = a;
    c->col[c->n++] = col;
  }
  return wide_abs(c->c) < ROOM;
}

/* The terms are integers: so is their sum without its common divisor. */
static void divide_out(struct combiner *c) {
  wide g = 0;
  for (size_t i = 0; i < c->n && g != 1; i++) g = wide_gcd(g, c->a[i]);
  if (g <= 1) return;
  for (size_t i = 0; i < c->n; i++) c->a[i] /= g;
  c->c = floor_div(c->c, g);
}

static void forget_sum(struct combiner *c) {
  for (size_t i = 0; i < c->nused; i++) c->is_used[c->used[i]] = false;
  c->nused = 0;
}

bool combine(struct combiner *c, const double *multipliers) {
  double largest = largest_of(multipliers, c->rows);
  if (!(largest > 0) || !(largest < 1e30)) return false;
  double scale = scale_for(multipliers, c->rows, largest);
  bool ok = add_rows(c, multipliers, scale);
  if (ok) ok = gather(c, scale * largest >= ldexp(1, SCALE_BITS - 1) ? (wide)1 << (SCALE_BITS - 22) : 0);
  forget_sum(c);
  if (ok) divide_out(c);
  return ok;
}
