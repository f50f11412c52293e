/* Probing: one row a kind of device. */
#include "probe.h"

#include <stddef.h>
#include <string.h>

#include "error.h"

typedef struct probe_row {
  const char *device;
  int (*probe)(hw_model **out, const probe_request *request);
} probe_row;

static const probe_row rows[] = {{"cpu", probe_cpu}, {"cuda", probe_cuda}};

int hw_probe_watched(hw_model **out, const char *device, int quick, hw_progress_fn fn, void *data) {
  *out = NULL;
  probe_request request = {quick, fn, data};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!strcmp(rows[i].device, device)) return rows[i].probe(out, &request);
  return hw_fail(HW_EINVAL, "there is no kind of device '%s'; known: cpu, cuda", device);
}

int hw_probe(hw_model **out, const char *device, int quick) {
  return hw_probe_watched(out, device, quick, NULL, NULL);
}
