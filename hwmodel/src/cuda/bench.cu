/* What `hw probe --device cuda` times: a loop of one thing, `rounds` times.  The
 * host takes differences of two lengths, so that a launch costs nothing. */

typedef unsigned int u32;
typedef unsigned long long u64;

struct bench_params {
  u64 rounds;
  u32 *words;      /* zeros: barriers and mail, a line of 128 bytes each */
  uint4 *data;     /* random; `count` of 16 bytes */
  uint4 *copy;
  u64 count;
  float *sink;     /* keeps results alive */
};

#define ENTRY extern "C" __global__ void

__device__ u32 load_relaxed(const u32 *p) {
  u32 v;
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(v) : "l"(p) : "memory");
  return v;
}

__device__ void store_relaxed(u32 *p, u32 v) { asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" ::"l"(p), "r"(v) : "memory"); }

/* ---- Launches and barriers ---- */

ENTRY empty(const __grid_constant__ bench_params p) {}

ENTRY block_barrier(const __grid_constant__ bench_params p) {
  for (u64 i = 0; i < p.rounds; i++) __syncthreads();
}

/* One counter that only grows: release to arrive, acquire to leave. */
ENTRY grid_barrier(const __grid_constant__ bench_params p) {
  for (u64 i = 1; i <= p.rounds; i++) {
    __syncthreads();
    if (threadIdx.x == 0) {
      u32 seen, want = (u32)(i * gridDim.x);
      asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(p.words) : "memory");
      do asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(p.words) : "memory");
      while ((int)(seen - want) < 0);
    }
    __syncthreads();
  }
}

/* ---- A word from one multiprocessor to another and back ---- */

ENTRY mail(const __grid_constant__ bench_params p) {
  if (threadIdx.x) return;
  u32 *mine = p.words + 32 + 32 * blockIdx.x, *other = p.words + 32 + 32 * (blockIdx.x ^ 1);
  for (u32 i = 1; i <= (u32)p.rounds; i++) {
    if (blockIdx.x) while (load_relaxed(mine) != i) {}
    store_relaxed(other, i);
    if (!blockIdx.x) while (load_relaxed(mine) != i) {}
  }
}

#if __CUDA_ARCH__ >= 900
ENTRY cluster_barrier(const __grid_constant__ bench_params p) {
  for (u64 i = 0; i < p.rounds; i++) {
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
    asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
  }
}

ENTRY cluster_mail(const __grid_constant__ bench_params p) {
  __shared__ u32 box;
  u32 rank, mine = (u32)__cvta_generic_to_shared(&box), other, seen;
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(other) : "r"(mine), "r"(rank ^ 1));
  if (threadIdx.x == 0) box = 0;
  asm volatile("barrier.cluster.arrive.release.aligned;\n barrier.cluster.wait.acquire.aligned;" ::: "memory");
  for (u32 i = 1; threadIdx.x == 0 && i <= (u32)p.rounds; i++)
    for (u32 turn = 0; turn < 2; turn++) {
      if (turn == rank) asm volatile("st.relaxed.cluster.shared::cluster.u32 [%0], %1;" ::"r"(other), "r"(i) : "memory");
      else do asm volatile("ld.relaxed.cluster.shared::cta.u32 %0, [%1];" : "=r"(seen) : "r"(mine) : "memory");
      while (seen != i);
    }
  __syncwarp();
  asm volatile("barrier.cluster.arrive.release.aligned;\n barrier.cluster.wait.acquire.aligned;" ::: "memory");
}
#endif

/* ---- Memory ---- */

/* Each load's address is the one before's result. */
ENTRY chase(const __grid_constant__ bench_params p) {
  u32 at = 0;
  for (u64 i = 0; i < p.rounds; i++)
    asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(at) : "l"(p.words + at) : "memory");
  if (at == ~0u) *p.sink = 1;
}

ENTRY read_all(const __grid_constant__ bench_params p) {
  const u64 step = (u64)gridDim.x * blockDim.x;
  u32 sum = 0;
  for (u64 r = 0; r < p.rounds; r++)
    for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i + 3 * step < p.count; i += 4 * step) {
      uint4 v[4];
#pragma unroll
      for (int k = 0; k < 4; k++) asm volatile("ld.global.cg.v4.u32 {%0, %1, %2, %3}, [%4];"
          : "=r"(v[k].x), "=r"(v[k].y), "=r"(v[k].z), "=r"(v[k].w) : "l"(p.data + i + k * step));
#pragma unroll
      for (int k = 0; k < 4; k++) sum += v[k].x ^ v[k].y ^ v[k].z ^ v[k].w;
    }
  if (sum == 0x12345678) *p.sink = 1;
}

ENTRY copy_all(const __grid_constant__ bench_params p) {
  const u64 step = (u64)gridDim.x * blockDim.x;
  for (u64 r = 0; r < p.rounds; r++)
    for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i + 3 * step < p.count; i += 4 * step) {
      uint4 v[4];
#pragma unroll
      for (int k = 0; k < 4; k++) v[k] = __ldcs(p.data + i + k * step);
#pragma unroll
      for (int k = 0; k < 4; k++) __stcs(p.copy + i + k * step, v[k]);
    }
}

/* ---- Arithmetic ---- */

template <int EX2> __device__ void transcendentals(const bench_params &p) {
  float x[8];
  for (int k = 0; k < 8; k++) x[k] = 0.01f * (threadIdx.x + k);
  for (u64 r = 0; r < p.rounds; r++)
#pragma unroll
    for (int k = 0; k < 8; k++)
      if (EX2) asm volatile("ex2.approx.ftz.f32 %0, %0;" : "+f"(x[k]));
      else asm volatile("tanh.approx.f32 %0, %0;" : "+f"(x[k]));
  float sum = 0;
  for (int k = 0; k < 8; k++) sum += x[k];
  if (sum == 12345.f) *p.sink = sum;
}

ENTRY tanh_rate(const __grid_constant__ bench_params p) { transcendentals<0>(p); }
ENTRY ex2_rate(const __grid_constant__ bench_params p) { transcendentals<1>(p); }

/* Four independent accumulators a warp; operands are random data. */
template <int TF32> __device__ void mma(const bench_params &p) {
  const uint4 a = p.data[threadIdx.x];
  const uint4 b = p.data[blockDim.x + threadIdx.x];
  float c[4][4] = {};
  for (u64 r = 0; r < p.rounds; r++)
#pragma unroll
    for (int k = 0; k < 4; k++)
      if (TF32) asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
          : "+f"(c[k][0]), "+f"(c[k][1]), "+f"(c[k][2]), "+f"(c[k][3]) : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y));
      else asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
          : "+f"(c[k][0]), "+f"(c[k][1]), "+f"(c[k][2]), "+f"(c[k][3]) : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y));
  float sum = 0;
  for (int k = 0; k < 16; k++) sum += c[k / 4][k % 4];
  if (sum == 12345.f) *p.sink = sum;
}

ENTRY mma_bf16(const __grid_constant__ bench_params p) { mma<0>(p); }
ENTRY mma_tf32(const __grid_constant__ bench_params p) { mma<1>(p); }

#ifdef __CUDA_ARCH_FEAT_SM90_ALL
/* A 64 x 64 and B 128 x 64, 128-byte rows, 128-byte swizzle; contents are random. */
__device__ void wgmma(float (&c)[64], u64 a, u64 b) {
  asm volatile("{wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
      "}, %64, %65, 1, 1, 1, 0, 0;}\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]), "+f"(c[4]), "+f"(c[5]), "+f"(c[6]), "+f"(c[7]),
        "+f"(c[8]), "+f"(c[9]), "+f"(c[10]), "+f"(c[11]), "+f"(c[12]), "+f"(c[13]), "+f"(c[14]), "+f"(c[15]),
        "+f"(c[16]), "+f"(c[17]), "+f"(c[18]), "+f"(c[19]), "+f"(c[20]), "+f"(c[21]), "+f"(c[22]), "+f"(c[23]),
        "+f"(c[24]), "+f"(c[25]), "+f"(c[26]), "+f"(c[27]), "+f"(c[28]), "+f"(c[29]), "+f"(c[30]), "+f"(c[31]),
        "+f"(c[32]), "+f"(c[33]), "+f"(c[34]), "+f"(c[35]), "+f"(c[36]), "+f"(c[37]), "+f"(c[38]), "+f"(c[39]),
        "+f"(c[40]), "+f"(c[41]), "+f"(c[42]), "+f"(c[43]), "+f"(c[44]), "+f"(c[45]), "+f"(c[46]), "+f"(c[47]),
        "+f"(c[48]), "+f"(c[49]), "+f"(c[50]), "+f"(c[51]), "+f"(c[52]), "+f"(c[53]), "+f"(c[54]), "+f"(c[55]),
        "+f"(c[56]), "+f"(c[57]), "+f"(c[58]), "+f"(c[59]), "+f"(c[60]), "+f"(c[61]), "+f"(c[62]), "+f"(c[63])
      : "l"(a), "l"(b));
}

__device__ u64 tile(const void *at) {
  return ((u64)((u32)__cvta_generic_to_shared(at) & 0x3ffff) >> 4) | (u64)1 << 16 | (u64)64 << 32 | (u64)1 << 62;
}

ENTRY __launch_bounds__(256, 1) wgmma_bf16(const __grid_constant__ bench_params p) {
  __shared__ __align__(1024) uint4 tiles[2][(64 + 128) * 8];
  for (int i = threadIdx.x; i < 2 * (64 + 128) * 8; i += blockDim.x) tiles[0][i] = p.data[i];
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  __syncthreads();
  const uint4 *own = tiles[threadIdx.x / 128];
  const u64 a = tile(own), b = tile(own + 64 * 8);
  float c[64] = {};
  for (u64 r = 0; r < p.rounds; r++) {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
    for (int k = 0; k < 4; k++) wgmma(c, a + 2 * k, b + 2 * k);
    asm volatile("wgmma.commit_group.sync.aligned;\n wgmma.wait_group.sync.aligned 0;" ::: "memory");
  }
  float sum = 0;
  for (int k = 0; k < 64; k++) sum += c[k];
  if (sum == 12345.f) *p.sink = sum;
}
#endif

/* Cycles of `rounds` dependent additions: the clock, while it is warm. */
ENTRY spin(const __grid_constant__ bench_params p) {
  const long long start = clock64();
  while (clock64() - start < (long long)p.rounds) {}
}
