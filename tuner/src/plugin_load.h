/* Loading a kernel's plug-in: found, safe, of the right ABI, and in agreement
 * with its spec. */
#ifndef TUNER_PLUGIN_LOAD_H
#define TUNER_PLUGIN_LOAD_H

#include "plugin.h"
#include "search.h"
#include "spec.h"

struct plugin {
  const kp_plugin *table;
  void *handle;
  char *path;
};

/* The plug-in that the spec names. */
int plugin_load(struct plugin **out, const struct spec *s, const struct search_path *in);
/* One file, checked for safety and ABI only. */
int plugin_open(struct plugin **out, const char *path);
/* Do the spec and the plug-in say the same (names, version, keys, labels, parameters)? */
int plugin_agrees(const struct plugin *p, const struct spec *s);
/* Releases p; the code stays in the process.  NULL is fine. */
void plugin_unload(struct plugin *p);

#endif
