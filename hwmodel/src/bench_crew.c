/* The same work on several pinned threads at once. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"
#include "spin_barrier.h"

enum { MAX_SAMPLES = 32 };

/* Nobody begins before all threads exist: one that is missing would strand the
 * others at the gate. */
enum { WAIT, GO, LEAVE };

typedef struct crew_run {
  atomic_int order;
  bench_work work;
  void *data;
  int samples;
  spin_barrier gate;
  double seconds[MAX_SAMPLES];
} crew_run;

typedef struct member {
  crew_run *run;
  int rank, cpu;
} member;

double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Where pinning is refused the system places the thread. */
static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET((size_t)cpu, &set);
  if (cpu < CPU_SETSIZE) pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *serve(void *data) {
  member *m = data;
  crew_run *run = m->run;
  int order;
  while ((order = atomic_load(&run->order)) == WAIT) sched_yield();
  if (order == LEAVE) return NULL;
  pin(m->cpu);
  run->work(run->data, m->rank); /* warm-up */
  for (int s = 0; s < run->samples; s++) {
    spin_barrier_wait(&run->gate);
    double start = bench_now();
    run->work(run->data, m->rank);
    spin_barrier_wait(&run->gate);
    if (m->rank == 0) run->seconds[s] = bench_now() - start;
  }
  return NULL;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, by_value);
  return values[n / 2];
}

typedef struct crew_threads {
  pthread_t *ids;
  member *members;
  int started;
} crew_threads;

static int start_members(crew_threads *t, const bench_crew *crew, crew_run *run) {
  for (; t->started < crew->threads; t->started++) {
    int i = t->started;
    t->members[i] = (member){run, i, crew->cpus[i]};
    if (pthread_create(&t->ids[i], NULL, serve, &t->members[i])) return -1;
  }
  return 0;
}

double bench_crew_seconds(const bench_crew *crew, bench_work work, void *data, int samples) {
  crew_run run = {.work = work, .data = data, .samples = samples < MAX_SAMPLES ? samples : MAX_SAMPLES};
  size_t n = (size_t)crew->threads;
  crew_threads t = {calloc(n, sizeof *t.ids), calloc(n, sizeof *t.members), 0};
  spin_barrier_init(&run.gate, crew->threads);
  atomic_init(&run.order, WAIT);
  int failed = !t.ids || !t.members || start_members(&t, crew, &run);
  atomic_store(&run.order, failed ? LEAVE : GO);
  for (int i = 0; i < t.started; i++) pthread_join(t.ids[i], NULL);
  free(t.ids);
  free(t.members);
  return failed ? 0 : median(run.seconds, run.samples);
}
