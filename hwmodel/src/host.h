/* What the system tells about this machine's processor, without measuring.
 * A figure of 0 was not told. */
#ifndef HW_HOST_H
#define HW_HOST_H

#define HOST_MAX_CPUS 4096

#include <sched.h>
#include <stdint.h>

/* Where the system's files are: "" on a real machine, a folder in tests. */
typedef struct host_root {
  const char *path;
} host_root;

typedef struct host_cores {
  int64_t cores;   /* physical, that this process may use */
  int64_t smt;     /* hardware threads a core */
  int64_t limited; /* cores before a cgroup's quota; 0 if there is no quota */
  int cpu[HOST_MAX_CPUS]; /* one logical CPU of each of the cores, in order */
} host_cores;
/* allowed: the process's affinity. */
void host_read_cores(host_cores *out, host_root root, const cpu_set_t *allowed, size_t allowed_bytes);
/* The CPU time that cgroups allow, in thousandths of a core; 0: no limit. */
int64_t host_cgroup_millicores(host_root root);
/* Main memory that this process may use. */
int64_t host_memory(host_root root);

typedef struct host_cache {
  int64_t bytes, line, threads; /* threads: logical CPUs that share it */
} host_cache;
typedef struct host_caches {
  host_cache level[4];  /* 1 to 3: data or unified */
  const char *source;   /* "probed: sysfs" or "probed: cpuid" */
} host_caches;
void host_read_caches(host_caches *out, host_root root, int cpu);

typedef struct host_isa {
  const char *architecture; /* "x86-64-avx512" */
  const char *source;
  int64_t vector_bytes, vector_registers;
} host_isa;
const host_isa *host_read_isa(void);

enum { HOST_TEXT = 128 };
void host_read_name(char name[HOST_TEXT], char vendor[HOST_TEXT], host_root root);
/* The highest clock told, and where; 0 if none. */
int64_t host_clock(host_root root, int cpu, const char **source);

/* ---- Reading the system's small files ---- */
/* The first line of root/format..., without its end; 0 or -1. */
int host_read_line(char *text, size_t size, host_root root, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* How many CPUs a list such as "0-3,8" names; fn may be NULL. */
int64_t host_each_in_list(const char *list, void (*fn)(void *data, int cpu), void *data);

#endif
