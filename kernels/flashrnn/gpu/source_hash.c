#include "source_hash.h"
#include "gpu.h"

const char *fr_source_hash(void) { return SOURCE_HASH; }
