/* FlashRNN in double precision on the device, one thread a cell: what the fast
 * kernels are checked against where the processor would take minutes.  Written
 * apart from them; itself checked against src/reference.c. */
#ifndef FLASHRNN_GPU_REFERENCE_H
#define FLASHRNN_GPU_REFERENCE_H

#include "gpu.h"

/* Device memory, in the layouts of flashrnn.h; saved as in launch.h, [N][T][B][rows][D]. */
typedef struct fr_truth { cu_pointer states, last, saved, dWx, dR, dbias, dinitial, inner /* gru: of R's g gate */; } fr_truth;

typedef struct fr_reference fr_reference;

int fr_reference_open(fr_reference **out, gpu_device *d, const gpu_compiler *c, const fr_problem *p, char *why);
void fr_reference_close(fr_reference *r);

/* Random inputs: a normal number, or uniform in (-scale, scale), or 1 + |normal|. */
enum { FR_NORMAL, FR_UNIFORM, FR_ABOVE_ONE };
int fr_reference_random(fr_reference *r, cu_pointer to, fr_int count, int kind, double scale, uint64_t seed, char *why);

int fr_truth_new(fr_truth *out, const fr_reference *r, char *why);
void fr_truth_free(fr_truth *t, const fr_reference *r);
/* Forward, and backward when the problem's pass is; `io` has the inputs and options. */
int fr_reference_run(fr_reference *r, const fr_params *io, const fr_truth *t, char *why);
/* Rounds to the problem's dtype; what is below `clip` stays below (0: no clip). */
int fr_reference_round(fr_reference *r, cu_pointer from, cu_pointer to, fr_int count, double clip, char *why);

typedef struct fr_difference {
  double difference, norm; /* sums of squares */
  fr_int bad;              /* index of the first that is not finite; -1: none */
  int poison;              /* it has all bits set: unwritten */
} fr_difference;
int fr_reference_compare(fr_reference *r, cu_pointer got, cu_pointer want, fr_int count, fr_difference *out, char *why);

#endif
