/* Probing this machine: what must be so on any machine. */
#include <sched.h>

#include "bench.h"
#include "hwmodel.h"
#include "test.h"

static int64_t value(const hw_model *m, const char *key) {
  const hw_figure *f = hw_find(m, key);
  return f ? f->value : 0;
}

static void between(const hw_model *m, const char *key, double low, double high) {
  double v = (double)value(m, key);
  if (v > 0) CHECKF(v >= low && v <= high, "%s = %g", key, v);
}

static int allowed_cpus(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set);
}

static void quick(void) {
  hw_model *m;
  CHECKF(hw_probe(&m, "cpu", 1) == HW_OK, "%s", hw_error());
  CHECK(value(m, "cores") >= 1 && value(m, "smt") >= 1 && value(m, "units") == value(m, "cores"));
  if (allowed_cpus()) CHECK(value(m, "cores") <= allowed_cpus());
  CHECK(*hw_name(m) && !strcmp(hw_kind(m), "cpu") && *hw_architecture(m));
  CHECK(!hw_find(m, "fma_flops_fp32") && !hw_find(m, "barrier_ps"));
  between(m, "line_bytes", 16, 1024);
  between(m, "l1d_bytes", 4096, 4 << 20);
#if defined(__x86_64__)
  CHECK(value(m, "vector_bytes") >= 16 && value(m, "vector_registers") >= 16);
#endif
  hw_free(m);
}

static void count_steps(void *data, const char *what, int step, int steps) {
  CHECK(*what && step <= steps);
  ++*(int *)data;
}

static void measured(void) {
  hw_model *m;
  int steps = 0;
  CHECKF(hw_probe_watched(&m, "cpu", 0, count_steps, &steps) == HW_OK, "%s", hw_error());
  CHECK(steps > 5);
  CHECK(value(m, "fma_flops_fp32") > 0 && value(m, "l1_bandwidth") > 0 && value(m, "barrier_ps") > 0);
  between(m, "fma_flops_fp32", 1e7, 1e13);
  between(m, "memory_bandwidth", 1e7, 1e13);
  between(m, "barrier_ps", 100, 1e12);
  CHECK(!strncmp(hw_find(m, "l1_bandwidth")->source, "measured: ", 10));
  hw_free(m);
}

static void unknown_device(void) {
  hw_model *m;
  CHECK(hw_probe(&m, "abacus", 1) == HW_EINVAL && !m && strstr(hw_error(), "known: cpu, cuda"));
}

static void cuda_says_what_is_missing(void) {
  hw_model *m;
  CHECK(hw_probe(&m, "cuda", 1) == HW_ENODEVICE && !m);
  CHECKF(strstr(hw_error(), "CUDA") && strstr(hw_error(), "shipped model"), "%s", hw_error());
}

static void rounding(void) {
  CHECK(bench_round(123456) == 123500 && bench_round(1234.6) == 1235 && bench_round(12) == 12);
  CHECK(bench_round(0) == 0 && bench_round(-1) == 0 && bench_round(0.0 / 0.0) == 0 && bench_round(1e300) == 0);
}

static void work_of_each(void *data, int rank) { ((int *)data)[rank]++; }

static void a_crew_runs_every_rank(void) {
  int cpus[3] = {0, 0, 0}, done[3] = {0, 0, 0}; /* one CPU for all: still no deadlock */
  bench_crew crew = {cpus, 3};
  CHECK(bench_crew_seconds(&crew, work_of_each, done, 5) > 0);
  for (int i = 0; i < 3; i++) CHECK(done[i] == 6); /* and one to warm up */
}

static const struct test_case cases[] = {
    {"quick", quick},
    {"measured", measured},
    {"unknown device", unknown_device},
    {"cuda says what is missing", cuda_says_what_is_missing},
    {"rounding", rounding},
    {"a crew runs every rank", a_crew_runs_every_rank},
    {NULL, NULL}};
TEST_MAIN(cases)
