/* GLPK's simplex behind a door. */
#include "simplex.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>

struct simplex {
  glp_prob *p;
  glp_smcp how;
  size_t rows, cols;
  double *y;          /* room for rows + 1, GLPK counts from 1 */
  double *x;
  double *lo, *hi;    /* bounds as told, per column */
  int *index;         /* scratch: cols + 1 */
  double *number;
  int iterations;
  bool alone;         /* nobody else had anything of GLPK in this thread */
};

/* ---- GLPK at arm's length ---- */

static int swallow(void *info, const char *text) {
  (void)info;
  (void)text;
  return 1;
}

static void give_up(void *info) { longjmp(*(jmp_buf *)info, 1); }

/* Between enter() and leave() GLPK says nothing, and where it would abort it jumps. */
static int enter(jmp_buf *out) {
  int said = glp_term_out(GLP_OFF);
  glp_term_hook(swallow, NULL);
  glp_error_hook(give_up, out);
  return said;
}

static void leave(int said) {
  glp_error_hook(NULL, NULL);
  glp_term_hook(NULL, NULL);
  glp_term_out(said);
}

static int blocks(void) {
  int count;
  glp_mem_usage(&count, NULL, NULL, NULL);
  return count;
}

size_t simplex_memory(void) {
  size_t total;
  glp_mem_usage(NULL, NULL, &total, NULL);
  return total;
}

/* GLPK jumped out: what it held cannot be freed piece by piece. */
static void abandon(struct simplex *x, int said) {
  leave(said);
  x->p = NULL;
  if (x->alone) glp_free_env();
}

/* ---- a life ---- */

static bool make_arrays(struct simplex *x, size_t rows) {
  x->y = calloc(rows + 1, sizeof *x->y);
  x->x = calloc(x->cols + 1, sizeof *x->x);
  x->lo = calloc(x->cols + 1, sizeof *x->lo);
  x->hi = calloc(x->cols + 1, sizeof *x->hi);
  x->index = calloc(x->cols + rows + 2, sizeof *x->index);
  x->number = calloc(x->cols + rows + 2, sizeof *x->number);
  return x->y && x->x && x->lo && x->hi && x->index && x->number;
}

static void set_row(struct simplex *x, const struct lp_rows *r, size_t row) {
  wide lo = r->lo[row], hi = r->hi[row];
  bool low = lo > WIDE_MIN, high = hi < WIDE_MAX;
  int kind = low && high ? lo == hi ? GLP_FX : GLP_DB : low ? GLP_LO : high ? GLP_UP : GLP_FR;
  int n = 0;
  for (size_t k = r->start[row]; k < r->start[row + 1]; k++) {
    x->index[++n] = r->col[k] + 1;
    x->number[n] = (double)r->a[k];
  }
  glp_set_row_bnds(x->p, (int)row + 1, kind, low ? (double)lo : 0, high ? (double)hi : 0);
  glp_set_mat_row(x->p, (int)row + 1, n, x->index, x->number);
}

static void fill(struct simplex *x, const struct lp_rows *r, int32_t z, int sign) {
  x->p = glp_create_prob();
  glp_set_obj_dir(x->p, GLP_MIN);
  glp_add_cols(x->p, (int)x->cols);
  glp_add_rows(x->p, (int)x->rows);
  for (size_t row = 0; row < x->rows; row++) set_row(x, r, row);
  if (z >= 0) glp_set_obj_coef(x->p, z + 1, sign);
  glp_init_smcp(&x->how);
  x->how.msg_lev = GLP_MSG_OFF;
  x->how.meth = GLP_DUALP;
  x->how.presolve = GLP_OFF;
  for (size_t col = 0; col < x->cols; col++) {
    x->lo[col] = 1;
    x->hi[col] = 0; /* nothing is told yet */
  }
}

struct simplex *simplex_new(const struct lp_rows *r, int32_t z, int sign) {
  struct simplex *volatile x = calloc(1, sizeof *x);
  jmp_buf out;
  if (!x) return NULL;
  x->rows = r->n;
  x->cols = r->cols;
  x->alone = blocks() == 0;
  if (!make_arrays(x, x->rows)) {
    simplex_free(x);
    return NULL;
  }
  int said = enter(&out);
  if (setjmp(out)) {
    abandon(x, said);
    simplex_free(x);
    return NULL;
  }
  fill(x, r, z, sign);
  leave(said);
  return x;
}

void simplex_free(struct simplex *x) {
  if (!x) return;
  if (x->p) {
    glp_delete_prob(x->p);
    if (x->alone && blocks() == 0) glp_free_env(); /* or a thread's end would leak it */
  }
  free(x->y);
  free(x->x);
  free(x->lo);
  free(x->hi);
  free(x->index);
  free(x->number);
  free(x);
}

/* ---- solving ---- */

void simplex_bounds(struct simplex *x, size_t col, double lo, double hi) {
  if (!x->p || (lo == x->lo[col] && hi == x->hi[col])) return;
  x->lo[col] = lo;
  x->hi[col] = hi;
  glp_set_col_bnds(x->p, (int)col + 1, lo < hi ? GLP_DB : GLP_FX, lo, hi);
}

static void take_values(struct simplex *x) {
  for (size_t col = 0; col < x->cols; col++) x->x[col] = glp_get_col_prim(x->p, (int)col + 1);
}

/* -y: the combination of rows by which the objective is no better. */
static void take_duals(struct simplex *x) {
  for (size_t row = 0; row < x->rows; row++) x->y[row] = -glp_get_row_dual(x->p, (int)row + 1);
}

/* How far the basic variable at a position of the basis is out of its bounds. */
static double violation(const struct simplex *x, int position) {
  int k = glp_get_bhead(x->p, position), m = (int)x->rows;
  double v, lo, hi;
  if (k <= m) {
    v = glp_get_row_prim(x->p, k);
    lo = glp_get_row_lb(x->p, k);
    hi = glp_get_row_ub(x->p, k);
  } else {
    v = glp_get_col_prim(x->p, k - m);
    lo = glp_get_col_lb(x->p, k - m);
    hi = glp_get_col_ub(x->p, k - m);
  }
  return v < lo ? v - lo : v > hi ? v - hi : 0;
}

/* The row of the basis that cannot be mended, or that is worst. */
static int worst_position(const struct simplex *x, double *worst) {
  int ray = glp_get_unbnd_ray(x->p), best = 0;
  *worst = 0;
  for (int i = 1; i <= (int)x->rows; i++) {
    double v = violation(x, i);
    if (glp_get_bhead(x->p, i) == ray && fabs(v) > 0) {
      *worst = v;
      return i;
    }
    if (fabs(v) > fabs(*worst)) {
      *worst = v;
      best = i;
    }
  }
  return best;
}

/* That row as a combination of the programme's rows, by which the basic variable
 * cannot be within its bounds; false: there is none. */
static bool take_ray(struct simplex *x) {
  if (!glp_bf_exists(x->p) && glp_factorize(x->p) != 0) return false;
  double worst;
  int position = worst_position(x, &worst);
  if (!position) return false;
  double *row = x->number;
  for (size_t i = 0; i <= x->rows; i++) row[i] = 0;
  row[position] = 1;
  glp_btran(x->p, row);
  double sign = worst > 0 ? 1 : -1;
  for (size_t i = 0; i < x->rows; i++) x->y[i] = sign * row[i + 1];
  return true;
}

static enum simplex_answer answer(struct simplex *x, int code) {
  if (code == GLP_EITLIM || code == GLP_ETMLIM) return SIMPLEX_OPEN;
  if (code != 0) return SIMPLEX_BROKEN;
  switch (glp_get_status(x->p)) {
  case GLP_OPT:
    take_values(x);
    take_duals(x);
    return SIMPLEX_BEST;
  case GLP_NOFEAS:
    return take_ray(x) ? SIMPLEX_NONE : SIMPLEX_OPEN;
  default: return SIMPLEX_OPEN;
  }
}

static enum simplex_answer solve(struct simplex *x, int iterations, double seconds) {
  double ms = seconds * 1000;
  x->how.it_lim = iterations;
  x->how.tm_lim = ms < 1 ? 1 : ms > 1e6 ? 1000000 : (int)ms;
  int before = glp_get_it_cnt(x->p);
  int code = glp_simplex(x->p, &x->how);
  if (code != 0 && code != GLP_EITLIM && code != GLP_ETMLIM) { /* a basis that will not do */
    glp_std_basis(x->p);
    code = glp_simplex(x->p, &x->how);
  }
  x->iterations = glp_get_it_cnt(x->p) - before;
  return answer(x, code);
}

enum simplex_answer simplex_solve(struct simplex *x, int iterations, double seconds) {
  jmp_buf out;
  if (!x->p) return SIMPLEX_BROKEN;
  int said = enter(&out);
  if (setjmp(out)) {
    abandon(x, said);
    return SIMPLEX_BROKEN;
  }
  enum simplex_answer a = solve(x, iterations, seconds);
  leave(said);
  return a;
}

/* ---- one more row ---- */

static bool grow(struct simplex *x) {
  double *y = realloc(x->y, (x->rows + 2) * sizeof *y);
  if (y) x->y = y;
  int *index = realloc(x->index, (x->cols + x->rows + 3) * sizeof *index);
  if (index) x->index = index;
  double *number = realloc(x->number, (x->cols + x->rows + 3) * sizeof *number);
  if (number) x->number = number;
  return y && index && number;
}

bool simplex_add_row(struct simplex *x, const struct lp_rows *r, size_t row) {
  jmp_buf out;
  if (!x->p || !grow(x)) return false;
  int said = enter(&out);
  if (setjmp(out)) {
    abandon(x, said);
    return false;
  }
  glp_add_rows(x->p, 1);
  x->rows++;
  set_row(x, r, row);
  leave(said);
  return true;
}

const double *simplex_multipliers(const struct simplex *x) { return x->y; }
const double *simplex_values(const struct simplex *x) { return x->x; }
int simplex_iterations(const struct simplex *x) { return x->iterations; }
bool simplex_exists(void) { return true; }
