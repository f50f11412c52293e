/* FlashRNN on a CUDA device: the figures that legality rests on, configurations,
 * the build, and plans that run on a stream.  The host's side of cuda/launch.h.
 *
 * Nothing here knows of the database.  A function that can fail returns 0 or a
 * negative GPU_ code and writes one line to `why` (GPU_WHY bytes, never NULL).
 */
#ifndef FLASHRNN_GPU_H
#define FLASHRNN_GPU_H

#include "flashrnn.h"
#include "geometry.h"
#include "nvrtc.h"

#define GPU_KERNEL "flashrnn"
#define GPU_VERSION "1" /* changes when results or the saved layout change */

/* SHA-256 (hex) over the sources of both sides, made when the library is built. */
const char *fr_source_hash(void);

/* ---- Device ---- */

/* FR_FIGURES(field): each is hw.FIELD of the hardware model. */
#define FR_FIGURES(F)                                                                                                \
  F(sm_count) F(registers_per_sm) F(max_registers_per_thread) F(register_unit_per_warp) F(max_threads_per_block)     \
  F(max_warps_per_sm) F(max_blocks_per_sm) F(smem_per_sm) F(smem_per_block_optin) F(smem_reserved_per_block)         \
  F(max_cluster_size_optin) F(memory_bytes)

typedef struct fr_device {
  char name[128], architecture[64];
#define F(field) fr_int field;
  FR_FIGURES(F)
#undef F
} fr_device;

/* What the driver tells of an open device; figures are those of `hw probe --device cuda`. */
void fr_device_of(const gpu_device *d, fr_device *out);

/* ---- Problem ---- */

int fr_problem_check(const fr_problem *p, char *why);
/* Strides of the tensors of flashrnn.h, contiguous, and of `saved`, [N][T][B][rows][D]. */
fr_strides fr_wx_strides(const fr_problem *p);
fr_strides fr_state_strides(const fr_problem *p);
fr_strides fr_saved_strides(const fr_problem *p);

/* Elements of each tensor. */
typedef struct fr_sizes { fr_int wx, r, bias, edge /* initial, last */, states, saved; } fr_sizes;
fr_sizes fr_sizes_of(const fr_problem *p);

/* ---- Configuration ---- */

extern const char *const fr_config_keys[FR_PARAMETERS + 1]; /* NULL-terminated, in the order of the fields */
extern const char *const fr_family_names[];                 /* labels of `family` and `exchange` */
extern const char *const fr_exchange_names[];
const char *const *fr_config_labels(int parameter);         /* NULL: a number */

/* "key=value,..." in the order of the keys; parse takes any order and wants all. */
int fr_config_parse(fr_config *out, const char *text, char *why);
void fr_config_format(const fr_config *c, char *out, size_t size); /* 512 bytes suffice */

/* A legal configuration of a legal problem. */
int fr_default(const fr_device *d, const fr_problem *p, fr_config *out, char *why);
/* 1 legal, 0 not: the constraints of specs/kernels/flashrnn-cuda.yaml as code. */
int fr_legal(const fr_device *d, const fr_problem *p, const fr_config *c, char *why);

/* ---- Build ---- */

/* Machine code of every stage.  GPU_ECOMPILE also where ptxas spilled or took more registers than a block has. */
int fr_build(const gpu_compiler *compiler, const fr_device *d, const fr_problem *p, const fr_config *c, gpu_cubin *out, char *why);
/* All that decides the code but the compiler's version, as text: sources, architecture, macros. B and T do not. */
enum { FR_BUILD_KEY = 2400 };
void fr_build_key(const fr_problem *p, const fr_config *c, const char *architecture, char key[FR_BUILD_KEY]);

/* ---- Running ---- */

typedef struct fr_plan fr_plan;

/* Loads the cubin and asks the device whether the blocks fit. */
int fr_plan_load(fr_plan **out, gpu_device *d, const fr_problem *p, const fr_config *c, const void *cubin, char *why);
/* Likewise, with a workspace of its own. */
int fr_plan_new(fr_plan **out, gpu_device *d, const fr_problem *p, const fr_config *c, const void *cubin, char *why);
void fr_plan_free(fr_plan *plan);
/* Enqueues one pass; tensors, strides and options are io's, the workspace the plan's. A plan is in use by one stream at a time. */
int fr_plan_run(fr_plan *plan, const fr_params *io, cu_stream stream, char *why);
/* In a workspace of the caller's, at a multiple of 256 bytes: any number of streams and threads at once. */
int fr_plan_run_in(const fr_plan *plan, const fr_params *io, cu_pointer workspace, cu_stream stream, char *why);
size_t fr_plan_workspace(const fr_plan *plan);

#endif
