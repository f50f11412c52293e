/* CSV (RFC 4180) and JSON lines.  Everything but numbers is made once, quotes
 * and all; a row is copies of these pieces and digits between them. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "table_parts.h"

enum { DIGITS = 20 }; /* of an int64, with its sign */

/* ---- Pieces ---- */

static char *csv_field(const char *text) {
  size_t len = strlen(text);
  if (!strpbrk(text, ",\"\r\n")) return strdup(text);
  char *field = malloc(2 * len + 3), *to = field;
  if (!field) return NULL;
  *to++ = '"';
  for (; *text; *to++ = *text++)
    if (*text == '"') *to++ = '"';
  *to++ = '"';
  *to = 0;
  return field;
}

static char *json_text(const char *text) {
  json_t *string = json_string(text);
  char *quoted = json_dumps(string, JSON_ENCODE_ANY);
  json_decref(string);
  return quoted;
}

static char *piece(const struct table *t, const char *text) {
  return t->format->quoted_json ? json_text(text) : csv_field(text);
}

static bool make_labels(const struct table *t, struct column *c, const struct head *h) {
  c->longest = DIGITS;
  if (!h->nlabels) return true;
  c->labels = calloc(h->nlabels, sizeof *c->labels);
  c->label_lens = calloc(h->nlabels, sizeof *c->label_lens);
  if (!c->labels || !c->label_lens) return false;
  for (size_t i = 0; i < h->nlabels; i++) {
    c->labels[i] = piece(t, h->labels[i].text);
    if (!c->labels[i]) return false;
    c->label_lens[i] = strlen(c->labels[i]);
    if (c->label_lens[i] > c->longest) c->longest = c->label_lens[i];
  }
  return true;
}

static bool make_prefix(const struct table *t, struct column *c, size_t v) {
  if (!t->format->quoted_json) return (c->prefix = strdup(v ? "," : ""));
  char *name = piece(t, t->heads->at[v].name);
  if (!name || asprintf(&c->prefix, "%c%s:", v ? ',' : '{', name) < 0) c->prefix = NULL;
  free(name);
  return c->prefix;
}

static int make_columns(struct table *t) {
  t->columns = calloc(t->heads->n + 1, sizeof *t->columns);
  if (!t->columns) return CI_ENOMEM;
  t->longest = 3; /* "{}\n" of a model without variables */
  for (size_t v = 0; v < t->heads->n; v++) {
    struct column *c = &t->columns[v];
    if (!make_prefix(t, c, v) || !make_labels(t, c, &t->heads->at[v])) return CI_ENOMEM;
    c->prefix_len = strlen(c->prefix);
    t->longest += c->prefix_len + c->longest;
  }
  return CI_OK;
}

static int begin_csv(struct table *t) {
  int rc = make_columns(t);
  for (size_t v = 0; rc >= 0 && v < t->heads->n; v++) {
    char *name = csv_field(t->heads->at[v].name);
    if (!name) return CI_ENOMEM;
    if (v) putc(',', t->to);
    fputs(name, t->to);
    free(name);
  }
  if (rc >= 0) putc('\n', t->to);
  return rc < 0 ? rc : ferror(t->to) ? CI_EIO : CI_OK;
}

/* ---- Rows ---- */

static char *put_pair(char *end, unsigned pair) {
  static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
  return memcpy(end - 2, pairs + 2 * pair, 2);
}

static char *put_number(char *to, int64_t value) {
  char digits[DIGITS], *at = digits + DIGITS;
  uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
  if (value < 0) *to++ = '-';
  for (; rest >= 100; rest /= 100) at = put_pair(at, (unsigned)(rest % 100));
  if (rest >= 10) at = put_pair(at, (unsigned)rest);
  else *--at = (char)('0' + rest);
  size_t len = (size_t)(digits + DIGITS - at);
  memcpy(to, at, len);
  return to + len;
}

static char *put_value(char *to, const struct column *c, const struct head *h, int64_t value) {
  to = mempcpy(to, c->prefix, c->prefix_len);
  long label = h->nlabels ? heads_label(h, value) : -1;
  if (label < 0) return put_number(to, value);
  return mempcpy(to, c->labels[label], c->label_lens[label]);
}

static int text_rows(struct table *t, const int64_t *const *columns, size_t stride, size_t n) {
  const char *end = !t->format->quoted_json ? "\n" : t->heads->n ? "}\n" : "{}\n";
  for (size_t i = 0; i < n; i++) {
    if (t->room - t->used < t->longest) {
      int rc = table_flush(t);
      if (rc < 0) return rc;
    }
    char *to = t->buffer + t->used;
    for (size_t v = 0; v < t->heads->n; v++)
      to = put_value(to, &t->columns[v], &t->heads->at[v], columns[v][i * stride]);
    t->used = (size_t)(stpcpy(to, end) - t->buffer);
  }
  return CI_OK;
}

static int end_text(struct table *t) { return fflush(t->to) ? CI_EIO : CI_OK; }

const struct table_format table_csv = {false, begin_csv, text_rows, end_text};
const struct table_format table_jsonl = {true, make_columns, text_rows, end_text};
