/* The loops that are timed, one set for each instruction set.
 *
 * fma: independent chains, enough to hide the latency of two units.
 * read: loads that feed one exclusive-or each, so that loading bounds it. */
#include <stdbool.h>
#include <string.h>

#include "bench.h"
#include "cpuid_leaf.h"

/* Results go here so that no loop is dropped as useless. */
static inline void keep(const void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }

#if defined(__x86_64__)
#include <immintrin.h>

enum { CHAINS_512 = 24, CHAINS_256 = 12 };

__attribute__((target("avx512f"))) static void fma_512(int64_t rounds) {
  __m512 a[CHAINS_512], x = _mm512_set1_ps(0.999f), y = _mm512_set1_ps(0.001f);
  for (int i = 0; i < CHAINS_512; i++) a[i] = _mm512_set1_ps((float)i);
  for (int64_t r = 0; r < rounds; r++)
#pragma GCC unroll 24
    for (int i = 0; i < CHAINS_512; i++) a[i] = _mm512_fmadd_ps(a[i], x, y);
  keep(a);
}

__attribute__((target("avx2,fma"))) static void fma_256(int64_t rounds) {
  __m256 a[CHAINS_256], x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(0.001f);
  for (int i = 0; i < CHAINS_256; i++) a[i] = _mm256_set1_ps((float)i);
  for (int64_t r = 0; r < rounds; r++)
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS_256; i++) a[i] = _mm256_fmadd_ps(a[i], x, y);
  keep(a);
}

__attribute__((target("avx512f"))) static void read_512(const void *data, size_t bytes) {
  const __m512i *p = data;
  __m512i s[8] = {_mm512_setzero_si512()};
  for (size_t i = 0; i < bytes / 64; i += 8)
#pragma GCC unroll 8
    for (int k = 0; k < 8; k++) s[k] = _mm512_xor_si512(s[k], _mm512_load_si512(p + i + (size_t)k));
  keep(s);
}

__attribute__((target("avx2"))) static void read_256(const void *data, size_t bytes) {
  const __m256i *p = data;
  __m256i s[8] = {_mm256_setzero_si256()};
  for (size_t i = 0; i < bytes / 32; i += 8)
#pragma GCC unroll 8
    for (int k = 0; k < 8; k++) s[k] = _mm256_xor_si256(s[k], _mm256_load_si256(p + i + (size_t)k));
  keep(s);
}

static const bench_kernels kernels_512 = {CHAINS_512 * 16 * 2, fma_512, read_512};
static const bench_kernels kernels_256 = {CHAINS_256 * 8 * 2, fma_256, read_256};
#endif

/* 16-byte vectors of the compiler: SSE2, Advanced SIMD, or plain code. */
typedef float four_floats __attribute__((vector_size(16)));
typedef uint64_t two_words __attribute__((vector_size(16)));
enum { CHAINS_128 = 10 };

static void fma_128(int64_t rounds) {
  four_floats a[CHAINS_128], x = {0.999f, 0.999f, 0.999f, 0.999f}, y = {0.001f, 0.001f, 0.001f, 0.001f};
  for (int i = 0; i < CHAINS_128; i++) a[i] = x * (float)i;
  for (int64_t r = 0; r < rounds; r++)
#pragma GCC unroll 10
    for (int i = 0; i < CHAINS_128; i++) a[i] = a[i] * x + y;
  keep(a);
}

static void read_128(const void *data, size_t bytes) {
  const two_words *p = data;
  two_words s[8];
  memset(s, 0, sizeof s);
  for (size_t i = 0; i < bytes / 16; i += 8)
#pragma GCC unroll 8
    for (int k = 0; k < 8; k++) s[k] ^= p[i + (size_t)k];
  keep(s);
}

static const bench_kernels kernels_128 = {CHAINS_128 * 4 * 2, fma_128, read_128};

const bench_kernels *bench_kernels_here(void) {
#if defined(__x86_64__)
  if (cpuid_has_avx512()) return &kernels_512;
  if (cpuid_has_avx2_fma()) return &kernels_256;
#endif
  return &kernels_128;
}
