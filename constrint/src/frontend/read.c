/* ci_read and its kin: from a dialect's name to its reader. */
#include <string.h>
#include "../error.h"
#include "data.h"
#include "reader.h"
#include "warning.h"

static const struct reader readers[] = {
  {"native", read_native},
  {"flashrnn", read_flashrnn},
  {"flatzinc", read_flatzinc},
  {"json", read_json_any},
  {"t1", read_t1},
  {"bat", read_t1},
  {"kernel-tuner", read_kernel_tuner},
  {"t4", read_t4},
};
enum { READERS = sizeof readers / sizeof *readers };

const char *ci_dialect(size_t i) { return i < READERS ? readers[i].dialect : NULL; }

static const struct reader *find(const char *dialect) {
  for (int i = 0; i < READERS; i++)
    if (dialect && !strcmp(readers[i].dialect, dialect)) return &readers[i];
  return NULL;
}

static int misuse(const void *out, const char *text, size_t len, const ci_let *lets, size_t nlets) {
  if (!out || (!text && len) || (!lets && nlets)) return ci_fail(CI_EINVAL, "a NULL argument where one is needed");
  return CI_OK;
}

static int read_text(ci_model **out, const struct reader *r, const source *s, scope *names) {
  int rc = ci_builder_new(&names->builder);
  if (rc < 0) return rc;
  rc = r->read(s, names);
  if (rc >= 0) rc = ci_build(names->builder, out);
  ci_builder_free(names->builder);
  return rc < 0 ? rc : CI_OK;
}

int ci_read(ci_model **out, const char *dialect, const char *text, size_t len, const char *name, const ci_let *lets,
            size_t nlets) {
  warning_clear();
  const struct reader *r = find(dialect);
  if (!r)
    return ci_fail(CI_EINVAL, "no dialect '%s': there are native, flashrnn, flatzinc, json, t1, bat, kernel-tuner and t4",
                   dialect ? dialect : "(none)");
  int rc = misuse(out, text, len, lets, nlets);
  if (rc < 0) return rc;
  source s = {name, text ? text : "", len, 1, 0};
  scope names = {.lets = lets, .nlets = nlets};
  return read_text(out, r, &s, &names);
}

int ci_read_data(ci_model **out, const ci_text *model, const ci_text *data, const ci_let *lets, size_t nlets) {
  warning_clear();
  if (!model || !data || (!data->text && data->len)) return ci_fail(CI_EINVAL, "a NULL argument where one is needed");
  int rc = misuse(out, model->text, model->len, lets, nlets);
  if (rc < 0) return rc;
  struct data d;
  source s = {model->name, model->text ? model->text : "", model->len, 1, 0};
  scope names = {.lets = lets, .nlets = nlets, .data = &d};
  rc = data_open(&d, data->text ? data->text : "", data->len, data->name);
  if (rc >= 0) rc = read_text(out, find("native"), &s, &names);
  data_close(&d);
  return rc;
}

int ci_read_into(ci_builder *b, const char *text, size_t len, const char *name, int first_line, const ci_let *lets,
                 size_t nlets) {
  int rc = misuse(b, text, len, lets, nlets);
  if (rc < 0) return rc;
  source s = {name, text ? text : "", len, first_line, 0};
  scope names = {.builder = b, .lets = lets, .nlets = nlets};
  rc = read_native(&s, &names);
  return rc < 0 ? rc : CI_OK;
}

ci_expr ci_read_expr(ci_builder *b, const char *text, size_t len, const char *name, int first_line, const ci_let *lets,
                     size_t nlets) {
  int rc = misuse(b, text, len, lets, nlets);
  if (rc < 0) return rc;
  source s = {name, text ? text : "", len, first_line, 0};
  scope names = {.builder = b, .lets = lets, .nlets = nlets};
  return read_native_expression(&s, &names);
}
