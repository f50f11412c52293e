/* Blocks that an SM holds, by the rules of the chip: registers are given to
 * warps in units, warps to four sub-cores, shared memory to blocks in units. */
#ifndef FLASHRNN_OCCUPANCY_H
#define FLASHRNN_OCCUPANCY_H

#include "gpu.h"

enum { FR_SUBCORES = 4, FR_SHARED_UNIT = 128 };

static inline fr_int fr_smaller(fr_int a, fr_int b) { return a < b ? a : b; }

/* Registers of a warp, as they are given. */
static inline fr_int fr_warp_registers(const fr_device *d, fr_int registers) {
  return fr_round(32 * registers, d->register_unit_per_warp);
}

/* The most registers that a thread of a block of so many warps can have. */
static inline fr_int fr_register_cap(const fr_device *d, fr_int warps) {
  const fr_int unit = d->register_unit_per_warp;
  const fr_int cap = d->registers_per_sm / FR_SUBCORES / fr_ceildiv(warps, FR_SUBCORES) / unit * unit / 32;
  return fr_smaller(d->max_registers_per_thread, cap);
}

static inline fr_int fr_blocks_by_shared(const fr_device *d, fr_int shared) {
  return d->smem_per_sm / fr_round(shared + d->smem_reserved_per_block, FR_SHARED_UNIT);
}

static inline fr_int fr_blocks_by_registers(const fr_device *d, fr_int warps, fr_int registers) {
  return FR_SUBCORES * (d->registers_per_sm / FR_SUBCORES / fr_warp_registers(d, registers)) / warps;
}

static inline fr_int fr_blocks_per_sm(const fr_device *d, fr_int threads, fr_int registers, fr_int shared) {
  const fr_int warps = fr_ceildiv(threads, 32);
  fr_int n = fr_smaller(fr_blocks_by_registers(d, warps, registers), fr_blocks_by_shared(d, shared));
  n = fr_smaller(n, d->max_warps_per_sm / warps);
  return shared > d->smem_per_block_optin ? 0 : fr_smaller(n, d->max_blocks_per_sm);
}

#endif
