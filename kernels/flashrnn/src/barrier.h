/* A barrier for the threads of one group: a few instructions when all are
 * running, and yields the core when they are more than the cores. */
#ifndef FLASHRNN_BARRIER_H
#define FLASHRNN_BARRIER_H

#include <sched.h>
#include <stdatomic.h>

typedef struct cpu_barrier {
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_int generation;
  int size;
} cpu_barrier;

static inline void cpu_barrier_init(cpu_barrier *b, int size) {
  atomic_init(&b->arrived, 0);
  atomic_init(&b->generation, 0);
  b->size = size;
}

static inline void cpu_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

enum { CPU_SPINS = 1000 }; /* some tens of microseconds: more than the imbalance of a step */

static inline void cpu_barrier_wait(cpu_barrier *b) {
  if (b->size == 1) return;
  const int generation = atomic_load_explicit(&b->generation, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&b->arrived, 1, memory_order_acq_rel) + 1 == b->size) {
    atomic_store_explicit(&b->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&b->generation, generation + 1, memory_order_release);
    return;
  }
  for (int spins = 0; atomic_load_explicit(&b->generation, memory_order_acquire) == generation; spins++) {
    if (spins < CPU_SPINS) cpu_pause();
    else sched_yield();
  }
}

#endif
