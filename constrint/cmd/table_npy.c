/* NumPy's .npy, version 1.0, 2.0 (a long heading) or 3.0 (beyond ASCII): one structured row a
 * configuration, a field of 64 bits a variable, labelled values by their number.
 * The count in the heading is filled in at the end. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "table_parts.h"

enum { ALIGN = 64 };

static void put_name(FILE *to, const char *name) {
  putc('\'', to);
  for (; *name; name++) {
    if (strchr("'\\", *name)) putc('\\', to);
    putc(*name, to);
  }
  putc('\'', to);
}

/* The dictionary; the count takes the same room whatever it is. */
static char *dictionary(const struct table *t, size_t *len) {
  static const uint16_t one = 1;
  char order = *(const char *)&one ? '<' : '>', *text = NULL, count[32];
  FILE *to = open_memstream(&text, len);
  if (!to) return NULL;
  fputs("{'descr': [", to);
  for (size_t v = 0; v < t->heads->n; v++) {
    putc('(', to);
    put_name(to, t->heads->at[v].name);
    fprintf(to, ", '%ci8'), ", order);
  }
  snprintf(count, sizeof count, "%" PRIu64 ",), }", t->written);
  fprintf(to, "], 'fortran_order': False, 'shape': (%-30s", count);
  if (!fclose(to)) return text;
  free(text);
  return NULL;
}

static bool is_ascii(const char *text) {
  while (*text && !(*text & 0x80)) text++;
  return !*text;
}

static int put_heading(struct table *t) {
  size_t len;
  char *text = dictionary(t, &len);
  if (!text) return CI_ENOMEM;
  int version = !is_ascii(text) ? 3 : len + ALIGN > UINT16_MAX ? 2 : 1, wide = version > 1;
  size_t head = wide ? 12 : 10, total = (head + len + 1 + ALIGN - 1) / ALIGN * ALIGN, rest = total - head;
  fwrite("\x93NUMPY", 1, 6, t->to);
  putc(version, t->to);
  putc(0, t->to);
  for (int i = 0; i < (wide ? 4 : 2); i++) putc((int)(rest >> 8 * i & 255), t->to);
  fprintf(t->to, "%-*s\n", (int)(rest - 1), text);
  free(text);
  return ferror(t->to) ? CI_EIO : CI_OK;
}

static int begin_npy(struct table *t) {
  t->longest = t->heads->n * sizeof(int64_t);
  return put_heading(t);
}

static int npy_rows(struct table *t, const int64_t *const *columns, size_t stride, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (t->room - t->used < t->longest) {
      int rc = table_flush(t);
      if (rc < 0) return rc;
    }
    char *to = t->buffer + t->used;
    for (size_t v = 0; v < t->heads->n; v++) to = mempcpy(to, &columns[v][i * stride], sizeof(int64_t));
    t->used += t->longest;
  }
  return CI_OK;
}

static int end_npy(struct table *t) {
  if (fflush(t->to) || fseek(t->to, 0, SEEK_SET)) return CI_EIO;
  int rc = put_heading(t);
  return rc < 0 ? rc : fflush(t->to) ? CI_EIO : CI_OK;
}

const struct table_format table_npy = {false, begin_npy, npy_rows, end_npy};
