/* The few facts we take from the cpuid instruction.
 *
 * An instruction set counts only if the system also saves its registers: the
 * mask that xgetbv tells. */
#include "cpuid_leaf.h"

#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

typedef struct leaf {
  unsigned a, b, c, d;
} leaf;

static leaf ask(unsigned number, unsigned sub) {
  leaf r = {0, 0, 0, 0};
  if (!__get_cpuid_count(number, sub, &r.a, &r.b, &r.c, &r.d)) return (leaf){0, 0, 0, 0};
  return r;
}

static uint64_t saved_state(void) {
  enum { OSXSAVE = 1 << 27 };
  if (!(ask(1, 0).c & OSXSAVE)) return 0;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static bool has(unsigned word, unsigned bits) { return (word & bits) == bits; }

bool cpuid_has_avx2_fma(void) {
  enum { YMM = 0x6 };
  return has((unsigned)saved_state(), YMM) && has(ask(1, 0).c, bit_AVX | bit_FMA) && has(ask(7, 0).b, bit_AVX2);
}

bool cpuid_has_avx512(void) {
  enum { ZMM = 0xE6 };
  unsigned wanted = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  return has((unsigned)saved_state(), ZMM) && cpuid_has_avx2_fma() && has(ask(7, 0).b, wanted);
}

void cpuid_texts(char vendor[13], char brand[49]) {
  leaf v = ask(0, 0);
  unsigned words[3] = {v.b, v.d, v.c};
  memcpy(vendor, words, 12);
  vendor[12] = 0;
  memset(brand, 0, 49);
  for (unsigned i = 0; i < 3 && ask(0x80000000, 0).a >= 0x80000004; i++) {
    leaf b = ask(0x80000002 + i, 0);
    memcpy(brand + 16 * i, &b, 16);
  }
}

/* Intel's leaf 4 and AMD's 0x8000001D have the same layout. */
static unsigned cache_leaf(void) {
  char vendor[13], brand[49];
  cpuid_texts(vendor, brand);
  return strcmp(vendor, "AuthenticAMD") ? 4 : 0x8000001D;
}

bool cpuid_cache_at(unsigned i, cpuid_cache *out) {
  enum { INSTRUCTION = 2 };
  leaf r = ask(cache_leaf(), i);
  unsigned type = r.a & 31;
  if (!type || i > 15) return false;
  out->level = (int)(r.a >> 5 & 7);
  out->data = type != INSTRUCTION;
  out->line = (r.b & 0xFFF) + 1;
  int64_t partitions = (r.b >> 12 & 0x3FF) + 1, ways = (r.b >> 22) + 1, sets = (int64_t)r.c + 1;
  out->bytes = ways * partitions * out->line * sets;
  out->threads = (r.a >> 14 & 0xFFF) + 1;
  return true;
}

#else

bool cpuid_has_avx2_fma(void) { return false; }
bool cpuid_has_avx512(void) { return false; }

void cpuid_texts(char vendor[13], char brand[49]) { *vendor = *brand = 0; }

bool cpuid_cache_at(unsigned i, cpuid_cache *out) {
  (void)i;
  memset(out, 0, sizeof *out);
  return false;
}

#endif
