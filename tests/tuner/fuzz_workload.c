/* Any bytes as a workload, as far as its problems. */
#include <stdint.h>
#include <stdlib.h>
#include "toy.h"
#include "workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char spec_text[] =
  "schema: 1\nkernel: toy\nversion: 1\nplugin: toy-cpu\ndevice: cpu\n"
  "problem:\n  kind: {labels: [square, wide]}\n  T: {range: 1..4, scaling: true}\n  N: {range: 8..64, step: 8}\n"
  "parameters:\n  tile: 1..2\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct spec *spec = NULL;
  struct workload *w = NULL;
  struct problem **problems;
  size_t n;
  if (spec_parse(&spec, spec_text, sizeof spec_text - 1, "toy.yaml")) abort();
  if (!workload_parse(&w, (const char *)data, size, "w.yaml") && !workload_problems(&problems, &n, w, spec)) {
    while (n--) problem_free(problems[n]);
    free(problems);
  }
  workload_free(w);
  spec_free(spec);
  return 0;
}
