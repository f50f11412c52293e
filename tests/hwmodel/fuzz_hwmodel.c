/* Any bytes as a hardware model: refused with a place, or written and read
 * back equal. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hwmodel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fact) {
  if (!fact) abort();
}

static void compare(const hw_model *a, const hw_model *b) {
  must(!strcmp(hw_name(a), hw_name(b)) && hw_count(a) == hw_count(b));
  for (size_t i = 0; i < hw_count(a); i++) {
    const hw_figure *f = hw_at(a, i), *g = hw_at(b, i);
    must(!strcmp(f->key, g->key) && f->value == g->value && !strcmp(f->source, g->source));
  }
}

static void round_trip(const hw_model *m) {
  char *text = NULL;
  size_t length = 0;
  FILE *to = open_memstream(&text, &length);
  must(to && hw_write(m, to) == HW_OK);
  fclose(to);
  hw_model *again;
  must(hw_parse(&again, text, length, "again") == HW_OK);
  compare(m, again);
  hw_free(again);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  hw_model *m;
  if (hw_parse(&m, (const char *)data, size, "fuzz")) {
    must(!m && !strncmp(hw_error(), "fuzz:", 5));
    return 0;
  }
  round_trip(m);
  hw_free(m);
  return 0;
}
