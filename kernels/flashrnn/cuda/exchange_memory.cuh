/* The exchange through device memory.  What a step brings goes into the output
 * tensor itself, and from there to the blocks that need it:
 *   mailbox  the tensor was filled with words that no result is; its words are polled
 *   barrier  a counter a head and its batch rows, that every block raises when it has written
 *   local    (alternating) the next launch reads them */
#ifndef FR_EXCHANGE_CUH
#define FR_EXCHANGE_CUH

#include "columns.cuh"

constexpr bool MAILBOX = FR_EXCHANGE == FR_MAILBOX, COUNTED = FR_EXCHANGE == FR_BARRIER;

/* ---- Where a batch row's words lie ---- */

/* A batch row's source: y before the step, or the gate gradients of the step after. */
struct source {
  const element *row; /* forward; NULL: zeros */
  int b, position;    /* backward */
  bool there, fresh;  /* fresh: written in this launch */
};

FR_DEVICE source source_of(const fr_params &p, const column &c, int tile, int step) {
  const int b = c.row0 + tile * 8 + c.g, length = length_of(p, b);
  source s = {0, b, 0, false, false};
  if constexpr (BACKWARD) {
    s.there = s.fresh = step + 1 < length;
    s.position = position_of(p, length, step + 1);
  } else if (step < length) {
    s.row = before_row(p, 0, b, length, step, c.head);
    s.there = s.row != 0;
    s.fresh = s.there && !restarts(p, b, length, step);
  }
  return s;
}

FR_DEVICE const element *source_at(const fr_params &p, const column &c, const source &s, int chunk) {
  if constexpr (BACKWARD) {
    const int k = chunk % CHUNKS * CHUNK + c.j * VECTOR;
    return s.there && k < D ? slot_row(p, chunk / CHUNKS, s.b, s.position, c.head) + k : 0;
  } else {
    const int k = chunk * CHUNK + c.j * VECTOR;
    return s.there && k < D ? s.row + k : 0;
  }
}

/* What a lane reads at every step: 16 bytes a chunk of one batch row. */
struct inlet { track words; int b, length; };

FR_DEVICE inlet inlet_of(const fr_params &p, const column &c, int tile) {
  const int b = c.row0 + tile * 8 + c.g, chunk = c.warp * SHARE, k = chunk % CHUNKS * CHUNK + c.j * VECTOR;
  inlet x = {{0, 0}, b, length_of(p, b)};
  if constexpr (!BACKWARD) x.words = track_of(p.states, p.st, b, 0, c.head, k);
  else if (chunk / CHUNKS < WX_SLOT) x.words = track_of(p.exchange, inner_strides(p), b, 0, c.head, k);
  else x.words = track_of(p.dWx, p.wx, b, chunk / CHUNKS - WX_SLOT, c.head, k);
  return x;
}

/* The words of a step: base + i chunks; NULL: zeros.  Initial states are not fresh: they are read once, whatever they are. */
struct words { const element *at; source general; bool fresh; };

struct exchange { inlet from[ROW_TILES]; u32 *counter; };

FR_DEVICE words words_of(const fr_params &p, const column &c, const exchange &x, int tile, int step) {
  const inlet &from = x.from[tile];
  words w = {0, {}, false};
  if constexpr (!ONE_GATE) {
    w.general = source_of(p, c, tile, step);
    w.fresh = w.general.fresh;
  } else if constexpr (BACKWARD) {
    w.fresh = step + 1 < from.length;
    if (w.fresh) w.at = place_on(from.words, position_of(p, from.length, step + 1));
  } else if (step < from.length) {
    w.fresh = !restarts(p, from.b, from.length, step);
    if (w.fresh) w.at = place_on(from.words, position_of(p, from.length, step - 1));
    else if (p.initial) w.at = edge_row(p, p.initial, 0, from.b, c.head) + c.warp * SHARE * CHUNK + c.j * VECTOR;
  }
  return w;
}

FR_DEVICE const element *word_of(const fr_params &p, const column &c, const words &w, int i) {
  const int chunk = c.warp * SHARE + i;
  if constexpr (!ONE_GATE) return i < SHARE && chunk < DEPTH ? source_at(p, c, w.general, chunk) : 0;
  if constexpr (!WHOLE)
    if (i >= SHARE || chunk >= DEPTH || chunk % CHUNKS * CHUNK + c.j * VECTOR >= D) return 0;
  return w.at ? w.at + i * CHUNK : 0;
}

/* ---- The interface: begin; a step: prefetch, await, ask and receive, send, done ---- */

FR_DEVICE void exchange_begin(const fr_params &p, const column &c, char *, exchange &x) {
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) x.from[r] = inlet_of(p, c, r);
  x.counter = p.flags + (c.row0 / ROWS * N + c.head) * FR_FLAG_WORDS;
}

FR_DEVICE void exchange_prefetch(const fr_params &p, const column &c, const exchange &x, int step) {
  if (FR_AHEAD == 0 || step < 0 || step >= p.T || (HALF ? c.j & 1 : 0)) return;
#pragma unroll
  for (int r = 0; r < ROW_TILES; r++) {
    const words w = words_of(p, c, x, r, step);
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      const element *at = word_of(p, c, w, i);
      if (at && w.fresh) prefetch_line(at);
    }
  }
}

FR_DEVICE void exchange_await(const fr_params &p, const column &c, const exchange &x, int step) {
  if constexpr (COUNTED) {
    const u32 wanted = (u32)iteration_of(p, step) * COLUMN_TILES;
    while (load_acquire(x.counter) < wanted);
    __syncwarp();
  }
}

/* Asks for COUNT words from the first-th on. */
template <int COUNT> FR_DEVICE void ask(const fr_params &p, const column &c, const words &w, int first, uint4 *v) {
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    const element *at = word_of(p, c, w, first + i);
    v[i] = zeros4();
    if (at && w.fresh) v[i] = load_relaxed(at);
    else if (at) v[i] = *(const uint4 *)at;
  }
}

/* Waits until all are there; the warp leaves together. */
template <int COUNT> FR_DEVICE void receive(const fr_params &p, const column &c, const words &w, int first, uint4 *v) {
  if constexpr (MAILBOX)
    for (;;) {
      bool missing = false;
#pragma unroll
      for (int i = 0; i < COUNT; i++) missing |= is_missing(v[i]);
      if (!__any_sync(~0u, missing && w.fresh)) return;
#pragma unroll
      for (int i = 0; i < COUNT; i++)
        if (w.fresh && (!FR_REPOLL || is_missing(v[i]))) {
          const element *at = word_of(p, c, w, first + i);
          if (at) v[i] = load_relaxed(at);
        }
    }
}

/* A cell's y, or gradient of a gate, to where the others read it; all lanes come here. */
FR_DEVICE void send(const fr_params &, const column &, const exchange &, int, int, int, element value, element *to, bool valid) {
  publish(to, value, valid);
}

/* All of this step is sent. */
FR_DEVICE void exchange_done(const fr_params &, const column &, const exchange &x, int) {
  if constexpr (COUNTED) {
    __syncthreads();
    if (threadIdx.x == 0) add_release(x.counter);
  }
}

#endif
