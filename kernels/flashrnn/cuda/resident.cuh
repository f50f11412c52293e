/* Resident: a block owns a head for 8 batch rows, R in its registers; nothing
 * is exchanged.  Inputs come through a ring of asynchronous copies; warps beyond
 * those that compute do the copying. */
#ifndef FR_RESIDENT_CUH
#define FR_RESIDENT_CUH

#include "memory.cuh"
#include "sequence.cuh"

constexpr int ROWS = FR_RESIDENT_ROWS, RING = FR_RING;
constexpr bool BACKWARD = FR_PASS == FR_BACKWARD;
constexpr int COMPUTING = (int)fr_resident_warps(FR_D, FR_PASS), WARPS = FR_WARPS, THREADS = 32 * WARPS;
constexpr int COPYING = WARPS > COMPUTING ? WARPS - COMPUTING : WARPS; /* warps */
constexpr int COPIERS = 32 * COPYING, FIRST_COPIER = THREADS - COPIERS; /* threads */
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
  element *ring = (element *)dynamic_shared(), *out = ring + RING * ROWS_IN * ROWS * ROW;
  return {ring, out, out + 2 * ROWS_OUT * ROWS * ROW};
}

FR_DEVICE bool computes() { return WARPS == COMPUTING || threadIdx.x < 32 * COMPUTING; }
FR_DEVICE bool copies() { return (int)threadIdx.x >= FIRST_COPIER; }

/* What a thread copies at every step: 16 bytes of a row of some kind. */
struct piece {
  track to; /* in device memory */
  int kind, b, length, unit, spot /* in the slot */;
  bool wanted;
};

FR_DEVICE piece begin_piece(const fr_params &p, int i, int row0, int kinds) {
  const int e = threadIdx.x - FIRST_COPIER + i * COPIERS, row = e / VECTORS, b = row0 + row % ROWS;
  const bool wanted = copies() && row < kinds * ROWS && b < p.B;
  return {{0, 0}, row / ROWS, b, wanted ? length_of(p, b) : 0, e % VECTORS * VECTOR, row * ROW + e % VECTORS * VECTOR, wanted};
}

FR_DEVICE void aim(piece &x, const void *base, const fr_strides &s, int plane, int head) {
  x.to = track_of(base, s, x.b, plane, head, x.unit);
}

FR_DEVICE element *address_of(const fr_params &p, const piece &x, int step) {
  return place_on(x.to, position_of(p, x.length, step));
}

/* The operand's padding is multiplied too: it must be finite. */
FR_DEVICE void clear_operand(const stage &m) {
  for (int i = threadIdx.x; i < 2 * ROWS * OPERAND; i += THREADS) m.operand[i] = 0;
}

#endif
