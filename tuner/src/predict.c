/* Costs against times. */
#include "predict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "problem.h"
#include "space.h"

/* ---- Rank correlation ---- */

static int by_value(const void *a, const void *b, void *values) {
  double x = ((const double *)values)[*(const size_t *)a], y = ((const double *)values)[*(const size_t *)b];
  return (x > y) - (x < y);
}

/* NULL: no memory. */
static double *ranks_of(const double *values, size_t n) {
  size_t *order = malloc((n + 1) * sizeof *order);
  double *ranks = malloc((n + 1) * sizeof *ranks);
  for (size_t i = 0; order && i < n; i++) order[i] = i;
  if (order && ranks) qsort_r(order, n, sizeof *order, by_value, (void *)values);
  for (size_t i = 0, end; order && ranks && i < n; i = end) {
    for (end = i + 1; end < n && values[order[end]] == values[order[i]];) end++;
    for (size_t k = i; k < end; k++) ranks[order[k]] = 0.5 * (double)(i + end - 1);
  }
  if (!order) free(ranks), ranks = NULL;
  free(order);
  return ranks;
}

static double correlation(const double *x, const double *y, size_t n) {
  double middle = 0.5 * ((double)n - 1), xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < n; i++) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
  }
  return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

double rank_correlation(const double *x, const double *y, size_t n) {
  double *a = ranks_of(x, n), *b = ranks_of(y, n);
  double r = a && b ? correlation(a, b, n) : NAN;
  free(a);
  free(b);
  return r;
}

/* ---- From the database ---- */

struct pairs { double *costs, *seconds; size_t n, room; };

static void release_pairs(struct pairs *p) {
  free(p->costs);
  free(p->seconds);
  *p = (struct pairs){.n = 0};
}

static int add_pair(struct pairs *p, double cost, double seconds) {
  if (p->n == p->room) {
    size_t room = p->room ? 2 * p->room : 64;
    double *costs = realloc(p->costs, room * sizeof *costs);
    if (costs) p->costs = costs;
    double *times = realloc(p->seconds, room * sizeof *times);
    if (times) p->seconds = times;
    if (!costs || !times) return tuner_nomem();
    p->room = room;
  }
  p->costs[p->n] = cost;
  p->seconds[p->n++] = seconds;
  return TUNER_OK;
}

struct collecting {
  struct prediction *out;
  tdb *db;
  const struct spec *spec;
  const hw_model *hw;
  struct space *space; /* of the problem at hand */
  struct pairs here, all;
  int code;
};

static int is_measured(const struct collecting *c, const tdb_origin *origin, const tdb_trial *t) {
  int first = t->phase == TDB_PHASE_SEARCH || t->phase == TDB_PHASE_DEFAULT;
  return first && t->status == TDB_TRIAL_OK && !strcmp(origin->spec_hash ? origin->spec_hash : "", c->spec->hash);
}

static int read_trial(void *data, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *t) {
  struct collecting *c = data;
  (void)who;
  int64_t index = is_measured(c, origin, t) ? space_find_config(c->space, t->config) : -1;
  double cost = index >= 0 ? space_cost(c->space, (size_t)index) : INFINITY;
  if (isfinite(cost)) c->code = add_pair(&c->here, cost, t->seconds);
  return c->code != TUNER_OK;
}

static int add_line(struct collecting *c, char *problem) {
  struct prediction *p = c->out;
  struct predict_line *grown = realloc(p->lines, (p->n + 1) * sizeof *grown);
  if (!grown) return tuner_nomem();
  p->lines = grown;
  p->lines[p->n++] = (struct predict_line){problem, c->here.n, rank_correlation(c->here.costs, c->here.seconds, c->here.n)};
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < c->here.n; i++) code = add_pair(&c->all, c->here.costs[i], c->here.seconds[i]);
  return code;
}

/* A problem that this spec no longer knows, or has no space here, tells nothing. */
static int read_problem(struct collecting *c, const tdb_identity *who, char *text) {
  const struct space_limits unranked = {.ranked = 1};
  struct problem *p = NULL;
  c->here.n = 0;
  if (problem_parse(&p, c->spec, text)) return 0;
  int open = !space_open(&c->space, c->spec, p, c->hw, &unranked);
  if (open && tdb_each_trial(c->db, who, read_trial, c) < 0) c->code = tuner_fail(TUNER_EENV, "%s", tdb_error());
  if (open) space_close(c->space);
  problem_free(p);
  return !c->code && c->here.n > 0;
}

static int read_identity(void *data, const tdb_identity *who) {
  struct collecting *c = data;
  char *text;
  if (strcmp(who->kernel, c->spec->kernel) || strcmp(who->version, c->spec->version)) return 0;
  if (asprintf(&text, "%s%s%s", who->problem, *who->problem && *who->scaling ? "," : "", who->scaling) < 0) {
    c->code = tuner_nomem();
    return 1;
  }
  int kept = read_problem(c, who, text);
  if (kept) c->code = add_line(c, text);
  if (!kept || c->code) free(text);
  return c->code != TUNER_OK;
}

int predict(struct prediction *out, tdb *db, const struct spec *s, const hw_model *hw) {
  struct collecting c = {.out = out, .db = db, .spec = s, .hw = hw};
  *out = (struct prediction){.n = 0};
  if (tdb_each_identity(db, read_identity, &c) < 0 && !c.code) c.code = tuner_fail(TUNER_EENV, "%s", tdb_error());
  out->trials = c.all.n;
  out->correlation = rank_correlation(c.all.costs, c.all.seconds, c.all.n);
  release_pairs(&c.here);
  release_pairs(&c.all);
  return c.code;
}

void prediction_release(struct prediction *p) {
  for (size_t i = 0; i < p->n; i++) free(p->lines[i].problem);
  free(p->lines);
  *p = (struct prediction){.n = 0};
}
