/* How well the spec's cost predicts what was measured: the rank correlation
 * between both, over the trials of a database. */
#ifndef TUNER_PREDICT_H
#define TUNER_PREDICT_H

#include "hwmodel.h"
#include "spec.h"
#include "tunedb.h"

struct predict_line {
  char *problem;      /* with its scaling keys, as the database has them */
  size_t trials;      /* measured ones whose configuration is legal here and has a cost */
  double correlation; /* Spearman's; NAN: fewer than two, or all alike */
};

struct prediction {
  struct predict_line *lines; /* of each problem that has such trials */
  size_t n, trials;
  double correlation;         /* over all trials together */
};

/* Of the kernel, version and hash of this spec.  The caller releases in both cases. */
int predict(struct prediction *out, tdb *db, const struct spec *s, const hw_model *hw);
void prediction_release(struct prediction *p);

/* Spearman's rank correlation, equal values sharing their ranks; NAN where there is none. */
double rank_correlation(const double *x, const double *y, size_t n);

#endif
