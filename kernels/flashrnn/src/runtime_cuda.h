/* What the sources of the run time on a CUDA device share. */
#ifndef FLASHRNN_RUNTIME_CUDA_H
#define FLASHRNN_RUNTIME_CUDA_H

#include <pthread.h>

#include "flashrnn_cuda.h"
#include "gpu.h"
#include "runtime.h"

struct flashrnn_cuda {
  pthread_mutex_t lock; /* of everything below but device and figures, which never change */
  int users;            /* plans, and the program until it closes: the last one frees */
  gpu_device *device;
  fr_device figures;
  gpu_compiler *compiler; /* NULL until something has to be compiled */
  runtime_store store;
};

/* Fixed once made: runs on any thread only read it. */
struct flashrnn_cuda_plan {
  flashrnn_cuda *context;
  fr_problem problem;
  fr_plan *plan;
  flashrnn_match match;
  char *reason, config[512];
  int compiled;
  size_t workspace;   /* bytes of a run's: the kernels', then a step's old state */
  cu_pointer memory;  /* the plan's own; 0: the caller brings it */
};

/* 0, or this thread's message and a FLASHRNN_ code for a GPU_ one. */
int runtime_cuda_finish(int gpu, const char *why);

/* Makes the context's device current and gives the caller's own back. */
int runtime_cuda_enter(const flashrnn_cuda *f, cu_context *before, char *why);
void runtime_cuda_leave(const flashrnn_cuda *f, cu_context before);

/* One user less. */
void runtime_cuda_release(flashrnn_cuda *f);

#endif
