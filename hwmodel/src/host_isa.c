/* The vector instruction set that kernels are compiled for, and the name. */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpuid_leaf.h"
#include "host.h"

typedef struct isa_row {
  host_isa isa;
  bool (*present)(void);
} isa_row;

static bool always(void) { return true; }

/* The widest first. */
static const isa_row rows[] = {
#if defined(__x86_64__)
    {{"x86-64-avx512", "probed: cpuid, xgetbv (AVX-512 F, BW, DQ, VL)", 64, 32}, cpuid_has_avx512},
    {{"x86-64-avx2", "probed: cpuid, xgetbv (AVX2, FMA)", 32, 16}, cpuid_has_avx2_fma},
    {{"x86-64", "definition: x86-64 has SSE2", 16, 16}, always},
#elif defined(__aarch64__)
    {{"aarch64", "definition: AArch64 has Advanced SIMD", 16, 32}, always},
#elif defined(__riscv)
    {{"riscv", "definition: no vectors assumed", 0, 0}, always},
#elif defined(__powerpc64__)
    {{"ppc64", "definition: no vectors assumed", 0, 0}, always},
#else
    {{"unknown", "definition: no vectors assumed", 0, 0}, always},
#endif
};

const host_isa *host_read_isa(void) {
  const isa_row *r = rows;
  while (!r->present()) r++;
  return &r->isa;
}

/* ---- the name ---- */

/* "key : value" in /proc/cpuinfo. */
static int cpuinfo(char *value, size_t size, host_root root, const char *key) {
  char path[1024], line[512];
  snprintf(path, sizeof path, "%s/proc/cpuinfo", root.path);
  FILE *f = fopen(path, "r");
  int found = -1;
  if (!f) return -1;
  while (found && fgets(line, sizeof line, f)) {
    char *colon = strchr(line, ':');
    if (!colon || strncmp(line, key, strlen(key))) continue;
    line[strcspn(line, "\n")] = 0;
    snprintf(value, size, "%s", colon[1] == ' ' ? colon + 2 : colon + 1);
    found = 0;
  }
  fclose(f);
  return found;
}

/* Brand strings are padded with blanks, outside and inside. */
static void tidy(char *text) {
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (!isprint((unsigned char)*from)) continue;
    if (*from == ' ' && (to == text || to[-1] == ' ')) continue;
    *to++ = *from;
  }
  while (to > text && to[-1] == ' ') to--;
  *to = 0;
}

static const char *short_vendor(const char *id) {
  if (!strcmp(id, "GenuineIntel")) return "Intel";
  if (!strcmp(id, "AuthenticAMD")) return "AMD";
  return *id ? id : "unknown";
}

void host_read_name(char name[HOST_TEXT], char vendor[HOST_TEXT], host_root root) {
  char id[13], brand[49];
  cpuid_texts(id, brand);
  snprintf(name, HOST_TEXT, "%s", brand);
  tidy(name);
  if (!*name) cpuinfo(name, HOST_TEXT, root, "model name");
  if (!*name) host_read_line(name, HOST_TEXT, root, "/sys/firmware/devicetree/base/model");
  tidy(name);
  if (!*name) snprintf(name, HOST_TEXT, "%s processor", host_read_isa()->architecture);
  snprintf(vendor, HOST_TEXT, "%s", short_vendor(id));
}

int64_t host_clock(host_root root, int cpu, const char **source) {
  char text[64];
  *source = "probed: sysfs cpufreq, highest";
  if (!host_read_line(text, sizeof text, root, "/sys/devices/system/cpu/cpu%d/cpufreq/cpuinfo_max_freq", cpu))
    return atoll(text) * 1000;
  *source = "probed: /proc/cpuinfo, the clock at that moment";
  if (cpuinfo(text, sizeof text, root, "cpu MHz")) return 0;
  double mhz = atof(text);
  return mhz > 0 && mhz < 1e6 ? llround(mhz) * 1000000 : 0;
}
