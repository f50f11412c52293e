/* A measured hardware model, kept in the user's cache. */
#include "hwcache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "tunedb.h"

static int cache_folder(char *out, size_t size) {
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  int absolute = xdg && *xdg == '/';
  if (!absolute && !(home && *home == '/')) return 0;
  int n = absolute ? snprintf(out, size, "%s/constrint", xdg) : snprintf(out, size, "%s/.cache/constrint", home);
  return n > 0 && (size_t)n < size;
}

static int64_t figure(const hw_model *m, const char *key) {
  const hw_figure *f = hw_find(m, key);
  return f ? f->value : 0;
}

int hwcache_path(char **out, const hw_model *quick) {
  char folder[3800], text[512], hash[65];
  if (!cache_folder(folder, sizeof folder)) return tuner_fail(TUNER_EENV, "there is no folder for caches: set HOME or XDG_CACHE_HOME");
  snprintf(text, sizeof text, "%s|%s|%s|%lld", hw_kind(quick), hw_name(quick), hw_architecture(quick),
           (long long)figure(quick, "cores"));
  tdb_hash(text, strlen(text), hash);
  if (asprintf(out, "%s/hw-%s-%.16s.yaml", folder, hw_kind(quick), hash) < 0) return tuner_nomem();
  return TUNER_OK;
}

static int is_of(const hw_model *m, const hw_model *quick) {
  return !strcmp(hw_kind(m), hw_kind(quick)) && !strcmp(hw_name(m), hw_name(quick)) &&
         !strcmp(hw_architecture(m), hw_architecture(quick)) && figure(m, "cores") == figure(quick, "cores");
}

/* mkdir -p of a file's folder. */
static void make_folders(const char *path) {
  char part[4096];
  for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
    mkdir(part, 0700);
  }
}

/* Written beside it under a name of its own, then renamed: a reader sees all or nothing. */
static void store(const hw_model *m, const char *path) {
  char name[4096];
  if (snprintf(name, sizeof name, "%s.XXXXXX", path) >= (int)sizeof name) return;
  make_folders(path);
  int fd = mkstemp(name);
  FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (!to) {
    if (fd >= 0) close(fd), unlink(name);
    return;
  }
  int bad = hw_write(m, to) < 0 || fflush(to) || fsync(fd);
  if (fclose(to) || bad || rename(name, path)) unlink(name);
}

static int probe(hw_model **out, const char *kind, int quick) {
  return hw_probe(out, kind, quick) < 0 ? tuner_fail(TUNER_EENV, "probing this machine: %s", hw_error()) : TUNER_OK;
}

int hwcache_probe(hw_model **out, const char *kind, int *cached, char **path) {
  hw_model *quick, *found = NULL;
  int code = probe(&quick, kind, 1);
  *path = NULL;
  *cached = 0;
  if (code) return code;
  if (hwcache_path(path, quick)) *path = NULL;
  if (*path && hw_load(&found, *path) == HW_OK && is_of(found, quick)) {
    *cached = 1;
    *out = found;
  } else {
    hw_free(found);
    code = probe(out, kind, 0);
    if (!code && *path) store(*out, *path);
  }
  hw_free(quick);
  return code;
}
