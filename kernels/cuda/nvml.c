/* See nvml.h. */
#include "nvml.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct nvml_device *handle;

struct gpu_monitor {
  void *library;
  handle device;
  int (*init)(void);
  int (*shutdown)(void);
  int (*by_bus)(const char *, handle *);
  int (*driver)(char *, unsigned);
  int (*clock)(handle, int, unsigned *);
  int (*most_clock)(handle, int, unsigned *);
  int (*temperature)(handle, int, unsigned *);
  int (*power)(handle, unsigned *);
  int (*power_limit)(handle, unsigned *);
};

static const struct { const char *symbol; size_t at; } symbols[] = {
    {"nvmlInit_v2", offsetof(gpu_monitor, init)},
    {"nvmlShutdown", offsetof(gpu_monitor, shutdown)},
    {"nvmlDeviceGetHandleByPciBusId_v2", offsetof(gpu_monitor, by_bus)},
    {"nvmlSystemGetDriverVersion", offsetof(gpu_monitor, driver)},
    {"nvmlDeviceGetClockInfo", offsetof(gpu_monitor, clock)},
    {"nvmlDeviceGetMaxClockInfo", offsetof(gpu_monitor, most_clock)},
    {"nvmlDeviceGetTemperature", offsetof(gpu_monitor, temperature)},
    {"nvmlDeviceGetPowerUsage", offsetof(gpu_monitor, power)},
    {"nvmlDeviceGetEnforcedPowerLimit", offsetof(gpu_monitor, power_limit)}};

enum { CLOCK_SM = 1, CLOCK_MEMORY = 2, ON_THE_CHIP = 0 };

static int find(gpu_monitor *m) {
  m->library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  for (size_t i = 0; m->library && i < sizeof symbols / sizeof *symbols; i++) {
    void *f = dlsym(m->library, symbols[i].symbol);
    if (!f) return 0;
    memcpy((char *)m + symbols[i].at, &f, sizeof f);
  }
  return m->library != NULL;
}

gpu_monitor *gpu_monitor_open(const gpu_device *d) {
  gpu_monitor *m = calloc(1, sizeof *m);
  char bus[32];
  if (!m) return NULL;
  snprintf(bus, sizeof bus, "%08x:%02x:%02x.0", (unsigned)gpu_attribute(d, CU_PCI_DOMAIN), (unsigned)gpu_attribute(d, CU_PCI_BUS),
           (unsigned)gpu_attribute(d, CU_PCI_DEVICE));
  int up = find(m) && !m->init();
  if (up && !m->by_bus(bus, &m->device)) return m;
  if (up) m->shutdown();
  if (m->library) dlclose(m->library);
  free(m);
  return NULL;
}

void gpu_monitor_close(gpu_monitor *m) {
  if (!m) return;
  m->shutdown();
  dlclose(m->library);
  free(m);
}

gpu_state gpu_monitor_read(const gpu_monitor *m) {
  unsigned sm = 0, memory = 0, celsius = 0, power = 0;
  if (m) {
    if (m->clock(m->device, CLOCK_SM, &sm)) sm = 0;
    if (m->clock(m->device, CLOCK_MEMORY, &memory)) memory = 0;
    if (m->temperature(m->device, ON_THE_CHIP, &celsius)) celsius = 0;
    if (m->power(m->device, &power)) power = 0;
  }
  return (gpu_state){(int)sm, (int)memory, (int)celsius, (int)power};
}

gpu_limits gpu_monitor_limits(const gpu_monitor *m) {
  gpu_limits l = {0};
  unsigned sm = 0, memory = 0, power = 0;
  if (!m) return l;
  if (m->driver(l.driver, sizeof l.driver)) l.driver[0] = 0;
  if (!m->most_clock(m->device, CLOCK_SM, &sm)) l.sm_mhz = (int)sm;
  if (!m->most_clock(m->device, CLOCK_MEMORY, &memory)) l.memory_mhz = (int)memory;
  if (!m->power_limit(m->device, &power)) l.milliwatts = (int)power;
  return l;
}
