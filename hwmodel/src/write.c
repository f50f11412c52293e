/* Writes a hardware model as YAML that reads back equal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "model.h"

/* In double quotes: the one YAML style that can hold any text. */
static void write_quoted(FILE *to, const char *text) {
  fputc('"', to);
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') fprintf(to, "\\%c", c);
    else if (c < ' ' || c == 0x7F) fprintf(to, "\\x%02x", c);
    else fputc(c, to);
  }
  fputc('"', to);
}

static void write_line(FILE *to, const char *key, const char *text) {
  fprintf(to, "%s: ", key);
  write_quoted(to, text);
  fputc('\n', to);
}

static void write_figure(FILE *to, const hw_figure *f) {
  const schema_key *key = schema_find(f->key);
  if (schema_derived(key)) return;
  char value[UNIT_TEXT];
  unit_format(value, f->value, key->dimension);
  fprintf(to, "  %s: {value: %s, source: ", f->key, value);
  write_quoted(to, f->source);
  fputs("}\n", to);
}

int hw_write(const hw_model *m, FILE *to) {
  fputs("schema: 1\n", to);
  write_line(to, "name", hw_name(m));
  write_line(to, "vendor", hw_vendor(m));
  fprintf(to, "kind: %s\n", hw_kind(m));
  write_line(to, "architecture", hw_architecture(m));
  fputs("figures:\n", to);
  for (size_t i = 0; i < hw_count(m); i++) write_figure(to, hw_at(m, i));
  if (fflush(to) || ferror(to)) return hw_fail(HW_EIO, "cannot write the hardware model: %s", strerror(errno));
  return HW_OK;
}
