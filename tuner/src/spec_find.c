/* Finding the spec of a kernel by its name. */
#include "spec_find.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"

/* A file of that name must be what was asked for. */
static int check(const struct spec *s, const char *kernel, const char *device) {
  if (strcmp(s->kernel, kernel))
    return tuner_fail(TUNER_EINPUT, "%s is the spec of kernel %s, not of %s", s->path, s->kernel, kernel);
  if (strcmp(s->device, device))
    return tuner_fail(TUNER_EINPUT, "%s is for a device of kind %s, not %s", s->path, s->device, device);
  return TUNER_OK;
}

static int find_path(char **path, const struct search_path *in, const char *kernel, const char *device) {
  char *name;
  if (asprintf(&name, "%s-%s", kernel, device) < 0) return tuner_nomem();
  int code = search_file(path, in, "kernels", name, "yaml", "spec");
  free(name);
  return code == TUNER_ENOTFOUND ? search_file(path, in, "kernels", kernel, "yaml", "spec") : code;
}

int spec_find(struct spec **out, const struct search_path *in, const char *kernel, const char *device) {
  if (strchr(kernel, '/')) return spec_load(out, kernel);
  char *path;
  struct spec *s = NULL;
  int code = find_path(&path, in, kernel, device);
  if (code) return code;
  code = spec_load(&s, path);
  free(path);
  if (!code) code = check(s, kernel, device);
  if (code) spec_free(s);
  else *out = s;
  return code;
}
