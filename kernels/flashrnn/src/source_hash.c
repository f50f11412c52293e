/* The digest of the sources this library was built from; made by the build. */
#include "cpu.h"
#include "source_hash.h"

const char *cpu_source_hash(void) { return SOURCE_HASH; }
