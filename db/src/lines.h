/* The exchange format: JSON lines.  docs/database.md describes it. */
#ifndef TDB_LINES_H
#define TDB_LINES_H

#include <stdio.h>
#include "record.h"

/* What a reader gets of a file.  Each returns TDB_OK or a code; NULL: only checked. */
typedef struct line_sink {
  int (*trial)(void *data, const record *r);
  int (*artifact)(void *data, const char *hash, const void *bytes, size_t size);
  void *data;
} line_sink;

/* Read and check every line; a message begins with "NAME:LINE: ". */
int lines_read(FILE *in, const char *name, const line_sink *sink);

int lines_write_header(FILE *out, int64_t trials);
int lines_write_trial(FILE *out, const record *r);
int lines_write_artifact(FILE *out, const char *hash, const void *bytes, size_t size);

#endif
