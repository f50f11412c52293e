/* The figures of an open device, as legality wants them. */
#include "gpu.h"

#include <stdio.h>

void fr_device_of(const gpu_device *d, fr_device *out) {
  char arch[16];
  size_t bytes = 0;
  *out = (fr_device){.sm_count = d->sms,
                     .registers_per_sm = gpu_attribute(d, CU_REGISTERS_PER_SM),
                     .max_registers_per_thread = 255, /* of every architecture since 3.5; no driver tells */
                     .register_unit_per_warp = 256,
                     .max_threads_per_block = gpu_attribute(d, CU_THREADS_PER_BLOCK),
                     .max_warps_per_sm = gpu_attribute(d, CU_THREADS_PER_SM) / gpu_attribute(d, CU_WARP),
                     .max_blocks_per_sm = gpu_attribute(d, CU_BLOCKS_PER_SM),
                     .smem_per_sm = gpu_attribute(d, CU_SHARED_PER_SM),
                     .smem_per_block_optin = gpu_attribute(d, CU_SHARED_OPTIN),
                     .smem_reserved_per_block = gpu_attribute(d, CU_SHARED_RESERVED),
                     /* as hwmodel/src/probe_cuda.c has it: no driver tells */
                     .max_cluster_size_optin = !gpu_attribute(d, CU_CLUSTERS) ? 1 : d->major == 9 || d->major == 10 ? 16 : 8};
  gpu_architecture(d, arch);
  snprintf(out->name, sizeof out->name, "%s", d->name);
  snprintf(out->architecture, sizeof out->architecture, "%s", arch);
  if (!d->cu.device_memory(&bytes, d->device)) out->memory_bytes = (fr_int)bytes;
}
