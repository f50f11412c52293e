/* A form as one block of bytes: what lies in memory is what lies in a file.
 *
 * A header, a record a variable and a part, and the arrays that they point to
 * by offsets from the block's start, each aligned to 8 bytes.  Numbers are in
 * the byte order of the machine; the header tells which. */
#ifndef CI_IMAGE_H
#define CI_IMAGE_H

#include "diagram.h"

#define IMAGE_MAGIC "CISPACE\n"
enum { IMAGE_VERSION = 1, IMAGE_ORDER = 0x01020304, IMAGE_ALIGN = 8 };

struct image_header {
  char magic[8];
  uint32_t order, version;
  uint64_t bytes;    /* of the whole block */
  uint64_t checksum; /* of the whole block, this field taken as 0 */
  uint32_t nvars, nparts, empty, limbs;
  uint64_t vars, parts, sequence, total; /* offsets; sequence: the order of the variables */
};

struct image_var {
  uint64_t name;   /* offset of a text that ends in 0 */
  uint64_t values; /* offset of n int64 */
  uint64_t labels; /* offset of n offsets of texts; 0: none */
  uint64_t sorted; /* offset of n uint32; 0: values ascend */
  uint64_t listed; /* offset of nlisted int64; 0: lo, lo + step, ... */
  uint64_t nlisted;
  int64_t lo, step;
  uint32_t n;
  int32_t part;
  uint32_t level, unused;
};

struct image_part {
  uint32_t levels, nodes, edges, limbs;
  uint64_t var, first, edge, value, child, count, before; /* offsets */
};

/* A ci_space that reads a block, which must be well-formed (image_check); NULL: no memory. */
ci_space *image_attach(void *block, size_t bytes);
uint64_t image_checksum(const void *block, size_t bytes);
/* Is the block well-formed in every detail that the questions rely on? CI_OK or CI_ESYNTAX. */
int image_check(const void *block, size_t bytes, const char *name);

#endif
