/* A CUDA driver and run-time compiler that are none, for tests without a GPU.
 * Memory is the host's, streams run at once, and FlashRNN's kernels are computed
 * by the processor's library (plain options only).  What was called is recorded;
 * calls can be made to fail; what a captured stream forbids is refused and counted. */
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

#include "api.h"
#include "launch.h"

typedef struct fake_event {
  char what;           /* 'L' launch, 'F' fill, 'C' copy */
  cu_stream stream;
  char entry[64];      /* launch */
  fr_problem problem;  /* but B and T */
  int64_t grid, threads, cluster, shared;
  int cooperative;
  unsigned word;       /* fill */
  cu_pointer at, from; /* fill, copy */
  size_t bytes;
  fr_params params;
} fake_event;

/* Forgets what was called and set; what is allocated stays. */
void fake_reset(void);
/* The call of `symbol` after the next `skip` ones fails. */
void fake_fail(const char *symbol, int code, int skip);
int fake_calls(const char *symbol);
/* Calls that a capture forbids. */
int fake_violations(void);
/* What ran on streams since the last reset; valid until the next call. */
size_t fake_log(const fake_event **out);
/* What an SM holds of any kernel, and the device of clusters. */
void fake_capacity(int blocks_per_sm, int clusters);
void fake_attribute(int attribute, int value);
/* Pieces of memory, modules and held contexts that are left. */
int fake_memory_left(void), fake_modules_left(void), fake_contexts_held(void);
/* A context that is not the primary one, made current. */
cu_context fake_new_context(cu_device device);

#endif
