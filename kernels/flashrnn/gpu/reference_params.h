/* Parameters of reference.cu's entries: host and device. */
#ifndef FLASHRNN_REFERENCE_PARAMS_H
#define FLASHRNN_REFERENCE_PARAMS_H

#include "launch.h"

typedef struct reference_params {
  fr_params p;
  int N, D, step;
  double *states, *last, *saved, *dWx, *dR, *dbias, *dinitial, *inner;
  double *future; /* [S][B][N][D] */
} reference_params;

typedef struct reference_fill {
  void *to;
  const void *from;
  fr_int count;
  int kind;
  double scale;
  unsigned long long seed;
} reference_fill;

typedef struct reference_sums {
  double difference, norm;
  unsigned long long bad; /* twice the index, and 1 for poison; all ones: none */
} reference_sums;

typedef struct reference_compare {
  const void *got;
  const double *want;
  fr_int count;
  reference_sums *out;
} reference_compare;

#endif
