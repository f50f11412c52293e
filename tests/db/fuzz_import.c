/* The reader of JSON lines: whatever it is fed, a message with its place. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../db/src/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const line_sink nowhere = {NULL, NULL, NULL};
  FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : fopen("/dev/null", "r");
  if (!in) return 0;
  int rc = lines_read(in, "input", &nowhere);
  fclose(in);
  if (rc && strncmp(tdb_error(), "input:", 6)) {
    fprintf(stderr, "no place in: %s\n", tdb_error());
    abort();
  }
  return 0;
}
