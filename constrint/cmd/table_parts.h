/* The inside of a table, for its formats. */
#ifndef CMD_TABLE_PARTS_H
#define CMD_TABLE_PARTS_H

#include "table.h"

/* What stands before a value, and its labels as they are written. */
struct column { char *prefix; size_t prefix_len; char **labels; size_t *label_lens; size_t longest; };

struct table_format {
  bool quoted_json;    /* labels and names as JSON strings, not CSV fields */
  int (*begin)(struct table *t);
  int (*rows)(struct table *t, const int64_t *const *columns, size_t stride, size_t n);
  int (*end)(struct table *t);
};

struct table {
  const struct table_format *format;
  const struct heads *heads;
  FILE *to;
  char *buffer;
  size_t used, room, longest; /* of one row */
  struct column *columns;     /* of text formats */
  const int64_t **lines;      /* table_lines(): a pointer a variable */
  uint64_t written;           /* rows */
};

/* Empties the buffer. */
int table_flush(struct table *t);

extern const struct table_format table_csv, table_jsonl, table_npy;

#endif
