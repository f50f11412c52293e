/* What the system tells, read from made-up machines: topologies, quotas of
 * cgroups, caches. */
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "test.h"

static char root_path[64];
static host_root root;

static void remove_tree(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", root_path);
  CHECK(system(command) == 0);
}

static void fresh_machine(void) {
  strcpy(root_path, "/tmp/constrint-host-XXXXXX");
  CHECK(mkdtemp(root_path));
  root.path = root_path;
}

static void put(const char *content, const char *format, ...) {
  char path[512];
  int n = snprintf(path, sizeof path, "%s", root_path);
  va_list args;
  va_start(args, format);
  vsnprintf(path + n, sizeof path - (size_t)n, format, args);
  va_end(args);
  for (char *p = path + n + 1; (p = strchr(p, '/')); *p++ = '/') {
    *p = 0;
    mkdir(path, 0700);
  }
  FILE *f = fopen(path, "w");
  CHECKF(f, "%s", path);
  fputs(content, f);
  fclose(f);
}

static host_cores cores; /* large: not on the stack */

static void read_cores(int first, int last) {
  static cpu_set_t set[HOST_MAX_CPUS / CPU_SETSIZE];
  memset(set, 0, sizeof set);
  for (int c = first; c <= last; c++) CPU_SET_S((size_t)c, sizeof set, set);
  host_read_cores(&cores, root, set, sizeof set);
}

/* Four cores of two threads each: CPU c and c + 4. */
static void hyperthreads(void) {
  for (int c = 0; c < 8; c++) {
    char list[16];
    snprintf(list, sizeof list, "%d,%d\n", c % 4, c % 4 + 4);
    put(list, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", c);
  }
}

static void threads_are_not_cores(void) {
  fresh_machine();
  hyperthreads();
  read_cores(0, 7);
  CHECK(cores.cores == 4 && cores.smt == 2 && cores.cpu[3] == 3 && !cores.limited);
  remove_tree();
}

static void affinity_is_respected(void) {
  fresh_machine();
  hyperthreads();
  read_cores(2, 4); /* CPU 2, 3 and the second thread of core 0 */
  CHECK(cores.cores == 3 && cores.cpu[0] == 2 && cores.cpu[2] == 4);
  read_cores(3, 3);
  CHECK(cores.cores == 1 && cores.cpu[0] == 3);
  remove_tree();
}

static void many_cpus(void) {
  fresh_machine();
  read_cores(1020, 1100);
  CHECK(cores.cores == 81 && cores.cpu[80] == 1100);
  remove_tree();
}

static void quota_of(const char *cgroup_file, const char *max_path, const char *max, int64_t expected) {
  fresh_machine();
  hyperthreads();
  put(cgroup_file, "/proc/self/cgroup");
  put(max, "%s", max_path);
  read_cores(0, 7);
  CHECKF(cores.cores == expected, "%s: %lld", max, (long long)cores.cores);
  remove_tree();
}

static void cgroup_quotas_are_respected(void) {
  quota_of("0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "200000 100000\n", 2);
  quota_of("0::/a/b\n", "/sys/fs/cgroup/a/cpu.max", "100000 100000\n", 1);
  quota_of("0::/\n", "/sys/fs/cgroup/cpu.max", "350000 100000\n", 3);
  quota_of("0::/\n", "/sys/fs/cgroup/cpu.max", "10000 100000\n", 1);
  quota_of("0::/\n", "/sys/fs/cgroup/cpu.max", "max 100000\n", 4);
  quota_of("0::/\n", "/sys/fs/cgroup/cpu.max", "rubbish\n", 4);
  quota_of("0::/a\n", "/sys/fs/cgroup/a/cpu.max", "900000 100000\n", 4);
}

static void the_tightest_quota_counts(void) {
  fresh_machine();
  put("0::/a/b\n", "/proc/self/cgroup");
  put("300000 100000\n", "/sys/fs/cgroup/a/b/cpu.max");
  put("200000 100000\n", "/sys/fs/cgroup/a/cpu.max");
  CHECK(host_cgroup_millicores(root) == 2000);
  remove_tree();
}

static void version_1_cgroups(void) {
  fresh_machine();
  put("5:cpuset:/x\n4:cpu,cpuacct:/job\n3:memory:/job\n", "/proc/self/cgroup");
  put("150000\n", "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us");
  put("100000\n", "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us");
  put("1048576\n", "/sys/fs/cgroup/memory/job/memory.limit_in_bytes");
  put("MemTotal:       4096 kB\n", "/proc/meminfo");
  CHECK(host_cgroup_millicores(root) == 1500);
  CHECK(host_memory(root) == 1048576);
  remove_tree();
}

static void memory_limits(void) {
  fresh_machine();
  put("MemFree: 1 kB\nMemTotal:       4096 kB\n", "/proc/meminfo");
  CHECK(host_memory(root) == 4096 * 1024);
  put("0::/\n", "/proc/self/cgroup");
  put("max\n", "/sys/fs/cgroup/memory.max");
  CHECK(host_memory(root) == 4096 * 1024);
  put("65536\n", "/sys/fs/cgroup/memory.max");
  CHECK(host_memory(root) == 65536);
  remove_tree();
}

static void cache_index(int index, const char *level, const char *type, const char *size, const char *shared) {
  const char *base = "/sys/devices/system/cpu/cpu0/cache/index";
  put(level, "%s%d/level", base, index);
  put(type, "%s%d/type", base, index);
  put(size, "%s%d/size", base, index);
  put("64\n", "%s%d/coherency_line_size", base, index);
  put(shared, "%s%d/shared_cpu_list", base, index);
}

static void caches_of_sysfs(void) {
  fresh_machine();
  cache_index(0, "1\n", "Data\n", "48K\n", "0,8\n");
  cache_index(1, "1\n", "Instruction\n", "32K\n", "0,8\n");
  cache_index(2, "2\n", "Unified\n", "2048K\n", "0,8\n");
  cache_index(3, "3\n", "Unified\n", "260M\n", "0-7,8-15\n");
  host_caches c;
  host_read_caches(&c, root, 0);
  CHECK(c.level[1].bytes == 48 << 10 && c.level[1].threads == 2 && c.level[1].line == 64);
  CHECK(c.level[2].bytes == 2 << 20 && c.level[3].bytes == 260 << 20 && c.level[3].threads == 16);
  CHECK(!strcmp(c.source, "probed: sysfs cache"));
  remove_tree();
}

static void without_sysfs_the_processor_is_asked(void) {
  fresh_machine();
  host_caches c;
  host_read_caches(&c, root, 0);
  CHECK(!strcmp(c.source, "probed: cpuid cache leaf"));
#if defined(__x86_64__)
  if (c.level[1].bytes) CHECK(c.level[1].bytes >= 8 << 10 && c.level[1].bytes <= 1 << 20);
#endif
  remove_tree();
}

static void nothing_told(void) {
  fresh_machine();
  const char *source;
  CHECK(host_memory(root) == 0 && host_cgroup_millicores(root) == 0);
  CHECK(host_clock(root, 0, &source) == 0);
  remove_tree();
}

static void clocks(void) {
  const char *source;
  fresh_machine();
  put("cpu MHz\t\t: 2299.998\n", "/proc/cpuinfo");
  CHECK(host_clock(root, 0, &source) == 2300000000);
  put("3900000\n", "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq");
  CHECK(host_clock(root, 0, &source) == 3900000000 && strstr(source, "cpufreq"));
  remove_tree();
}

static void lists(void) {
  CHECK(host_each_in_list("0", NULL, NULL) == 1);
  CHECK(host_each_in_list("0-3,8,10-11", NULL, NULL) == 7);
  CHECK(host_each_in_list("", NULL, NULL) == 0);
  CHECK(host_each_in_list("x", NULL, NULL) == 0);
  CHECK(host_each_in_list("0-999999999", NULL, NULL) == HOST_MAX_CPUS);
}

static const struct test_case cases[] = {
    {"threads are not cores", threads_are_not_cores},
    {"affinity is respected", affinity_is_respected},
    {"many cpus", many_cpus},
    {"cgroup quotas are respected", cgroup_quotas_are_respected},
    {"the tightest quota counts", the_tightest_quota_counts},
    {"version 1 cgroups", version_1_cgroups},
    {"memory limits", memory_limits},
    {"caches of sysfs", caches_of_sysfs},
    {"without sysfs the processor is asked", without_sysfs_the_processor_is_asked},
    {"nothing told", nothing_told},
    {"clocks", clocks},
    {"lists", lists},
    {NULL, NULL}};
TEST_MAIN(cases)
