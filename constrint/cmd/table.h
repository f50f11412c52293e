/* Rows of configurations as CSV, JSON lines or .npy: a format is a table of
 * functions. Text is put together in one large buffer, because a space has
 * millions of rows. */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stdint.h>
#include <stdio.h>
#include "heads.h"
#include "options.h"

struct table;

/* The file stays the caller's. Writes the heading. CI_OK or a CI_ code. */
int table_open(struct table **out, enum format format, const struct heads *heads, FILE *to);
/* n rows; variable v's i-th value is columns[v][i * stride]. CI_EIO: a write
 * failed; CI_ECANCEL: interrupted. */
int table_rows(struct table *t, const int64_t *const *columns, size_t stride, size_t n);
/* The same for n rows one after the other. */
int table_lines(struct table *t, const int64_t *rows, size_t n);
/* Writes what is left and ends the file. */
int table_finish(struct table *t);
void table_free(struct table *t); /* NULL is fine */

#endif
