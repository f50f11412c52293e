/* FlashRNN on this machine's CPU: the device, the configuration and its
 * legality, plans with their workspace, and the two passes.
 *
 * Nothing here knows of the database.  A function that can fail returns 0 or a
 * negative FLASHRNN_ code and writes one line to `why` (CPU_WHY bytes, never
 * NULL).  A plan belongs to one thread at a time; everything else is pure.
 */
#ifndef FLASHRNN_CPU_H
#define FLASHRNN_CPU_H

#include "flashrnn.h"

#define CPU_WHY 256
#define CPU_KERNEL "flashrnn"
#define CPU_VERSION "1" /* changes when results or the saved layout change */

/* SHA-256 (hex) over the kernel's sources, made when the library is built. */
const char *cpu_source_hash(void);

/* ---- Device ---- */

/* What legality rests on; 0: not known. */
typedef struct cpu_device {
  char name[128];       /* the processor's brand string, blanks trimmed */
  char architecture[64]; /* x86-64-avx512, x86-64-avx2, x86-64, else the machine's name */
  int64_t cores;        /* that this process may run on */
  int64_t vector_bytes, vector_registers;
  int64_t l1d_bytes, l2_bytes;
} cpu_device;

int cpu_identify(cpu_device *out, char *why);

/* ---- Problem ---- */

/* 0, or FLASHRNN_EINVAL and what is wrong with it. */
int cpu_problem_check(const flashrnn_problem *p, char *why);
const char *cpu_function_name(flashrnn_function f); /* "lstm" */
const char *cpu_pass_name(flashrnn_pass p);
const char *cpu_dtype_name(flashrnn_dtype d);

/* Shapes that follow from the function. */
typedef struct cpu_shape {
  int gates;      /* of Wx and R */
  int states;     /* y, c, n, m */
  int bias_rows;
  int saved_rows; /* per step and cell, [N,T,B,rows,D]; 0 for elman: y is enough */
} cpu_shape;
cpu_shape cpu_shape_of(flashrnn_function f);
size_t cpu_saved_bytes(const flashrnn_problem *p);

/* ---- Configuration ---- */

/* Every field is an int64_t: cpu_config_keys names them in this order. */
typedef struct cpu_config {
  int64_t unit_tile;     /* units of a head worked on at a time, all their gates */
  int64_t vectors;       /* vectors of a micro-kernel's register tile */
  int64_t batch_tile;    /* its batch rows */
  int64_t unroll;        /* of the reduction */
  int64_t threads_heads; /* the grid of threads: over heads ... */
  int64_t threads_units; /* ... units of a head: these meet at a barrier each step ... */
  int64_t threads_batch; /* ... and batch rows */
  int64_t packed;        /* 1: R in panels made at each call; 0: R in place */
  int64_t prefetch;      /* distance in R's panels, reduction steps; 0: none */
} cpu_config;

#define CPU_PARAMETERS 9
extern const char *const cpu_config_keys[CPU_PARAMETERS + 1]; /* NULL-terminated */

/* "key=value,..." in the order of the keys; parse takes any order and wants all. */
int cpu_config_parse(cpu_config *out, const char *text, char *why);
void cpu_config_format(const cpu_config *c, char *out, size_t size); /* 256 bytes suffice */

/* A legal configuration of a legal problem, on any device. */
int cpu_default(const cpu_device *d, const flashrnn_problem *p, cpu_config *out, char *why);
/* 1 legal, 0 not: the constraints of specs/kernels/flashrnn-cpu.yaml as code. */
int cpu_legal(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c, char *why);

/* ---- Running ---- */

typedef struct cpu_plan cpu_plan;

/* Chooses the micro-kernels and allocates the workspace.  FLASHRNN_EINVAL if not legal. */
int cpu_plan_new(cpu_plan **out, const cpu_device *d, const flashrnn_problem *p,
                 const cpu_config *c, char *why);
void cpu_plan_free(cpu_plan *plan);
/* No allocation.  The pass must be the plan's (forward: inference or training). */
int cpu_forward(cpu_plan *plan, const flashrnn_forward *io, char *why);
int cpu_backward(cpu_plan *plan, const flashrnn_backward *io, char *why);

#endif
