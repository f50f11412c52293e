/* The schema of hardware models.  The reader, `hw show`, `hw check` and the
 * table in docs/hardware.md all come from this one table. */
#include "schema.h"

#include <stddef.h>
#include <string.h>

#include "yamltree.h"

#define BASE_COUNT "count"
#define BASE_BYTES "bytes"
#define BASE_HZ "Hz"
#define BASE_BYTES_S "bytes/s"
#define BASE_OPS_S "ops/s"
#define BASE_TIME "ps"
#define KIND_CPU "cpu"
#define KIND_GPU "gpu"
#define KIND_BOTH "both"
#define KEY(name, unit, kind, help) .public = {#name, BASE_##unit, KIND_##kind, help}, .dimension = UNIT_##unit, .kinds = HW_##kind

static const schema_key keys[] = {
    /* what there is of it */
    {KEY(units, COUNT, BOTH, "cores of a CPU, SMs of a GPU; follows from 'cores' or 'sm_count'"), .copy_of = {"cores", "sm_count"}},
    {KEY(cores, COUNT, CPU, "physical cores that a process may use (affinity and cgroup limits respected)"), .needed = true},
    {KEY(smt, COUNT, CPU, "hardware threads a core")},
    {KEY(sm_count, COUNT, GPU, "streaming multiprocessors"), .needed = true},
    {KEY(clock_hz, HZ, BOTH, "highest clock that the vendor or the system states")},
    {KEY(clock_measured_hz, HZ, GPU, "clock that a long kernel ran at")},
    {KEY(base_clock_hz, HZ, BOTH, "clock without boost")},

    /* registers and lanes */
    {KEY(vector_bytes, BYTES, CPU, "width of a vector register")},
    {KEY(vector_registers, COUNT, CPU, "architectural vector registers")},
    {KEY(warp_size, COUNT, GPU, "threads a warp")},
    {KEY(subcores_per_sm, COUNT, GPU, "processing blocks an SM, each with its own scheduler")},
    {KEY(fp32_lanes_per_sm, COUNT, GPU, "fp32 fused multiply-adds that an SM starts in a clock")},
    {KEY(sfu_lanes_per_sm, COUNT, GPU, "transcendentals (ex2, rcp, tanh) that an SM starts in a clock")},
    {KEY(tensor_cores_per_sm, COUNT, GPU, "tensor cores an SM")},
    {KEY(registers_per_sm, COUNT, GPU, "32-bit registers an SM")},
    {KEY(registers_per_block, COUNT, GPU, "32-bit registers that one block may have")},
    {KEY(max_registers_per_thread, COUNT, GPU, "32-bit registers that one thread may have")},
    {KEY(register_unit_per_warp, COUNT, GPU, "registers are given to a warp in multiples of this")},

    /* limits of a launch */
    {KEY(max_threads_per_block, COUNT, GPU, "threads a block")},
    {KEY(max_threads_per_sm, COUNT, GPU, "resident threads an SM")},
    {KEY(max_warps_per_sm, COUNT, GPU, "resident warps an SM")},
    {KEY(max_blocks_per_sm, COUNT, GPU, "resident blocks an SM")},
    {KEY(max_cluster_size, COUNT, GPU, "blocks a cluster that every launch may have")},
    {KEY(max_cluster_size_optin, COUNT, GPU, "blocks a cluster with the non-portable attribute")},
    {KEY(clusters_of_2, COUNT, GPU, "clusters of 2 blocks, each with a multiprocessor's shared memory, resident at once")},
    {KEY(clusters_of_4, COUNT, GPU, "likewise of 4 blocks")},
    {KEY(clusters_of_8, COUNT, GPU, "likewise of 8 blocks")},
    {KEY(clusters_of_16, COUNT, GPU, "likewise of 16 blocks")},
    {KEY(cooperative, COUNT, GPU, "1: launches whose blocks are all resident at once")},

    /* memories, from near to far */
    {KEY(line_bytes, BYTES, BOTH, "cache line")},
    {KEY(page_bytes, BYTES, CPU, "page of the system")},
    {KEY(l1d_bytes, BYTES, CPU, "level-1 data cache, each")},
    {KEY(l1d_shared_by, COUNT, CPU, "cores that share one level-1 data cache")},
    {KEY(l2_bytes, BYTES, BOTH, "level-2 cache: of a sharing group on a CPU, of the device on a GPU")},
    {KEY(l2_shared_by, COUNT, CPU, "cores that share one level-2 cache")},
    {KEY(l3_bytes, BYTES, CPU, "level-3 cache of a sharing group")},
    {KEY(l3_shared_by, COUNT, CPU, "cores that share one level-3 cache")},
    {KEY(l1_smem_bytes_per_sm, BYTES, GPU, "unified level-1 cache and shared memory an SM")},
    {KEY(smem_per_sm, BYTES, GPU, "shared memory an SM")},
    {KEY(smem_per_block, BYTES, GPU, "shared memory a block without opting in")},
    {KEY(smem_per_block_optin, BYTES, GPU, "shared memory a block with the opt-in attribute")},
    {KEY(smem_reserved_per_block, BYTES, GPU, "shared memory that the system takes of each block")},
    {KEY(smem_banks, COUNT, GPU, "banks of shared memory, 4 bytes wide")},
    {KEY(constant_bytes, BYTES, GPU, "constant memory")},
    {KEY(memory_bytes, BYTES, BOTH, "main memory that a process may use; the device's on a GPU")},

    /* rates; on a CPU one core's unless named _all */
    {KEY(fma_flops_fp32, OPS_S, CPU, "fp32 fused multiply-adds of one core, each counted as two operations")},
    {KEY(fma_flops_fp32_all, OPS_S, CPU, "the same, all cores at once")},
    {KEY(fp32_flops, OPS_S, GPU, "fp32, outside the tensor cores")},
    {KEY(fp64_flops, OPS_S, GPU, "fp64, outside the tensor cores")},
    {KEY(tensor_fp64_flops, OPS_S, GPU, "fp64 on the tensor cores")},
    {KEY(tensor_tf32_flops, OPS_S, GPU, "tf32 on the tensor cores, dense")},
    {KEY(tensor_bf16_flops, OPS_S, GPU, "bf16 on the tensor cores, fp32 sums, dense")},
    {KEY(tensor_fp16_flops, OPS_S, GPU, "fp16 on the tensor cores, fp32 sums, dense")},
    {KEY(tensor_fp8_flops, OPS_S, GPU, "fp8 on the tensor cores, fp32 sums, dense")},
    {KEY(tensor_fp4_flops, OPS_S, GPU, "fp4 on the tensor cores, dense")},
    {KEY(tensor_int8_ops, OPS_S, GPU, "int8 on the tensor cores, dense")},
    {KEY(mma_bf16_flops, OPS_S, GPU, "bf16 by mma.sync (a warp's instruction), as measured")},
    {KEY(mma_tf32_flops, OPS_S, GPU, "tf32 by mma.sync, as measured")},
    {KEY(wgmma_bf16_flops, OPS_S, GPU, "bf16 by wgmma (four warps' instruction), as measured")},
    {KEY(tanh_ops, OPS_S, GPU, "tanh.approx.f32 a second, all multiprocessors")},
    {KEY(ex2_ops, OPS_S, GPU, "ex2.approx.f32 a second, all multiprocessors")},
    {KEY(l1_bandwidth, BYTES_S, CPU, "reading from level 1")},
    {KEY(l2_bandwidth, BYTES_S, BOTH, "reading from level 2; the device's on a GPU")},
    {KEY(l3_bandwidth, BYTES_S, CPU, "reading from level 3")},
    {KEY(l3_bandwidth_all, BYTES_S, CPU, "reading from level 3, all cores at once")},
    {KEY(memory_bandwidth, BYTES_S, BOTH, "reading from main memory; the device's stated figure on a GPU")},
    {KEY(memory_bandwidth_all, BYTES_S, CPU, "reading from main memory, all cores at once")},
    {KEY(memory_bandwidth_copy, BYTES_S, GPU, "read and written together by a copy, as measured")},
    {KEY(memory_bandwidth_read, BYTES_S, GPU, "read, as measured")},

    /* latencies */
    {KEY(barrier_ps, TIME, BOTH, "a barrier over all cores; over the whole grid on a GPU")},
    {KEY(block_barrier_ps, TIME, GPU, "a barrier over one block")},
    {KEY(cluster_barrier_ps, TIME, GPU, "a barrier over one cluster")},
    {KEY(dsmem_exchange_ps, TIME, GPU, "a word from SM to SM through distributed shared memory")},
    {KEY(l2_latency_ps, TIME, GPU, "a load that hits level 2")},
    {KEY(l2_exchange_ps, TIME, GPU, "a word from SM to SM through level 2, where the receiver polls it")},
    {KEY(launch_ps, TIME, GPU, "an empty kernel, from launch to launch")},
};

enum { KEYS = sizeof keys / sizeof *keys };

const hw_key *hw_schema_at(size_t i) { return i < KEYS ? &keys[i].public : NULL; }

const schema_key *schema_at(size_t i) { return i < KEYS ? &keys[i] : NULL; }

const schema_key *schema_find(const char *name) {
  for (size_t i = 0; i < KEYS; i++)
    if (!strcmp(keys[i].public.name, name)) return &keys[i];
  return NULL;
}

int schema_kind(const char *name) {
  if (!strcmp(name, "cpu")) return HW_CPU;
  return strcmp(name, "gpu") ? 0 : HW_GPU;
}

const char *schema_kind_name(int kind) { return kind == HW_CPU ? "cpu" : "gpu"; }

const char *schema_nearest(const char *name, int kind) {
  const char *words[KEYS + 1];
  size_t n = 0;
  for (size_t i = 0; i < KEYS; i++)
    if (keys[i].kinds & kind) words[n++] = keys[i].public.name;
  words[n] = NULL;
  return yt_nearest(name, words);
}
