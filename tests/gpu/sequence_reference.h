/* FlashRNN in double precision with all the options of the GPU kernels, by
 * plain loops over one sequence of one head at a time. */
#ifndef SEQUENCE_REFERENCE_H
#define SEQUENCE_REFERENCE_H

#include "launch.h"

/* Tensors as in launch.h, contiguous: Wx [B][T][G][N][D], states [S][B][T][N][D], edges [S][B][N][D]. */
typedef struct sequence_case {
  fr_problem p;
  const float *Wx, *R, *bias, *initial, *dstates, *dlast; /* the last three may be NULL */
  const int *lengths;                                     /* NULL: T */
  const unsigned char *reset;                             /* [B][T], NULL: never */
  int reverse, cut;
  double clip_y, clip_gradient; /* 0: not */
  const unsigned char *clipped; /* [B][T][N][D]: y that counts as clipped to the gradient; NULL: by clip_y */
  /* What a step hands on (R's product, states, gradients) is stored so; NULL: as it is.  With the dtype's own
   * rounding this is the plain step-by-step implementation that long sequences are held against. */
  double (*stored)(double);
} sequence_case;

typedef struct sequence_outputs {
  double *states, *last, *dWx, *dR, *dbias, *dinitial;
} sequence_outputs;

/* Elements of each, in the order above. */
void sequence_sizes(const fr_problem *p, fr_int sizes[6]);
/* Fills all six; 0, or -1 without memory. */
int sequence_reference(const sequence_case *c, sequence_outputs *out);

#endif
