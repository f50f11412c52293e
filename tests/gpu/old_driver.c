/* A driver that lacks a function is refused by the function's name. */
#include "driver.h"
#include "flashrnn_cuda.h"
#include "test.h"

static void a_missing_symbol_is_named(void) {
  flashrnn_cuda *f;
  CHECK(flashrnn_cuda_open(&f, "") == FLASHRNN_EDEVICE && !f);
  CHECKF(strstr(flashrnn_error(), "lacks cuOccupancyMaxActiveClusters; install"), "%s", flashrnn_error());
}

static const struct test_case cases[] = {{"a missing symbol is named", a_missing_symbol_is_named}, {NULL, NULL}};
TEST_MAIN(cases)
