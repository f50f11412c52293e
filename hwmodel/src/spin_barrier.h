/* A barrier of threads that spin, and yield when others do not get to run. */
#ifndef HW_SPIN_BARRIER_H
#define HW_SPIN_BARRIER_H

#include <sched.h>
#include <stdatomic.h>

typedef struct spin_barrier {
  int threads;
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_int generation;
} spin_barrier;

static inline void spin_barrier_init(spin_barrier *b, int threads) {
  b->threads = threads;
  atomic_init(&b->arrived, 0);
  atomic_init(&b->generation, 0);
}

static inline void spin_barrier_wait(spin_barrier *b) {
  enum { PATIENCE = 20000 }; /* far beyond a barrier whose threads all run */
  int mine = atomic_load_explicit(&b->generation, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&b->arrived, 1, memory_order_acq_rel) == b->threads - 1) {
    atomic_store_explicit(&b->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&b->generation, mine + 1, memory_order_release);
    return;
  }
  for (int spins = 0; atomic_load_explicit(&b->generation, memory_order_acquire) == mine;)
    if (++spins > PATIENCE) sched_yield();
}

#endif
