#ifndef TDB_OPEN_H
#define TDB_OPEN_H

#include "db.h"

/* Names the network file system that holds a path, NULL for a local one. */
typedef const char *(*network_fn)(const char *path);

/* tdb_open() with another idea of what is a network: for the tests. */
int open_with(tdb **out, const char *path, int mode, network_fn network);
/* Open one shipped file, immutable. */
int file_open_shipped(tdb_file *f, const char *path);
/* An empty file at a path of our own choice, with a rollback journal. */
int file_create_plain(tdb_file *f, const char *path);
void file_close(tdb_file *f);

#endif
