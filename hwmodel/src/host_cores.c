/* Which cores this process may use: affinity first, then the cgroups' quotas. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

/* ---- cgroups ---- */

/* "200000 100000" (or "max 100000") as thousandths of a core; 0: no limit. */
static int64_t millicores(long long quota, long long period) {
  return quota > 0 && period > 0 ? (int64_t)(quota * 1000 / period) : 0;
}

static int64_t tighter(int64_t a, int64_t b) {
  if (!a || !b) return a ? a : b;
  return a < b ? a : b;
}

static int64_t quota_v2(host_root root, const char *group) {
  char text[128];
  long long quota, period;
  if (host_read_line(text, sizeof text, root, "/sys/fs/cgroup%s/cpu.max", group)) return 0;
  return sscanf(text, "%lld %lld", &quota, &period) == 2 ? millicores(quota, period) : 0;
}

static int64_t quota_v1(host_root root, const char *group) {
  char quota[64], period[64];
  if (host_read_line(quota, sizeof quota, root, "/sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", group)) return 0;
  if (host_read_line(period, sizeof period, root, "/sys/fs/cgroup/cpu%s/cpu.cfs_period_us", group)) return 0;
  return millicores(atoll(quota), atoll(period));
}

static int64_t bytes_in(host_root root, const char *before, const char *group, const char *file) {
  char text[64];
  if (host_read_line(text, sizeof text, root, "%s%s/%s", before, group, file)) return 0;
  long long n = atoll(text); /* "max" is 0 */
  return n > 0 ? n : 0;
}

static int64_t memory_v2(host_root root, const char *group) {
  return bytes_in(root, "/sys/fs/cgroup", group, "memory.max");
}

static int64_t memory_v1(host_root root, const char *group) {
  return bytes_in(root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
}

/* The tightest limit of a group and of all above it: each may set one. */
static int64_t walk_up(host_root root, char *group, int64_t (*limit)(host_root, const char *)) {
  int64_t least = 0;
  for (;;) {
    if (!strcmp(group, "/")) *group = 0;
    least = tighter(least, limit(root, group));
    char *slash = strrchr(group, '/');
    if (!slash) return least;
    *slash = 0;
  }
}

/* One line of /proc/self/cgroup, "0::/a/b" or "4:cpu,cpuacct:/a/b". */
static int64_t line_limit(host_root root, char *line, const char *controller,
                          int64_t (*v1)(host_root, const char *), int64_t (*v2)(host_root, const char *)) {
  char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;
  if (!group) return 0;
  *group++ = 0;
  group[strcspn(group, "\n")] = 0;
  if (!names[1]) return walk_up(root, group, v2);
  for (char *save, *n = strtok_r(names + 1, ",", &save); n; n = strtok_r(NULL, ",", &save))
    if (!strcmp(n, controller)) return walk_up(root, group, v1);
  return 0;
}

static int64_t cgroup_limit(host_root root, const char *controller,
                            int64_t (*v1)(host_root, const char *), int64_t (*v2)(host_root, const char *)) {
  char path[1024], line[1024];
  snprintf(path, sizeof path, "%s/proc/self/cgroup", root.path);
  FILE *f = fopen(path, "r");
  int64_t least = 0;
  if (!f) return 0;
  while (fgets(line, sizeof line, f)) least = tighter(least, line_limit(root, line, controller, v1, v2));
  fclose(f);
  return least;
}

int64_t host_cgroup_millicores(host_root root) { return cgroup_limit(root, "cpu", quota_v1, quota_v2); }

static int64_t memory_total(host_root root) {
  char path[1024], line[256];
  long long kib = 0;
  snprintf(path, sizeof path, "%s/proc/meminfo", root.path);
  FILE *f = fopen(path, "r");
  if (!f) return 0;
  while (fgets(line, sizeof line, f))
    if (sscanf(line, "MemTotal: %lld", &kib) == 1) break;
  fclose(f);
  return kib * 1024;
}

int64_t host_memory(host_root root) {
  return tighter(memory_total(root), cgroup_limit(root, "memory", memory_v1, memory_v2));
}

/* ---- cores ---- */

typedef struct first_allowed {
  const cpu_set_t *allowed;
  size_t bytes;
  int cpu; /* the lowest allowed CPU of the list; -1: none */
} first_allowed;

static void note_lowest(void *data, int cpu) {
  first_allowed *f = data;
  if (f->cpu < 0 && CPU_ISSET_S((size_t)cpu, f->bytes, f->allowed)) f->cpu = cpu;
}

/* Is this the lowest allowed thread of its core? */
static int leads_core(host_root root, int cpu, const cpu_set_t *allowed, size_t bytes, int64_t *threads) {
  char list[256];
  *threads = 1;
  if (host_read_line(list, sizeof list, root, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu))
    return 1;
  first_allowed first = {allowed, bytes, -1};
  *threads = host_each_in_list(list, note_lowest, &first);
  return first.cpu == cpu || first.cpu < 0;
}

static void apply_quota(host_cores *c, int64_t millis) {
  int64_t whole = millis / 1000 > 0 ? millis / 1000 : 1;
  if (!millis || whole >= c->cores) return;
  c->limited = c->cores;
  c->cores = whole;
}

void host_read_cores(host_cores *out, host_root root, const cpu_set_t *allowed, size_t allowed_bytes) {
  out->cores = out->limited = 0;
  out->smt = 1;
  for (int cpu = 0; cpu < HOST_MAX_CPUS && (size_t)cpu < 8 * allowed_bytes; cpu++) {
    int64_t threads;
    if (!CPU_ISSET_S((size_t)cpu, allowed_bytes, allowed)) continue;
    if (!leads_core(root, cpu, allowed, allowed_bytes, &threads)) continue;
    if (threads > out->smt) out->smt = threads;
    out->cpu[out->cores++] = cpu;
  }
  apply_quota(out, host_cgroup_millicores(root));
}
