/* Machine code that was compiled once, kept in the user's cache folder so that
 * no program compiles it again: what has no tuned record of its own (the default,
 * a near answer).  Best effort: without a folder it is compiled each time. */
#ifndef FLASHRNN_RUNTIME_CODE_H
#define FLASHRNN_RUNTIME_CODE_H

#include <stddef.h>

/* key: hex SHA-256 of all that decides the code.  1: found, whole, and written by us or root. */
int runtime_code_get(const char key[65], void **data, size_t *size); /* free */
void runtime_code_put(const char key[65], const void *data, size_t size);
/* What is there turned out not to run: forget it. */
void runtime_code_drop(const char key[65]);

#endif
