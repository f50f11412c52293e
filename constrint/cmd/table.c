/* What the formats of a table share. */
#include <stdlib.h>
#include "interrupt.h"
#include "table_parts.h"

enum { ROOM = 1 << 18 };

int table_flush(struct table *t) {
  size_t n = t->used;
  t->used = 0;
  if (n && fwrite(t->buffer, 1, n, t->to) != n) return CI_EIO;
  return interrupt_asked(NULL) ? CI_ECANCEL : CI_OK;
}

static int prepare(struct table *t) {
  t->lines = malloc((t->heads->n + 1) * sizeof *t->lines);
  int rc = t->lines ? t->format->begin(t) : CI_ENOMEM;
  if (rc < 0) return rc;
  t->room = ROOM + t->longest;
  t->buffer = malloc(t->room);
  return t->buffer ? CI_OK : CI_ENOMEM;
}

int table_open(struct table **out, enum format format, const struct heads *heads, FILE *to) {
  static const struct table_format *const formats[] = {
    [FORMAT_CSV] = &table_csv, [FORMAT_JSONL] = &table_jsonl, [FORMAT_NPY] = &table_npy,
  };
  struct table *t = calloc(1, sizeof *t);
  if (!t) return CI_ENOMEM;
  t->format = formats[format];
  t->heads = heads;
  t->to = to;
  int rc = prepare(t);
  if (rc < 0) table_free(t);
  else *out = t;
  return rc;
}

int table_rows(struct table *t, const int64_t *const *columns, size_t stride, size_t n) {
  t->written += n;
  return t->format->rows(t, columns, stride, n);
}

int table_lines(struct table *t, const int64_t *rows, size_t n) {
  for (size_t v = 0; v < t->heads->n; v++) t->lines[v] = rows + heads_place(t->heads, v);
  return table_rows(t, t->lines, t->heads->width, n);
}

int table_finish(struct table *t) {
  int rc = table_flush(t);
  return rc < 0 ? rc : t->format->end(t);
}

void table_free(struct table *t) {
  if (!t) return;
  for (size_t v = 0; t->columns && v < t->heads->n; v++) {
    struct column *c = &t->columns[v];
    for (size_t i = 0; c->labels && i < t->heads->at[v].nlabels; i++) free(c->labels[i]);
    free(c->labels);
    free(c->label_lens);
    free(c->prefix);
  }
  free(t->columns);
  free(t->lines);
  free(t->buffer);
  free(t);
}
