/* A launch on the processor: every CUDA thread a coroutine.  What the memory
 * model leaves open happens at random: which thread runs, when a copy lands,
 * when and in which order words reach a peer, how far blocks run apart.
 * Shared memory begins as NaN; misuse ends the process with one line. */
#ifndef EMULATOR_H
#define EMULATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct emu_x { unsigned x; } emu_x;
typedef struct emu_thread { emu_x thread, block, threads; char *shared; } emu_thread;

/* What a kernel may ask for; addresses are rank << 24 | offset in that block's dynamic shared memory. */
typedef struct emu_api {
  const emu_thread *(*self)(void);
  void (*yield)(void);
  void (*block_barrier)(void);
  /* Each lane's n words, lane by lane; valid until the warp's next but one gathering. */
  const unsigned *(*gather)(const unsigned *mine, int n);
  void (*copy)(void *to, const void *from /* 16 bytes; NULL: zeros */);
  void (*commit)(void);
  void (*wait)(int pending);
  void (*look)(const void *p);
  unsigned (*shared_address)(const void *p);
  void (*store_peer)(unsigned to, const unsigned v[4]);
  void (*push)(unsigned to, const unsigned v[4], unsigned barrier);
  void (*cluster_arrive)(void);
  void (*cluster_wait)(void);
  void (*bytes_init)(unsigned barrier);
  void (*bytes_expect)(unsigned barrier, unsigned bytes);
  int (*bytes_came)(unsigned barrier, unsigned parity);
} emu_api;

extern const emu_api emulator;

typedef struct emu_shape { int grid, threads, cluster, shared, together; } emu_shape;

/* run(argument) by each thread of each block; blocks at once: all (together), a cluster's, else one. */
void emulate(const emu_shape *shape, void (*run)(void *), void *argument);

#ifdef __cplusplus
}
#endif
#endif
