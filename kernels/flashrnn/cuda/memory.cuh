/* Memory: asynchronous copies into shared memory, and the relaxed accesses of
 * words that other blocks poll. */
#ifndef FR_MEMORY_CUH
#define FR_MEMORY_CUH

#include "element.cuh"

/* 16 bytes, or zeros if from is NULL; `somewhere` is any address that may be named. */
FR_DEVICE void copy_async(void *to, const void *from, const void *somewhere) {
  const u32 address = (u32)__cvta_generic_to_shared(to), bytes = from ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from ? from : somewhere), "r"(bytes) : "memory");
}
FR_DEVICE void copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending> FR_DEVICE void copy_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory"); }

FR_DEVICE uint4 load_relaxed(const void *p) {
  uint4 v;
  asm volatile("ld.relaxed.gpu.global.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p) : "memory");
  return v;
}
FR_DEVICE void store_relaxed(void *p, u32 v) { asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" ::"l"(p), "r"(v) : "memory"); }
FR_DEVICE void prefetch_line(const void *p) { asm volatile("prefetch.global.L2 [%0];" ::"l"(p)); }

constexpr u32 EMPTY = 0xFFFFFFFFu; /* what the mailbox is filled with; no result is ever this */
FR_DEVICE bool is_missing(const uint4 &v) { return v.x == EMPTY || v.y == EMPTY || v.z == EMPTY || v.w == EMPTY; }

/* The bits to publish: a NaN of all ones becomes another NaN, by integers. */
FR_DEVICE u32 published(element x) {
  if constexpr (HALF) return x == 0xFFFF ? 0x7FFFu : (u32)x;
  else return __float_as_uint(x) == EMPTY ? 0x7FFFFFFFu : __float_as_uint(x);
}

/* Publishes one unit a lane; lanes 2i and 2i+1 hold neighbours.  All lanes come here. */
FR_DEVICE void publish(element *to, element x, bool wanted) {
  if constexpr (HALF) {
    const u32 mine = published(x), other = __shfl_down_sync(~0u, mine, 1);
    if (wanted && !(threadIdx.x & 1)) store_relaxed(to, mine | other << 16);
  } else if (wanted) store_relaxed(to, published(x));
}

#endif
