/* One reader against any bytes; DIALECT is set by the build.  A refusal must
 * say where; a model that is read must stand being looked at. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constrint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "fuzz:LINE:COLUMN: ..." */
static int has_place(const char *message) {
  int line, column;
  char colon;
  return sscanf(message, "fuzz:%d:%d%c", &line, &column, &colon) == 3 && colon == ':' && line > 0 && column > 0;
}

static void refused(int code) {
  if (code == CI_ENOMEM || has_place(ci_error())) return;
  fprintf(stderr, "no place in the message: %s\n", ci_error());
  abort();
}

static void look_at(const ci_model *m) {
  size_t length = 0;
  for (size_t v = 0; v < ci_model_vars(m); v++) {
    length += strlen(ci_model_var_name(m, v));
    if (ci_model_find(m, ci_model_var_name(m, v)) != (int)v) abort();
  }
  for (size_t c = 0; c < ci_model_constraints(m); c++) {
    ci_place place = ci_model_constraint_place(m, c);
    length += strlen(ci_model_constraint_name(m, c));
    if (place.line < 1 || place.column < 1) abort();
  }
  if (length == SIZE_MAX) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ci_let lets[] = {{"hw.cores", 8}, {"n", 4}};
  ci_model *m;
  int rc = ci_read(&m, DIALECT, (const char *)data, size, "fuzz", lets, 2);
  if (rc < 0) refused(rc);
  else {
    look_at(m);
    ci_model_free(m);
  }
  return 0;
}
