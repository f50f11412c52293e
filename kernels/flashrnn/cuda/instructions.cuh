/* Every line of assembly, one function an instruction: conversions, the tensor
 * product, asynchronous copies, the words that blocks exchange. */
#ifndef FR_INSTRUCTIONS_CUH
#define FR_INSTRUCTIONS_CUH

#include "launch.h"

#define FR_DEVICE static __device__ __forceinline__

typedef unsigned u32;
typedef unsigned short u16;

/* ---- Conversions ---- */

FR_DEVICE float float_of_fp16(u16 x) {
  float y;
  asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x));
  return y;
}
FR_DEVICE u16 fp16_of(float x) {
  u16 y;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x));
  return y;
}
FR_DEVICE u16 bf16_of(float x) {
  u16 y;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y) : "f"(x));
  return y;
}
FR_DEVICE u32 to_tf32(u32 x) {
  u32 y;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(y) : "f"(__uint_as_float(x)));
  return y;
}

/* ---- Approximations ---- */

FR_DEVICE float approximate_tanh(float x) {
  float y;
  asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
FR_DEVICE float approximate_exp2(float x) {
  float y;
  asm("ex2.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
FR_DEVICE float approximate_log2(float x) {
  float y;
  asm("lg2.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

/* ---- Tensor product ---- */

/* c += a b: 16 x 8 results, two rows' registers of a, one of b. */
FR_DEVICE void multiply(float *c, u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  if constexpr (FR_DTYPE == FR_BF16)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
  else if constexpr (FR_DTYPE == FR_FP16)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
  else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

/* Four 8 x 8 matrices of shared memory, transposed; each group of 8 lanes names a matrix' rows. */
FR_DEVICE void load_transposed(u32 *r, const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"((u32)__cvta_generic_to_shared(row)) : "memory");
}

/* ---- Asynchronous copies into shared memory ---- */

/* 16 bytes, or zeros if from is NULL; `somewhere` is any address that may be named. */
FR_DEVICE void copy_async(void *to, const void *from, const void *somewhere) {
  const u32 address = (u32)__cvta_generic_to_shared(to), bytes = from ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from ? from : somewhere), "r"(bytes) : "memory");
}
FR_DEVICE void copy_vector(void *to, const void *from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"((u32)__cvta_generic_to_shared(to)), "l"(from) : "memory");
}
FR_DEVICE void copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending> FR_DEVICE void copy_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory"); }

/* ---- Words that other blocks write while this one reads ---- */

FR_DEVICE uint4 load_relaxed(const void *p) {
  uint4 v;
  asm volatile("ld.relaxed.gpu.global.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p) : "memory");
  return v;
}
FR_DEVICE void store_relaxed(void *p, u32 v) { asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" ::"l"(p), "r"(v) : "memory"); }
FR_DEVICE void prefetch_line(const void *p) { asm volatile("prefetch.global.L2 [%0];" ::"l"(p)); }

/* A counter in device memory: what came before the adding is seen after the reading. */
FR_DEVICE void add_release(u32 *p) { asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(p) : "memory"); }
FR_DEVICE u32 load_acquire(const u32 *p) {
  u32 v;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(v) : "l"(p) : "memory");
  return v;
}

/* ---- Clusters: shared memory of the blocks beside this one, by 32-bit addresses ---- */

FR_DEVICE u32 shared_address(const void *p) { return (u32)__cvta_generic_to_shared(p); }
/* The same place in the shared memory of the cluster's block `rank`. */
FR_DEVICE u32 peer_address(u32 address, u32 rank) {
  u32 there;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(address), "r"(rank));
  return there;
}
FR_DEVICE void store_peer(u32 to, const uint4 &v) {
  asm volatile("st.shared::cluster.v4.u32 [%0], {%1,%2,%3,%4};" ::"r"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}
/* Stores, and tells the barrier beside the place that 16 bytes came. */
FR_DEVICE void push_peer(u32 to, const uint4 &v, u32 barrier) {
  asm volatile("st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.b32 [%0], {%1,%2,%3,%4}, [%5];"
               ::"r"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w), "r"(barrier) : "memory");
}

/* All threads of all blocks of the cluster. */
FR_DEVICE void cluster_arrive() { asm volatile("barrier.cluster.arrive.release;" ::: "memory"); }
FR_DEVICE void cluster_wait() { asm volatile("barrier.cluster.wait.acquire;" ::: "memory"); }

/* A barrier of bytes in this block's shared memory: a phase ends when one thread has said how many bytes it
 * expects and they have come. */
FR_DEVICE void bytes_init(u32 barrier) { asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(barrier) : "memory"); }
/* Before the cluster's first barrier: peers see the initialised ones. */
FR_DEVICE void bytes_publish() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
FR_DEVICE void bytes_expect(u32 barrier, u32 bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}
/* Whether the phase of this parity is over; waits a while. */
FR_DEVICE bool bytes_came(u32 barrier, u32 parity) {
  u32 done;
  asm volatile("{\n.reg .pred q;\nmbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 q, [%1], %2;\nselp.u32 %0, 1, 0, q;\n}"
               : "=r"(done) : "r"(barrier), "r"(parity) : "memory");
  return done;
}

/* ---- The block's shared memory; a pointer of which the compiler knows nothing: sums with it stay in the loop ---- */

FR_DEVICE char *dynamic_shared() {
  extern __shared__ uint4 memory[];
  return (char *)memory;
}
template <typename T> FR_DEVICE const T *opaque(const T *p) {
  asm volatile("" : "+l"(p));
  return p;
}

#endif
