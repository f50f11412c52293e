/* Artifacts as files. */
#include "artifact_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"

int artifact_write(const char *path, const kp_artifact *a) {
  FILE *f = fopen(path, "we"); /* the folder is the tuner's own */
  if (!f) return tuner_fail(TUNER_EENV, "%s: %s", path, strerror(errno));
  size_t written = fwrite(a->data, 1, a->size, f);
  int closed = fclose(f);
  if (written == a->size && !closed) return TUNER_OK;
  return tuner_fail(TUNER_EENV, "%s: cannot be written: %s", path, strerror(errno));
}

static int read_all(kp_artifact *out, FILE *f, const char *path) {
  struct stat st;
  if (fstat(fileno(f), &st)) return tuner_fail(TUNER_EENV, "%s: %s", path, strerror(errno));
  *out = (kp_artifact){malloc((size_t)st.st_size + 1), (size_t)st.st_size};
  if (!out->data) return tuner_nomem();
  if (fread(out->data, 1, out->size, f) == out->size) return TUNER_OK;
  free(out->data);
  *out = (kp_artifact){NULL, 0};
  return tuner_fail(TUNER_EENV, "%s: cannot be read", path);
}

int artifact_read(kp_artifact *out, const char *path) {
  FILE *f = fopen(path, "re");
  *out = (kp_artifact){NULL, 0};
  if (!f) return tuner_fail(TUNER_EENV, "%s: %s", path, strerror(errno));
  int code = read_all(out, f, path);
  fclose(f);
  return code;
}
