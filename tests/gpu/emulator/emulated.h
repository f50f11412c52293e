/* The CUDA kernels as C++ of a processor: their language, and instructions.cuh
 * in terms of emulator.h.  Included before every source. */
#ifndef FR_INSTRUCTIONS_CUH
#define FR_INSTRUCTIONS_CUH

#include <math.h>
#include <string.h>

#define __CUDACC__ 1
#define __host__
#define __device__
#define __global__
#define __grid_constant__
#define __launch_bounds__(...)
#define __shared__ static /* blocks without dynamic shared memory run one after the other */
#define __forceinline__ inline

#include "emulator.h"
#include "fp16.h"
#include "launch.h"

extern "C" {
const emu_api *emu; /* set by who loads this */
}

#define FR_DEVICE static inline

typedef unsigned u32;
typedef unsigned short u16;
struct alignas(16) uint4 { u32 x, y, z, w; };
static inline uint4 make_uint4(u32 x, u32 y, u32 z, u32 w) { return {x, y, z, w}; }

#define threadIdx (emu->self()->thread)
#define blockIdx (emu->self()->block)
#define blockDim (emu->self()->threads)
#define __cvta_generic_to_shared(p) ((size_t)(p))

static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline u32 __float_as_uint(float x) { u32 u; memcpy(&u, &x, 4); return u; }
static inline float __uint_as_float(u32 u) { float x; memcpy(&x, &u, 4); return x; }
static inline float __fdividef(float a, float b) { return a / b; }

/* ---- The block and the warp ---- */

static inline void __syncthreads() { emu->block_barrier(); }
static inline void __syncwarp() { u32 none = 0; emu->gather(&none, 1); }
static inline u32 __shfl_sync(u32, u32 x, int from) { return emu->gather(&x, 1)[from & 31]; }
static inline u32 __shfl_down_sync(u32, u32 x, int by) {
  const int to = (int)(threadIdx.x & 31) + by;
  return emu->gather(&x, 1)[to < 32 ? to : to - by];
}
static inline bool __any_sync(u32, bool wanted) {
  const u32 mine = wanted, *all = emu->gather(&mine, 1);
  u32 any = 0;
  for (int i = 0; i < 32; i++) any |= all[i];
  return any;
}

/* ---- Conversions ---- */

FR_DEVICE float float_of_fp16(u16 x) { return fp16_to(x); }
FR_DEVICE u16 fp16_of(float x) { return fp16_from(x); }
FR_DEVICE u16 bf16_of(float x) {
  const u32 u = __float_as_uint(x);
  if (x != x) return 0x7FFF;
  return (u16)((u + 0x7FFF + (u >> 16 & 1)) >> 16);
}
FR_DEVICE u32 to_tf32(u32 x) { return (x & 0x7F800000) == 0x7F800000 ? x : (x + 0x1000) & ~0x1FFFu; }

FR_DEVICE float approximate_tanh(float x) { return tanhf(x); }
FR_DEVICE float approximate_exp2(float x) { return exp2f(x); }
FR_DEVICE float approximate_log2(float x) { return log2f(x); }

/* ---- Tensor product ---- */

FR_DEVICE float part_of(u32 word, int half) {
  if (FR_DTYPE == FR_BF16) return __uint_as_float(half ? word & 0xFFFF0000u : word << 16);
  if (FR_DTYPE == FR_FP16) return float_of_fp16((u16)(half ? word >> 16 : word));
  return half ? 0.0f : __uint_as_float(word & ~0x1FFFu);
}

FR_DEVICE void multiply(float *c, u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  const u32 mine[6] = {a0, a1, a2, a3, b0, b1}, *all = emu->gather(mine, 6);
  const int g = threadIdx.x % 32 / 4, j = threadIdx.x % 4;
  for (int e = 0; e < 4; e++) {
    const int n = 2 * j + e % 2;
    double sum = c[e];
    for (int k = 0; k < 4; k++)
      for (int side = 0; side < 2; side++)
        for (int half = 0; half < 2; half++)
          sum += (double)part_of(all[(4 * g + k) * 6 + 2 * side + e / 2], half) * part_of(all[(4 * n + k) * 6 + 4 + side], half);
    c[e] = (float)sum;
  }
}

FR_DEVICE void load_transposed(u32 *r, const void *row) {
  const size_t at = (size_t)row;
  const u32 mine[2] = {(u32)at, (u32)(at >> 32)}, *all = emu->gather(mine, 2);
  const int lane = threadIdx.x % 32;
  for (int i = 0; i < 4; i++) {
    u16 pair[2];
    for (int k = 0; k < 2; k++) {
      const u32 *from = all + 2 * (8 * i + lane % 4 * 2 + k);
      pair[k] = ((const u16 *)(from[0] | (size_t)from[1] << 32))[lane / 4];
    }
    r[i] = pair[0] | (u32)pair[1] << 16;
  }
}

/* ---- Copies, words, clusters ---- */

FR_DEVICE void copy_async(void *to, const void *from, const void *) { emu->copy(to, from); }
FR_DEVICE void copy_vector(void *to, const void *from) { emu->copy(to, from); }
FR_DEVICE void copy_commit() { emu->commit(); }
template <int pending> FR_DEVICE void copy_wait() { emu->wait(pending); }

FR_DEVICE uint4 load_relaxed(const void *p) { emu->yield(); uint4 v; memcpy(&v, p, 16); return v; }
FR_DEVICE void store_relaxed(void *p, u32 v) { memcpy(p, &v, 4); }
FR_DEVICE void prefetch_line(const void *p) { emu->look(p); }
FR_DEVICE void add_release(u32 *p) { ++*p; }
FR_DEVICE u32 load_acquire(const u32 *p) { emu->yield(); return *p; }

FR_DEVICE u32 shared_address(const void *p) { return emu->shared_address(p); }
FR_DEVICE u32 peer_address(u32 address, u32 rank) { return (address & 0xFFFFFF) | rank << 24; }
FR_DEVICE void store_peer(u32 to, const uint4 &v) { emu->store_peer(to, &v.x); }
FR_DEVICE void push_peer(u32 to, const uint4 &v, u32 barrier) { emu->push(to, &v.x, barrier); }
FR_DEVICE void cluster_arrive() { emu->cluster_arrive(); }
FR_DEVICE void cluster_wait() { emu->cluster_wait(); }
FR_DEVICE void bytes_init(u32 barrier) { emu->bytes_init(barrier); }
FR_DEVICE void bytes_publish() {}
FR_DEVICE void bytes_expect(u32 barrier, u32 bytes) { emu->bytes_expect(barrier, bytes); }
FR_DEVICE bool bytes_came(u32 barrier, u32 parity) { return emu->bytes_came(barrier, parity); }
FR_DEVICE char *dynamic_shared() { return emu->self()->shared; }
template <typename T> FR_DEVICE const T *opaque(const T *p) { return p; }

#endif
