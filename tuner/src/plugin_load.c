/* Loading a kernel's plug-in: found, safe, of the right ABI, and in agreement
 * with its spec. */
#include "plugin_load.h"
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fail.h"

/* ---- Safety: code that others could have put there is not run ---- */

static int check_owner(const char *plugin, const char *path, const struct stat *st) {
  if (st->st_uid != 0 && st->st_uid != geteuid())
    return tuner_fail(TUNER_EUNSAFE, "%s is not loaded: %s belongs to user %u, neither to you nor to root", plugin,
                      path, (unsigned)st->st_uid);
  return TUNER_OK;
}

/* Group members count as others, unless the group is the user's own or root's. */
static int check_mode(const char *plugin, const char *path, const struct stat *st) {
  int group = st->st_mode & S_IWGRP && st->st_gid != getegid() && st->st_gid != 0;
  if (st->st_mode & S_IWOTH || group)
    return tuner_fail(TUNER_EUNSAFE, "%s is not loaded: others can write %s; 'chmod go-w %s' makes it safe", plugin,
                      path, path);
  return TUNER_OK;
}

static int check_path(const char *plugin, const char *path) {
  struct stat st;
  if (stat(path, &st)) return tuner_fail(TUNER_EENV, "%s: %m", path);
  int code = check_owner(plugin, path, &st);
  return code ? code : check_mode(plugin, path, &st);
}

/* The real file, and the folder it really is in. */
static int check_safe(const char *path, char real[PATH_MAX]) {
  if (!realpath(path, real)) return tuner_fail(TUNER_ENOTFOUND, "%s: %m", path);
  int code = check_path(path, real);
  if (code) return code;
  char folder[PATH_MAX];
  strcpy(folder, real);
  return check_path(path, dirname(folder));
}

/* ---- The table ---- */

static int check_table(const char *path, const kp_plugin *t) {
  if (!t) return tuner_fail(TUNER_EENV, "%s: " KP_ENTRY "() gives no table", path);
  if (t->abi != KP_ABI)
    return tuner_fail(TUNER_EENV, "%s has plug-in ABI %u, this program %d; build both from one version", path,
                      (unsigned)t->abi, KP_ABI);
  if (!t->name || !t->version || !t->source_hash || !t->device_kind || !t->spec || !t->problem_keys || !t->parameters)
    return tuner_fail(TUNER_EENV, "%s: its table lacks a text or a list", path);
  if (!t->identify || !t->default_config || !t->legal || !t->build || !t->open || !t->close || !t->reference ||
      !t->naive || !t->load || !t->unload || !t->poison || !t->launch || !t->compare || !t->work || !t->floor_seconds)
    return tuner_fail(TUNER_EENV, "%s: its table lacks a function", path);
  return TUNER_OK;
}

static int find_table(struct plugin *p, const char *real) {
  /* what a plug-in brings (OpenMP's threads) may outlive its last use */
  p->handle = dlopen(real, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!p->handle) return tuner_fail(TUNER_EENV, "%s cannot be loaded: %s", p->path, dlerror());
  kp_entry entry;
  *(void **)&entry = dlsym(p->handle, KP_ENTRY);
  if (!entry) return tuner_fail(TUNER_EENV, "%s is no plug-in of this program: it has no " KP_ENTRY "()", p->path);
  p->table = entry();
  return check_table(p->path, p->table);
}

int plugin_open(struct plugin **out, const char *path) {
  char real[PATH_MAX];
  int code = check_safe(path, real);
  if (code) return code;
  struct plugin *p = calloc(1, sizeof *p);
  if (!p) return tuner_nomem();
  p->path = strdup(path);
  code = p->path ? find_table(p, real) : tuner_nomem();
  if (code) plugin_unload(p);
  else *out = p;
  return code;
}

void plugin_unload(struct plugin *p) {
  if (!p) return;
  if (p->handle) dlclose(p->handle);
  free(p->path);
  free(p);
}

/* ---- Agreement with the spec ---- */

static int check_text(const struct plugin *p, const struct spec *s, const char *what, const char *ours, const char *theirs) {
  if (!strcmp(ours, theirs)) return TUNER_OK;
  return tuner_fail(TUNER_EINPUT, "%s says %s %s, its plug-in %s says %s; install both from one version", s->path,
                    what, ours, p->path, theirs);
}

static int check_labels(const struct plugin *p, const struct spec *s, const char *key, char *const *ours, size_t n,
                        const char *const *theirs) {
  size_t count = 0;
  while (theirs && theirs[count]) count++;
  if (count != n)
    return tuner_fail(TUNER_EINPUT, "%s gives '%s' %zu labels, its plug-in %s gives it %zu", s->path, key, n, p->path,
                      count);
  for (size_t i = 0; i < n; i++) {
    int code = check_text(p, s, key, ours[i], theirs[i]);
    if (code) return code;
  }
  return TUNER_OK;
}

static int check_count(const struct plugin *p, const struct spec *s, const char *what, size_t n, const kp_key *keys) {
  size_t count = 0;
  while (keys[count].key) count++;
  if (count == n) return TUNER_OK;
  return tuner_fail(TUNER_EINPUT, "%s has %zu %s, its plug-in %s has %zu", s->path, n, what, p->path, count);
}

static int check_problem(const struct plugin *p, const struct spec *s) {
  const kp_key *keys = p->table->problem_keys;
  int code = check_count(p, s, "problem keys", s->nproblem, keys);
  for (size_t i = 0; !code && i < s->nproblem; i++) {
    const struct spec_key *k = &s->problem[i];
    code = check_text(p, s, "problem key", k->name, keys[i].key);
    if (!code) code = check_labels(p, s, k->name, k->labels, k->nlabels, keys[i].labels);
    if (!code && !k->scaling != !keys[i].scaling)
      code = tuner_fail(TUNER_EINPUT, "%s and its plug-in %s differ in whether '%s' is scaling", s->path, p->path,
                        k->name);
  }
  return code;
}

static int check_parameters(const struct plugin *p, const struct spec *s) {
  const kp_key *keys = p->table->parameters;
  int code = check_count(p, s, "parameters", s->parameters.n, keys);
  for (size_t i = 0; !code && i < s->parameters.n; i++) {
    const struct spec_text *t = &s->parameters.at[i];
    code = check_text(p, s, "parameter", t->name, keys[i].key);
    if (!code) code = check_labels(p, s, t->name, t->labels, t->nlabels, keys[i].labels);
  }
  return code;
}

int plugin_agrees(const struct plugin *p, const struct spec *s) {
  int code = check_text(p, s, "kernel", s->kernel, p->table->name);
  if (!code) code = check_text(p, s, "version", s->version, p->table->version);
  if (!code) code = check_text(p, s, "device", s->device, p->table->device_kind);
  if (!code) code = check_problem(p, s);
  return code ? code : check_parameters(p, s);
}

int plugin_load(struct plugin **out, const struct spec *s, const struct search_path *in) {
  char *path;
  int code = search_file(&path, in, NULL, s->plugin, "so", "plug-in");
  if (code) return code;
  struct plugin *p = NULL;
  code = plugin_open(&p, path);
  free(path);
  if (code) return code;
  code = plugin_agrees(p, s);
  if (code) plugin_unload(p);
  else *out = p;
  return code;
}
