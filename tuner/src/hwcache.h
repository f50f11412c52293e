/* The model of the machine at hand: measured once, then read from the user's cache. */
#ifndef TUNER_HWCACHE_H
#define TUNER_HWCACHE_H

#include "hwmodel.h"

/* The file of a device kind's measured model: $XDG_CACHE_HOME/constrint, else
 * ~/.cache/constrint, /hw-KIND-NAME-CORES.yaml, of a quick probe's name.  The caller frees. */
int hwcache_path(char **out, const hw_model *quick);

/* kind: "cpu".  *cached: it came from the file; *path (the caller frees; NULL if
 * there is no place for one) says where.  A file that cannot be read, or is of
 * another machine, is measured again and replaced in one step; a cache that cannot
 * be written is no failure. */
int hwcache_probe(hw_model **out, const char *kind, int *cached, char **path);

#endif
