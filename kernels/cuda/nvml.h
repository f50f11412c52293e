/* NVIDIA's management library, found at run time: what a measurement should
 * have beside it.  Everything is best effort: what is not told is 0 or "". */
#ifndef GPU_NVML_H
#define GPU_NVML_H

#include "driver.h"

typedef struct gpu_monitor gpu_monitor;

typedef struct gpu_state {
  int sm_mhz, memory_mhz, celsius;
  int milliwatts;
} gpu_state;

typedef struct gpu_limits {
  char driver[80]; /* "580.159.04" */
  int sm_mhz, memory_mhz; /* the most */
  int milliwatts;
} gpu_limits;

/* NULL where there is no NVML. */
gpu_monitor *gpu_monitor_open(const gpu_device *d);
void gpu_monitor_close(gpu_monitor *m);
gpu_state gpu_monitor_read(const gpu_monitor *m);  /* m may be NULL */
gpu_limits gpu_monitor_limits(const gpu_monitor *m);

#endif
