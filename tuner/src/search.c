/* Where specs and plug-ins are looked for. */
#include "search.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fail.h"

static int add(struct search_path *p, const char *dir, size_t length) {
  char **grown = realloc(p->dirs, (p->n + 1) * sizeof *grown);
  if (!grown) return tuner_nomem();
  p->dirs = grown;
  grown[p->n] = strndup(dir, length);
  if (!grown[p->n]) return tuner_nomem();
  p->n++;
  return TUNER_OK;
}

/* Folders separated by colons; empty ones do not count. */
static int add_list(struct search_path *p, const char *list) {
  int code = TUNER_OK;
  while (list && *list && !code) {
    size_t length = strcspn(list, ":");
    if (length) code = add(p, list, length);
    list += length + (list[length] == ':');
  }
  return code;
}

/* A folder relative to the executable's own. */
static int add_beside(struct search_path *p, const char *relative) {
  char here[PATH_MAX], dir[PATH_MAX + 256];
  ssize_t n = readlink("/proc/self/exe", here, sizeof here - 1);
  if (n <= 0) return TUNER_OK; /* no /proc: the other folders remain */
  here[n] = 0;
  char *slash = strrchr(here, '/');
  if (!slash) return TUNER_OK;
  *slash = 0;
  snprintf(dir, sizeof dir, "%s/%s", here, relative);
  return add(p, dir, strlen(dir));
}

static int fill(struct search_path *out, const char *const *given, size_t ngiven, const char *variable,
                const char *const *beside, const char *compiled_in) {
  struct search_path p = {NULL, 0};
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < ngiven; i++) code = add_list(&p, given[i]);
  if (!code) code = add_list(&p, getenv(variable));
  for (; !code && *beside; beside++) code = add_beside(&p, *beside);
  if (!code) code = add_list(&p, compiled_in);
  if (code) search_release(&p);
  else *out = p;
  return code;
}

int search_plugins(struct search_path *out, const char *const *given, size_t ngiven) {
  static const char *const beside[] = {"../plugins", "../lib/constrint/plugins", NULL};
  return fill(out, given, ngiven, "CONSTRINT_PLUGIN_PATH", beside, TUNER_PLUGIN_FOLDER);
}

int search_specs(struct search_path *out, const char *const *given, size_t ngiven) {
  static const char *const beside[] = {"../share/constrint/specs", NULL};
  return fill(out, given, ngiven, "CONSTRINT_SPEC_PATH", beside, TUNER_SPEC_FOLDERS);
}

void search_release(struct search_path *p) {
  for (size_t i = 0; i < p->n; i++) free(p->dirs[i]);
  free(p->dirs);
  *p = (struct search_path){NULL, 0};
}

/* *path if the file can be read; else NULL and still TUNER_OK. */
static int look_in(char **path, const char *dir, const char *sub, const char *name, const char *ext) {
  if (asprintf(path, "%s/%s%s%s.%s", dir, sub ? sub : "", sub ? "/" : "", name, ext) < 0) {
    *path = NULL;
    return tuner_nomem();
  }
  if (!access(*path, R_OK)) return TUNER_OK;
  free(*path);
  *path = NULL;
  return TUNER_OK;
}

static int not_found(const struct search_path *in, const char *name, const char *ext, const char *what) {
  char dirs[2048] = "";
  size_t used = 0;
  for (size_t i = 0; i < in->n && used < sizeof dirs; i++)
    used += (size_t)snprintf(dirs + used, sizeof dirs - used, "%s%s", i ? ", " : "", in->dirs[i]);
  return tuner_fail(TUNER_ENOTFOUND, "no %s %s.%s in %s; name its folder with --%s-path", what, name, ext,
                    in->n ? dirs : "any folder", strcmp(what, "plug-in") ? what : "plugin");
}

int search_file(char **path, const struct search_path *in, const char *sub, const char *name, const char *ext,
                const char *what) {
  char *found = NULL;
  int code = TUNER_OK;
  if (strchr(name, '/')) {
    if (access(name, R_OK)) return tuner_fail(TUNER_ENOTFOUND, "%s: cannot be read: %m", name);
    found = strdup(name);
    code = found ? TUNER_OK : tuner_nomem();
  }
  for (size_t i = 0; !code && !found && i < in->n; i++) {
    if (sub) code = look_in(&found, in->dirs[i], sub, name, ext);
    if (!code && !found) code = look_in(&found, in->dirs[i], NULL, name, ext);
  }
  if (code) return code;
  if (!found) return not_found(in, name, ext, what);
  *path = found;
  return TUNER_OK;
}
