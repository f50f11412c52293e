/* JSON files, by what they hold. */
#include "../error.h"
#include "json.h"
#include "reader.h"

typedef int read_json(js_doc *json, const scope *names);

static const struct { const char *key; read_json *read; } frames[] = {
  {"ConfigurationSpace", read_t1_json},
  {"configuration_space", read_t1_json}, /* an old BAT file */
  {"tune_params", read_kernel_tuner_json},
  {"results", read_t4_json},
};
enum { FRAMES = sizeof frames / sizeof *frames };

/* Whatever has no frame that is known is T1, whose reader then says what is missing. */
static int by_frame(js_doc *json, const scope *names) {
  for (int i = 0; i < FRAMES; i++)
    if (js_member(json, 0, frames[i].key)) return frames[i].read(json, names);
  return read_t1_json(json, names);
}

static int with_json(const source *s, const scope *names, read_json *read) {
  js_doc json;
  int rc = js_read(&json, s);
  if (rc >= 0) rc = read(&json, names);
  js_free(&json);
  return rc;
}

int read_json_any(const source *s, const scope *names) { return with_json(s, names, by_frame); }
int read_t1(const source *s, const scope *names) { return with_json(s, names, read_t1_json); }
int read_kernel_tuner(const source *s, const scope *names) { return with_json(s, names, read_kernel_tuner_json); }
int read_t4(const source *s, const scope *names) { return with_json(s, names, read_t4_json); }
