/* What the sources of this library share: one open file, its statements, a tdb. */
#ifndef TDB_DB_H
#define TDB_DB_H

#include <sqlite3.h>
#include <stdint.h>
#include "error.h"
#include "tunedb.h"

/* Prepared once a file, on first use; texts in statements.c. */
typedef enum statement {
  ST_BEGIN, ST_COMMIT, ST_ROLLBACK, ST_BEGIN_READ, ST_DATA_VERSION,
  ST_DEVICE_FIND, ST_DEVICE_ADD, ST_IDENTITY_FIND, ST_IDENTITY_ADD, ST_ORIGIN_FIND, ST_ORIGIN_ADD,
  ST_TRIAL_ADD, ST_ARTIFACT_ADD, ST_ARTIFACT_GET, ST_MISSED_ADD,
  ST_SAME_PROBLEM, ST_NEXT_ORIGIN, ST_BEST_OF_ORIGIN, ST_CATALOG,
  STATEMENTS
} statement;

typedef struct tdb_file {
  sqlite3 *sql;
  char *path;      /* resolved; as the user named it where it could not be */
  int writable;
  int immutable;   /* shipped: never changes while open */
  sqlite3_stmt *prepared[STATEMENTS];
  struct catalog *catalog; /* of the last kernel asked; lookup's */
} tdb_file;

struct tdb {
  tdb_file user;       /* .sql NULL: none */
  tdb_file *shipped;
  size_t nshipped;
  char *driver, *compiler; /* preferred; NULL: any */
  int64_t seen_version;    /* of the user's file, when `cache` was filled */
  struct cache *cache;
};

/* The statement ready to bind, or NULL with the message set. */
sqlite3_stmt *file_statement(tdb_file *f, statement which);
/* Run a statement that returns no row. */
int file_run(tdb_file *f, statement which);
/* The first column of a statement's one row as an id; 0 if there is no row; negative: error.  Resets it. */
int64_t file_id(tdb_file *f, sqlite3_stmt *s);
/* Step a bound statement that returns no row, and reset it. */
int file_step(tdb_file *f, sqlite3_stmt *s, const char *doing);
/* Turn the file's last SQLite failure into a code and a message: "PATH: DOING: why; what to do". */
int file_fail(tdb_file *f, int rc, const char *doing);

/* Begin a writing transaction (refused on a file opened to read); end it: commit when rc is
 * TDB_OK, else roll back and return rc. */
int file_begin(tdb_file *f, const char *doing);
int file_end(tdb_file *f, int rc);

/* Forget what look-ups remember: this handle has changed the file. */
void lookup_forget(tdb *db);
void lookup_close(tdb *db);
void catalog_free(struct catalog *c);

#endif
