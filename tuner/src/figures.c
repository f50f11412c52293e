/* Which hardware figure an expression needs and the device lacks. */
#include "figures.h"
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "names.h"

static int name_missing(const struct figures *f, const char *name, char **out) {
  const char *missing = NULL;
  if (!strncmp(name, "hw.", 3) && !hw_find(f->hw, name + 3)) missing = name + 3;
  for (size_t i = 0; !missing && i < f->ndefines; i++)
    if (!strcmp(f->spec->defines.at[i].name, name)) missing = f->missing[i];
  if (!missing) return TUNER_OK;
  *out = strdup(missing);
  return *out ? TUNER_OK : tuner_nomem();
}

int figures_missing(const struct figures *f, const char *text, char **out) {
  int code = TUNER_OK;
  size_t length;
  const char *name;
  *out = NULL;
  while (!code && !*out && (name = names_next(&text, &length))) {
    char *copied = strndup(name, length);
    code = copied ? name_missing(f, copied, out) : tuner_nomem();
    free(copied);
  }
  return code;
}

int figures_open(struct figures *f, const struct spec *s, const hw_model *hw) {
  *f = (struct figures){s, hw, calloc(s->defines.n + 1, sizeof *f->missing), 0};
  if (!f->missing) return tuner_nomem();
  while (f->ndefines < s->defines.n) {
    char *figure;
    int code = figures_missing(f, s->defines.at[f->ndefines].text, &figure);
    if (code) {
      figures_close(f);
      return code;
    }
    f->missing[f->ndefines++] = figure;
  }
  return TUNER_OK;
}

void figures_close(struct figures *f) {
  for (size_t i = 0; i < f->ndefines; i++) free(f->missing[i]);
  free(f->missing);
  *f = (struct figures){0};
}
