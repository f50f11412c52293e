/* Probes the machine's own processor: what the system tells, then what only a
 * measurement tells. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "error.h"
#include "host.h"
#include "model.h"
#include "probe.h"

typedef struct host {
  host_cores cores;
  host_caches caches;
  const host_isa *isa;
  int64_t memory;
} host;

static const host_root REAL = {""};

/* ---- what the system tells ---- */

static int read_host(host *h) {
  size_t bytes = CPU_ALLOC_SIZE(HOST_MAX_CPUS);
  cpu_set_t *allowed = CPU_ALLOC(HOST_MAX_CPUS);
  if (!allowed) return hw_fail(HW_ENOMEM, "out of memory");
  CPU_ZERO_S(bytes, allowed);
  if (sched_getaffinity(0, bytes, allowed)) CPU_SET_S(0, bytes, allowed);
  host_read_cores(&h->cores, REAL, allowed, bytes);
  CPU_FREE(allowed);
  host_read_caches(&h->caches, REAL, h->cores.cpu[0]);
  h->isa = host_read_isa();
  h->memory = host_memory(REAL);
  return HW_OK;
}

static int add_cores(hw_model *m, const host_cores *c) {
  char source[128] = "probed: affinity, sysfs topology";
  if (c->limited)
    snprintf(source, sizeof source, "probed: cgroup quota of %lld of %lld cores", (long long)c->cores, (long long)c->limited);
  int rc = model_add_known(m, "cores", c->cores, source);
  return rc ? rc : model_add_known(m, "smt", c->smt, "probed: sysfs topology");
}

static int add_isa(hw_model *m, const host_isa *isa) {
  int rc = model_add_known(m, "vector_bytes", isa->vector_bytes, isa->source);
  return rc ? rc : model_add_known(m, "vector_registers", isa->vector_registers, isa->source);
}

static int add_cache(hw_model *m, const host *h, int level, const char *size_key, const char *shared_key) {
  const host_cache *c = &h->caches.level[level];
  int64_t cores = (c->threads + h->cores.smt - 1) / h->cores.smt;
  int rc = model_add_known(m, size_key, c->bytes, h->caches.source);
  return rc || !c->bytes ? rc : model_add_known(m, shared_key, cores, h->caches.source);
}

static int add_memories(hw_model *m, const host *h) {
  int rc = model_add_known(m, "line_bytes", h->caches.level[1].line, h->caches.source);
  if (!rc) rc = model_add_known(m, "page_bytes", sysconf(_SC_PAGESIZE), "probed: sysconf");
  if (!rc) rc = add_cache(m, h, 1, "l1d_bytes", "l1d_shared_by");
  if (!rc) rc = add_cache(m, h, 2, "l2_bytes", "l2_shared_by");
  if (!rc) rc = add_cache(m, h, 3, "l3_bytes", "l3_shared_by");
  return rc ? rc : model_add_known(m, "memory_bytes", h->memory, "probed: /proc/meminfo and the cgroup's limit");
}

static int add_told(hw_model *m, const host *h) {
  const char *source;
  int64_t clock = host_clock(REAL, h->cores.cpu[0], &source);
  int rc = add_cores(m, &h->cores);
  if (!rc) rc = model_add_known(m, "clock_hz", clock, source);
  if (!rc) rc = add_isa(m, h->isa);
  return rc ? rc : add_memories(m, h);
}

/* ---- what is measured ---- */

/* Half of a cache: the rest is for what else runs. */
static size_t half(const host *h, int level) { return (size_t)h->caches.level[level].bytes / 2; }

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* Beyond level 2, within level 3, each core its part of the shared cache. */
static size_t l3_bytes(const host *h, int threads) {
  int64_t l2 = h->caches.level[2].bytes, l3 = h->caches.level[3].bytes;
  int64_t each = smaller(larger(4 * l2, 4 << 20), l3 / 2 / threads);
  return each >= 2 * l2 ? (size_t)each : 0;
}

/* Twice the last cache, split over the threads; 0 if memory is too small to tell them apart. */
static size_t memory_bytes(const host *h, int threads) {
  int64_t last = larger(h->caches.level[3].bytes, h->caches.level[2].bytes);
  int64_t all = larger(2 * last, 256 << 20);
  int64_t most = smaller(h->memory / 8, INT64_C(1) << 30);
  return all <= most ? (size_t)(all / threads) : 0;
}

static int64_t measure_fma(const host *h, const bench_crew *c) { (void)h; return bench_fma(c); }
static int64_t measure_l1(const host *h, const bench_crew *c) { return bench_read(c, half(h, 1)); }
static int64_t measure_l2(const host *h, const bench_crew *c) { return bench_read(c, half(h, 2)); }
static int64_t measure_l3(const host *h, const bench_crew *c) { return bench_read(c, l3_bytes(h, c->threads)); }
static int64_t measure_memory(const host *h, const bench_crew *c) { return bench_read(c, memory_bytes(h, c->threads)); }
static int64_t measure_barrier(const host *h, const bench_crew *c) { (void)h; return bench_barrier_ps(c); }

typedef struct measurement {
  const char *key, *what;
  int all; /* every core, not one */
  int64_t (*measure)(const host *h, const bench_crew *crew);
} measurement;

static const measurement measurements[] = {
    {"fma_flops_fp32", "multiply-adds of one core", 0, measure_fma},
    {"fma_flops_fp32_all", "multiply-adds of all cores", 1, measure_fma},
    {"l1_bandwidth", "reading from level 1", 0, measure_l1},
    {"l2_bandwidth", "reading from level 2", 0, measure_l2},
    {"l3_bandwidth", "reading from level 3", 0, measure_l3},
    {"l3_bandwidth_all", "reading from level 3, all cores", 1, measure_l3},
    {"memory_bandwidth", "reading from memory", 0, measure_memory},
    {"memory_bandwidth_all", "reading from memory, all cores", 1, measure_memory},
    {"barrier_ps", "a barrier of all cores", 1, measure_barrier},
};
enum { MEASUREMENTS = sizeof measurements / sizeof *measurements };

static void measured_source(char source[128], const bench_crew *crew) {
  char day[16] = "";
  time_t now = time(NULL);
  struct tm tm;
  if (gmtime_r(&now, &tm)) strftime(day, sizeof day, "%Y-%m-%d", &tm);
  snprintf(source, 128, "measured: median of %d, %d thread%s, %s", BENCH_SAMPLES, crew->threads,
           crew->threads == 1 ? "" : "s", day);
}

static int add_measured(hw_model *m, const host *h, const probe_request *request) {
  int rc = HW_OK;
  for (int i = 0; !rc && i < MEASUREMENTS; i++) {
    const measurement *x = &measurements[i];
    bench_crew crew = {h->cores.cpu, x->all ? (int)h->cores.cores : 1};
    char source[128];
    if (request->progress) request->progress(request->data, x->what, i, MEASUREMENTS);
    measured_source(source, &crew);
    rc = model_add_known(m, x->key, x->measure(h, &crew), source);
  }
  if (!rc && request->progress) request->progress(request->data, "done", MEASUREMENTS, MEASUREMENTS);
  return rc;
}

static int build(hw_model **out, const host *h, const probe_request *request) {
  char name[HOST_TEXT], vendor[HOST_TEXT];
  host_read_name(name, vendor, REAL);
  model_head head = {name, vendor, h->isa->architecture, HW_CPU};
  int rc = model_new(out, &head);
  if (rc) return rc;
  rc = add_told(*out, h);
  if (!rc && !request->quick) rc = add_measured(*out, h, request);
  return rc ? rc : model_finish(*out);
}

int probe_cpu(hw_model **out, const probe_request *request) {
  host *h = calloc(1, sizeof *h);
  *out = NULL;
  if (!h) return hw_fail(HW_ENOMEM, "out of memory");
  int rc = read_host(h);
  if (!rc) rc = build(out, h, request);
  free(h);
  if (!rc) return HW_OK;
  hw_free(*out);
  *out = NULL;
  return rc;
}
