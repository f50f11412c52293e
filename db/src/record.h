#ifndef TDB_RECORD_H
#define TDB_RECORD_H

#include "db.h"

enum { UID_BYTES = 16 };

/* A trial on its way in, with the name that makes a second copy of it known. */
typedef struct record {
  const tdb_identity *who;
  const tdb_origin *origin;
  const tdb_trial *trial;
  uint8_t uid[UID_BYTES];
} record;

/* Is it meaningful?  Checks everything a caller or a file could get wrong. */
int record_check(const tdb_identity *who, const tdb_origin *origin, const tdb_trial *trial);
int record_check_identity(const tdb_identity *who);
/* Inside a transaction: add it unless its uid is there; *added 0 or 1; id may be NULL. */
int record_add(tdb_file *f, const record *r, int *added, int64_t *id);
/* The id of an identity, added if missing. */
int record_identity(tdb_file *f, const tdb_identity *who, int64_t *id);
/* Inside a transaction: add a blob whose hash is right unless it is there. */
int artifact_add(tdb_file *f, const char *hash, const void *data, size_t size);
/* Samples as they stand in the file: little-endian doubles. */
void samples_encode(uint8_t *out, const double *samples, size_t n);
void samples_decode(double *out, const uint8_t *bytes, size_t n);
/* A name for content that brings none: from what it says. */
void record_name_by_content(record *r);

#endif
