/* Fuzzing files of saved spaces: refused, or asked everything. */
#include <stdlib.h>

#include "space_ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (ask_block(data, size) < 0) abort();
  return 0;
}
