/* Ask a form everything, for its answers to be consistent: for forms of
 * doubtful origin (damaged files that passed, fuzzing). */
#ifndef SPACE_ASK_H
#define SPACE_ASK_H

#include <constrint_space.h>

/* NULL, or what does not hold. */
const char *ask_everything(const ci_space *s, uint64_t seed);
/* A block of bytes as a file of a space, its checksum made right: opened and
 * asked.  1: it was refused, 0: it answered consistently, -1: it did not. */
int ask_block(const void *bytes, size_t n);

#endif
