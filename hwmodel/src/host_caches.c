/* Cache sizes and sharing: from sysfs, or else from cpuid. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "cpuid_leaf.h"

/* "48K", "2048K", "260M". */
static int64_t sysfs_size(const char *text) {
  char *end;
  long long n = strtoll(text, &end, 10);
  if (*end == 'K') return n * 1024;
  return *end == 'M' ? n * 1024 * 1024 : n;
}

static int sysfs_line(char *text, size_t size, host_root root, int cpu, int index, const char *file) {
  return host_read_line(text, size, root, "/sys/devices/system/cpu/cpu%d/cache/index%d/%s", cpu, index, file);
}

static int64_t sysfs_number(host_root root, int cpu, int index, const char *file) {
  char text[64];
  return sysfs_line(text, sizeof text, root, cpu, index, file) ? 0 : atoll(text);
}

static void sysfs_index(host_caches *out, host_root root, int cpu, int index) {
  char text[256];
  int64_t level = sysfs_number(root, cpu, index, "level");
  if (level < 1 || level > 3) return;
  if (sysfs_line(text, sizeof text, root, cpu, index, "type") || !strcmp(text, "Instruction")) return;
  if (sysfs_line(text, sizeof text, root, cpu, index, "size")) return;
  host_cache *c = &out->level[level];
  c->bytes = sysfs_size(text);
  c->line = sysfs_number(root, cpu, index, "coherency_line_size");
  if (!sysfs_line(text, sizeof text, root, cpu, index, "shared_cpu_list"))
    c->threads = host_each_in_list(text, NULL, NULL);
}

static void from_cpuid(host_caches *out) {
  cpuid_cache c;
  for (unsigned i = 0; cpuid_cache_at(i, &c); i++)
    if (c.data && c.level >= 1 && c.level <= 3)
      out->level[c.level] = (host_cache){c.bytes, c.line, c.threads};
}

void host_read_caches(host_caches *out, host_root root, int cpu) {
  *out = (host_caches){.source = "probed: sysfs cache"};
  for (int index = 0; index < 8; index++) sysfs_index(out, root, cpu, index);
  if (out->level[1].bytes) return;
  *out = (host_caches){.source = "probed: cpuid cache leaf"};
  from_cpuid(out);
}
