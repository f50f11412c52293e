/* Where a table goes: standard output, or --output FILE, which is written
 * beside itself and appears when it is complete. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "load.h"
#include "table.h"

struct output {
  const struct options *options;
  FILE *to;
  char *partial; /* the file's name until it is complete; NULL: written as it stands */
  struct table *table;
};

/* CONTINUE, or an exit code. */
int output_open(struct output *out, struct session *s);
/* rc: how it went, a CI_ code. The exit code; a partial file is removed. */
int output_close(struct output *out, int rc);

#endif
