/* The mailbox' words: what is not there yet, and publishing. */
#ifndef FR_MEMORY_CUH
#define FR_MEMORY_CUH

#include "element.cuh"

constexpr u32 EMPTY = 0xFFFFFFFFu; /* what the mailbox is filled with; no result is ever this */
FR_DEVICE bool is_missing(const uint4 &v) { return v.x == EMPTY || v.y == EMPTY || v.z == EMPTY || v.w == EMPTY; }

/* The bits to publish: a NaN of all ones becomes another NaN, by integers. */
FR_DEVICE u32 published(element x) {
  constexpr u32 ones = HALF ? 0xFFFFu : EMPTY;
  return bits_of(x) == ones ? ones >> 1 : bits_of(x);
}

/* Publishes one unit a lane; lanes 2i and 2i+1 hold neighbours.  All lanes come here. */
FR_DEVICE void publish(element *to, element x, bool wanted) {
  if constexpr (HALF) {
    const u32 mine = published(x), other = __shfl_down_sync(~0u, mine, 1);
    if (wanted && !(threadIdx.x & 1)) store_relaxed(to, mine | other << 16);
  } else if (wanted) store_relaxed(to, published(x));
}

#endif
