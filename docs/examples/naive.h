#ifndef NAIVE_H
#define NAIVE_H

#include <flashrnn.h>

/* The loops that a reader of the formulas would write first: one thread, no
 * blocking.  Forward writes states and what backward needs; both are for
 * comparison only. */
typedef struct naive {
  flashrnn_problem p;
  int gates, states; /* of Wx and R; of the function */
  const float *Wx, *R, *bias, *dstates;
  float *y, *kept;   /* all states [S,B,T,N,D]; activations [B,T,N,D,4] */
  float *dWx, *dR, *dbias;
} naive;

int naive_gates(flashrnn_function f);
int naive_states(flashrnn_function f);
int naive_bias_rows(flashrnn_function f);
/* 0, or -1 without memory. */
int naive_forward(const naive *n);
int naive_backward(const naive *n);

#endif
