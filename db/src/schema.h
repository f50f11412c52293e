#ifndef TDB_SCHEMA_H
#define TDB_SCHEMA_H

#include <stdint.h>

struct tdb_file;

enum { SCHEMA_APPLICATION = 0x54444231 /* "TDB1" */ };
/* The newest schema: the number of steps in schema.c. */
extern const int schema_version;

/* Before any statement runs: is this ours, ours-to-be (empty), foreign or newer? Reads the
 * header only. *empty: nothing in it yet; *version: of its schema. */
int schema_inspect(struct tdb_file *f, int *empty, int *version);
/* Bring the file to the newest schema, one transaction; safe when two processes do it. */
int schema_migrate(struct tdb_file *f);
/* The same, up to some version: for the tests of migrations. */
int schema_migrate_to(struct tdb_file *f, int version);

#endif
