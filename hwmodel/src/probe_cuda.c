/* Probes a CUDA device: what the driver tells, what a compute capability fixes,
 * then what only a measurement tells. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench_gpu.h"
#include "error.h"
#include "model.h"
#include "nvml.h"
#include "probe.h"

enum { SOURCE = 192 };

typedef struct gpu {
  gpu_device *device;
  gpu_monitor *monitor; /* NULL: no NVML */
  gpu_limits limits;
  const probe_request *request;
} gpu;

static int failed(int code, const char *why) {
  if (code == GPU_ENOMEM) return hw_fail(HW_ENOMEM, "%s", why);
  return hw_fail(code == GPU_EDEVICE ? HW_ENODEVICE : HW_EIO, "%s%s", why,
                 code == GPU_EDEVICE ? "; or use --device cpu, or a shipped model of share/constrint/specs/hardware" : "");
}

/* ---- What the driver tells ---- */

static void told_source(const gpu *g, const char *what, char source[SOURCE]) {
  snprintf(source, SOURCE, "probed: %s, driver %s (CUDA %d.%d)", what, g->limits.driver[0] ? g->limits.driver : "of unknown version",
           g->device->driver / 1000, g->device->driver % 1000 / 10);
}

static const struct { const char *key; int attribute, unit; } told[] = {
    {"sm_count", CU_SMS, 1},
    {"clock_hz", CU_CLOCK_KHZ, 1000},
    {"warp_size", CU_WARP, 1},
    {"registers_per_sm", CU_REGISTERS_PER_SM, 1},
    {"registers_per_block", CU_REGISTERS_PER_BLOCK, 1},
    {"max_threads_per_block", CU_THREADS_PER_BLOCK, 1},
    {"max_threads_per_sm", CU_THREADS_PER_SM, 1},
    {"max_blocks_per_sm", CU_BLOCKS_PER_SM, 1},
    {"smem_per_sm", CU_SHARED_PER_SM, 1},
    {"smem_per_block", CU_SHARED_PER_BLOCK, 1},
    {"smem_per_block_optin", CU_SHARED_OPTIN, 1},
    {"smem_reserved_per_block", CU_SHARED_RESERVED, 1},
    {"constant_bytes", CU_CONSTANT, 1},
    {"l2_bytes", CU_L2, 1},
    {"cooperative", CU_COOPERATIVE, 1},
};

static int add_told(hw_model *m, const gpu *g) {
  char source[SOURCE];
  size_t bytes = 0;
  int rc = HW_OK;
  told_source(g, "cuDeviceGetAttribute", source);
  for (size_t i = 0; !rc && i < sizeof told / sizeof *told; i++)
    rc = model_add_known(m, told[i].key, (int64_t)gpu_attribute(g->device, told[i].attribute) * told[i].unit, source);
  if (!rc) rc = model_add_known(m, "max_warps_per_sm", gpu_attribute(g->device, CU_THREADS_PER_SM) / 32, "derived: max_threads_per_sm / warp_size");
  told_source(g, "cuDeviceTotalMem", source);
  if (!rc && !g->device->cu.device_memory(&bytes, g->device->device)) rc = model_add_known(m, "memory_bytes", (int64_t)bytes, source);
  told_source(g, "memory clock, twice a clock, times the bus width", source);
  const int64_t clock = (int64_t)gpu_attribute(g->device, CU_MEMORY_KHZ) * 1000, bits = gpu_attribute(g->device, CU_BUS_BITS);
  return rc ? rc : model_add_known(m, "memory_bandwidth", 2 * clock * bits / 8, source);
}

/* ---- What no driver tells: NVIDIA's tables by compute capability ---- */

typedef struct capability {
  int version; /* 90: 9.0 */
  int fp32_lanes, sfu_lanes, tensor_cores, l1_smem_kib;
} capability;

static const capability capabilities[] = {{80, 64, 16, 4, 192},  {86, 128, 16, 4, 128},  {89, 128, 16, 4, 128},
                                          {90, 128, 16, 4, 256}, {100, 128, 16, 4, 256}, {120, 128, 16, 4, 128}};

static const capability *find_capability(const gpu *g) {
  for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
    if (capabilities[i].version == 10 * g->device->major + g->device->minor) return &capabilities[i];
  return NULL;
}

/* 1: no clusters. */
static int add_clusters_told(hw_model *m, const gpu *g) {
  static const char source[] = "guide: CUDA C++ Programming Guide, thread block clusters: from compute capability 9.0 on; portable size 8, else 16 on 9.0 and 10.0";
  const int clusters = gpu_attribute(g->device, CU_CLUSTERS), major = g->device->major;
  const int rc = model_add_known(m, "max_cluster_size", clusters ? 8 : 1, source);
  return rc ? rc : model_add_known(m, "max_cluster_size_optin", !clusters ? 1 : major == 9 || major == 10 ? 16 : 8, source);
}

static int add_tables(hw_model *m, const gpu *g) {
  const capability *c = find_capability(g);
  char source[SOURCE];
  snprintf(source, sizeof source, "guide: CUDA C++ Programming Guide, tables by compute capability, %d.%d", g->device->major, g->device->minor);
  int rc = model_add_known(m, "max_registers_per_thread", 255, source);
  if (!rc) rc = model_add_known(m, "register_unit_per_warp", 256, source);
  if (!rc) rc = model_add_known(m, "subcores_per_sm", 4, source);
  if (!rc) rc = model_add_known(m, "smem_banks", 32, source);
  if (!rc) rc = model_add_known(m, "line_bytes", 128, source);
  if (!rc) rc = add_clusters_told(m, g);
  if (rc || !c) return rc;
  rc = model_add_known(m, "fp32_lanes_per_sm", c->fp32_lanes, source);
  if (!rc) rc = model_add_known(m, "sfu_lanes_per_sm", c->sfu_lanes, source);
  if (!rc) rc = model_add_known(m, "tensor_cores_per_sm", c->tensor_cores, source);
  return rc ? rc : model_add_known(m, "l1_smem_bytes_per_sm", (int64_t)c->l1_smem_kib << 10, source);
}

/* ---- What is measured ---- */

static void measured_source(const gpu *g, char source[SOURCE]) {
  char day[16] = "";
  time_t now = time(NULL);
  struct tm tm;
  const gpu_state s = gpu_monitor_read(g->monitor);
  if (gmtime_r(&now, &tm)) strftime(day, sizeof day, "%Y-%m-%d", &tm);
  int n = snprintf(source, SOURCE, "measured: median of 7, driver %s, %s", g->limits.driver, day);
  if (s.celsius) snprintf(source + n, SOURCE - (size_t)n, ", %d MHz, %d C, %d W of %d", s.sm_mhz, s.celsius, s.milliwatts / 1000, g->limits.milliwatts / 1000);
}

static int add_clusters(hw_model *m, const gpu *g, bench_gpu *b) {
  static const struct { const char *key; int blocks; } sizes[] = {{"clusters_of_2", 2}, {"clusters_of_4", 4}, {"clusters_of_8", 8}, {"clusters_of_16", 16}};
  char source[SOURCE], why[GPU_WHY];
  told_source(g, "cuOccupancyMaxActiveClusters, all shared memory", source);
  int rc = HW_OK;
  for (size_t i = 0; !rc && i < sizeof sizes / sizeof *sizes && gpu_attribute(g->device, CU_CLUSTERS); i++) {
    int64_t n;
    if (!bench_gpu_clusters(b, sizes[i].blocks, &n, why)) rc = model_add_known(m, sizes[i].key, n, source);
  }
  return rc;
}

static int add_measured(hw_model *m, const gpu *g, bench_gpu *b) {
  const bench_gpu_item *x;
  const probe_request *r = g->request;
  char why[GPU_WHY] = "", source[SOURCE];
  int n = 0, rc = add_clusters(m, g, b);
  while (bench_gpu_at(n)) n++;
  for (int i = 0; !rc && (x = bench_gpu_at(i)); i++) {
    int64_t value;
    if (x->needs_clusters && !gpu_attribute(g->device, CU_CLUSTERS)) continue;
    if (r->progress) r->progress(r->data, x->what, i, n);
    const int error = bench_gpu_run(b, i, &value, why);
    if (error) return failed(error, why);
    measured_source(g, source);
    rc = model_add_known(m, x->key, value, source);
  }
  if (!rc && r->progress) r->progress(r->data, "done", n, n);
  return rc;
}

static int measure(hw_model *m, const gpu *g) {
  bench_gpu *b;
  char why[GPU_WHY] = "out of memory";
  int rc = bench_gpu_open(&b, g->device, why);
  if (rc) return failed(rc, why);
  rc = add_measured(m, g, b);
  bench_gpu_close(b);
  return rc;
}

/* ---- The model ---- */

static int build(hw_model **out, const gpu *g) {
  char arch[16];
  gpu_architecture(g->device, arch);
  const model_head head = {g->device->name, "NVIDIA", arch, HW_GPU};
  int rc = model_new(out, &head);
  if (!rc) rc = add_told(*out, g);
  if (!rc) rc = add_tables(*out, g);
  if (!rc && !g->request->quick) rc = measure(*out, g);
  return rc ? rc : model_finish(*out);
}

int probe_cuda(hw_model **out, const probe_request *request) {
  char why[GPU_WHY];
  gpu g = {.request = request};
  *out = NULL;
  int rc = gpu_open(&g.device, why);
  if (rc) return failed(rc, why);
  g.monitor = gpu_monitor_open(g.device);
  g.limits = gpu_monitor_limits(g.monitor);
  rc = build(out, &g);
  gpu_monitor_close(g.monitor);
  gpu_close(g.device);
  if (!rc) return HW_OK;
  hw_free(*out);
  *out = NULL;
  return rc;
}
