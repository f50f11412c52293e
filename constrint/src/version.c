/* The version that the build states. */
#include "constrint.h"

const char *ci_version(void) { return CONSTRINT_VERSION; }
