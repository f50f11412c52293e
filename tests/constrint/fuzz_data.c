/* A model and its data, with a line "%%" between them, against any bytes: a
 * refusal must say where in which of the two. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constrint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int has_place(const char *message, const char *name) {
  int line, column;
  char colon;
  size_t n = strlen(name);
  return !strncmp(message, name, n) && sscanf(message + n, ":%d:%d%c", &line, &column, &colon) == 3 && colon == ':' && line > 0 && column > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const char *text = (const char *)bytes, *cut = memmem(text, size, "\n%%\n", 4);
  size_t split = cut ? (size_t)(cut - text) : size, behind = cut ? split + 4 : size;
  ci_text model = {text, split, "model"}, data = {text + behind, size - behind, "data"};
  ci_model *m;
  int rc = ci_read_data(&m, &model, &data, NULL, 0);
  if (rc == CI_OK) ci_model_free(m);
  else if (rc != CI_ENOMEM && !has_place(ci_error(), "model") && !has_place(ci_error(), "data")) {
    fprintf(stderr, "no place in the message: %s\n", ci_error());
    abort();
  }
  return 0;
}
