/* The processor this process runs on: brand, vector set, caches, usable cores. */
#include "cpu.h"

#include <ctype.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

static void brand(char *out, size_t size) {
  unsigned words[12] = {0};
  for (unsigned i = 0; i < 3; i++) {
    unsigned *w = words + 4 * i;
    if (!__get_cpuid(0x80000002u + i, w, w + 1, w + 2, w + 3)) break;
  }
  char text[sizeof words + 1] = {0};
  memcpy(text, words, sizeof words);
  char *start = text, *end;
  while (isspace((unsigned char)*start)) start++;
  for (end = start + strlen(start); end > start && isspace((unsigned char)end[-1]); end--) {}
  snprintf(out, size, "%.*s", (int)(end - start), start);
}

static void vectors(cpu_device *d) {
  __builtin_cpu_init();
  const int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  snprintf(d->architecture, sizeof d->architecture, "%s",
           avx512 ? "x86-64-avx512" : avx2 ? "x86-64-avx2" : "x86-64");
  d->vector_bytes = avx512 ? 64 : avx2 ? 32 : 16;
  d->vector_registers = avx512 ? 32 : 16;
}
#else
static void brand(char *out, size_t size) {
  struct utsname u;
  snprintf(out, size, "%s", uname(&u) ? "unknown processor" : u.machine);
}

static void vectors(cpu_device *d) {
  brand(d->architecture, sizeof d->architecture);
  d->vector_bytes = 16; /* the portable kernels' own vectors */
  d->vector_registers = 16;
}
#endif

static int64_t usable_cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? online : 1;
}

static int read_text(char *out, size_t size, int index, const char *what) {
  char path[128];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, what);
  FILE *f = fopen(path, "re");
  if (!f) return 0;
  const int ok = fgets(out, (int)size, f) != NULL;
  fclose(f);
  return ok;
}

/* Bytes of cpu0's data cache of a level; `otherwise` where the system hides it. */
static int64_t cache_bytes(int level, int64_t otherwise) {
  for (int index = 0; index < 8; index++) {
    char depth[16], type[32], text[32];
    long long size;
    char unit = 0;
    if (!read_text(depth, sizeof depth, index, "level") || !read_text(type, sizeof type, index, "type") ||
        !read_text(text, sizeof text, index, "size"))
      continue;
    if (depth[0] != '0' + level || type[0] == 'I') continue;
    if (sscanf(text, "%lld%c", &size, &unit) < 1) continue;
    return unit == 'K' ? size << 10 : unit == 'M' ? size << 20 : size;
  }
  return otherwise;
}

int cpu_identify(cpu_device *out, char *why) {
  memset(out, 0, sizeof *out);
  brand(out->name, sizeof out->name);
  if (!out->name[0]) snprintf(out->name, sizeof out->name, "unknown processor");
  vectors(out);
  out->cores = usable_cores();
  out->l1d_bytes = cache_bytes(1, 32 << 10);
  out->l2_bytes = cache_bytes(2, 256 << 10);
  why[0] = 0;
  return 0;
}
