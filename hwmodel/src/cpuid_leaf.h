/* The few facts we take from the cpuid instruction; elsewhere none. */
#ifndef HW_CPUID_LEAF_H
#define HW_CPUID_LEAF_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cpuid_cache {
  int level;
  bool data; /* data or unified */
  int64_t bytes, line, threads;
} cpuid_cache;

/* The i-th cache that cpuid lists; false beyond the last. */
bool cpuid_cache_at(unsigned i, cpuid_cache *out);
bool cpuid_has_avx2_fma(void);
bool cpuid_has_avx512(void); /* F, BW, DQ, VL */
/* "GenuineIntel" and the brand string; empty where there is none. */
void cpuid_texts(char vendor[13], char brand[49]);

#endif
