/* Any bytes as a spec, as far as the space it describes. */
#include <stdint.h>
#include "toy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct space_limits limits = {.ranked = 200, .memory_bytes = 8 << 20, .seconds = 0.2};
  struct spec *spec = NULL;
  struct space *space = NULL;
  toy_space(&space, &spec, (const char *)data, size, &limits);
  space_close(space);
  spec_free(spec);
  return 0;
}
