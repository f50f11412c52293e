/* A search order: "> a < b": a largest value first, then b smallest first. */
#ifndef CI_ORDER_H
#define CI_ORDER_H

#include "lexer.h"

/* Called for each entry; negative: an error code, which ends the reading. */
typedef int (*order_entry)(void *data, const source *s, const token *name, int largest_first);
/* Reads entries from the lexer until the end of its source. */
int order_read(lexer *l, order_entry each, void *data);

#endif
