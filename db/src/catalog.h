#ifndef TDB_CATALOG_H
#define TDB_CATALOG_H

#include "db.h"
#include "settings.h"

/* One identity of a kernel. */
typedef struct entry {
  int64_t id, units;
  shape shape; /* of the problem */
  char *texts; /* holds those below */
  const char *version, *problem, *scaling, *device, *architecture;
} entry;

/* Every identity of one kernel: what near and other-device answers are sought in. */
typedef struct catalog {
  char *kernel;
  entry *entry;
  size_t count;
} catalog;

/* The file's catalog of a kernel, kept until it is forgotten; borrowed. */
int catalog_get(tdb_file *f, const char *kernel, const catalog **out);

#endif
