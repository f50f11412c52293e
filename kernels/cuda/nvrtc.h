/* CUDA C++ to machine code for one architecture, by NVIDIA's run-time compiler
 * (libnvrtc, found at run time; no toolkit header is used).  Pure: needs no GPU,
 * any thread. */
#ifndef GPU_NVRTC_H
#define GPU_NVRTC_H

#include "driver.h"

/* A source text; the first of a list is compiled, the others are what it includes by "name". */
typedef struct gpu_source { const char *name, *text; } gpu_source;

/* What ptxas says of an entry. */
typedef struct gpu_usage {
  char entry[64];
  int registers, shared /* static */, stack, spills /* bytes stored */;
} gpu_usage;

enum { GPU_ENTRIES = 24 };

typedef struct gpu_cubin {
  void *data; /* malloc */
  size_t size;
  gpu_usage usage[GPU_ENTRIES];
  int entries;
} gpu_cubin;

typedef struct gpu_compiler gpu_compiler;

/* GPU_EDEVICE where there is no libnvrtc. $CONSTRINT_NVRTC names it. */
int gpu_compiler_open(gpu_compiler **out, char *why);
void gpu_compiler_close(gpu_compiler *c);
int gpu_compiler_version(const gpu_compiler *c); /* 13000: 13.0 */

/* arch: "sm_90a". options: "-DA=1", ...  GPU_ECOMPILE: `why` has the first error; *log (may be NULL; malloc) all of them. */
int gpu_compile(const gpu_compiler *c, const gpu_source *sources, int nsources, const char *const *options, int noptions,
                const char *arch, gpu_cubin *out, char **log, char *why);
void gpu_cubin_release(gpu_cubin *c);

/* Reads ptxas's report (--ptxas-options=-v). The number of entries found. */
int gpu_usage_parse(const char *log, gpu_usage out[GPU_ENTRIES]);

#endif
