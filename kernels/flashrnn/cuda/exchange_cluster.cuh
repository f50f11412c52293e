/* The exchange inside a cluster, through its blocks' shared memory: every block
 * has the whole head's y (backward: gate gradients), in the order in which lanes
 * read it, and writes its units' to all.
 *   push     words that tell a barrier in the peer's memory how many bytes came: nobody waits for more than it reads
 *   barrier  the cluster's own, once a step
 *
 * What step i sends (message i) goes to slot i & 1 and is read in iteration i + 1; what iteration 0 reads is put
 * into slot 1 by each block itself.  Two slots are enough: who sends message i + 2 has all of message i + 1, which
 * each of its senders sent after reading message i out of the slot (all warps of a block: its sums' barrier lies
 * between).  For the same reason a barrier's phase of message i + 2 cannot end before every thread has seen that of
 * message i: it wants this block's own words, sent after that.  The message that nobody reads is not sent, so that
 * no block is written to after its end.  Blocks beyond the head's units get and send nothing. */
#ifndef FR_EXCHANGE_CUH
#define FR_EXCHANGE_CUH

#include "columns.cuh"

constexpr bool PUSH = FR_EXCHANGE == FR_PUSH;
constexpr int PEERS = (D + UNITS - 1) / UNITS;
constexpr int OPERAND = DEPTH * ROWS * 64;                                              /* bytes of a slot */
constexpr u32 MESSAGE = (BACKWARD ? GATES : 1) * ROWS * D * (int)sizeof(element);       /* bytes that come in a step */

struct exchange {
  char *operand;
  u32 slots, barriers; /* addresses, of both slots and both barriers */
};
struct words { const uint4 *at; };

/* Bytes from a slot's begin to a vector of units: 512 bytes a chunk of 8 rows. */
FR_DEVICE int place_in_slot(int row, int gate, int unit) {
  return ((row / 8 * DEPTH + gate * CHUNKS + unit / CHUNK) * 8 + row % 8) * 64 + unit % CHUNK * (int)sizeof(element);
}

FR_DEVICE void fill_slots(const fr_params &p, const column &c, const exchange &x) {
  constexpr int VECTORS = D / VECTOR;
  for (int i = threadIdx.x; i < 2 * OPERAND / 16; i += THREADS) ((uint4 *)x.operand)[i] = zeros4();
  __syncthreads();
  if constexpr (!BACKWARD)
    for (int i = threadIdx.x; i < ROWS * VECTORS; i += THREADS) {
      const int row = i / VECTORS, unit = i % VECTORS * VECTOR, b = c.row0 + row;
      const element *from = b < p.B ? edge_row(p, p.initial, 0, b, c.head) : (const element *)0;
      if (from) *(uint4 *)(x.operand + OPERAND + place_in_slot(row, 0, unit)) = *(const uint4 *)(from + unit);
    }
}

/* ---- The interface: begin; a step: prefetch, await, ask and receive, send, done ---- */

FR_DEVICE void exchange_begin(const fr_params &p, const column &c, char *memory, exchange &x) {
  x.operand = memory + AT_OPERAND;
  x.slots = shared_address(x.operand), x.barriers = x.slots + 2 * OPERAND;
  fill_slots(p, c, x);
  if (PUSH && threadIdx.x == 0) {
    bytes_init(x.barriers), bytes_init(x.barriers + 8);
    bytes_publish();
    bytes_expect(x.barriers, MESSAGE), bytes_expect(x.barriers + 8, MESSAGE);
  }
  cluster_arrive();
  cluster_wait();
}

/* Nothing is polled: what is prefetched are the cells' inputs. */
FR_DEVICE void exchange_prefetch(const fr_params &, const column &, const exchange &, int) {}

FR_DEVICE void exchange_await(const fr_params &p, const column &c, const exchange &x, int step) {
  const int message = iteration_of(p, step) - 1;
  if (message < 0) return;
  if constexpr (!PUSH) cluster_wait();
  else if (c.unit0 < D) {
    const u32 barrier = x.barriers + (message & 1) * 8;
    while (!bytes_came(barrier, message >> 1 & 1));
    if (threadIdx.x == 0) bytes_expect(barrier, MESSAGE);
  }
  __syncwarp();
}

FR_DEVICE words words_of(const fr_params &p, const column &c, const exchange &x, int tile, int step) {
  const int slot = iteration_of(p, step) + 1 & 1;
  return {(const uint4 *)(x.operand + slot * OPERAND) + (tile * DEPTH + c.warp * SHARE) * 32 + threadIdx.x % 32};
}

template <int COUNT> FR_DEVICE void ask(const fr_params &, const column &c, const words &w, int first, uint4 *v) {
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    v[i] = zeros4();
    if (first + i < SHARE && (DEPTH == SHARE * WARPS || c.warp * SHARE + first + i < DEPTH)) v[i] = w.at[(first + i) * 32];
  }
}

template <int COUNT> FR_DEVICE void receive(const fr_params &, const column &, const words &, int, uint4 *) {}

/* A cell's y, or gradient of a gate, to all blocks of the head.  All lanes come here: the lanes of 16 bytes gather
 * them, and each sends them to other peers. */
FR_DEVICE void send(const fr_params &p, const column &c, const exchange &x, int step, int i, int gate, element value, element *, bool) {
  const int message = iteration_of(p, step), lane = threadIdx.x % 32, first = lane / VECTOR * VECTOR;
  const int e = cell_of(i), row = e / UNITS, unit = c.unit0 + e % UNITS / VECTOR * VECTOR;
  u32 word = bits_of(value);
  uint4 v;
  if constexpr (HALF) word |= __shfl_down_sync(~0u, word, 1) << 16;
  v.x = __shfl_sync(~0u, word, first), v.y = __shfl_sync(~0u, word, first + VECTOR / 4);
  v.z = __shfl_sync(~0u, word, first + VECTOR / 2), v.w = __shfl_sync(~0u, word, first + VECTOR * 3 / 4);
  if (!is_cell(e) || unit >= D || (!BACKWARD && step + 1 == p.T)) return;
  const u32 to = x.slots + (message & 1) * OPERAND + place_in_slot(row, gate, unit), barrier = x.barriers + (message & 1) * 8;
#pragma unroll
  for (int rank = lane % VECTOR; rank < PEERS; rank += VECTOR) {
    if constexpr (PUSH) push_peer(peer_address(to, rank), v, peer_address(barrier, rank));
    else store_peer(peer_address(to, rank), v);
  }
}

/* All of this step is sent. */
FR_DEVICE void exchange_done(const fr_params &p, const column &, const exchange &, int step) {
  if constexpr (!PUSH)
    if (BACKWARD || step + 1 < p.T) cluster_arrive();
}

#endif
