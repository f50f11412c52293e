/* Resident: a block owns a head for 8 batch rows, R in its registers; nothing
 * is exchanged.  Inputs come through a ring of asynchronous copies. */
#ifndef FR_RESIDENT_CUH
#define FR_RESIDENT_CUH

#include "memory.cuh"
#include "sequence.cuh"

constexpr int ROWS = FR_RESIDENT_ROWS, RING = FR_RING;
constexpr bool BACKWARD = FR_PASS == FR_BACKWARD;
constexpr int WARPS = (int)fr_resident_warps(FR_D, FR_PASS), THREADS = 32 * WARPS;
constexpr int VECTORS = D / VECTOR;                                             /* 16-byte pieces of a row */
constexpr int ROW = (int)fr_row_bytes(FR_D, FR_DTYPE) / (int)sizeof(element);   /* from a row in shared memory to the next */
constexpr int OPERAND = (int)fr_row_bytes(fr_operand(FR_FUNCTION, FR_PASS, FR_D, FR_DTYPE), FR_DTYPE) / (int)sizeof(element);
constexpr int ROWS_IN = (int)fr_rows_in(FR_FUNCTION, FR_PASS), ROWS_OUT = (int)fr_rows_out(FR_FUNCTION, FR_PASS);

/* Shared memory: rows of kind k and batch row b are row 8k + b of a slot. */
struct stage {
  element *ring, *out, *operand;
  __device__ __forceinline__ element *in_row(int step, int row) const { return ring + ((step % RING) * ROWS_IN * ROWS + row) * ROW; }
  __device__ __forceinline__ element *out_row(int step, int row) const { return out + ((step & 1) * ROWS_OUT * ROWS + row) * ROW; }
  __device__ __forceinline__ element *operand_row(int step, int b) const { return operand + ((step & 1) * ROWS + b) * OPERAND; }
};

FR_DEVICE stage this_stage() {
  extern __shared__ uint4 memory[];
  element *ring = (element *)memory, *out = ring + RING * ROWS_IN * ROWS * ROW;
  return {ring, out, out + 2 * ROWS_OUT * ROWS * ROW};
}

/* The operand's padding is multiplied too: it must be finite. */
FR_DEVICE void clear_operand(const stage &m) {
  for (int i = threadIdx.x; i < 2 * ROWS * OPERAND; i += THREADS) m.operand[i] = 0;
}

#endif
